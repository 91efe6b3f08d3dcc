"""Says when disks come and go, to a program that waits on file descriptors."""

from __future__ import annotations

import os
import time
from pathlib import Path

from host.errors import HostError

QUIET = 0.5
"""Seconds without a further message until a change counts as complete: one new disk sends dozens."""

PATIENCE = 3.0
"""Seconds after which a change is reported even if messages keep coming."""

_BUFFER = 8 * 1024 * 1024
"""Bytes of messages the kernel keeps for us; the usual 200 KB overflow when a shelf of disks is switched
on.
"""


_SO_RCVBUFFORCE = 33
"""From Linux's socket.h; Python does not name it."""


class Watch:
    """A watch on block devices.

    Wait for ``fileno()``; call ``read()`` when it is readable; and ``QUIET`` seconds later ask ``settled()``
    whether it is time to look at the disks again. Messages lost in a burst count as a change, so nothing is
    missed.
    """

    def __init__(self) -> None:
        import pyudev

        try:
            # The kernel's own messages come even where udev does not run, but before udev has read the disk.
            running = _udev_runs()
            self._monitor = pyudev.Monitor.from_netlink(pyudev.Context(), "udev" if running else "kernel")
            self._monitor.filter_by("block")
            self._monitor.start()
            _enlarge(self._monitor.fileno())
        except OSError as error:
            raise HostError(f"New disks cannot be noticed by themselves: {error}", hint="Use F5.") from error
        self._first: float | None = None
        self._last = 0.0

    def fileno(self) -> int:
        """The descriptor that becomes readable when something happens."""
        return int(self._monitor.fileno())

    def read(self) -> None:
        """Take in what has happened. Never blocks."""
        try:
            while self._monitor.poll(timeout=0) is not None:
                self.note()
        except OSError:
            # ENOBUFS: more came than the buffer holds. What was lost is found by looking again.
            self.note()

    def note(self, now: float | None = None) -> None:
        """Remember that something changed."""
        self._last = time.monotonic() if now is None else now
        if self._first is None:
            self._first = self._last

    def settled(self, now: float | None = None) -> bool:
        """Whether there was a change and it is over. True once for each change."""
        if self._first is None:
            return False
        now = time.monotonic() if now is None else now
        if now - self._last < QUIET and now - self._first < PATIENCE:
            return False
        self._first = None
        return True

    def pending(self) -> bool:
        """Whether there was a change that ``settled`` has not reported yet: ask again ``QUIET`` seconds
        later.
        """
        return self._first is not None


def _enlarge(descriptor: int) -> None:
    """pyudev's own call for this reports an error that is none, because libudev answers with a positive
    number.
    """
    import socket

    with socket.socket(fileno=os.dup(descriptor)) as monitor:
        try:
            monitor.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:
            # Only root may go beyond the system's limit; a small buffer loses messages, which read()
            # survives.
            monitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)


def _udev_runs() -> bool:
    return Path("/run/udev/control").exists()
