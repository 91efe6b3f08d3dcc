"""Waits until udev has read the devices the machine was started with.

The installer's screens are there before that: whoever looks for disks without waiting sees some of them, or
none.
"""

from __future__ import annotations

import logging

from host.run import CommandError, run

log = logging.getLogger(__name__)

PATIENCE = 60
"""Seconds for each step. A controller that finds its disks later still is noticed by host.machine.watch."""


def settle() -> None:
    """Wait until what the kernel has announced so far is in udev's database.

    Never raises: where there is no systemd or udev, the kernel's own facts are read.
    """
    # The first events are sent by this service; before it, there is nothing to settle.
    _try("systemctl", "start", "systemd-udev-trigger.service")
    _try("udevadm", "settle", f"--timeout={PATIENCE}")


def _try(*argv: str) -> None:
    try:
        run(argv, check=False, reads_only=True, timeout=PATIENCE + 5)
    except CommandError as error:
        log.info("%s", error)
