"""Notices when links, addresses or routes change, through the kernel's rtnetlink (rtnetlink(7))."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

_RTMGRP_LINK = 0x1
_RTMGRP_IPV4_IFADDR = 0x10
_RTMGRP_IPV4_ROUTE = 0x40
_RTMGRP_IPV6_IFADDR = 0x100
_RTMGRP_IPV6_ROUTE = 0x400
_GROUPS = _RTMGRP_LINK | _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV4_ROUTE | _RTMGRP_IPV6_IFADDR | _RTMGRP_IPV6_ROUTE

_LARGEST = 65536
_POLL = 1.0
"""Seconds after which ``wait_for`` looks again although nothing was said: not everything it may be asked
to wait for is a matter of netlink (a lease file is not)."""


class Watch:
    """A descriptor that becomes readable when something about the network changes.

    What changed is not said; look at ``host.network.state`` again. Use as a context manager or close it.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
        )
        self._socket.setblocking(False)
        self._socket.bind((0, _GROUPS))

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Take what has been said so far; True when anything was."""
        said = False
        while True:
            try:
                self._socket.recv(_LARGEST)
            except BlockingIOError:
                return said
            except OSError:
                # ENOBUFS: more was said than fits. Something changed, which is all there is to know.
                return True
            said = True

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``condition`` holds, at most ``seconds``; whether it does."""
        end = time.monotonic() + seconds
        while True:
            self.drain()
            if condition():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            select.select([self], [], [], min(left, _POLL))

    def close(self) -> None:
        """Stop watching."""
        self._socket.close()
