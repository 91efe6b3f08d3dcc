"""The one module that writes partition tables.

libparted writes the table and tells the kernel; the table is then read back from the disk and from the
kernel, and only what both agree on counts. The disk is not locked with flock(2) meanwhile, which
https://systemd.io/BLOCK_DEVICE_LOCKING advises: libparted itself waits for udev to settle, and udev would
wait for the lock.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from host.errors import HostError
from host.machine.blocks import SYS, read_blkid
from host.storage.layout import Layout, Role, Slot

_WAIT = 10.0
"""Seconds to wait for the kernel to make a partition's device node."""


def write_table(disk: str, layout: Layout) -> dict[Role, str]:
    """Replace the disk's partition table with a GPT that holds this layout; return the partitions' nodes.

    Nothing may be built on the old partitions (see host.storage.holders). Raises HostError when the table
    cannot be written or when disk and kernel do not agree with it afterwards.
    """
    import parted

    try:
        device = parted.getDevice(disk)
        table = parted.freshDisk(device, "gpt")
        for slot in layout.slots:
            _add(table, slot, layout.sector)
        problem = _commit(table)
    except (parted.IOException, parted.DiskException, parted.PartitionException) as error:
        raise _refused(disk, str(error)) from error
    nodes = {slot.role: node(disk, slot.number) for slot in layout.slots}
    wait_for(nodes.values())
    wrong = disagreement(disk, layout)
    if wrong:
        raise _refused(disk, wrong + (f" ({problem})" if problem else ""))
    return nodes


def read_table(disk: str) -> dict[int, tuple[str, int, int]]:
    """The partitions the kernel knows on a disk: by number the name, start and size in bytes."""
    name = Path(disk).resolve().name
    found = {}
    for entry in (SYS / "class/block" / name).glob(f"{name}*"):
        if (entry / "partition").exists():
            number = int((entry / "partition").read_text())
            start, size = (int((entry / word).read_text()) * 512 for word in ("start", "size"))
            found[number] = (start, size)
    facts = read_blkid(node(disk, number) for number in found) if found else {}
    return {
        number: (facts[node(disk, number)].get("ID_PART_ENTRY_NAME", ""), start, size)
        for number, (start, size) in sorted(found.items())
    }


def disagreement(disk: str, layout: Layout) -> str:
    """How what is on the disk differs from the layout, in words; empty when all is as it should be."""
    wanted = {slot.number: (str(slot.role), slot.start, slot.size) for slot in layout.slots}
    found = read_table(disk)
    for number in sorted(wanted.keys() | found.keys()):
        if wanted.get(number) != found.get(number):
            return f"partition {number} should be {wanted.get(number)} and is {found.get(number)}"
    return ""


def node(disk: str, number: int) -> str:
    """The device node of a partition: ``/dev/sda1``, ``/dev/nvme0n1p1``."""
    return f"{disk}p{number}" if disk[-1].isdigit() else f"{disk}{number}"


def partition_uuid(path: str) -> str:
    """The unique id of a partition as its table spells it, in lower case. Raises HostError when it has
    none.
    """
    uuid = read_blkid([path])[path].get("ID_PART_ENTRY_UUID", "").lower()
    if not uuid:
        raise HostError(
            f"{path} has no partition id.", hint="Install again; if it repeats, try another disk."
        )
    return uuid


def wait_for(nodes: Iterable[str]) -> None:
    """Wait until the kernel has made these device nodes. Raises HostError when it does not."""
    missing = [Path(path) for path in nodes]
    until = time.monotonic() + _WAIT
    while missing := [path for path in missing if not path.exists()]:
        if time.monotonic() > until:
            raise HostError(
                f"The kernel did not make {', '.join(map(str, missing))}.",
                hint="Restart the machine and install again.",
            )
        time.sleep(0.02)


def _add(table: Any, slot: Slot, sector: int) -> None:
    import parted

    geometry = parted.Geometry(table.device, start=slot.start // sector, length=slot.size // sector)
    partition = parted.Partition(table, parted.PARTITION_NORMAL, geometry=geometry)
    table.addPartition(partition, constraint=parted.Constraint(exactGeom=geometry))
    if slot.role is Role.BIOS:
        partition.setFlag(parted.PARTITION_BIOS_GRUB)
    if slot.role is Role.ESP:
        partition.setFlag(parted.PARTITION_BOOT)
    partition.name = str(slot.role)


def _commit(table: Any) -> str:
    """Write the table, tell the kernel; return what the kernel did not like about it.

    Committing to the kernel fails while it still holds an old partition. What counts is what is there
    afterwards, which the caller compares, so its complaint is only kept for the message.
    """
    import parted

    table.commitToDevice()
    try:
        table.commitToOS()
    except (parted.IOException, parted.DiskException) as error:
        return str(error)
    return ""


def _refused(disk: str, reason: str) -> HostError:
    return HostError(
        f"The partition table of {disk} could not be written: {reason}",
        hint="Restart the machine and install again; if it repeats, the disk may be failing.",
    )
