"""One descriptor for everything the splash shows: the kernel's word on the network, and the store's files."""

from __future__ import annotations

import ctypes
import os
import select
from collections.abc import Iterable
from pathlib import Path

from host import paths
from host.network.watch import Watch

_IN_MOVED_TO = 0x80
_IN_DELETE = 0x200
_LARGEST = 65536


class Watching:
    """Readable when the network changed or a file was put into or taken out of a directory that matters.

    Those are the configuration's and the one that says how far the first boot scripts are. Files there are
    replaced by renaming, so that is all there is to see (inotify(7)). Raises OSError when the kernel gives no
    descriptor; without the directories only the network is watched.
    """

    def __init__(self, *directories: Path) -> None:
        self._network = Watch()
        self._files = _inotify(directories or (paths.CONFIG, paths.FIRST_BOOT))
        self._both = select.epoll()
        self._both.register(self._network.fileno(), select.EPOLLIN)
        if self._files is not None:
            self._both.register(self._files, select.EPOLLIN)

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._both.fileno()

    def drain(self) -> None:
        """Take what has been said so far."""
        self._network.drain()
        if self._files is not None:
            try:
                os.read(self._files, _LARGEST)
            except BlockingIOError:
                return

    def close(self) -> None:
        """Stop watching."""
        self._both.close()
        self._network.close()
        if self._files is not None:
            os.close(self._files)


def _inotify(directories: Iterable[Path]) -> int | None:
    """Python has no inotify of its own, the C library has."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    events = _IN_MOVED_TO | _IN_DELETE
    watched = [libc.inotify_add_watch(descriptor, bytes(directory), events) for directory in directories]
    if max(watched) < 0:
        os.close(descriptor)
        return None
    return descriptor
