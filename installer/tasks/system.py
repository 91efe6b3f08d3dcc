"""Copy the system to a bank, and read it back from the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from host.errors import HostError
from host.storage.banks import FOLDER
from installer.context import Context
from installer.medium import MediumCheck
from installer.payload import DAMAGED, MANIFEST

_CHUNK = 4 * 1024**2


@dataclass(frozen=True)
class CopySystem:
    """Copy kernel, initrd, system image and manifest, and check the medium meanwhile."""

    title: str = "Copying the system"

    def weight(self, context: Context) -> int:
        """What is copied."""
        return context.payload.size

    def run(self, context: Context) -> None:
        """Raises HostError when the medium cannot be read or the disk cannot be written."""
        context.medium = MediumCheck(context.payload)
        context.at_end.callback(context.medium.stop)
        folder = context.mount(context.target) / FOLDER
        folder.mkdir(exist_ok=True)
        for name in context.payload.manifest.files:
            _copy(context.payload.folder / name, folder / name, context.copied, context.medium)
        manifest = (context.payload.folder / MANIFEST).read_bytes()
        _write_whole(folder / MANIFEST, manifest)
        _sync(folder)


@dataclass(frozen=True)
class VerifySystem:
    """Read the copy back from the disk, not from memory, and compare it with the medium and its manifest."""

    title: str = "Checking the copy"

    def weight(self, context: Context) -> int:
        """What is read."""
        return context.payload.size

    def run(self, context: Context) -> None:
        """Raises HostError naming the file, and whether medium or disk is at fault."""
        folder = context.mount(context.target) / FOLDER
        for name in context.payload.manifest.files:
            _compare(context.payload.folder / name, folder / name, context)
        if context.medium is not None:
            context.medium.finish()


def _copy(source: Path, target: Path, advance: Callable[[int], None], medium: MediumCheck) -> None:
    buffer = bytearray(_CHUNK)
    with _opened(source) as reading, target.open("wb", buffering=0) as writing:
        done = 0
        while count := _read(reading, buffer, source):
            _write(writing.fileno(), memoryview(buffer)[:count], target)
            done += count
            medium.copied(source.name, done)
            advance(count)
        os.fsync(writing.fileno())


def _compare(source: Path, target: Path, context: Context) -> None:
    """The source was just read and mostly is in memory; of the copy, memory is emptied first."""
    wanted, found = bytearray(_CHUNK), bytearray(_CHUNK)
    with _opened(source) as reading, target.open("rb", buffering=0) as copied:
        os.posix_fadvise(copied.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(copied.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while count := _read(reading, wanted, source):
            size = _read_back(copied, found, target, context.disk.path)
            if size != count or memoryview(wanted)[:count] != memoryview(found)[:count]:
                raise _different(source, context)
            context.copied(count)


def _different(source: Path, context: Context) -> HostError:
    """A medium that is damaged says so by its checksum; otherwise the disk does not keep what it is given."""
    if context.medium is not None:
        context.medium.finish()
    return HostError(
        f"{source.name} was read back from {context.disk.path} with other contents than were written.",
        hint="The disk, its cable, its controller or the machine's memory is failing. Choose another disk.",
    )


def _opened(source: Path) -> FileIO:
    try:
        return source.open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(source, error) from error


def _read(reading: FileIO, buffer: bytearray, source: Path) -> int:
    try:
        return reading.readinto(buffer) or 0
    except OSError as error:
        raise _unreadable(source, error) from error


def _read_back(copied: FileIO, buffer: bytearray, target: Path, disk: str) -> int:
    try:
        return copied.readinto(buffer) or 0
    except OSError as error:
        raise HostError(
            f"{target.name} could not be read back from {disk}: {error.strerror}.",
            hint="The disk is failing (dmesg in the shell, Alt+F1). Choose another one.",
        ) from error


def _write_whole(target: Path, data: bytes) -> None:
    with target.open("wb", buffering=0) as writing:
        _write(writing.fileno(), memoryview(data), target)
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
