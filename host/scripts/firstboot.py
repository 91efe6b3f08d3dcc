"""The scripts of ``%firstboot``: kept on STATE by the installer, run once each after the host's first start.

``python3 -m host.scripts.firstboot`` runs those that wait; bedplate-firstboot.service starts it.

A script is marked as begun, on the disk, before it begins, and a begun one never begins again: one that ends
with ``reboot`` would restart the host for ever. What is left runs after the next start. The body of a script
is removed once it has run, since it may hold passwords; what became of it stays in ``progress.json``.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from host import paths, power
from host.config.store import remove_file, write_file
from host.errors import HostError
from host.scripts.model import Outcome, Result, Script
from host.scripts.runner import REAL, Surroundings, note, run_script

log = logging.getLogger(__name__)

QUEUE = "queue"
"""The folder of those that wait, a file each, in the order of their names."""

PROGRESS = "progress.json"

ADDRESS_WAIT = 60.0
"""Seconds that the scripts wait for the host to have an address; without one they run all the same."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Step(StrEnum):
    """Where a script is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A script that has begun: its ``name`` in the queue, and what became of it in ``text``.

    ``excused`` marks a failure that the script's ``--ignorefailure`` makes none.
    """

    name: str
    title: str
    step: Step
    text: str = ""
    excused: bool = False


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the scripts are: how many there are, and those that have begun, in their order.

    ``ended`` is the kernel's id of the boot in which the last one ended, '' before that.
    """

    total: int
    begun: tuple[Entry, ...] = ()
    ended: str = ""


@dataclass(frozen=True)
class Host:
    """What the runner asks of the host; tests put their own in.

    ``going_down`` says whether a shutdown is under way, ``stop`` whether this program is told to end.
    """

    root: Path = paths.FIRST_BOOT
    log_file: Path = paths.FIRST_BOOT_LOG
    going_down: Callable[[], bool] = lambda: _going_down()
    stop: Callable[[], bool] = lambda: False
    boot_id: Callable[[], str] = lambda: _boot_id()
    surroundings: Surroundings = REAL


def store(scripts: Iterable[Script], root: Path) -> None:
    """Keep scripts for the first start below ``root``, in their order, in place of any that are there.

    ``root`` is ``paths.FIRST_BOOT`` on the STATE of the new host. Raises HostError when the disk cannot be
    written.
    """
    scripts = tuple(scripts)
    queue = root / QUEUE
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        queue.mkdir(exist_ok=True, mode=0o700)
        for old in queue.iterdir():
            old.unlink()
        for number, script in enumerate(scripts, 1):
            write_file(queue / f"{number:03}.json", msgspec.json.encode(script))
        _save(Progress(total=len(scripts)), root)
    except OSError as error:
        raise HostError(
            f"The first boot scripts could not be kept: {error}.", hint="The disk may be failing."
        ) from error


def run_all(host: Host) -> bool:
    """Run what waits, one after the other, until all have run or the host goes down; whether all have run.

    What a script does is no error of ours. Raises HostError and OSError when STATE cannot be read or written.
    """
    progress = load(host.root) or Progress(total=0)
    progress = _settle_interrupted(progress, host)
    for path in _waiting(host.root):
        if path.name in {entry.name for entry in progress.begun}:
            # The power went off between the mark and the removal.
            remove_file(path)
            continue
        if host.going_down() or host.stop():
            note(host.log_file, "The host goes down; the other scripts run after the next start.")
            return False
        progress = _run_one(path, progress, host)
    if not progress.ended:
        _save(msgspec.structs.replace(progress, ended=host.boot_id()), host.root)
        note(host.log_file, "All first boot scripts have run.")
    return True


def load(root: Path = paths.FIRST_BOOT) -> Progress | None:
    """How far the scripts are; None on a host that has none. Raises HostError when that cannot be read."""
    try:
        return msgspec.json.decode((root / PROGRESS).read_bytes(), type=Progress)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise HostError(f"What became of the first boot scripts cannot be read: {error}.") from error


def notices(root: Path = paths.FIRST_BOOT, boot_id: str = "") -> tuple[str, ...]:
    """What the splash says about the scripts: which one runs, which failed.

    Failures are told until the host is started again after the last script. ``boot_id`` is the kernel's id
    of the present boot; by default it is asked. Never raises: what cannot be read is told, too.
    """
    try:
        progress = load(root)
    except HostError as error:
        return (error.message,)
    if progress is None or (progress.ended and progress.ended != (boot_id or _boot_id())):
        return ()
    running = [number for number, entry in enumerate(progress.begun, 1) if entry.step is Step.RUNNING]
    failed = [entry for entry in progress.begun if entry.step is Step.FAILED and not entry.excused]
    return (
        *(f"{entry.text} See First boot under View System Logs." for entry in failed),
        *(f"First boot script {number} of {progress.total} is running." for number in running),
    )


def _run_one(path: Path, progress: Progress, host: Host) -> Progress:
    entry = Entry(name=path.name, title=path.name, step=Step.RUNNING)
    try:
        script = msgspec.json.decode(path.read_bytes(), type=Script)
    except (OSError, msgspec.DecodeError) as error:
        text = f"The first boot script {path.name} is damaged: {error}."
        note(host.log_file, text)
        entry = msgspec.structs.replace(entry, step=Step.FAILED, text=text)
        progress = _with(progress, entry)
        _save(progress, host.root)
        remove_file(path)
        return progress
    entry = msgspec.structs.replace(entry, title=script.title, excused=script.ignore_failure)
    _save(_with(progress, entry), host.root)
    outcome = run_script(script, log_file=host.log_file, stop=host.stop, surroundings=host.surroundings)
    progress = _with(progress, _ended(entry, outcome))
    _save(progress, host.root)
    remove_file(path)
    return progress


def _ended(entry: Entry, outcome: Outcome) -> Entry:
    steps = {Result.DONE: Step.DONE, Result.STOPPED: Step.INTERRUPTED}
    return msgspec.structs.replace(entry, step=steps.get(outcome.result, Step.FAILED), text=outcome.text)


def _settle_interrupted(progress: Progress, host: Host) -> Progress:
    """One that was running when the host went down: it had its turn."""
    for entry in progress.begun:
        if entry.step is Step.RUNNING:
            text = f"{entry.title} was running when the host went down; it does not run again."
            note(host.log_file, text)
            progress = _with(progress, msgspec.structs.replace(entry, step=Step.INTERRUPTED, text=text))
            _save(progress, host.root)
    return progress


def _with(progress: Progress, entry: Entry) -> Progress:
    others = tuple(known for known in progress.begun if known.name != entry.name)
    return msgspec.structs.replace(progress, begun=(*others, entry))


def _waiting(root: Path) -> list[Path]:
    return sorted((root / QUEUE).glob("*.json"))


def _save(progress: Progress, root: Path) -> None:
    write_file(root / PROGRESS, msgspec.json.encode(progress))


def _going_down() -> bool:
    """Whether a shutdown is under way or waits: ``reboot`` returns to its script before it begins."""
    try:
        return power.going_down()
    except HostError as error:
        log.warning("%s", error)
        return False


def _boot_id() -> str:
    return _BOOT_ID.read_text().strip()


def _wait_for_address() -> bool:
    """The units before this one say when the services are there; an address says nothing when it comes."""
    from host.network.state import state
    from host.network.watch import Watch

    def has_address() -> bool:
        now = state()
        return any(not address.link_local for address in (*now.ipv4, *now.ipv6))

    with Watch() as watch:
        return watch.wait_for(has_address, ADDRESS_WAIT)


def main() -> int:
    """The command; 0 also when scripts failed, since that is theirs and told elsewhere."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    host = Host(stop=lambda: bool(told))
    try:
        if not _wait_for_address():
            note(host.log_file, f"The host has no address after {ADDRESS_WAIT:g} s; the scripts run now.")
        run_all(host)
    except (HostError, OSError) as error:
        log.error("first boot scripts: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
