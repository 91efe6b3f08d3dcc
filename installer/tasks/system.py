"""Copy the system to bank A, and read it back from the disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host.errors import HostError
from host.storage.layout import Role
from installer.context import Context
from installer.payload import DAMAGED, MANIFEST, File

_CHUNK = 4 * 1024**2
_FOLDER = "bedplate"


@dataclass(frozen=True)
class CopySystem:
    """Copy kernel, initrd, system image and manifest."""

    title: str = "Copying the system"

    def weight(self, context: Context) -> int:
        """What is copied."""
        return context.payload.size

    def run(self, context: Context) -> None:
        """Raises HostError when the medium cannot be read or the disk cannot be written."""
        folder = context.mount(Role.BANK_A) / _FOLDER
        folder.mkdir(exist_ok=True)
        for name in context.payload.manifest.files:
            _copy(context.payload.folder / name, folder / name, context.copied)
        manifest = (context.payload.folder / MANIFEST).read_bytes()
        (folder / MANIFEST).write_bytes(manifest)
        _sync(folder)


@dataclass(frozen=True)
class VerifySystem:
    """Read the copy back from the disk, not from memory, and compare it with the manifest."""

    title: str = "Checking the copy"

    def weight(self, context: Context) -> int:
        """What is read."""
        return context.payload.size

    def run(self, context: Context) -> None:
        """Raises HostError naming the file, and whether medium or disk is at fault."""
        folder = context.mount(Role.BANK_A) / _FOLDER
        for name, wanted in context.payload.manifest.files.items():
            if digest(folder / name, context.copied) != wanted.sha256:
                raise _fault(context.payload.folder / name, wanted, context.disk.path)


def digest(path: Path, advance: Callable[[int], None] | None = None) -> str:
    """The SHA-256 of a file in hex, read past the kernel's cache. Raises HostError when it cannot be read."""
    sha256 = hashlib.sha256()
    buffer = bytearray(_CHUNK)
    try:
        with path.open("rb", buffering=0) as file:
            # Clean pages are dropped, so that what is compared comes from the disk; the kernel reads ahead.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            while count := file.readinto(buffer):
                sha256.update(memoryview(buffer)[:count])
                if advance is not None:
                    advance(count)
    except OSError as error:
        raise HostError(
            f"{path} cannot be read: {error.strerror}.", hint="The disk or medium may be failing."
        ) from error
    return sha256.hexdigest()


def _copy(source: Path, target: Path, advance: Callable[[int], None]) -> None:
    buffer = bytearray(_CHUNK)
    try:
        reading = source.open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(source, error) from error
    with reading, target.open("wb", buffering=0) as writing:
        while True:
            try:
                count = reading.readinto(buffer)
            except OSError as error:
                raise _unreadable(source, error) from error
            if not count:
                break
            _write(writing.fileno(), memoryview(buffer)[:count], target)
            advance(count)
        os.fsync(writing.fileno())


def _write(descriptor: int, data: memoryview, target: Path) -> None:
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError as error:
        raise HostError(
            f"{target.name} could not be written to the disk: {error.strerror}.",
            hint="The disk may be failing (dmesg in the shell, Alt+F1). Choose another one.",
        ) from error


def _fault(source: Path, wanted: File, disk: str) -> HostError:
    """Tell a damaged medium from a disk that does not keep what it is given."""
    if digest(source) != wanted.sha256:
        return HostError(f"{source.name} on the installation medium is damaged.", hint=DAMAGED)
    return HostError(
        f"{source.name} was read back from {disk} with other contents than were written.",
        hint="The disk, its cable, its controller or the machine's memory is failing. Choose another disk.",
    )


def _unreadable(source: Path, error: OSError) -> HostError:
    return HostError(
        f"{source.name} cannot be read from the installation medium: {error.strerror}.", hint=DAMAGED
    )


def _sync(folder: Path) -> None:
    """Have everything on the file system of this folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.sync()
    finally:
        os.close(descriptor)
