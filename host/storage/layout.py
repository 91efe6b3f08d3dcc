"""Where the partitions of an installed host lie. Pure arithmetic; host.storage.partition writes it.

Everything is aligned to 1 MiB, which suits sectors of 512 and of 4096 bytes and the erase blocks of flash.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from host.errors import HostError

MIB = 1024**2
GIB = 1024**3

MINIMUM = 8 * GIB
"""The smallest disk a host fits on, in bytes."""

MINIMUM_WITH_DATASTORE = 12 * GIB
"""The smallest disk that gets a datastore; what is left on a smaller one holds no machine worth the name."""

_SMALL = 32 * GIB
"""Disks below this get a small STATE."""

_SLACK = 64 * MIB
"""Disks sold as 8 GB sticks and images made with round numbers end a little early; this much is forgiven."""


class Role(StrEnum):
    """What a partition is for; the value is its name in the partition table."""

    BIOS = "bedplate-bios"
    ESP = "bedplate-esp"
    BANK_A = "bedplate-a"
    BANK_B = "bedplate-b"
    STATE = "bedplate-state"
    DATASTORE = "bedplate-datastore"
    UNFINISHED = "bedplate-unfinished"
    """A datastore on a disk of its own before the installation that makes it has made the system start."""


class Slot(msgspec.Struct, frozen=True):
    """One partition: its number and role, where it starts and how long it is, in bytes."""

    number: int
    role: Role
    start: int
    size: int


class Layout(msgspec.Struct, frozen=True):
    """All partitions of a disk whose sectors are ``sector`` bytes long.

    ``no_datastore`` says in a sentence why there is none, and is empty when there is one.
    """

    sector: int
    slots: tuple[Slot, ...]
    no_datastore: str = ""

    def slot(self, role: Role) -> Slot | None:
        """The partition of that role, or None where the layout has none."""
        return next((slot for slot in self.slots if slot.role is role), None)

    def need(self, role: Role) -> Slot:
        """The partition of that role. Raises LookupError where the layout has none."""
        slot = self.slot(role)
        if slot is None:
            raise LookupError(f"this layout has no {role}")
        return slot


def layout(size: int, sector: int, *, datastore: bool = True) -> Layout:
    """The partitions of a disk of ``size`` bytes.

    Raises HostError when the disk is smaller than the minimum.
    """
    if size < MINIMUM - _SLACK:
        raise HostError(
            f"The disk is too small: it has {gib(size)}, and Bedplate needs {gib(MINIMUM)}.",
            hint="Choose a larger disk.",
        )
    slots: list[Slot] = []
    start = MIB
    for role, length in _system_sizes(size, sector):
        slots.append(Slot(len(slots) + 1, role, start, length))
        start += length
    reason = _no_datastore(size, wanted=datastore)
    if not reason:
        # The last MiB stays free for the second partition table.
        end = (size - MIB) // MIB * MIB
        slots.append(Slot(len(slots) + 1, Role.DATASTORE, start, end - start))
    return Layout(sector, tuple(slots), reason)


def datastore_layout(size: int, sector: int) -> Layout:
    """One partition over a whole disk of ``size`` bytes, for a datastore that is yet to be finished.

    Raises HostError when the disk is too small for one.
    """
    if size < GIB:
        raise HostError(
            f"The disk is too small for a datastore: it has {gib(size)}, and {gib(GIB)} are needed.",
            hint="Choose a larger disk.",
        )
    end = (size - MIB) // MIB * MIB
    return Layout(sector, (Slot(1, Role.UNFINISHED, MIB, end - MIB),))


def fits(wanted: Layout, found: dict[int, tuple[str, int, int]]) -> str:
    """Why a disk's partitions cannot take this layout with its datastore kept; empty when they can.

    ``found`` is, by number, the name, start and size in bytes of each partition that is there. The
    datastore may be of any size, because it is not touched.
    """
    reason = system_fits(wanted, found)
    if not reason and found.get(6, ("", 0, 0))[0] != Role.DATASTORE:
        return "partition 6 is not a datastore of Bedplate"
    return reason


def system_fits(wanted: Layout, found: dict[int, tuple[str, int, int]]) -> str:
    """Why a disk's partitions cannot take the system of this layout; empty when they can. As ``fits``, and
    there need be no datastore.
    """
    for slot in wanted.slots:
        if slot.role is Role.DATASTORE:
            continue
        if found.get(slot.number) != (slot.role, slot.start, slot.size):
            return (
                f"partition {slot.number} is not {slot.role} at the place and of the size this version needs"
            )
    return ""


def gib(size: int) -> str:
    """A size for people, in GiB with at most one decimal."""
    value = size / GIB
    return f"{value:.1f} GiB".replace(".0 ", " ") if value < 1000 else f"{value / 1024:.2f} TiB"


def _system_sizes(size: int, sector: int) -> tuple[tuple[Role, int], ...]:
    # FAT32 needs at least 65525 clusters. With sectors of 4096 bytes, which are the smallest clusters then,
    # 256 MiB fall just short of that, and some firmware would take the file system for FAT16.
    esp = 256 * MIB if sector < 4096 else 260 * MIB
    return (
        (Role.BIOS, MIB),
        (Role.ESP, esp),
        (Role.BANK_A, GIB),
        (Role.BANK_B, GIB),
        (Role.STATE, GIB if size < _SMALL - _SLACK else 4 * GIB),
    )


def _no_datastore(size: int, *, wanted: bool) -> str:
    if not wanted:
        return "No datastore is created, as asked for."
    if size < MINIMUM_WITH_DATASTORE - _SLACK:
        return f"No datastore: the disk is smaller than {gib(MINIMUM_WITH_DATASTORE)}."
    return ""
