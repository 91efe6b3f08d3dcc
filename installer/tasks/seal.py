"""Leave a log on the new host, and let go of the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from host import paths
from host.storage.layout import Role
from installer.context import Context
from installer.tasks.base import MIB

LOG = "install.log"


@dataclass(frozen=True)
class Seal:
    """Write the log of this installation to STATE and unmount everything."""

    title: str = "Finishing"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Flushing caches."""
        return 2 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when a file system does not let go."""
        folder = context.mount(Role.STATE) / paths.INSTALL_LOG.relative_to(paths.STATE).parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        (folder / LOG).write_bytes(_text(context.work / LOG))
        context.unmount_all()
        os.sync()


def _text(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""
