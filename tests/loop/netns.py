"""Networks of their own: a thread that has left the machine's network runs what belongs into one."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from host.run import run

T = TypeVar("T")
_CLONE_NEWNET = 0x40000000


class Namespace:
    """A network of its own; ``do`` runs something in it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self.path = self.do(_leave)
        self.ip("link", "set", "lo", "up")

    def do(self, what: Callable[..., T], *arguments: Any) -> T:
        return self._thread.submit(what, *arguments).result()

    def ip(self, *arguments: str) -> None:
        self.do(run, ["ip", *arguments])

    def reaches(self, address: str, via: str) -> bool:
        return self.do(_pings, address, via)

    def close(self) -> None:
        self._thread.shutdown()


def _leave() -> str:
    """Give the calling thread, and what it starts, a network of its own; returns where that is."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    return f"/proc/{os.getpid()}/task/{threading.get_native_id()}/ns/net"


def _pings(address: str, via: str) -> bool:
    argv = ["ping", "-n", "-c", "1", "-w", "2", "-i", "0.2", "-I", via, address]
    return run(argv, check=False).returncode == 0


def move(source: Namespace, device: str, target: Namespace) -> None:
    """Hand a device over. ip(8) takes a process, so the id of the other namespace's thread is its name."""
    source.ip("link", "set", device, "netns", target.path.split("/")[4])
