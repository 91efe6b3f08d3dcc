"""The scripted installation as a program: started once whoever asks, followed by all, stopped by any."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from installer import session as installation
from installer.kickstart.script import Reboot
from installer.scripted import events, session
from installer.scripted.events import Begun, Event, Failed, Installed, Installing, Planned, Said, Stage
from installer.scripted.story import Story, failure_text

PASSWORD = "Kiosk!Lamp42x"


@pytest.mark.parametrize(
    ("cmdline", "asked"),
    [
        ("quiet ks=usb", True),
        ("KS=http://192.0.2.1/ks.cfg quiet", True),
        ('quiet "ks=cdrom:/MY FILE.CFG"', True),
        ("quiet ks=", True),
        ("ksdevice=vmnic0 runweasel quiet", False),
        ("bedplate.mode=install", False),
    ],
)
def test_what_asks_for_a_script(cmdline: str, asked: bool, tmp_path: Path) -> None:
    (tmp_path / "cmdline").write_text(cmdline + "\n")
    assert session.is_asked_for(tmp_path / "cmdline") is asked
    assert not session.is_asked_for(tmp_path / "none")


def options(tmp_path: Path, text: str) -> tuple[str, ...]:
    """Options for a run that reads this file; what it is about to say is about a file that is wrong."""
    (tmp_path / "ks.cfg").write_text(text)
    (tmp_path / "cmdline").write_text(f"ks=file://{tmp_path}/ks.cfg")
    return ("--cmdline", str(tmp_path / "cmdline"), "--patience", "0")


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 300
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def said(work: Path) -> list[Event]:
    return list(session.follow(0, work)[0])


@pytest.mark.processes
def test_two_consoles_start_one_run_and_it_can_be_tried_again(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    given = options(tmp_path, f"vmaccepteula\nrootpw {PASSWORD}\nnonsense\n")
    consoles = [threading.Thread(target=lambda: session.begin(work, options=given)) for _ in range(2)]
    for console in consoles:
        console.start()
    for console in consoles:
        console.join()
    wait_until(lambda: not session.running(work))
    session.begin(work, options=given)
    seen = said(work)
    assert [type(event) for event in seen].count(Begun) == 1
    assert isinstance(seen[-1], Failed) and f"{tmp_path}/ks.cfg:3" in failure_text(seen[-1])
    assert installation.owner(work) == "", "it let go of the installation"
    session.again(work, options=("--once", *given))
    wait_until(lambda: not session.running(work))
    assert said(work) == seen, "a console that asks late, after the first run has ended already"
    session.again(work, options=given)
    wait_until(lambda: not session.running(work))
    assert [type(event) for event in said(work)].count(Begun) == 2
    for path in work.iterdir():
        assert not path.is_file() or PASSWORD not in path.read_text()


@pytest.mark.processes
def test_a_run_that_hangs_can_be_stopped_and_takes_its_script_along(tmp_path: Path) -> None:
    work, pid = tmp_path / "work", tmp_path / "pid"
    text = f"%pre --ignorefailure=true\necho $$ > {pid}\nsleep 600\n"
    session.begin(work, options=options(tmp_path, text))
    wait_until(lambda: pid.exists() and pid.read_text() != "")
    assert installation.owner(work) == installation.KICKSTART
    session.stop(work)
    wait_until(lambda: not session.running(work))
    last = said(work)[-1]
    assert isinstance(last, Failed) and "stopped at a console" in last.problems[0].text
    wait_until(lambda: not Path(f"/proc/{pid.read_text().strip()}").exists())


@pytest.mark.processes
def test_a_run_that_was_killed_is_a_failure(tmp_path: Path) -> None:
    work, pid = tmp_path / "work", tmp_path / "pid"
    session.begin(work, options=options(tmp_path, f"%pre\necho $$ > {pid}\nsleep 600\n"))
    wait_until(lambda: pid.exists() and pid.read_text() != "")
    os.kill(int((work / session.PID).read_text()), signal.SIGKILL)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    wait_until(lambda: not session.running(work))
    _, offset = session.follow(0, work)
    (failed,), _ = session.follow(offset, work)
    assert isinstance(failed, Failed) and "without saying why" in failed.problems[0].text


@pytest.mark.processes
def test_nothing_runs_beside_an_installation_by_hand(tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert installation.claim("tty1", work)
    try:
        given = options(tmp_path, "")
        program = [sys.executable, "-m", "installer.scripted", "--work", str(work), *given]
        done = subprocess.run(program, capture_output=True, check=False)
    finally:
        installation.release(work)
    last = events.from_line(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and isinstance(last, Failed)
    assert "started on tty1" in last.problems[0].text


LOADED = """
import sys
from installer import backend
import installer.screens.wizard
assert backend.real().script is None
print(*(name for name in sys.modules if name.startswith(("installer.kickstart", "installer.scripted"))))
"""


@pytest.mark.processes
def test_an_installation_by_hand_loads_nothing_of_it() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["installer.scripted", "installer.scripted.session"]


@pytest.mark.parametrize(
    "event",
    [
        Begun(),
        Stage("a"),
        Said("b"),
        Installing("disk", Reboot.KEEP),
        Installed(1.5, Reboot.WAIT),
        Planned(("x", "y")),
        events.because("It broke.", "Look."),
    ],
)
def test_events_are_lines(event: Event) -> None:
    assert events.from_line(events.to_line(event)) == event


def test_a_story_begins_anew_with_every_run() -> None:
    story = Story()
    for event in (Begun(), Stage("one"), events.because("It broke."), Begun(), Stage("two"), Said("more")):
        story.take(event)
    assert story.lines == ["two", "  more"] and story.end is None
