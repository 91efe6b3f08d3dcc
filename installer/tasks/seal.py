"""Leave a log and a kickstart file with the new system, and let go of the disk."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from host import paths
from host.errors import HostError
from host.storage.layout import Role
from installer.context import Context
from installer.tasks.base import MIB

log = logging.getLogger(__name__)

LOG = "install.log"


@dataclass(frozen=True)
class Seal:
    """Write the log to STATE, and the kickstart file that repeats the installation; unmount everything.

    An upgrade leaves STATE alone: its log goes to the bank, and the file of the installation stays.
    """

    title: str = "Finishing"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Flushing caches."""
        return 2 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when a file system does not let go."""
        if not context.is_upgrade:
            _leave_kickstart(context, context.mount(Role.STATE))
        _write(context, context.mount(_place(context)))
        context.unmount_all()
        os.sync()


def keep_log(context: Context) -> None:
    """Leave the log where an installation that failed has already made a place for it; never raises.

    The disk may start all the same (a %post script failed), and its owner wants to know what happened.
    """
    place = context.mounted(_place(context))
    if place is None:
        return
    try:
        _write(context, place)
    except OSError as error:
        log.warning("the log cannot be kept on the disk: %s", error)


def _leave_kickstart(context: Context, state: Path) -> None:
    """No installation fails because it cannot be repeated."""
    # Plans are made for screens, too, and an installation by hand has nothing to do with the language.
    from installer.kickstart.writing import as_kickstart, write_private

    target = state / paths.INSTALL_KICKSTART.relative_to(paths.STATE)
    try:
        text = as_kickstart(context.install, context.machine.disks)
    except HostError as error:
        context.warn(f"There is no kickstart file that repeats this installation. {error}")
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    write_private(target, text)


def _place(context: Context) -> Role:
    return context.target if context.is_upgrade else Role.STATE


def _write(context: Context, place: Path) -> None:
    bank, state = paths.UPGRADE_LOG.relative_to(paths.MEDIUM), paths.INSTALL_LOG.relative_to(paths.STATE)
    target = place / (bank if context.is_upgrade else state)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    target.write_bytes(_text(context.work / LOG))


def _text(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""
