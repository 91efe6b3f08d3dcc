"""Leave a log on the new host, and let go of the disk."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from host import paths
from host.storage.layout import Role
from installer.context import Context
from installer.tasks.base import MIB

log = logging.getLogger(__name__)

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
        _write(context, context.mount(Role.STATE))
        context.unmount_all()
        os.sync()


def keep_log(context: Context) -> None:
    """Leave the log on a STATE that an installation which failed has already made; never raises.

    The disk may start all the same (a %post script failed), and its owner wants to know what happened.
    """
    state = context.mounted(Role.STATE)
    if state is None:
        return
    try:
        _write(context, state)
    except OSError as error:
        log.warning("the log cannot be kept on the disk: %s", error)


def _write(context: Context, state: Path) -> None:
    folder = state / paths.INSTALL_LOG.relative_to(paths.STATE).parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    (folder / LOG).write_bytes(_text(context.work / LOG))


def _text(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""
