"""Which disk is meant: by any of its names, or as the first that fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from host.machine.model import Disk, Location, Machine
from host.storage.layout import gib
from installer import words
from installer.kickstart import drivers
from installer.kickstart.script import DiskChoice
from installer.prechecks import refusal

DATASTORES = frozenset({"VMFS", "datastore"})
"""What is on a disk that is never lost without --overwritevmfs."""

_PLACE = re.compile(r"mpx\.vmhba(\d+):C(\d+):T(\d+):L(\d+)$")
_ESXI_BANK = re.compile(r"BOOTBANK[12]$", re.IGNORECASE)
_LOCATIONS = {"local": Location.LOCAL, "remote": Location.REMOTE, "usb": Location.USB}


class First(NamedTuple):
    """The first disk that fits, None when none does, and those before it that cannot be used, with why."""

    disk: Disk | None
    passed: tuple[tuple[Disk, str], ...]


def named(name: str, disks: Iterable[Disk]) -> tuple[Disk, ...]:
    """The disks of that name; several when it is not enough to tell them apart.

    Capitals do not matter. A ``t10.`` name is filled up with ``_``; scripts may have lost some on the way.
    """
    disks = tuple(disks)
    wanted = _unescaped(name).lower()
    found = tuple(disk for disk in disks if wanted in _names(disk))
    if found or not wanted.startswith("t10."):
        return found
    return tuple(disk for disk in disks if _squeezed(wanted) in {_squeezed(one) for one in _names(disk)})


def first(
    choice: DiskChoice,
    machine: Machine,
    taken: Collection[str] = (),
    refuse: Callable[[Disk], str] | None = None,
) -> First:
    """The first disk a choice by filters fits, and that can be used; ``taken`` are ids to leave out.

    ``refuse`` says why one cannot, '' when it can; by default, whether it can be installed on.

    The order is that of the filters, and for one filter that of the places the disks are plugged in,
    which does not change from start to start as the kernel's names do.
    """
    passed: dict[str, tuple[Disk, str]] = {}
    for wanted in choice.filters:
        for disk in in_place_order(machine.disks):
            if disk.id in taken or not fits(wanted, disk):
                continue
            if choice.ignore_ssd and disk.ssd:
                reason = "It is a solid state disk, and there is --ignoressd."
            else:
                reason = refuse(disk) if refuse else refusal(disk, machine.firmware)
            if not reason:
                return First(disk, tuple(passed.values()))
            if not disk.boot_medium:
                passed.setdefault(disk.id, (disk, reason))
    return First(None, tuple(passed.values()))


def in_place_order(disks: Iterable[Disk]) -> tuple[Disk, ...]:
    """Disks by adapter, channel, target and LUN; those whose place is not known after them, as they come."""
    return tuple(sorted(disks, key=_place))


def fits(wanted: str, disk: Disk) -> bool:
    """Whether a filter of --firstdisk fits a disk."""
    word = " ".join(wanted.lower().split())
    if word in _LOCATIONS:
        return disk.location is _LOCATIONS[word]
    if word in ("esx", "localesx", "remoteesx"):
        where = _LOCATIONS.get(word.removesuffix("esx"))
        return holds_esx(disk) and where in (None, disk.location)
    return disk.driver.lower() in drivers.of_linux(word) or _is_called(word, disk)


def holds_esx(disk: Disk) -> bool:
    """Whether there is an installation on the disk, ours or ESXi's."""
    return any(
        content.kind == "bedplate" or _ESXI_BANK.match(content.label) is not None for content in disk.contents
    )


def holds_datastore(disk: Disk) -> bool:
    """Whether there is a datastore on the disk, ours or VMFS."""
    return any(content.kind in DATASTORES for content in disk.contents)


def listed(disks: Iterable[Disk]) -> str:
    """Disks in a few words each, for a message."""
    return "; ".join(brief(disk) for disk in in_place_order(disks)) or "no disk"


def brief(disk: Disk) -> str:
    """One disk in a few words."""
    detail = [words.name(disk), gib(disk.size), disk.location.value, disk.driver]
    return f"{disk.id} ({', '.join(part for part in detail if part)})"


def _names(disk: Disk) -> set[str]:
    names = (disk.id, disk.path, disk.path.removeprefix("/dev/"), *disk.aliases)
    return {_unescaped(name).lower() for name in names}


def _unescaped(name: str) -> str:
    r"""A name with the signs that udev writes as ``\x2f`` as they are."""
    return re.sub(r"\\x([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), name)


def _squeezed(name: str) -> str:
    return re.sub("_+", "_", name).strip("_")


def _place(disk: Disk) -> tuple[bool, tuple[int, ...]]:
    for name in (disk.id, *disk.aliases):
        found = _PLACE.match(name)
        if found:
            return (False, tuple(map(int, found.groups())))
    return (True, ())


def _is_called(word: str, disk: Disk) -> bool:
    """Whether vendor and model have the text, from the beginning of one of their words on.

    The reference cuts models off after 16 characters, so what files name is often only the beginning.
    """
    whole = " ".join(f"{disk.vendor} {disk.model}".lower().split())
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}", whole) is not None
