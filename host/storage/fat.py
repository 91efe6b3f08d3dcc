"""Files of a FAT32 file system, read and replaced on the device itself, without mounting it.

Linux's vfat cannot replace a file so that a power cut leaves the old or the new one: a rename frees the old
file's clusters whenever it likes. Here the new contents, and their chain, are on the disk before one sector
of the directory is written that leads to them. What a power cut leaves at worst is clusters that belong to
no file. And a file can be overwritten where it lies, as GRUB does with its environment block.

Only files that exist are written, and only names of the old form (8.3) are found, whatever their case; a
file on the ESP of ours has no other. The file system must not be mounted meanwhile. The layout is that of
Microsoft's "FAT: General Overview of On-Disk Format", version 1.03.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from host.errors import HostError

_ENTRY = 32
"""Bytes of a directory entry."""

_LONG_NAME = 0x0F
"""Attributes of an entry that holds a part of a long name."""

_LABEL = 0x08
_DIRECTORY = 0x10

_END = 0x0FFF_FFFF
_LAST = 0x0FFF_FFF8
"""From here on a number in the table ends a chain."""

_MASK = 0x0FFF_FFFF
"""The upper four bits of a number in the table are not ours."""


class Entry(NamedTuple):
    """A file or folder: where its directory entry lies on the device, its first cluster, its bytes."""

    at: int
    cluster: int
    size: int
    is_folder: bool


class Fat:
    """An open FAT32 file system. Get one by ``opened``."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._file = descriptor
        self._name = name
        boot = self._read(0, 512)
        self._sector = int.from_bytes(boot[11:13], "little")
        reserved = int.from_bytes(boot[14:16], "little")
        self._copies = boot[16]
        self._table_size = int.from_bytes(boot[36:40], "little") * self._sector
        self._root = int.from_bytes(boot[44:48], "little")
        self._info = int.from_bytes(boot[48:50], "little") * self._sector
        self._cluster = boot[13] * self._sector
        is_fat32 = boot[510:512] == b"\x55\xaa" and boot[22:24] == b"\0\0" and self._table_size > 0
        if not is_fat32 or self._sector not in (512, 4096) or not self._cluster or not 1 <= self._copies <= 2:
            raise self._damaged("it is no FAT32 file system")
        self._tables = reserved * self._sector
        self._data = self._tables + self._copies * self._table_size
        total = int.from_bytes(boot[32:36], "little") * self._sector
        self._count = min((total - self._data) // self._cluster, self._table_size // 4 - 2)

    @property
    def serial(self) -> str:
        """The file system's serial number as blkid spells it: ``ABCD-1234``."""
        number = self._read(67, 4)[::-1].hex().upper()
        return f"{number[:4]}-{number[4:]}"

    def read(self, path: str) -> bytes:
        """The contents of a file. Raises FileNotFoundError, and HostError when the file system is damaged."""
        entry = self._file_at(path)
        return self._contents(entry)[: entry.size]

    def exists(self, path: str) -> bool:
        """Whether there is a file of that name."""
        try:
            self._file_at(path)
        except FileNotFoundError:
            return False
        return True

    def overwrite(self, path: str, data: bytes) -> None:
        """Write as many bytes as a file has over them, where they lie; sector by sector it is old or new.

        Raises FileNotFoundError, ValueError when the length is another, and HostError.
        """
        entry = self._file_at(path)
        if len(data) != entry.size:
            raise ValueError(f"{path} has {entry.size} bytes, not {len(data)}")
        self._fill(self._chain(entry.cluster), data)
        self._flush()

    def replace(self, path: str, data: bytes) -> None:
        """Give a file other contents; a power cut leaves the old or the new ones, never anything else.

        Raises FileNotFoundError, and HostError when there is no room or the device cannot be written.
        """
        entry = self._file_at(path)
        old = self._chain(entry.cluster)
        new = self._free(-(-len(data) // self._cluster))
        self._fill(new, data)
        self._link(new)
        self._flush()
        if self._gather(new)[: len(data)] != data:
            raise HostError(
                f"{path} was read back from {self._name} with other contents than were written.",
                hint="The disk, its cable, its controller or the machine's memory is failing.",
            )
        self._lead(entry, new[0] if new else 0, len(data))
        self._flush()
        self._release(old)
        self._flush()

    # finding

    def _file_at(self, path: str) -> Entry:
        names = path.strip("/").split("/")
        cluster = self._root
        for depth, name in enumerate(names, 1):
            found = next((entry for label, entry in self._entries(cluster) if label == _short(name)), None)
            if found is None or found.is_folder == (depth == len(names)):
                raise FileNotFoundError(path)
            cluster = found.cluster
        return found  # type: ignore[return-value]  # there is at least one name

    def _entries(self, folder: int) -> Iterator[tuple[bytes, Entry]]:
        """Names, as the directory spells them, and entries of a folder."""
        for cluster in self._chain(folder):
            start = self._place(cluster)
            block = self._read(start, self._cluster)
            for at in range(0, self._cluster, _ENTRY):
                raw = block[at : at + _ENTRY]
                if raw[0] == 0:
                    return
                if raw[0] == 0xE5 or raw[11] & 0x3F == _LONG_NAME or raw[11] & _LABEL:
                    continue
                first = int.from_bytes(raw[20:22], "little") << 16 | int.from_bytes(raw[26:28], "little")
                size = int.from_bytes(raw[28:32], "little")
                yield raw[:11], Entry(start + at, first, size, bool(raw[11] & _DIRECTORY))

    def _contents(self, entry: Entry) -> bytes:
        data = self._gather(self._chain(entry.cluster))
        if len(data) < entry.size:
            raise self._damaged("a file is shorter than its directory says")
        return data

    # clusters

    def _chain(self, first: int) -> list[int]:
        """The clusters of a file in their order."""
        found: dict[int, None] = {}
        while first and first < _LAST:
            if not 2 <= first < self._count + 2 or first in found:
                raise self._damaged("a chain of clusters leads nowhere")
            found[first] = None
            number = self._read(self._tables + 4 * first, 4)
            first = int.from_bytes(number, "little") & _MASK
        return list(found)

    def _free(self, count: int) -> list[int]:
        table = memoryview(self._read(self._tables, 4 * (self._count + 2))).cast("I")
        found: list[int] = []
        for cluster in range(2, self._count + 2):
            if len(found) == count:
                break
            if table[cluster] & _MASK == 0:
                found.append(cluster)
        if len(found) < count:
            raise HostError(
                f"The file system on {self._name} is full.", hint="Remove what does not belong on an ESP."
            )
        return found

    def _link(self, chain: Sequence[int]) -> None:
        following = (*chain[1:], _END)
        self._set(dict(zip(chain, following, strict=False)))

    def _release(self, chain: Sequence[int]) -> None:
        self._set(dict.fromkeys(chain, 0))

    def _set(self, numbers: dict[int, int]) -> None:
        """Change numbers in every copy of the table. How many clusters are free is not known any more."""
        table = bytearray(self._read(self._tables, self._table_size))
        for cluster, number in numbers.items():
            kept = int.from_bytes(table[4 * cluster : 4 * cluster + 4], "little") & ~_MASK
            table[4 * cluster : 4 * cluster + 4] = (kept | number).to_bytes(4, "little")
        touched = sorted({4 * cluster // self._sector for cluster in numbers})
        for copy in range(self._copies):
            for sector in touched:
                at = sector * self._sector
                place = self._tables + copy * self._table_size + at
                self._write(place, bytes(table[at : at + self._sector]))
        if 0 < self._info < self._tables and self._read(self._info, 4) == b"RRaA":
            self._write(self._info + 488, b"\xff" * 8)

    def _gather(self, chain: Sequence[int]) -> bytes:
        return b"".join(self._read(self._place(cluster), self._cluster) for cluster in chain)

    def _fill(self, chain: Sequence[int], data: bytes) -> None:
        for number, cluster in enumerate(chain):
            self._write(self._place(cluster), data[number * self._cluster : (number + 1) * self._cluster])

    def _lead(self, entry: Entry, cluster: int, size: int) -> None:
        """Point a directory entry, which lies in one sector, to other clusters."""
        raw = bytearray(self._read(entry.at, _ENTRY))
        raw[20:22] = (cluster >> 16).to_bytes(2, "little")
        raw[26:28] = (cluster & 0xFFFF).to_bytes(2, "little")
        raw[28:32] = size.to_bytes(4, "little")
        self._write(entry.at, bytes(raw))

    def _place(self, cluster: int) -> int:
        return self._data + (cluster - 2) * self._cluster

    # the device

    def _read(self, at: int, size: int) -> bytes:
        found = os.pread(self._file, size, at)
        if len(found) < size:
            raise self._damaged("it is cut short")
        return found

    def _write(self, at: int, data: bytes) -> None:
        while data:
            done = os.pwrite(self._file, data, at)
            at, data = at + done, data[done:]

    def _flush(self) -> None:
        """Have everything on the disk, and read from there what is read next."""
        os.fsync(self._file)
        os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)

    def _damaged(self, what: str) -> HostError:
        return HostError(
            f"The file system on {self._name} is damaged: {what}.",
            hint="Install again; the datastore can be kept.",
        )


@contextmanager
def opened(device: str, *, writable: bool = False) -> Iterator[Fat]:
    """The FAT32 file system on a device, or in a file.

    Raises HostError when there is none, and for whatever goes wrong with the device meanwhile.
    """
    try:
        descriptor = os.open(Path(device), (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC)
        try:
            yield Fat(descriptor, device)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise HostError(
            f"{error.filename or error} is missing on {device}.",
            hint="Install again; the datastore can be kept.",
        ) from error
    except OSError as error:
        raise HostError(
            f"{device} cannot be read or written: {error.strerror}.",
            hint="See whether the disk is write-protected or failing (dmesg in the shell, Alt+F1).",
        ) from error


def _short(name: str) -> bytes:
    """A name as a directory spells it: 8 and 3 capitals, filled up with blanks."""
    stem, _, suffix = name.upper().partition(".")
    return f"{stem:<8}{suffix:<3}".encode()
