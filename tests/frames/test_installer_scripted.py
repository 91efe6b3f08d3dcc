"""The scripted installation on the consoles: as it looks, and where its keys lead."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from host import events as engine
from host.errors import HostError
from host.events import Done, Error, Progress, Step
from installer.backend import Scripting
from installer.kickstart.script import Reboot
from installer.scripted.events import (
    Begun,
    Event,
    Failed,
    Installed,
    Installing,
    Planned,
    Problem,
    Said,
    Stage,
    because,
)
from installer.session import KICKSTART
from tests.frames.installer_support import GOLDEN, Installer, Lab, golden

FILE = "http://192.0.2.1/esx/ks.cfg"
DISK = "ATA Samsung SSD 870, 500 GiB, serial S62ANJ0R123456A"

START: tuple[Event, ...] = (
    Begun(),
    Stage("Reading the boot options."),
    Said("noIOMMU has no effect: choose it in the boot menu."),
    Stage(f"Fetching the kickstart file from {FILE}."),
    Stage("Bringing up the network."),
    Said("Waiting for an address from DHCP."),
    Said("192.0.2.1: Connection refused. Attempt 2 of 5 follows in 1 s."),
    Said(f"Read: {FILE}"),
    Stage(f"Running %pre, {FILE}:12."),
    engine.Output(f"%pre, {FILE}:12", "Disk of 500 GB found, writing /tmp/disk.cfg"),
)
WARNING = engine.Warning(f"{FILE}:4: lang: there is one language. Remove the line.")
WRONG = Failed(
    (
        Problem(f"{FILE}:3", "There is no command netwrok.", "Write network."),
        Problem(f"{FILE}:7", "install does not say which disk.", "Add one of: --disk, --firstdisk."),
        Problem("/tmp/disk.cfg:1", "There is no disk naa.9.", "The machine has: naa.5000 (SEAGATE)."),
    )
)
DEAD = because("The scripted installation ended without saying why.")
BROKEN = Error(
    "mkfs.ext4: ended with code 1", "To try it by hand: mkfs.ext4 /dev/sda3", "The disk was erased."
)
PLAN = (
    "Disk: ATA Samsung SSD 870, 500 GiB",
    "      naa.5000",
    "Partitions (GPT):",
    "  1 bedplate-bios  1 MiB",
)


class Script:
    """The run as the consoles know it: what it has said, and what they ask of it."""

    def __init__(self, *said: Event) -> None:
        self.said = list(said)
        self.begun = self.again = self.stopped = 0
        self.refusal = ""
        self.died = False

    def functions(self) -> Scripting:
        return Scripting(
            begin=self._begin,
            again=self._again,
            stop=self._stop,
            follow=self._follow,
        )

    def _follow(self, offset: int) -> tuple[tuple[Event, ...], int]:
        """As installer.scripted.session: that a run died is told to whoever knows all it has said."""
        if self.died and offset == len(self.said):
            return (DEAD,), offset
        return tuple(self.said[offset:]), len(self.said)

    def _begin(self) -> None:
        self.begun += 1
        if self.refusal:
            raise HostError(self.refusal, hint="Look at the log.")

    def _again(self) -> None:
        self.again += 1
        self.said.append(Begun())

    def _stop(self) -> None:
        self.stopped += 1


class Console(Installer):
    """A console of a machine that was started with ks=."""

    def __init__(
        self,
        *said: Event,
        script: Script | None = None,
        lab: Lab | None = None,
        console: str = "tty1",
        cols: int = 80,
        rows: int = 24,
    ) -> None:
        self.script = script or Script(*said)
        made = lab or Lab()
        super().__init__(
            made, console=console, cols=cols, rows=rows, backend={"script": self.script.functions()}
        )

    def says(self, *said: Event) -> Console:
        """Let the run say something."""
        self.script.said += said
        self.advance(1.5)
        return self

    def installs(self, reboot: Reboot = Reboot.EJECT) -> Console:
        """Let the run hand over to the engine."""
        self.lab.owner = KICKSTART
        self.lab.alive = True
        self.says(Installing(DISK, reboot))
        self.tell(Step(6, 13, "Copying the system"), Progress(0.42, 123.4e6, 83.0))
        return self


def whole_text(console: Installer) -> str:
    return " ".join(console.text().replace("│", " ").split())


def post(console: Console) -> None:
    console.installs()
    console.tell(Step(12, 13, "Running %post, ks.cfg:40"))
    console.tell(
        *(engine.Output("%post, ks.cfg:40", f"line {number} of the script") for number in range(1, 7))
    )


SCENES: dict[str, tuple[tuple[Event, ...], Callable[[Console], object]]] = {
    "starting": ((), lambda console: console),
    "running": (START, lambda console: console),
    "warned": ((*START, WARNING), lambda console: console),
    "stop": (START, lambda console: console.press("esc")),
    "wrong": ((*START, WRONG), lambda console: console),
    "unreachable": ((*START, because("192.0.2.1: timed out. Given up after 5 attempts.", "See the cable.")),
                    lambda console: console),
    "dryrun": ((*START, Planned(PLAN)), lambda console: console),
    "installing": ((*START, WARNING), lambda console: console.installs()),
    "post": ((*START, WARNING), post),
    "broken": (START, lambda console: console.installs().tell(BROKEN)),
    "complete_eject": (START, lambda console: console.installs().tell(Done(73.4))),
    "complete_keep": (START, lambda console: console.installs(Reboot.KEEP).tell(Done(73.4))),
    "complete_wait": ((*START, WARNING), lambda console: console.installs(Reboot.WAIT).tell(Done(73.4))),
}  # fmt: skip

WITHOUT_KEYS = {"installing", "post"}


@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids=["80x24", "40x10"])
@pytest.mark.parametrize("name", SCENES)
def test_frame(name: str, size: tuple[int, int]) -> None:
    said, scene = SCENES[name]
    console = Console(*said, cols=size[0], rows=size[1])
    scene(console)
    golden(f"scripted_{name}" + ("" if size[0] == 80 else "_small"), console.text())
    top = console.app.top
    assert top is not None and bool(top.hints) == (name not in WITHOUT_KEYS)
    text = " ".join(console.text().split())
    assert all(f"({hint.key})" in text for hint in top.hints)


def test_no_golden_file_is_left_over() -> None:
    names = {f"scripted_{name}{size}" for name in SCENES for size in ("", "_small")}
    assert {path.stem for path in GOLDEN.glob("scripted_*.txt")} == names


def test_without_boot_options_nothing_of_it_is_there() -> None:
    console = Installer()
    assert "Welcome" in console.title
    assert console.wizard.backend.script is None


def test_every_console_shows_the_run_and_then_the_installation() -> None:
    script, lab = Script(*START), Lab()
    local, serial = (Console(script=script, lab=lab, console=name) for name in ("tty1", "ttyS0"))
    assert local.title == serial.title == "Scripted Installation"
    local.installs()
    serial.advance(2)
    assert "42 %" in local.text() and "42 %" in serial.text()
    assert "The kickstart file decides." in serial.text()
    local.tell(Done(5))
    serial.advance(1)
    assert local.title == serial.title == "Installation Complete"
    assert "restarts by itself" in serial.text()


def test_a_console_that_comes_late_sees_where_it_is() -> None:
    lab, script = Lab(), Script(*START, WRONG, *START, WARNING, Installing(DISK, Reboot.WAIT))
    lab.owner, lab.alive = KICKSTART, True
    lab.events = [Step(4, 13, "Making file systems")]
    late = Console(script=script, lab=lab)
    assert "Step 4 of 13" in late.advance(1).text() and "lang" in late.text()
    lab.events.append(Done(5))
    script.said.append(Installed(5, Reboot.WAIT))
    lab.owner, lab.alive = "", False
    after = Console(script=script, lab=lab, console="ttyS0").advance(1)
    assert after.title == "Installation Complete"


def test_errors_stay_and_a_new_try_is_followed_everywhere() -> None:
    script, lab = Script(*START, WRONG), Lab()
    local, serial = (Console(script=script, lab=lab, console=name) for name in ("tty1", "ttyS0"))
    local.advance(3600)
    assert local.title == "Scripted Installation Stopped"
    for problem in WRONG.problems:
        assert f"{problem.place}: {problem.text}" in whole_text(local)
    assert "Nothing has been changed." in whole_text(local)
    local.press("f5")
    serial.advance(2)
    assert script.again == 1
    assert local.title == serial.title == "Scripted Installation"
    assert "netwrok" not in local.text(), "the new run begins with a clean page"
    local.says(Stage("Reading the boot options."), because("Still wrong."))
    serial.advance(1)
    assert "Still wrong." in local.text() and "Still wrong." in serial.text()


def test_a_new_try_that_starts_slowly_is_noticed_first_and_not_shown_twice() -> None:
    gate, script = threading.Event(), Script(*START, WRONG)

    def again() -> None:
        Script._again(script)
        gate.wait()

    script._again = again  # type: ignore[method-assign]
    console = Console(script=script)
    console.app.press((80, 24), "f5")
    console.clock.advance(2)
    assert console.title == "Scripted Installation"
    gate.set()
    console.says(Stage("Reading the boot options."), because("Still wrong."))
    console.advance(2)
    assert "Still wrong." in console.text()


@pytest.mark.parametrize("key", ["enter", "f9"])
def test_one_can_go_on_by_hand_and_the_other_console_sees_it(key: str) -> None:
    script, lab = Script(*START, WRONG), Lab()
    local, serial = (Console(script=script, lab=lab, console=name) for name in ("tty1", "ttyS0"))
    local.press(key)
    assert "Welcome" in local.title and serial.title == "Scripted Installation Stopped"
    local.install()
    serial.advance(2)
    assert len(lab.started) == 1 and "confirmed on console tty1" in serial.text()


def test_a_new_try_takes_the_consoles_in_the_wizard_along() -> None:
    script, lab = Script(*START, WRONG), Lab()
    local, serial = (Console(script=script, lab=lab, console=name) for name in ("tty1", "ttyS0"))
    local.press("enter", "enter")
    serial.press("f5")
    lab.owner = KICKSTART
    local.advance(2)
    assert local.title == "Scripted Installation"


def test_stopping_is_asked_for() -> None:
    console = Console(*START)
    console.press("esc", "esc")
    assert console.script.stopped == 0
    console.press("esc", "y")
    assert console.script.stopped == 1


def test_a_run_that_dies_leaves_the_engine_to_a_console() -> None:
    console = Console(*START).installs()
    console.lab.owner = ""
    console.advance(1)
    assert console.lab.owner == "tty1"
    console.tell(BROKEN)
    assert console.title == "Installation Failed" and "Retry" in console.text()


def test_a_run_that_dies_with_its_engine_says_so() -> None:
    console = Console(*START).installs()
    console.lab.owner, console.lab.alive, console.script.died = "", False, True
    console.advance(1.5)
    assert console.title == "Scripted Installation Stopped" and "saying why" in console.text()


def test_a_run_that_does_not_start_is_told() -> None:
    script = Script()
    script.refusal = "The scripted installation could not be started: no memory."
    console = Console(script=script)
    assert console.title == "Scripted Installation Stopped" and "no memory" in whole_text(console)


def test_logs_are_saved_and_the_machine_restarted_on_demand() -> None:
    console = Console(*START, WRONG)
    console.press("f2")
    assert console.lab.saves == 1 and "USB stick" in console.text()
    console.press("enter", "f12", "y")
    assert console.lab.restarts == 1
