"""Erase what a disk says about itself, and keep it from being started meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from host.errors import HostError
from host.run import run

_ENDS = 1024 * 1024
"""Bytes erased at each end of a device: both partition tables, boot code, and the RAID superblocks that sit
at the end (md 0.90 and 1.0, DDF, IMSM, ZFS labels)."""

BOOT_CODE = 440
"""Bytes of boot code in the first sector; disk signature and partition table follow."""

NO_SYSTEM = b"\xcd\x18\xf4\xeb\xfd"
"""Boot code for a disk that has no system yet: int 18h hands back to the BIOS, which tries the next device.

Without it a BIOS that finds the signature of a partition table, but no code, runs into zeros and hangs.
"""


def erase(paths: Iterable[str]) -> None:
    """Erase every signature on these devices, partitions first, then the disk. Raises HostError."""
    paths = list(paths)
    run(["wipefs", "--all", "--force", *paths])
    for path in paths:
        erase_ends(path)


def erase_ends(path: str) -> None:
    """Overwrite the first and the last MiB of a device with zeros. Raises HostError."""
    with _opened(path) as device:
        size = device.seek(0, os.SEEK_END)
        for start in (0, max(0, size - _ENDS)):
            device.seek(start)
            device.write(bytes(min(_ENDS, size)))


def mark_not_bootable(disk: str) -> None:
    """Put boot code into the first sector that hands on to the next boot device. Raises HostError."""
    write_boot_code(disk, NO_SYSTEM)


def write_boot_code(disk: str, code: bytes) -> None:
    """Replace the boot code of a disk, leaving its partition table alone. Raises HostError."""
    if len(code) > BOOT_CODE:
        raise ValueError(f"boot code is at most {BOOT_CODE} bytes long")
    with _opened(disk) as device:
        device.write(code.ljust(BOOT_CODE, b"\0"))


def write_at(path: str, start: int, data: bytes) -> None:
    """Write bytes to a place on a device and wait until they are on it. Raises HostError."""
    with _opened(path) as device:
        device.seek(start)
        device.write(data)


def read_at(path: str, start: int, size: int) -> bytes:
    """Read bytes from a device, from the disk and not from memory. Raises HostError."""
    with _opened(path) as device:
        os.posix_fadvise(device.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        device.seek(start)
        return device.read(size)


@contextmanager
def _opened(path: str) -> Iterator[BufferedRandom]:
    """A device opened for writing, at the end everything written is on it; the system's errors become ours.

    What is not flushed first stays in Python's buffer, where fsync cannot see it.
    """
    try:
        with Path(path).open("r+b") as device:
            yield device
            device.flush()
            os.fsync(device.fileno())
    except OSError as error:
        raise HostError(
            f"{path} cannot be written: {error.strerror}.",
            hint="See whether the disk is write-protected or failing (dmesg in the shell, Alt+F1).",
        ) from error
