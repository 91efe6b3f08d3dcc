"""Erase what the disk held. From here on the disk does not start, until the boot loaders are written last."""

from __future__ import annotations

from dataclasses import dataclass

from host.storage import partition, signatures
from host.storage.layout import Role
from installer.context import Context
from installer.tasks.base import MIB


@dataclass(frozen=True)
class EraseDisk:
    """Erase every signature, the partition table and the boot code."""

    title: str = "Erasing the disk"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """A few MiB at the ends of each old partition."""
        return 4 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the disk cannot be written."""
        disk = context.disk.path
        context.changed = "The contents of the disk were erased; it holds no system."
        signatures.erase([*partition.nodes_of(disk), disk])
        signatures.mark_not_bootable(disk)


@dataclass(frozen=True)
class EraseSystem:
    """Erase the system partitions only; the partition table and the datastore stay as they are."""

    title: str = "Erasing the old system"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """A few MiB."""
        return 4 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the disk cannot be written."""
        context.changed = "The old system was erased; the datastore was not touched. The disk does not start."
        signatures.mark_not_bootable(context.disk.path)
        signatures.erase(path for role, path in context.nodes.items() if role is not Role.DATASTORE)
