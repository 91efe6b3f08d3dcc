"""The other disks of an installation: erase some, make datastores on some.

All that comes before the boot loaders, so that a power cut leaves a system disk that does not start and an
installation that can be repeated. A new datastore is called unfinished until the host starts: a repeated
installation finds a disk that nobody has used yet, not one with a datastore on it, which it would leave
alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.storage import datastores, partition, signatures
from host.storage.layout import Role, datastore_layout
from installer import others
from installer.context import Context
from installer.spec import ExtraDatastore, OtherDisk
from installer.tasks.base import MIB


@dataclass(frozen=True)
class VerifyOthers:
    """Look at the other disks before anything is written anywhere."""

    title: str = "Checking the other disks"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Next to nothing."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when one of them may not be written."""
        others.check(context.find_disks(), context.install)


@dataclass(frozen=True)
class EraseOther:
    """Erase every signature and the partition table of another disk."""

    disk: OtherDisk

    @property
    def title(self) -> str:
        """The disk by its id."""
        return f"Erasing {self.disk.id}"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """A few MiB at the ends of each partition."""
        return 4 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the disk has become another one, is in use, or cannot be written."""
        _erase(context, others.erasable(context.find_disks(), self.disk, context.install).path, self.disk.id)


@dataclass(frozen=True)
class MakeDatastore:
    """Make a datastore on the whole of another disk. It is not finished before ``FinishDatastores``."""

    store: ExtraDatastore

    @property
    def title(self) -> str:
        """The datastore by its name."""
        return f"Making the datastore {self.store.name}"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About as long as this many bytes take."""
        return 12 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the disk has become another one, is in use, or cannot be written."""
        disk = others.for_datastore(context.find_disks(), self.store.disk, context.install)
        _erase(context, disk.path, disk.id)
        nodes = partition.write_table(disk.path, datastore_layout(disk.size, disk.sector))
        signatures.erase(nodes.values())
        datastores.make(nodes[Role.UNFINISHED], self.store.name)
        made = datastores.Datastore(self.store.name, nodes[Role.UNFINISHED], disk.path)
        context.datastores.append(made)


@dataclass(frozen=True)
class FinishDatastores:
    """Give the new datastores their proper name, now that the host starts and will use them."""

    title: str = "Finishing the datastores"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """A partition table each."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when a partition table cannot be written."""
        for store in context.datastores:
            partition.rename(store.disk, 1, Role.DATASTORE)


def _erase(context: Context, path: str, name: str) -> None:
    # Kept until the end: without the lock udev takes the partitions away for a moment under later steps.
    context.at_end.enter_context(partition.locked(path))
    context.changed = f"{context.changed} {name} was erased."
    signatures.erase([*partition.nodes_of(path), path])
    partition.forget(path)
