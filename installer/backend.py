"""What the screens need of the machine and the engine, as one set of functions.

``real`` is the machine the installer runs on; ``recorded`` stands a recorded machine in its place and
lets the engine make a dry run. Tests fill in their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host import paths
from host.errors import HostError
from host.events import Error, Event, from_line
from host.machine.model import Disk, Machine
from installer.spec import Datastore, InstallSpec, Spec, to_json

if TYPE_CHECKING:
    from installer.prechecks import Finding
    from installer.scripted.events import Event as ScriptEvent
    from installer.upgrading import Examined


@dataclass(frozen=True)
class Scripting:
    """The scripted installation as installer.scripted.session has it; ``begin`` and ``again`` are slow."""

    begin: Callable[[], None]
    again: Callable[[], None]
    stop: Callable[[], None]
    follow: Callable[[int], tuple[Sequence[ScriptEvent], int]]


@dataclass(frozen=True)
class Backend:
    """Everything the wizard does not do itself. All of it may be slow except where noted.

    ``refusal`` is '' when a disk can be the target; ``preservable`` says whether its datastore can be kept,
    ``examine`` which version is on it and whether that can be upgraded. ``watch`` gives something with
    ``fileno``, ``read``, ``settled`` and ``pending`` (host.machine.watch), or None. ``claim`` to ``follow``
    are those of installer.session and return at once, but for ``prepare``, which loads the engine before it
    is wanted. ``restart`` ends the installer. ``script`` is there when the boot options ask for a scripted
    installation.
    """

    product: str
    version: str
    licence: Callable[[], str]
    machine: Callable[[], Machine]
    watch: Callable[[], Any]
    refusal: Callable[[Disk, Machine], str]
    check: Callable[[Machine, Disk | None], tuple[Finding, ...]]
    preservable: Callable[[Machine, Disk], bool]
    examine: Callable[[Disk], Examined]
    describe: Callable[[Machine, Spec], tuple[str, ...]]
    layouts: Sequence[str]
    activate_keyboard: Callable[[str], None]
    password_problem: Callable[[str], str]
    hash_password: Callable[[str], str]
    claim: Callable[[str], bool]
    owner: Callable[[], str]
    release: Callable[[], None]
    running: Callable[[], bool]
    prepare: Callable[[], None]
    start: Callable[[Spec], None]
    follow: Callable[[int], tuple[Sequence[Event], int]]
    save_logs: Callable[[], str]
    restart: Callable[[], None]
    is_recorded: bool = False
    script: Scripting | None = None

    @property
    def title(self) -> str:
        """Product and version, as titles name it."""
        return f"{self.product} {self.version}"


def real() -> Backend:
    """The machine this runs on."""
    from installer import session

    return _backend(
        machine=_probe,
        watch=_watch,
        examine=_examine,
        activate_keyboard=_activate_keyboard,
        claim=session.claim,
        owner=session.owner,
        release=session.release,
        running=session.running,
        prepare=session.prepare,
        start=session.start,
        follow=session.follow,
        save_logs=session.save_logs,
        restart=_restart,
        script=_scripting(),
    )


def recorded(file: Path) -> Backend:
    """A recorded machine; nothing is changed, the engine makes a dry run."""
    from host.machine.model import load

    run = _DryRun(file)
    return _backend(
        machine=lambda: load(file),
        watch=lambda: None,
        examine=_unknown,
        activate_keyboard=lambda _: None,
        claim=lambda _: True,
        owner=lambda: "",
        release=lambda: None,
        running=lambda: False,
        prepare=lambda: None,
        start=run.start,
        follow=run.follow,
        save_logs=lambda: "nowhere, because this was a dry run",
        restart=lambda: None,
        is_recorded=True,
    )


def _backend(**parts: Any) -> Backend:
    """The functions both kinds share. What they need is imported at their first use.

    The first screen needs next to nothing, and imports take seconds on an emulated processor; ``warm_up``
    does them while somebody reads it.
    """
    from host.keyboard import LAYOUTS
    from host.product import product

    named = product()
    return Backend(
        product=named.name,
        version=named.version,
        licence=licence,
        refusal=_refusal,
        check=_check,
        preservable=_preservable,
        describe=_describe,
        layouts=tuple(layout.name for layout in LAYOUTS),
        password_problem=_password_problem,
        hash_password=_hash_password,
        **parts,
    )


def warm_up() -> None:
    """Import what the later pages need."""
    from importlib import import_module

    for name in (
        "host.machine.probe",
        "host.machine.settle",
        "host.machine.watch",
        "host.passwords",
        "installer.plan",
    ):
        import_module(name)


def _refusal(disk: Disk, machine: Machine) -> str:
    from installer import prechecks

    return prechecks.refusal(disk, machine.firmware)


def _check(machine: Machine, disk: Disk | None) -> tuple[Finding, ...]:
    from installer import prechecks

    return prechecks.check(machine, disk)


def _preservable(machine: Machine, disk: Disk) -> bool:
    from installer import plan

    return can_preserve(plan.plan, machine, disk)


def _examine(disk: Disk) -> Examined:
    from installer import upgrading

    return upgrading.examine(disk)


def _unknown(_: Disk) -> Examined:
    from installer.upgrading import Examined

    return Examined(refusal="What is recorded of a machine does not say which version its disks hold.")


def _describe(machine: Machine, spec: Spec) -> tuple[str, ...]:
    from installer import plan

    return plan.describe(machine, spec)


def _password_problem(password: str) -> str:
    from host import passwords

    return passwords.problem(password)


def _hash_password(password: str) -> str:
    from host import passwords

    return passwords.hash_password(password)


def can_preserve(plan: Callable[[Machine, InstallSpec], Any], machine: Machine, disk: Disk) -> bool:
    """Whether the engine would keep this disk's datastore: the plan itself is asked."""
    if not any(found.kind == "datastore" for found in disk.contents):
        return False
    wish = InstallSpec(
        disk_id=disk.id,
        disk_serial=disk.serial,
        disk_size=disk.size,
        password_hash="*",
        erase=True,
        datastore=Datastore.PRESERVE,
    )
    try:
        plan(machine, wish)
    except HostError:
        return False
    return True


