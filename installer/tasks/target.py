"""Make sure of the disk, and free it."""

from __future__ import annotations

from dataclasses import dataclass

from host.errors import HostError
from host.machine.model import Disk
from host.storage import holders, partition
from host.storage.layout import fits
from installer import others
from installer.context import Context
from installer.prechecks import refusal
from installer.spec import DiskSpec
from installer.tasks.base import MIB


@dataclass(frozen=True)
class VerifyTarget:
    """Look at the disk again: the device node may belong to another one since it was chosen."""

    title: str = "Checking the disk"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Next to nothing."""
        return MIB

    def run(self, context: Context) -> None:
        """Find the disk by its id and compare serial number and size. Raises HostError when it is another."""
        found = choose(context.find_disks(), context.spec)
        if found.path != context.disk.path:
            context.warn(f"The disk moved from {context.disk.path} to {found.path}.")
        reason = refusal(found, context.machine.firmware)
        if reason:
            raise HostError(reason)
        context.disk = found


@dataclass(frozen=True)
class FreeDisk:
    """Stop what uses the disk: mounts, swap, RAID, LVM, multipath; and keep other programs off it."""

    title: str = "Releasing the disk"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Next to nothing."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when something does not let go."""
        # LVM and md wait for udev while they let go, so the lock comes after them.
        for stopped in holders.take_down(context.disk.path):
            context.warn(f"Stopped: {stopped}.")
        context.at_end.enter_context(partition.locked(context.disk.path))


@dataclass(frozen=True)
class CheckKept:
    """See whether the partitions that are there can be used again, so that the datastore can stay."""

    title: str = "Checking the datastore that is kept"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Next to nothing."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the datastore cannot be kept; nothing has been changed then."""
        table = partition.read_table(context.disk.path)
        reason = fits(context.layout, table)
        if reason:
            raise HostError(
                f"The datastore cannot be kept: {reason}.",
                hint="Copy its machines elsewhere and install with a new datastore, or choose another disk.",
            )
        context.nodes = {
            slot.role: partition.node(context.disk.path, slot.number) for slot in context.layout.slots
        }


def choose(disks: tuple[Disk, ...], spec: DiskSpec) -> Disk:
    """The disk that the spec is bound to. Raises HostError when it is gone or has become another one."""
    return others.same(disks, spec.disk_id, spec.disk_serial, spec.disk_size)
