"""A built ISO: recognised, found whole, and taken apart into what ``iso_build.iso`` made it of.

Nothing is mounted. Where the files lie is asked of xorriso; the layout around them is that of ECMA-119
(volume descriptor), of the UEFI specification (GPT) and of ``iso_build.iso``.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from host.errors import HostError
from host.run import CommandError, run
from iso_build.iso import ESP_TYPE, LABEL

if TYPE_CHECKING:
    from installer.payload import Manifest

MENU = "/boot/grub/grub.cfg"
ADDED = "/bedplate/medium"
"""On a medium with a kickstart file: its mark, then the paths of the files that were put there."""

_MANIFEST = "/bedplate/manifest.json"
_BLOCK, _SECTOR = 2048, 512
_BOOT_CODE = 440
"""Bytes of the master boot record before the disk's signature and the table of partitions."""

_CHUNK = 1024**2
_ROW = re.compile(r"File data lba:\s*\d+ ,\s*(\d+) ,\s*\d+ ,\s*(\d+) , (.*)")


@dataclass(frozen=True)
class Extent:
    """A range of bytes of the ISO."""

    start: int
    size: int


@dataclass(frozen=True)
class Medium:
    """A built ISO. ``files`` are its files by path, ``seconds`` (since 1970) the date of all of them."""

    iso: Path
    files: dict[str, Extent]
    efi: Extent
    seconds: int
    manifest: Manifest
    menu: str
    added: tuple[str, ...]

    @property
    def own(self) -> frozenset[str]:
        """The paths of the files that it was built with."""
        return frozenset(self.files) - {ADDED, *self.added}


@dataclass(frozen=True)
class Parts:
    """What an ISO is made of; see ``iso_build.iso.command``."""

    contents: Path
    efi: Path
    hybrid: Path