def licence() -> str:
    """The licence text: of the image, or of the source tree. Raises HostError when there is none."""
    for path in (paths.LICENCE, Path(__file__).parent.parent / "LICENSE"):
        if path.exists():
            return path.read_text(encoding="utf-8")
    raise HostError("The licence text is missing.", hint="Write the installation medium anew.")


def _activate_keyboard(name: str) -> None:
    from host import keyboard

    keyboard.activate(name)


def _probe() -> Machine:
    from host.machine.probe import probe
    from host.machine.settle import settle

    settle()
    return probe()


def _watch() -> Any:
    from host.machine.watch import Watch

    return Watch()


def _restart() -> None:
    from installer import restart

    restart.restart()


def _scripting() -> Scripting | None:
    """Only where the boot options ask for it; otherwise nothing of it is even imported."""
    from installer.scripted import session

    if not session.is_asked_for():
        return None
    return Scripting(session.begin, session.again, session.stop, session.follow)


class _DryRun:
    """Runs the engine on a recorded machine to its end, then tells its events."""

    def __init__(self, machine: Path) -> None:
        self._machine = machine
        self._events: list[Event] = []

    def start(self, spec: Spec) -> None:
        from tempfile import TemporaryDirectory

        from host.run import run

        self._events.clear()
        with TemporaryDirectory() as work:
            options = ["--machine", str(self._machine), "--dry-run", "--work", work]
            engine = [sys.executable, "-m", "installer.engine", *options]
            result = run(engine, secret=to_json(spec).decode(), check=False, timeout=600)
        self._events += [from_line(line.encode()) for line in result.stdout.splitlines() if line]
        if result.returncode and not any(isinstance(event, Error) for event in self._events):
            self._events.append(Error("The dry run failed.", hint=result.stderr.strip()))

    def follow(self, offset: int) -> tuple[Sequence[Event], int]:
        return self._events[offset:], len(self._events)
