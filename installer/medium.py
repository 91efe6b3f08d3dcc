"""Checks the installation medium while the system is copied from it."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from host.errors import HostError
from installer.payload import DAMAGED, Payload

_CHUNK = 1024**2


class MediumCheck:
    """Adds up the SHA-256 of each file of the payload in a thread of its own, behind the copying.

    SHA-256 is the slowest part of an installation on a processor without instructions for it, and copying
    mostly waits for the disk. The thread never runs ahead of what has been copied, so it reads from memory
    and does not make a CD drive seek.
    """

    def __init__(self, payload: Payload) -> None:
        self._payload = payload
        self._copied: dict[str, int] = {}
        self._more = threading.Condition()
        self._stopped = False
        self._error: HostError | None = None
        self._thread = threading.Thread(target=self._run, name="medium-check", daemon=True)
        self._thread.start()

    def copied(self, name: str, size: int) -> None:
        """The first ``size`` bytes of that file have been copied."""
        with self._more:
            self._copied[name] = size
            self._more.notify()

    def finish(self) -> None:
        """Wait for the result. Raises HostError naming the first file that is damaged or cannot be read."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Give up: nobody waits for the result any more."""
        with self._more:
            self._stopped = True
            self._more.notify()

    def _run(self) -> None:
        try:
            for name, wanted in self._payload.manifest.files.items():
                if self._digest(name, wanted.size) != wanted.sha256 and not self._stopped:
                    self._error = HostError(f"{name} on the installation medium is damaged.", hint=DAMAGED)
                    return
        except OSError as error:
            self._error = HostError(
                f"The installation medium cannot be read: {error.strerror}.", hint=DAMAGED
            )

    def _digest(self, name: str, size: int) -> str:
        sha256 = hashlib.sha256()
        buffer = bytearray(_CHUNK)
        path: Path = self._payload.folder / name
        with path.open("rb", buffering=0) as file:
            done = 0
            while done < size:
                limit = self._wait_for(name, done)
                if limit <= done:
                    break
                count = file.readinto(memoryview(buffer)[: limit - done])
                if not count:
                    break
                sha256.update(memoryview(buffer)[:count])
                done += count
        return sha256.hexdigest()

    def _wait_for(self, name: str, done: int) -> int:
        """How far the file may be read; ``done`` when the check was stopped."""
        with self._more:
            self._more.wait_for(lambda: self._stopped or self._copied.get(name, 0) > done)
            return done if self._stopped else self._copied[name]
