"""Make the file systems. Bank B stays empty until the first upgrade makes its own."""

from __future__ import annotations

from dataclasses import dataclass

from host.bootloader import Bank
from host.run import run
from host.storage import banks, datastores
from host.storage.layout import Role
from host.storage.names import DEFAULT_LABEL
from installer.context import Context
from installer.tasks.base import MIB

_FOR_GRUB = "^metadata_csum_seed,^orphan_file"
"""Newer features of ext4 that GRUB 2.12 does not read."""

_LAZY = "lazy_itable_init=1,lazy_journal_init=1,nodiscard"
"""Tables are zeroed by the kernel later; a discard of a whole large disk can take minutes."""


@dataclass(frozen=True)
class MakeFilesystems:
    """ext4 for bank A and STATE."""

    title: str = "Making file systems"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About as long as this many bytes take."""
        return 16 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when one cannot be made."""
        make_bank(context.nodes[Role.BANK_A], Bank.A)
        context.advance(8 * MIB)
        self._state(context.nodes[Role.STATE])

    def _state(self, path: str) -> None:
        run(["mkfs.ext4", "-q", "-F", "-m", "1", "-O", _FOR_GRUB, "-E", _LAZY, "-L", "bedplate-state", path])


def make_bank(path: str, bank: Bank) -> None:
    """The file system of a bank: written once and then only read, so without a journal, which GRUB could not
    replay, and with few inodes. Raises HostError.
    """
    features = f"^has_journal,^resize_inode,{_FOR_GRUB}"
    options = ["-m", "0", "-N", "64", "-O", features, "-E", _LAZY, "-L", banks.role(bank)]
    run(["mkfs.ext4", "-q", "-F", *options, path])


@dataclass(frozen=True)
class MakeOwnDatastore:
    """XFS for a new datastore on the system's own disk.

    Late, because it is there for good: what an installation that was cut off has left is erased by the next
    one without asking, a datastore is not.
    """

    title: str = "Making the datastore"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About as long as this many bytes take."""
        return 8 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when it cannot be made."""
        datastores.make(context.nodes[Role.DATASTORE], DEFAULT_LABEL)
