"""What is copied to a disk: kernel, initrd and system image, as their manifest describes them."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from host import paths
from host.errors import HostError

MANIFEST = "manifest.json"

MEDIUM = "medium"
"""Beside the manifest of a medium that was given a kickstart file (iso_build.remaster): its first line is the
mark that tells this medium from all others.
"""

MARK = re.compile(r"[0-9a-f]{8}")

DAMAGED = (
    "The installation medium is damaged or was not written completely. Write it anew, or use another one."
)


class File(msgspec.Struct, frozen=True):
    """A file of the payload: its size in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``manifest.json``; ``cmdline`` is what the kernel of an installed host is started with."""

    product: str
    version: str
    build: str
    root_hash: str
    hash_offset: int
    files: dict[str, File]
    cmdline: tuple[str, ...] = ()


class Payload(msgspec.Struct, frozen=True):
    """A folder with a system in it. ``mark`` is that of a medium with a kickstart file, else empty."""

    folder: Path
    manifest: Manifest
    mark: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.manifest.files.values())


def read_payload(folder: Path = paths.PAYLOAD) -> Payload:
    """The payload in a folder. Raises HostError when it is missing, damaged or not whole."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        raise HostError(
            f"The installation medium cannot be read: {error}",
            hint="Put the medium back, or start from it again.",
        ) from error
    except msgspec.DecodeError as error:
        raise HostError(f"{folder / MANIFEST} is damaged: {error}", hint=DAMAGED) from error
    for name, file in manifest.files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or path.stat().st_size != file.size:
            raise HostError(f"{path} is missing or has the wrong size.", hint=DAMAGED)
    return Payload(folder, manifest, _mark(folder / MEDIUM))


def _mark(path: Path) -> str:
    """The mark in that file, '' when it holds none. Raises HostError when it cannot be read."""
    try:
        first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror}.", hint=DAMAGED) from error
    return first if MARK.fullmatch(first) else ""
