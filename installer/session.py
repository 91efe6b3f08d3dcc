"""The installation seen from the consoles: one of them owns it, one engine carries it out, all can watch.

A console that dies gives up its claim and leaves the engine running; the one that takes over follows the
same events.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

import msgspec

from host import events, paths
from host.errors import HostError
from host.machine.model import Location
from host.run import CommandError, run
from installer import process
from installer.process import EVENTS, LOG
from installer.spec import Spec, to_json

KICKSTART = "kickstart"
"""Who owns an installation that no console started: the scripted one (installer.scripted)."""

_CLAIM = "lock"

_SCRIPTED = "scripted.jsonl"

_claims: dict[Path, int] = {}
"""The claim of this process: the open file whose lock it is."""

__all__ = ["KICKSTART", "claim", "follow", "owner", "prepare", "release", "running", "save_logs", "start"]


def claim(console: str, work: Path = paths.INSTALL) -> bool:
    """Take the installation for this console (``tty1``, ``ttyS0``); False when another one has it.

    Kept until ``release`` or the end of the process. Claiming again what one has is no error.
    """
    if work in _claims:
        return True
    work.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(work / _CLAIM, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    os.ftruncate(descriptor, 0)
    os.write(descriptor, console.encode())
    _claims[work] = descriptor
    return True


def owner(work: Path = paths.INSTALL) -> str:
    """The console that has the installation; empty when none has, also after one died with it."""
    try:
        descriptor = os.open(work / _CLAIM, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 100).decode(errors="replace")
    finally:
        os.close(descriptor)
    return ""


def release(work: Path = paths.INSTALL) -> None:
    """Give up the claim, if this process has it."""
    descriptor = _claims.pop(work, None)
    if descriptor is not None:
        os.close(descriptor)


def running(work: Path = paths.INSTALL) -> bool:
    """Whether an installation is under way, started from whatever console."""
    return process.running(work)


def prepare(work: Path = paths.INSTALL, *, options: tuple[str, ...] = ()) -> None:
    """Have an engine loaded and waiting, so that ``start`` begins at once. Takes as long as Python takes to
    start.

    Worth calling, beside other work, once the user is about to confirm; doing it twice, or never, does no
    harm. Raises HostError when the engine cannot be started.
    """
    if not process.waiting(work) and not process.running(work):
        _engine("--wait", work, options, spec=None)


def start(spec: Spec, work: Path = paths.INSTALL, *, options: tuple[str, ...] = ()) -> None:
    """Hand the spec to the engine that waits, or start one; ``follow`` says how it goes.

    ``options`` are further options of the engine; one that waits has been given its own. Raises HostError
    when an installation is already under way, or when the engine cannot be started.
    """
    if process.running(work):
        raise HostError("An installation is already under way.", hint="Wait until it has ended.")
    if not process.hand_over(work, to_json(spec)):
        _engine("--detach", work, options, spec)


def _engine(how: str, work: Path, options: tuple[str, ...], spec: Spec | None) -> None:
    command = [sys.executable, "-m", "installer.engine", how, "--work", str(work), *options]
    try:
        run(command, secret=to_json(spec).decode() if spec is not None else None)
    except CommandError as error:
        raise HostError(f"The installation could not be started: {error.message}", hint=error.hint) from error


def follow(offset: int, work: Path = paths.INSTALL) -> tuple[tuple[events.Event, ...], int]:
    """What has happened since ``offset`` (0 is the beginning), and the offset to ask with next time.

    When the engine has ended without a last word (killed, machine out of memory), an Error says so, once
    for every call from then on.
    """
    # Asked before reading: an engine that ends in between has written its last event by then.
    alive = process.running(work)
    try:
        with (work / EVENTS).open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return (), offset
    whole = data[: data.rfind(b"\n") + 1]
    found = tuple(events.from_line(line) for line in whole.splitlines())
    if not alive and not whole and not _has_ended(work):
        return (_silent(work),), offset
    return found, offset + len(whole)


def save_logs(work: Path = paths.INSTALL) -> str:
    """Put the logs on a USB stick and return where they are, for people. Raises HostError when there is
    none.
    """
    stick = _stick()
    place = work / "stick"
    place.mkdir(parents=True, exist_ok=True)
    run(["mount", "-t", "vfat", "-o", "nodev,nosuid,noexec", stick, place])
    try:
        name = _write_archive(place, work)
    except OSError as error:
        raise HostError(
            f"The logs could not be written to the stick: {error.strerror}.",
            hint="See whether it is full or write-protected, or use another one.",
        ) from error
    finally:
        run(["umount", place])
    return f"{name} on the USB stick {stick}"


def _silent(work: Path) -> events.Error:
    """The last word of an engine that had none."""
    changed = (
        "The disk may have been erased; unless the boot loaders were already written, it does not start."
    )
    if events.to_line(events.Begun("upgrade")) in (work / EVENTS).read_bytes():
        changed = "The host starts, with the version that was installed or, on trial, with the new one."
    return events.Error(
        "The installer ended without saying why.",
        "Look at the log in the shell (Alt+F1), then start the installer again.",
        changed,
    )


def _has_ended(work: Path) -> bool:
    lines = (work / EVENTS).read_bytes().splitlines()
    try:
        last = events.from_line(lines[-1]) if lines else None
    except msgspec.DecodeError:
        return False
    return isinstance(last, events.Done | events.Error)


def _stick() -> str:
    from host.machine.disks import find_disks

    for disk in find_disks():
        if disk.location is Location.USB and not disk.boot_medium and not disk.read_only:
            for content in disk.contents:
                if content.kind == "vfat":
                    return content.path
    raise HostError(
        "No USB stick to save the logs on was found.",
        hint="Plug in one with a FAT file system (not the installation medium) and try again.",
    )


def _write_archive(place: Path, work: Path) -> str:
    """The installer's log, its events and the system's journal in one archive."""
    import io
    import tarfile
    import time

    name = time.strftime("bedplate-install-%Y%m%d-%H%M%S.tar.gz")
    journal = run(["journalctl", "--boot", "--no-pager"], check=False, reads_only=True).stdout.encode()
    with tarfile.open(place / name, "w:gz") as archive:
        for path in (work / LOG, work / EVENTS, work / _SCRIPTED):
            if path.exists():
                archive.add(path, path.name)
        entry = tarfile.TarInfo("journal.txt")
        entry.size = len(journal)
        archive.addfile(entry, io.BytesIO(journal))
    os.sync()
    return name
