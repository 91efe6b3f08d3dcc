"""A scripted installation from the boot options to the engine: what it does, says and refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from host import events as engine
from host.machine.model import Machine, load
from installer.kickstart import bootoptions
from installer.kickstart.bootoptions import BootOptions
from installer.kickstart.location import Location
from installer.kickstart.script import Reboot
from installer.kickstart.sources import Fetched, How, fetch
from installer.scripted import events
from installer.scripted.events import Event, Failed, Installed, Installing, Planned, Said, Stage
from installer.scripted.run import Run, World
from installer.spec import InstallSpec, Spec, UpgradeSpec
from installer.upgrading import Examined
from tests.kickstart.support import MACHINES

FIRST = "install --firstdisk"
PASSWORD = "Kiosk!Lamp42x"


def whole(*lines: str) -> str:
    return "\n".join(("vmaccepteula", f"rootpw {PASSWORD}", *lines, ""))


class Lab:
    """One run on a recorded machine; only the engine, which would write to a disk, is not the real one."""

    def __init__(self, tmp_path: Path, text: str = "", machine: str = "plain-vm") -> None:
        self.file = tmp_path / "ks.cfg"
        self.file.write_text(text)
        self.place = f"file://{self.file}"
        self.cmdline = f"quiet ks={self.place}"
        self.machines: list[Machine] = [load(MACHINES / f"{machine}.json")]
        self.engine: list[engine.Event] = [engine.Step(1, 1, "Checking the disk"), engine.Done(12.0)]
        self.started: list[Spec] = []
        self.examined = Examined(installed="0.0.9", offered="0.1.0")
        self.networks: list[bool] = []
        self.probed = 0
        self.said: list[Event] = []
        self.world = World(
            work=tmp_path / "work",
            options=lambda: bootoptions.parse(self.cmdline),
            bring_up=self._bring_up,
            machine=self._machine,
            examine=lambda _: self.examined,
            start=self.started.append,
            follow=self._follow,
            source=_impatient,
        )
        self.world.work.mkdir()

    def run(self, **more: Any) -> Reboot | None:
        return Run(replace(self.world, **more), self.said.append).carry_out()

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.said if isinstance(event, kind)]

    @property
    def failed(self) -> Failed:
        """Why it stopped; nothing was started then, nor was anything said after it."""
        last = self.said[-1]
        assert isinstance(last, Failed), last
        return last

    def _bring_up(self, options: BootOptions, tell: Any, six: bool) -> None:
        assert options.location is not None
        tell("Waiting for an address from DHCP.")
        self.networks.append(six)

    def _machine(self) -> Machine:
        self.probed += 1
        return self.machines[min(self.probed, len(self.machines)) - 1]

    def _follow(self, offset: int) -> tuple[Sequence[engine.Event], int]:
        assert self.started, "the engine is followed once it was started"
        return self.engine[offset : offset + 1], offset + 1


def _impatient(place: Location, how: How) -> Fetched:
    return fetch(place, replace(how, waits=(0.01,), patience=0))


@pytest.mark.processes
def test_from_the_boot_options_to_the_end(tmp_path: Path) -> None:
    part = tmp_path / "disk.cfg"
    lab = Lab(
        tmp_path,
        whole(f"%include {part}", "reboot", "%pre", f"echo looking; echo {FIRST} > {part}", "%post", "true"),
    )
    assert lab.run() is Reboot.EJECT
    (spec,) = lab.started
    assert isinstance(spec, InstallSpec)
    assert spec.disk_serial == "BP-0001" and [one.section for one in spec.post] == ["%post"]
    assert [event.title for event in lab.told(Stage)] == [
        "Reading the boot options.",
        f"Fetching the kickstart file from {lab.place}.",
        f"Running %pre, {lab.place}:5.",
        "Looking at this machine.",
        "Starting the installation.",
    ]
    assert lab.told(engine.Output) == [engine.Output(f"%pre, {lab.place}:5", "looking")]
    assert lab.said[-2:] == [
        Installing("VirtIO Block Device, 32 GiB, serial BP-0001", Reboot.EJECT),
        Installed(12.0, Reboot.EJECT),
    ]
    assert lab.networks == [], "nothing was behind a network"


@pytest.mark.parametrize(
    ("line", "reboot"), [("", Reboot.WAIT), ("reboot", Reboot.EJECT), ("reboot --noeject", Reboot.KEEP)]
)
def test_what_happens_at_the_end(line: str, reboot: Reboot, tmp_path: Path) -> None:
    assert Lab(tmp_path, whole(FIRST, line)).run() is reboot


def test_wrong_boot_options_are_all_told_and_nothing_is_fetched(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST))
    lab.cmdline += " vlanid=5000 netmask=255.0.255.0 debugLogToSerial=1"
    assert lab.run() is None
    assert [problem.place for problem in lab.failed.problems] == ["boot options"] * 2
    assert "vlanid=5000" in " ".join(problem.text for problem in lab.failed.problems)
    assert any("debugLogToSerial" in event.text for event in lab.told(Said))
    assert len(lab.told(Stage)) == 1


def test_a_place_that_is_none_is_told_without_its_password(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.cmdline = f"ks=gopher://root:{PASSWORD}@192.0.2.1/ks.cfg"
    lab.run()
    assert "no place of a kickstart file" in lab.failed.problems[0].text
    assert PASSWORD not in repr(lab.said)


def test_every_error_of_the_file_is_told_at_once_and_nothing_is_looked_at(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "rootpw --iscrypted nonsense\ninstall\nnetwrok --bootproto=dhcp\nlang en\n")
    lab.run()
    places = {problem.place for problem in lab.failed.problems}
    assert {f"{lab.place}:{line}" for line in (1, 2, 3)} <= places
    assert all(problem.hint for problem in lab.failed.problems)
    assert any("lang" in event.text for event in lab.told(engine.Warning)), "warnings are told, too"
    assert lab.failed.changed == "Nothing has been changed."
    assert lab.probed == 0 and lab.started == []


def test_warnings_stop_under_paranoid_only(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST, "lang en"))
    lab.run()
    assert len(lab.started) == 1 and len(lab.told(engine.Warning)) == 1
    lab.file.write_text(whole(FIRST, "lang en", "paranoid"))
    lab.started.clear()
    lab.run()
    assert lab.failed.problems[0].place == f"{lab.place}:4" and lab.started == []


def test_the_checks_of_the_machine_stop_unless_they_are_to_be_ignored(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST), machine="weak")
    lab.run()
    assert any("CPU_CORES" in problem.text for problem in lab.failed.problems) and lab.started == []
    lab.file.write_text(whole(f"{FIRST} --ignoreprereqerrors"))
    lab.run()
    assert len(lab.started) == 1
    assert any("CPU_CORES" in event.text for event in lab.told(engine.Warning))


def test_a_disk_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST))
    lab.machines.insert(0, load(MACHINES / "no-disk.json"))
    lab.run(patience=30)
    assert len(lab.started) == 1 and lab.probed == 2
    assert "Waiting up to 30 s for more devices." in [event.text for event in lab.told(Said)]


def test_a_dry_run_ends_with_the_plan(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST, "dryrun", "reboot"))
    assert lab.run() is None, "nothing restarts after a dry run"
    (planned,) = lab.told(Planned)
    assert any("BP-0001" in line for line in planned.lines)
    assert lab.started == [] and PASSWORD not in repr(lab.said)


def test_the_engines_error_is_the_last_word(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST, "reboot"))
    lab.engine[-1] = engine.Error("It broke.", "Look.", "Much.")
    assert lab.run() is None
    assert lab.failed == Failed((events.Problem("", "It broke.", "Look."),), "Much.")


@pytest.mark.parametrize("command", ["upgrade", "installorupgrade"])
def test_an_upgrade(command: str, tmp_path: Path) -> None:
    text = whole(f"{command} --firstdisk", "part two --ondisk=nothing" if "or" in command else "", "reboot")
    lab = Lab(tmp_path, f"{text}%post\ntrue\n%firstboot\nfalse\n", machine="installed")
    assert lab.run() is Reboot.EJECT
    (spec,) = lab.started
    assert isinstance(spec, UpgradeSpec)
    assert (spec.disk_serial, spec.installed, spec.offered) == ("BP-0001", "0.0.9", "0.1.0")
    assert [one.section for one in (*spec.post, *spec.first_boot)] == ["%post", "%firstboot"]
    assert lab.told(Stage)[-1].title == "Starting the upgrade."
    assert any("keeps its settings" in event.text for event in lab.told(Said))


def test_an_upgrade_that_cannot_be_is_refused_before_anything_changes(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole("upgrade --firstdisk"), machine="installed")
    lab.examined = Examined(installed="0.2.0", offered="0.1.0", refusal="Version 0.2.0 is installed.")
    lab.run()
    (problem,) = lab.failed.problems
    assert "0.2.0 is installed" in problem.text and problem.hint and lab.started == []


def test_a_dry_run_of_an_upgrade_names_both_versions(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole("upgrade --firstdisk", "dryrun"), machine="installed")
    lab.run()
    (planned,) = lab.told(Planned)
    assert "from version 0.0.9 to version 0.1.0" in "\n".join(planned.lines) and lab.started == []


@pytest.mark.processes
def test_a_pre_script_that_fails_stops_unless_it_may(tmp_path: Path) -> None:
    lab = Lab(tmp_path, whole(FIRST, "%pre", "echo why >&2; exit 3"))
    lab.run()
    (problem,) = lab.failed.problems
    assert (problem.place, problem.text.split(" after ")[0]) == (
        f"{lab.place}:4",
        "%pre failed: exit status 3",
    )
    assert lab.probed == 0
    assert "why" in (lab.world.work / "install.log").read_text()
    lab.file.write_text(whole(FIRST, "%pre --ignorefailure=true --timeout=1", "sleep 60"))
    lab.run()
    assert len(lab.started) == 1
    assert "its 1 s were over" in lab.told(engine.Warning)[-1].text


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files = {"/a.cfg": f"{FIRST}\n", "/b.cfg": "reboot\n"}
            body = files.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


@pytest.mark.network
def test_the_network_is_brought_up_once_and_only_when_something_is_behind_it(
    tmp_path: Path, server: str
) -> None:
    lab = Lab(
        tmp_path,
        whole(f"%include http://root:{PASSWORD}@{server}/a.cfg", f"%include http://{server}/b.cfg"),
    )
    assert lab.run() is Reboot.EJECT
    assert lab.networks == [False] and len(lab.started) == 1
    assert "Waiting for an address from DHCP." in [event.text for event in lab.told(Said)]
    assert PASSWORD not in repr(lab.said)


@pytest.mark.network
def test_every_attempt_to_fetch_is_told_with_its_reason(tmp_path: Path, server: str) -> None:
    lab = Lab(tmp_path)
    lab.cmdline = f"ks=http://root:{PASSWORD}@{server}/none.cfg"
    lab.run()
    assert "404" in lab.failed.problems[0].text
    lab.cmdline = "ks=http://[::1]:1/ks.cfg"
    lab.run()
    assert lab.networks[-1], "an IPv6 server needs an IPv6 address"
    assert any("Attempt 2 of 2 follows" in event.text for event in lab.told(Said))
    assert "Given up after 2 attempts" in lab.failed.problems[0].text
    assert PASSWORD not in repr(lab.said)
