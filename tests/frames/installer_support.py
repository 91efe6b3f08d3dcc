"""The installer on a recorded machine, driven by keys, and the frames it should show.

Golden frames are in ``golden/``; ``UPDATE_FRAMES=1 pytest tests/frames`` writes them anew. Look at the
difference before keeping it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import msgspec

from host import keyboard, passwords
from host.errors import HostError
from host.events import Event
from host.machine.model import Disk, Machine, load
from installer import backend as installer_backend
from installer import plan, prechecks
from installer.backend import Backend
from installer.screens.wizard import Wizard
from installer.spec import InstallSpec, Spec, UpgradeSpec
from installer.upgrading import Examined
from tui.app import App
from tui.headless import Driver

HERE = Path(__file__).parent
MACHINES = HERE.parent / "machines"
GOLDEN = HERE / "golden"

PASSWORD = "gnu7.Trail"

Scene = Callable[["Installer"], object]


class Lab:
    """One machine with its consoles: what the engine, the session and the hardware would say."""

    def __init__(self, machine: str = "plain-vm") -> None:
        self.machine: Machine = load(MACHINES / f"{machine}.json")
        self.owner = ""
        self.alive = False
        self.events: list[Event] = []
        self.installed = Examined(installed="0.0.9", offered="0.1.0")
        self.asked: list[Spec] = []
        self.layouts: list[str] = []
        self.restarts = 0
        self.saves = 0
        self.refuse_start = ""
        self.prepared = 0
        self.watch: Any = None

    def backend(self) -> Backend:
        """The backend for a console of this machine."""
        return Backend(
            product="Bedplate",
            version="0.1.0",
            licence=installer_backend.licence,
            machine=lambda: self.machine,
            watch=lambda: self.watch,
            refusal=lambda disk, machine: prechecks.refusal(disk, machine.firmware),
            check=prechecks.check,
            preservable=lambda machine, disk: installer_backend.can_preserve(plan.plan, machine, disk),
            examine=lambda _: self.installed,
            describe=plan.describe,
            layouts=tuple(layout.name for layout in keyboard.LAYOUTS),
            activate_keyboard=self.layouts.append,
            password_problem=passwords.problem,
            hash_password=lambda password: f"hash of {len(password)}",
            claim=self._claim,
            owner=lambda: self.owner,
            release=self._release,
            running=lambda: self.alive,
            prepare=self._prepare,
            start=self._start,
            follow=lambda offset: (tuple(self.events[offset:]), len(self.events)),
            save_logs=self._save_logs,
            restart=self._restart,
        )

    @property
    def started(self) -> list[InstallSpec]:
        """The installations the engine was asked for."""
        return [spec for spec in self.asked if isinstance(spec, InstallSpec)]

    @property
    def upgraded(self) -> list[UpgradeSpec]:
        """The upgrades."""
        return [spec for spec in self.asked if isinstance(spec, UpgradeSpec)]

    def unplug(self, serial: str) -> None:
        """Take a disk out."""
        kept = tuple(disk for disk in self.machine.disks if disk.serial != serial)
        self.machine = msgspec.structs.replace(self.machine, disks=kept)

    def plug(self, disk: Disk) -> None:
        """Put a disk in."""
        self.machine = msgspec.structs.replace(self.machine, disks=(*self.machine.disks, disk))

    def disk(self, serial: str) -> Disk:
        """A disk by its serial number."""
        return next(disk for disk in self.machine.disks if disk.serial == serial)

    def _claim(self, console: str) -> bool:
        if self.owner and self.owner != console:
            return False
        self.owner = console
        return True

    def _release(self) -> None:
        self.owner = ""

    def _prepare(self) -> None:
        self.prepared += 1
        if self.refuse_start:
            raise HostError(self.refuse_start)

    def _start(self, spec: Spec) -> None:
        if self.refuse_start:
            raise HostError(self.refuse_start, hint="Try again.")
        self.events.clear()
        self.asked.append(spec)
        self.alive = True

    def _save_logs(self) -> str:
        self.saves += 1
        return "bedplate-install-20260101-120000.tar.gz on the USB stick /dev/sdb1"

    def _restart(self) -> None:
        self.restarts += 1


class Installer(Driver):
    """One console of the machine."""

    def __init__(
        self,
        lab: Lab | str = "plain-vm",
        *,
        console: str = "tty1",
        cols: int = 80,
        rows: int = 24,
        colours: str = "colour",
        backend: dict[str, Any] | None = None,
    ) -> None:
        self.lab = Lab(lab) if isinstance(lab, str) else lab
        self.wizards: list[Wizard] = []
        parts = replace(self.lab.backend(), **(backend or {}))

        def make(screen: Any, clock: Any) -> App:
            app = App(screen, event_loop=clock, colours=colours)
            self.wizards.append(Wizard(app, parts, console))
            return app

        super().__init__(make, cols=cols, rows=rows)
        self.wizards[0].start()
        self.settle()

    @property
    def wizard(self) -> Wizard:
        """What moves this console through the pages."""
        return self.wizards[0]

    @property
    def title(self) -> str:
        """The title of what is on top."""
        top = self.app.top
        return top.title if top else ""

    def to_disks(self) -> Self:
        """Through welcome and licence."""
        self.press("enter", "f11")
        return self

    def to_keyboard(self, *, existing: bool = False) -> Self:
        """With the selected disk to the keyboard page."""
        self.to_disks().press("enter")
        if existing:
            self.press("enter")
        return self

    def to_password(self, *, existing: bool = False) -> Self:
        """With the default keyboard to the password page."""
        self.to_keyboard(existing=existing).press("enter")
        return self

    def give_password(self, password: str = PASSWORD, repeated: str | None = None) -> Self:
        """Type both fields and go on."""
        self.write(password).press("tab").write(password if repeated is None else repeated).press("enter")
        return self

    def to_confirm(self, *, existing: bool = False) -> Self:
        """To the last page, without findings on the way."""
        self.to_password(existing=existing).give_password()
        return self

    def install(self) -> Self:
        """Through the whole wizard."""
        self.to_confirm().press("f11")
        return self

    def tell(self, *events: Event) -> Self:
        """Let the engine say something."""
        self.lab.events += events
        self.advance(0.5)
        return self


def golden(name: str, text: str) -> None:
    """Compare a frame with its golden file, or write that anew when asked to."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_FRAMES"):
        path.write_text(text + "\n", encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text + "\n" == expected, f"{name} looks different:\n{text}\nIt was:\n{expected}"


def strange_files(names: Sequence[str]) -> list[str]:
    """Golden files that no scene has."""
    return sorted(path.stem for path in GOLDEN.glob("installer_*.txt") if path.stem not in names)
