"""What a choice of a disk makes of every disk of a machine, and why: for people. Pure functions.

Which disk an installation takes is decided by ``disks`` and ``binding``; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from host.machine.model import Disk, Machine
from installer.kickstart import disks, values
from installer.kickstart.commands import DEFAULT_FILTERS
from installer.kickstart.script import DiskChoice
from installer.prechecks import refusal

SECOND = "Another one comes first."
"""Why a disk that fits and could be used is not taken."""

_DISK_NAME = re.compile(r"(?:naa|eui|t10|mpx|vml)\.|vmhba\d+:|/", re.IGNORECASE)
"""How names of disks begin, and no vendor, model or driver."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a choice makes of one disk.

    ``by`` is the filter or name that fits it, '' when none does. ``why`` is why it is not taken, '' when it
    can be.
    """

    disk: Disk
    by: str = ""
    why: str = ""


def as_choice(text: str, machine: Machine, *, ignore_ssd: bool = False) -> DiskChoice:
    """What somebody typed, as a name if a disk has it or it looks like one, else as a list of filters.

    Raises HostError for what looks like a name and cannot be one.
    """
    if _DISK_NAME.match(text):
        return DiskChoice(name=values.disk(text))
    if disks.named(text, machine.disks):
        return DiskChoice(name=text)
    return DiskChoice(filters=values.filters(text) or DEFAULT_FILTERS, ignore_ssd=ignore_ssd)


def verdicts(choice: DiskChoice, machine: Machine) -> tuple[Verdict, ...]:
    """One verdict for every disk: those that fit in the order they are tried, then the others."""
    fitting = _named(choice, machine) if choice.name else _filtered(choice, machine)
    there = {id(one.disk) for one in fitting}
    others = [disk for disk in disks.in_place_order(machine.disks) if id(disk) not in there]
    return (*fitting, *(Verdict(disk=disk, why=_why_not(choice, disk)) for disk in others))


def chosen(found: Sequence[Verdict]) -> Verdict | None:
    """The disk that would be taken: the first that fits and can be used."""
    return next((one for one in found if not one.why), None)


def lines(choice: DiskChoice, found: Sequence[Verdict]) -> list[str]:
    """The verdicts in words, a line for each disk, the one that is taken marked."""
    taken = chosen(found)
    return [_line(choice, one, is_taken=one is taken) for one in found]


def as_json(choice: DiskChoice, found: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts for a program."""
    taken = chosen(found)
    return {
        "rule": choice.words,
        "chosen": taken.disk.id if taken else None,
        "disks": [
            {
                "id": one.disk.id,
                "path": one.disk.path,
                "fits": one.by or None,
                "why_not": None if one is taken else one.why or SECOND,
            }
            for one in found
        ],
    }


def _named(choice: DiskChoice, machine: Machine) -> list[Verdict]:
    found = disks.named(choice.name, machine.disks)
    if len(found) > 1:
        why = f"The name fits {len(found)} disks. Name the disk by its full id."
        return [Verdict(disk=disk, by=choice.name, why=why) for disk in found]
    return [Verdict(disk=disk, by=choice.name, why=refusal(disk, machine.firmware)) for disk in found]


def _filtered(choice: DiskChoice, machine: Machine) -> list[Verdict]:
    found: dict[int, Verdict] = {}
    for wanted in choice.filters:
        for disk in disks.in_place_order(machine.disks):
            if id(disk) not in found and disks.fits(wanted, disk):
                why = refusal(disk, machine.firmware)
                if choice.ignore_ssd and disk.ssd:
                    why = "It is a solid state disk, and --ignoressd passes those over."
                found[id(disk)] = Verdict(disk=disk, by=wanted, why=why)
    return list(found.values())


def _why_not(choice: DiskChoice, disk: Disk) -> str:
    if choice.name:
        return f"It is not called so, but: {', '.join((disk.path, *disk.aliases))}."
    return f"No filter fits: it is {disk.location}, its driver is {disk.driver or 'not known'}."


def _line(choice: DiskChoice, one: Verdict, *, is_taken: bool) -> str:
    mark = "->" if is_taken else "  "
    how = f" fits {one.by}." if one.by and not choice.name else "."
    why = one.why or ("" if is_taken else SECOND)
    return f"{mark} {disks.brief(one.disk)}{how} {why}".rstrip()
