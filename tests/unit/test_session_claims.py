"""One console owns the installation; the engine's events reach every one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from host import boot, events
from host.errors import HostError
from host.machine.watch import PATIENCE, QUIET, Watch
from installer import session
from installer.payload import read_payload

OTHER = """
import sys, time
from pathlib import Path
from installer import session
assert session.claim("ttyS0", Path(sys.argv[1]))
print("claimed", flush=True)
time.sleep(600)
"""


@pytest.mark.processes
def test_the_first_console_wins_and_its_death_frees_the_claim(tmp_path: Path) -> None:
    assert session.owner(tmp_path) == ""
    with subprocess.Popen([sys.executable, "-c", OTHER, tmp_path], stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        assert not session.claim("tty1", tmp_path)
        assert session.owner(tmp_path) == "ttyS0"
        other.send_signal(signal.SIGKILL)
    assert session.owner(tmp_path) == ""
    assert session.claim("tty1", tmp_path)
    assert session.claim("tty1", tmp_path)
    assert session.owner(tmp_path) == "tty1"
    session.release(tmp_path)
    session.release(tmp_path)
    assert session.owner(tmp_path) == ""


def test_following_takes_whole_lines_only(tmp_path: Path) -> None:
    assert session.follow(0, tmp_path) == ((), 0)
    step, done = events.Step(1, 2, "Erasing"), events.Done(3.0)
    path = tmp_path / "events.jsonl"
    path.write_bytes(events.to_line(step) + events.to_line(done)[:7])
    found, offset = session.follow(0, tmp_path)
    assert found == (step,)
    path.write_bytes(events.to_line(step) + events.to_line(done))
    assert session.follow(offset, tmp_path) == ((done,), path.stat().st_size)
    assert session.follow(path.stat().st_size, tmp_path) == ((), path.stat().st_size)


def test_an_engine_that_died_without_a_word_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(events.to_line(events.Step(1, 2, "Erasing")))
    _, offset = session.follow(0, tmp_path)
    (error,), _ = session.follow(offset, tmp_path)
    assert isinstance(error, events.Error)
    assert "without saying why" in error.text


@pytest.mark.processes
@pytest.mark.parametrize("prepared", [False, True])
def test_an_engine_is_started_detached_and_its_failure_reaches_the_events(
    prepared: bool, tmp_path: Path
) -> None:
    from tests.unit.test_plan import HASH, spec
    from tests.unit.test_prechecks import disk

    if prepared:
        session.prepare(tmp_path)
        session.prepare(tmp_path)
    assert not session.running(tmp_path)
    session.start(spec(disk()), tmp_path)
    found: tuple[events.Event, ...] = ()
    while session.running(tmp_path):
        os.sched_yield()
    found, _ = session.follow(0, tmp_path)
    assert isinstance(found[-1], events.Error)
    assert "not there" in found[-1].text
    assert found[-1].changed == "Nothing has been changed."
    for path in tmp_path.iterdir():
        assert path.is_fifo() or HASH not in path.read_text()


@pytest.mark.processes
def test_an_engine_that_waited_and_died_is_replaced(tmp_path: Path) -> None:
    from tests.unit.test_plan import spec
    from tests.unit.test_prechecks import disk

    session.prepare(tmp_path)
    engine = waiting_engine(tmp_path)
    os.kill(engine, signal.SIGKILL)
    while not ended(engine):
        os.sched_yield()
    session.start(spec(disk()), tmp_path)
    while session.running(tmp_path):
        os.sched_yield()
    (*_, last), _ = session.follow(0, tmp_path)
    assert isinstance(last, events.Error)


def waiting_engine(work: Path) -> int:
    """The process that waits: the leader of its session. What it starts while it loads looks like itself
    until it has become something else.
    """
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            pid = int(process.name)
            if str(work).encode() in (process / "cmdline").read_bytes() and os.getsid(pid) == pid:
                return pid
    raise AssertionError("no engine waits")


def ended(pid: int) -> bool:
    """Whether the process is gone, or only waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.mark.processes
def test_saving_logs_without_a_stick_says_what_to_plug_in(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="FAT"):
        session.save_logs(tmp_path)


def test_how_the_system_was_started(tmp_path: Path) -> None:
    note = tmp_path / "boot.json"
    assert boot.load(note) == boot.Boot()
    note.write_text(
        '{"mode": "install", "image": "ab", "device": "/dev/sr0", "disk": "/dev/sr0", "bank": ""}'
    )
    assert boot.load(note).disk == "/dev/sr0"
    note.write_text('{"mode": "other"}')
    with pytest.raises(HostError, match=r"boot\.json"):
        boot.load(note)


def test_a_payload_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot be read"):
        read_payload(tmp_path)
    manifest = {
        "product": "Bedplate",
        "version": "1",
        "build": "1",
        "root_hash": "ab",
        "hash_offset": 1,
        "files": {"vmlinuz": {"size": 3, "sha256": "00"}},
    }
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(HostError, match="vmlinuz is missing"):
        read_payload(tmp_path)
    (tmp_path / "vmlinuz").write_bytes(b"abc")
    assert read_payload(tmp_path).size == 3
    (tmp_path / "manifest.json").write_bytes(b"{")
    with pytest.raises(HostError, match="is damaged"):
        read_payload(tmp_path)


@pytest.mark.network
@pytest.mark.processes
def test_changes_of_disks_are_reported_once_and_when_they_are_over() -> None:
    watch = Watch()
    assert watch.fileno() > 0
    assert not watch.settled(0)
    watch.note(10)
    watch.note(10 + QUIET / 2)
    assert not watch.settled(10 + QUIET)
    assert watch.pending()
    assert watch.settled(10 + QUIET * 1.5)
    assert not watch.settled(11 + QUIET)
    for tenth in range(int(PATIENCE * 10) + 1):
        watch.note(20 + tenth / 10)
    assert watch.settled(20 + PATIENCE)