def look(iso: Path) -> Medium:
    """Look at an ISO. Raises HostError when it is none of ours, or not whole."""
    try:
        with iso.open("rb") as file:
            seconds = _date(iso, file)
            efi = _efi(iso, file)
            files = _files(iso)
            for path in (MENU, _MANIFEST):
                if path not in files:
                    raise _foreign(iso, f"{path} is missing in it")
            manifest = _manifest(iso, _read(file, files[_MANIFEST]))
            menu = _read(file, files[MENU]).decode()
            added = _read(file, files[ADDED]).decode().splitlines()[1:] if ADDED in files else []
    except OSError as error:
        raise HostError(f"{iso} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _damaged(iso, "its boot menu is no text") from error
    return Medium(iso, files, efi, seconds, manifest, menu, tuple(added))


def take_apart(medium: Medium, folder: Path) -> Parts:
    """Copy what the ISO was built of into ``folder``, and check the system in it against its manifest.

    Raises HostError when something is damaged, OSError when it cannot be written.
    """
    parts = Parts(folder / "contents", folder / "efi.img", folder / "hybrid.img")
    with medium.iso.open("rb") as file:
        for path in sorted(medium.own):
            target = parts.contents / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            digest = _copy(file, medium.files[path], target)
            known = medium.manifest.files.get(path.removeprefix("/bedplate/"))
            if path.startswith("/bedplate/") and known and known.sha256 != digest:
                raise _damaged(medium.iso, f"{path} is not what its manifest says")
        _copy(file, medium.efi, parts.efi)
        parts.hybrid.write_bytes(_read(file, Extent(0, _BOOT_CODE)).ljust(_SECTOR, b"\0"))
    return parts


def ways_to_start(iso: Path) -> str:
    """How an ISO starts, as xorriso describes it: master boot record, partitions, El Torito; without the
    places of things. Raises HostError.
    """
    said = _xorriso(iso, "-report_el_torito", "as_mkisofs", "-report_system_area", "as_mkisofs")
    return re.sub(r"\d+(?=[sd]\b|[sd]_)", "N", said.replace(str(iso), "ISO"))


def _date(iso: Path, file: BinaryIO) -> int:
    """The date of the volume; also finds out whether it is one of ours (ECMA-119, 8.4)."""
    file.seek(16 * _BLOCK)
    head = file.read(_BLOCK)
    if len(head) < _BLOCK or head[:6] != b"\x01CD001":
        raise _foreign(iso, "it is no ISO image")
    label = head[40:72].decode("ascii", errors="replace").rstrip()
    if label != LABEL:
        raise _foreign(iso, f"its label is {label!r} and not {LABEL!r}")
    try:
        return calendar.timegm(time.strptime(head[830:844].decode("ascii"), "%Y%m%d%H%M%S"))
    except ValueError as error:
        raise _damaged(iso, "it has no date") from error


def _efi(iso: Path, file: BinaryIO) -> Extent:
    """Where the EFI system partition lies. The last sector of the GPT tells whether the file is whole."""
    file.seek(_SECTOR)
    head = file.read(_SECTOR)
    if head[:8] != b"EFI PART":
        raise _foreign(iso, "it has no partition table for USB sticks")
    whole = (int.from_bytes(head[32:40], "little") + 1) * _SECTOR
    size = iso.stat().st_size
    if size < whole:
        raise _damaged(iso, f"it has only {size} of its {whole} bytes")
    first, count, step = (
        int.from_bytes(head[at : at + n], "little") for at, n in ((72, 8), (80, 4), (84, 4))
    )
    file.seek(first * _SECTOR)
    for _ in range(min(count, 1024)):
        entry = file.read(step)
        if entry[:16] == UUID(ESP_TYPE).bytes_le:
            start, last = (int.from_bytes(entry[at : at + 8], "little") for at in (32, 40))
            return Extent(start * _SECTOR, (last + 1 - start) * _SECTOR)
    raise _damaged(iso, "it has no EFI system partition")


def _files(iso: Path) -> dict[str, Extent]:
    rows = (_ROW.fullmatch(line) for line in _xorriso(iso, "-find", "/", "-exec", "report_lba").splitlines())
    # The path is quoted as for a shell.
    return {shlex.split(row[3])[0]: Extent(int(row[1]) * _BLOCK, int(row[2])) for row in rows if row}


def _manifest(iso: Path, data: bytes) -> Manifest:
    import msgspec

    from installer.payload import Manifest
    from iso_build.release import PRODUCT

    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise _damaged(iso, f"its manifest cannot be read ({error})") from error
    if manifest.product != PRODUCT:
        raise _foreign(iso, f"it holds {manifest.product}")
    return manifest


def _read(file: BinaryIO, extent: Extent) -> bytes:
    file.seek(extent.start)
    data = file.read(extent.size)
    if len(data) < extent.size:
        raise _damaged(Path(file.name), "it is cut short")
    return data


def _copy(file: BinaryIO, extent: Extent, target: Path) -> str:
    """Copy a range of the ISO to a file of its own; returns its SHA-256 in hex."""
    sha256 = hashlib.sha256()
    file.seek(extent.start)
    left = extent.size
    with target.open("wb") as writing:
        while left:
            data = file.read(min(left, _CHUNK))
            if not data:
                raise _damaged(Path(file.name), "it is cut short")
            sha256.update(data)
            writing.write(data)
            left -= len(data)
    return sha256.hexdigest()


def _xorriso(iso: Path, *command: str) -> str:
    try:
        return run(["xorriso", "-indev", iso.absolute(), *command], reads_only=True).stdout
    except CommandError as error:
        raise _damaged(iso, f"xorriso cannot read it ({error.message})") from error


def _foreign(iso: Path, why: str) -> HostError:
    return HostError(
        f"{iso} is no Bedplate ISO: {why}.", hint="Give the one that `make iso` has built, as it is."
    )


def _damaged(iso: Path, why: str) -> HostError:
    return HostError(f"{iso} is damaged: {why}.", hint="Build or copy it again.")
