"""Write the partition table."""

from __future__ import annotations

from dataclasses import dataclass

from host.run import run
from host.storage import partition
from installer.context import Context
from installer.tasks.base import MIB


@dataclass(frozen=True)
class WritePartitions:
    """Write the new partition table, read it back, and erase what old data its partitions uncover."""

    title: str = "Partitioning the disk"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About as long as a few MiB take."""
        return 4 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when disk and kernel do not agree with the plan afterwards."""
        context.nodes = partition.write_table(context.disk.path, context.layout)
        # A partition may begin where an old file system began whose start was not at a partition of late.
        run(["wipefs", "--all", "--force", *context.nodes.values()])
