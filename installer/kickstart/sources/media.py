"""Looks for a file on volumes: mounts each read-only in its turn, and waits for those still to come."""

from __future__ import annotations

import logging
import select
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from host import paths
from host.errors import HostError
from host.machine.volumes import Volume
from host.machine.watch import QUIET, Watch
from host.run import CommandError, run
from installer.kickstart.sources.base import How, read_file

log = logging.getLogger(__name__)

Find = Callable[[], Iterable[Volume]]
"""Looks which volumes there are now."""

KINDS: dict[str, tuple[str, str]] = {
    "iso9660": ("iso9660", "iocharset=utf8"),
    "udf": ("udf", "iocharset=utf8"),
    "vfat": ("vfat", "iocharset=utf8"),
    "exfat": ("exfat", "iocharset=utf8"),
    # Without replaying the journal, which would write to the stick.
    "ext2": ("ext4", "noload"),
    "ext3": ("ext4", "noload"),
    "ext4": ("ext4", "noload"),
    "xfs": ("xfs", "norecovery,nouuid"),
}
"""How each kind of file system that is read is mounted: the kernel's name for it, and options."""

_ON_DISCS = ("iso9660", "udf")
_SAFE = "ro,nosuid,nodev,noexec"
_TIMEOUT = 60.0
"""Seconds for one mount: a drive that spins up, or tries a scratch again and again, takes long."""


@dataclass(frozen=True)
class Hit:
    """A file that was found: on which volume, under which path there, and its contents."""

    volume: Volume
    path: str
    data: bytes = field(repr=False)

    @property
    def where(self) -> str:
        """The place for people."""
        return f"{self.volume.title}: {self.path}"


@dataclass(frozen=True)
class Searched:
    """What one search brought: the files, and why each of the other volumes has none."""

    hits: tuple[Hit, ...] = ()
    missed: tuple[str, ...] = ()


def wait_for(path: str, find: Find, how: How, *, what: str, hint: str, work: Path = paths.KICKSTART) -> Hit:
    """The first volume with that file; while none has it, volumes are waited for as long as ``how`` says.

    ``what`` names such volumes for people ("USB stick"). Where several have the file and not the same one,
    the first in order is taken and that is said. Raises HostError with every volume that was looked at, and
    ``hint``.
    """
    until = time.monotonic() + how.patience
    # Watching begins before looking, so that nothing appears unseen in between.
    watch = _watch() if how.patience > 0 else None
    said = ""
    while True:
        searched = search(path, find(), work)
        if searched.hits:
            _tell_of_others(searched.hits, how)
            return searched.hits[0]
        missing = _missing(path, searched, what)
        left = until - time.monotonic()
        if watch is None or left <= 0:
            raise HostError(missing, hint=hint)
        if missing != said:
            how.on_attempt(f"{missing} Waiting up to {left:.0f} s for another one.")
            said = missing
        _wait_for_change(watch, left)


def search(path: str, volumes: Iterable[Volume], work: Path = paths.KICKSTART) -> Searched:
    """Look into every volume for that file, the case of its path as written before any other case."""
    hits: list[Hit] = []
    missed: list[str] = []
    for volume in volumes:
        try:
            with opened(volume, work) as root:
                file = locate(root, path)
                shown = "/" + str(file.relative_to(root.resolve()))
                hits.append(Hit(volume, shown, read_file(file, f"{volume.title}: {shown}")))
        except FileNotFoundError:
            missed.append(f"{volume.title}: no such file")
        except CommandError as error:
            missed.append(f"{volume.title}: it cannot be mounted ({_reason(error)})")
        except HostError as error:
            missed.append(error.message.rstrip("."))
        except OSError as error:
            missed.append(f"{volume.title}: it cannot be read ({error.strerror})")
    return Searched(tuple(hits), tuple(missed))


@contextmanager
def opened(volume: Volume, work: Path = paths.KICKSTART) -> Iterator[Path]:
    """The root folder of a volume, where it is mounted already or else read-only for as long as this lasts.

    Raises HostError when its file system is none that is read, CommandError when it cannot be mounted.
    """
    if volume.mounts:
        yield Path(volume.mounts[0])
        return
    if volume.kind not in KINDS and not (volume.optical and not volume.kind):
        raise HostError(f"{volume.title}: {volume.kind} is not read")
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(prefix="volume-", dir=work))
    try:
        _mount(volume, place)
        try:
            yield place
        finally:
            run(["umount", place], timeout=_TIMEOUT)
    finally:
        place.rmdir()


def locate(root: Path, path: str) -> Path:
    """The file of that path below ``root``: as written, else without regard to case.

    CDs without long names show theirs in small letters, and people write them in capitals. Raises
    FileNotFoundError when there is none; a link that leads out of the volume counts as none.
    """
    top = root.resolve()
    for candidate in (root / path.lstrip("/"), *_any_case(root, Path(path.lstrip("/")).parts)):
        real = candidate.resolve()
        if real.exists() and real.is_relative_to(top):
            return real
    raise FileNotFoundError(path)


def _any_case(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    if not names:
        yield folder
    elif folder.is_dir():
        wanted = names[0].casefold()
        for entry in sorted(folder.iterdir()):
            if entry.name.casefold() == wanted:
                yield from _any_case(entry, names[1:])


def _mount(volume: Volume, place: Path) -> None:
    """Discs often hold two file systems; the one udev names may be one this kernel does not have."""
    kinds = [volume.kind] if volume.kind else []
    if volume.optical:
        kinds += [kind for kind in _ON_DISCS if kind not in kinds]
    for number, kind in enumerate(kinds, 1):
        name, options = KINDS[kind]
        try:
            run(["mount", "-t", name, "-o", f"{_SAFE},{options}", volume.path, place], timeout=_TIMEOUT)
        except CommandError:
            if number == len(kinds):
                raise
        else:
            return


def _watch() -> Watch | None:
    try:
        return Watch()
    except HostError as error:
        log.warning("%s", error.message)
        return None


def _wait_for_change(watch: Watch, seconds: float) -> None:
    """Wait until devices have come or gone and are quiet again, at most that long."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        select.select([watch], [], [], min(left, QUIET) if watch.pending() else left)
        watch.read()
        if watch.settled():
            return


def _tell_of_others(hits: tuple[Hit, ...], how: How) -> None:
    others = [hit for hit in hits[1:] if hit.data != hits[0].data]
    if others:
        places = ", ".join(hit.where for hit in others)
        how.on_attempt(f"{hits[0].where} is used. There is another one: {places}.")


def _missing(path: str, searched: Searched, what: str) -> str:
    if not searched.missed:
        return f"There is no {what} to look for {path} on."
    return f"{path} is on no {what}. Looked at: {'; '.join(searched.missed)}."


def _reason(error: CommandError) -> str:
    """mount(8)'s own words, without its repeating the command."""
    lines = [line for line in error.output.splitlines() if line.strip()]
    return lines[0].rpartition(": ")[2].rstrip(".") if lines else error.message
