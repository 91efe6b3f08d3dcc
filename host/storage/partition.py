"""The one module that writes partition tables.

libparted writes the table to the disk; partx tells the kernel; then the table is read back from both, and
only what they agree on counts.

The disk is locked with flock(2) meanwhile, which udev honours (https://systemd.io/BLOCK_DEVICE_LOCKING).
Without the lock udev re-reads the table whenever somebody closes the disk after writing, and for a moment
the partitions are gone under the hands of the next step. libparted's own way of telling the kernel cannot
be used then: Debian's runs ``udevadm settle`` around it, which waits two minutes for events that wait for
the lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from host.errors import HostError
from host.machine.blocks import SYS, read_blkid
from host.run import run
from host.storage import signatures
from host.storage.layout import Layout, Role, Slot

_WAIT = 60.0
"""Seconds to wait for the kernel to make a partition's device node."""

_LOCK_WAIT = 30.0
"""Seconds to wait for udev to finish with a disk it is just reading."""


@contextmanager
def locked(disk: str) -> Iterator[None]:
    """Keep udev and other well-behaved programs off a disk. Raises HostError when somebody holds it."""
    descriptor = os.open(disk, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor, disk)
        yield
    finally:
        os.close(descriptor)


def write_table(disk: str, layout: Layout) -> dict[Role, str]:
    """Replace the disk's partition table with a GPT that holds this layout; return the partitions' nodes.

    Nothing may be built on the old partitions (see host.storage.holders), and the disk should be locked. A
    BIOS finds no system on the disk afterwards and tries the next one.
    Raises HostError when the table cannot be written or when disk and kernel do not agree with it
    afterwards.
    """
    import parted

    try:
        device = parted.getDevice(disk)
        table = parted.freshDisk(device, "gpt")
        for slot in layout.slots:
            _add(table, slot, layout.sector)
        table.commitToDevice()
        # libparted clears the boot code, and a BIOS would hang there. Telling the kernel takes seconds, in
        # which the power may go, so this comes first.
        signatures.mark_not_bootable(disk)
    except (parted.IOException, parted.DiskException, parted.PartitionException) as error:
        raise _refused(disk, str(error)) from error
    # An old partition that is in use makes partx fail; what counts is what is there afterwards, compared
    # below.
    told = run(["partx", "--update", disk], check=False)
    nodes = {slot.role: node(disk, slot.number) for slot in layout.slots}
    wait_for(nodes.values())
    wrong = disagreement(disk, layout)
    if wrong:
        raise _refused(disk, f"{wrong} {told.stderr}".strip())
    return nodes


def rename(disk: str, number: int, role: Role) -> None:
    """Give a partition another name and leave the rest of the table, and boot code, as they are. The disk
    should be locked.

    Raises HostError when the table cannot be written or has no such partition.
    """
    import parted

    try:
        table = parted.newDisk(parted.getDevice(disk))
        found = [part for part in table.partitions if part.number == number]
        if not found:
            raise _refused(disk, f"it has no partition {number}")
        found[0].name = str(role)
        table.commitToDevice()
    except (parted.IOException, parted.DiskException, parted.PartitionException) as error:
        raise _refused(disk, str(error)) from error
    run(["partx", "--update", disk], check=False)
    if read_table(disk)[number][0] != role:
        raise _refused(disk, f"partition {number} is not named {role}")


def forget(disk: str) -> None:
    """Have the kernel forget the partitions of a disk whose table was erased."""
    # A partition that is in use makes partx fail; what is written next looks for itself what is there.
    run(["partx", "--delete", disk], check=False)


def nodes_of(disk: str) -> list[str]:
    """The device nodes of the partitions the kernel knows on a disk."""
    return [node(disk, number) for number in sorted(_known(disk))]


def read_table(disk: str) -> dict[int, tuple[str, int, int]]:
    """The partitions the kernel knows on a disk: by number the name, start and size in bytes."""
    found = _known(disk)
    facts = read_blkid(node(disk, number) for number in sorted(found))
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


def _known(disk: str) -> dict[int, tuple[int, int]]:
    """By number, start and size in bytes of each partition in the kernel's list."""
    name = Path(disk).resolve().name
    found = {}
    for entry in (SYS / "class/block" / name).glob(f"{name}*/partition"):
        start, size = (int((entry.parent / word).read_text()) * 512 for word in ("start", "size"))
        found[int(entry.read_text())] = (start, size)
    return found


def _lock(descriptor: int, disk: str) -> None:
    until = time.monotonic() + _LOCK_WAIT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise HostError(
                    f"{disk} is in use by another program.", hint="Wait a moment and try again."
                ) from None
            time.sleep(0.05)
        else:
            return


def _refused(disk: str, reason: str) -> HostError:
    return HostError(
        f"The partition table of {disk} could not be written: {reason}",
        hint="Restart the machine and install again; if it repeats, the disk may be failing.",
    )
