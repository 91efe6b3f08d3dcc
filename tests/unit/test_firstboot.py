"""First boot scripts over restarts: each once, in their order, whatever happens in between."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from host.scripts import firstboot
from host.scripts.firstboot import Step
from host.scripts.model import Interpreter, Script
from host.scripts.runner import Surroundings

pytestmark = pytest.mark.processes


class Machine:
    """A host with a STATE that stays; ``start`` is one boot of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "state" / "firstboot"
        self.log = folder / "log" / "firstboot.log"
        self.trace = folder / "trace"
        self.going_down = folder / "going-down"
        self.boots = 0

    def install(self, *bodies: str, **more: bool) -> None:
        self.root.parent.mkdir()
        firstboot.store(
            [
                Script(
                    section="%firstboot",
                    body=f"trace={self.trace}; reboot() {{ touch {self.going_down}; }}\n{body}\n",
                    file="ks.cfg",
                    line=number * 10,
                    interpreter=Interpreter.BASH,
                    ignore_failure=more.get("ignore_failure", False),
                )
                for number, body in enumerate(bodies, 1)
            ],
            self.root,
        )

    def host(self, stop: Callable[[], bool] = lambda: False) -> firstboot.Host:
        return firstboot.Host(
            root=self.root,
            log_file=self.log,
            going_down=self.going_down.exists,
            stop=stop,
            boot_id=lambda: f"boot {self.boots}",
            surroundings=Surroundings(
                work=self.folder / "work",
                applets=self.folder / "applets",
                search=os.environ["PATH"],
                cwd=self.folder,
            ),
        )

    def start(self, stop: Callable[[], bool] = lambda: False) -> bool:
        self.boots += 1
        self.going_down.unlink(missing_ok=True)
        return firstboot.run_all(self.host(stop))

    @property
    def ran(self) -> list[str]:
        return self.trace.read_text().split() if self.trace.exists() else []

    @property
    def waiting(self) -> list[str]:
        return sorted(path.name for path in (self.root / firstboot.QUEUE).iterdir())

    @property
    def steps(self) -> list[Step]:
        progress = firstboot.load(self.root)
        assert progress is not None
        return [entry.step for entry in progress.begun]

    def notices(self) -> tuple[str, ...]:
        return firstboot.notices(self.root, f"boot {self.boots}")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_all_run_once_in_their_order(machine: Machine) -> None:
    machine.install(*(f"echo {number} >> $trace" for number in range(1, 13)))
    assert machine.start()
    assert machine.ran == [str(number) for number in range(1, 13)]
    assert machine.waiting == [] and machine.steps == [Step.DONE] * 12
    assert machine.start()
    assert len(machine.ran) == 12
    assert machine.log.read_text().count("All first boot scripts have run.") == 1


def test_a_reboot_in_a_script_leaves_the_rest_for_the_next_start(machine: Machine) -> None:
    """systemd takes the order and the script ends as if nothing were; the next one must not begin."""
    machine.install("echo 1 >> $trace; reboot", "echo 2 >> $trace; reboot", "echo 3 >> $trace")
    for number in (1, 2, 3):
        assert machine.start() == (number == 3)
        assert machine.ran == [str(done) for done in range(1, number + 1)]
    assert machine.steps == [Step.DONE] * 3


def test_a_script_the_machine_went_down_under_never_runs_again(machine: Machine) -> None:
    """The process dies as at a power cut: nothing of ours can clean up."""
    machine.install("echo 1 >> $trace; kill -9 $PPID; sleep 100", "echo 2 >> $trace")
    child = os.fork()
    if child == 0:
        machine.start()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == 9
    assert machine.steps == [Step.RUNNING] and len(machine.waiting) == 2
    assert machine.start()
    assert machine.ran == ["1", "2"]
    assert machine.steps == [Step.INTERRUPTED, Step.DONE]
    assert "ks.cfg:10 was running when the host went down" in machine.log.read_text()
    assert machine.notices() == ()


def test_told_to_end_it_ends_the_script_and_keeps_the_others(machine: Machine) -> None:
    machine.install("echo 1 >> $trace; sleep 100", "echo 2 >> $trace")
    assert not machine.start(stop=lambda: machine.ran == ["1"])
    assert machine.steps == [Step.INTERRUPTED]
    assert machine.waiting == ["002.json"]
    assert machine.start()
    assert machine.ran == ["1", "2"]


def test_a_failure_keeps_nobody_back_and_is_on_the_splash(machine: Machine) -> None:
    machine.install("exit 4", "echo 2 >> $trace")
    assert machine.start()
    assert machine.ran == ["2"] and machine.steps == [Step.FAILED, Step.DONE]
    (notice,) = machine.notices()
    assert notice.startswith("%firstboot, ks.cfg:10 failed with exit status 4")
    assert "View System Logs" in notice


def test_a_failure_is_told_until_the_start_after_the_last_script(machine: Machine) -> None:
    machine.install("exit 4", "reboot", "true")
    for wanted in (1, 1, 0):
        machine.start()
        assert len(machine.notices()) == wanted


def test_a_failure_that_was_allowed_is_not_told(machine: Machine) -> None:
    machine.install("exit 4", ignore_failure=True)
    machine.start()
    assert machine.steps == [Step.FAILED] and machine.notices() == ()


def test_the_splash_says_which_one_runs(machine: Machine) -> None:
    machine.install("true", "sleep 100")
    seen: list[tuple[str, ...]] = []

    def look() -> bool:
        seen.append(machine.notices())
        return seen[-1] == ("First boot script 2 of 2 is running.",)

    machine.start(stop=look)
    assert look() is False and len(seen) > 1


def test_bodies_are_roots_alone_and_go_when_they_have_run(machine: Machine) -> None:
    machine.install("true the-password")
    (kept,) = (machine.root / firstboot.QUEUE).iterdir()
    assert "the-password" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert machine.root.stat().st_mode & 0o777 == 0o700
    machine.start()
    left = [path for path in machine.folder.rglob("*") if path.is_file()]
    assert not [path for path in left if b"the-password" in path.read_bytes()]


def test_a_damaged_script_is_a_failure_of_its_own(machine: Machine) -> None:
    machine.install("true", "echo 2 >> $trace")
    (machine.root / firstboot.QUEUE / "001.json").write_text(json.dumps({"section": 1}))
    assert machine.start()
    assert machine.ran == ["2"] and machine.steps == [Step.FAILED, Step.DONE]
    assert "001.json is damaged" in machine.notices()[0]


def test_a_damaged_note_is_told_and_not_a_crash_of_the_splash(machine: Machine) -> None:
    machine.install("true")
    (machine.root / firstboot.PROGRESS).write_text("{")
    assert "cannot be read" in machine.notices()[0]


def test_installing_again_replaces_what_waited(machine: Machine) -> None:
    machine.install("echo old1 >> $trace", "echo old2 >> $trace")
    machine.root.parent.rename(machine.folder / "away")
    machine.install("echo new >> $trace")
    firstboot.store([], machine.root)
    assert machine.waiting == []


def test_a_host_without_scripts_says_nothing(machine: Machine) -> None:
    assert firstboot.notices(machine.root) == ()
