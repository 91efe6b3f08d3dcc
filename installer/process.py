"""The engine as a process: only one at a time, one of them ready and waiting, both outliving their console.

A waiting engine has loaded everything and sits at a pipe, so that an installation begins the moment its
spec is handed over. Locks say who is there: the kernel lets go of them when a process ends, however it
ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host.errors import HostError

LOCK = "engine.lock"
READY = "ready.lock"
EVENTS = "events.jsonl"
LOG = "install.log"

_PIPE = "spec.pipe"
_GIVEN = "spec.given"

_PATIENCE = 60.0
"""Seconds until an engine that is just loading must have come to its pipe."""


def running(work: Path) -> bool:
    """Whether an installation is under way, in whatever process."""
    # In between an engine has its spec and does not have the lock yet.
    return held(work / LOCK) or (held(work / READY) and (work / _GIVEN).exists())


def waiting(work: Path) -> bool:
    """Whether an engine is loaded, or loading, and waits for a spec."""
    return held(work / READY) and not (work / _GIVEN).exists()


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock. Raises HostError when another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise HostError("An installation is already under way.", hint="Wait until it has ended.") from None
    try:
        yield
    finally:
        # After detach() the lock lives on in the child, because closing is all that happens here.
        os.close(descriptor)


def detach(work: Path, events: str = EVENTS) -> bool:
    """Go on as a process of its own that outlives the console; True there, False in the one that was started.

    Events go to the file of that name from here on, the rest of the output to the log.
    """
    if os.fork():
        return False
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(work / events, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    err = os.open(work / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, number in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    return True


def make_pipe(work: Path) -> None:
    """Make the pipe a waiting engine reads its spec from."""
    (work / _GIVEN).unlink(missing_ok=True)
    (work / _PIPE).unlink(missing_ok=True)
    os.mkfifo(work / _PIPE, 0o600)


def receive(work: Path) -> bytes:
    """Wait for a spec, as long as it takes."""
    with (work / _PIPE).open("rb") as pipe:
        return pipe.read()


def hand_over(work: Path, spec: bytes) -> bool:
    """Give the spec to the waiting engine; False when there is none (any more)."""
    if not waiting(work):
        return False
    (work / EVENTS).write_bytes(b"")
    until = time.monotonic() + _PATIENCE
    while (pipe := _open_pipe(work)) is None:
        if not waiting(work) or time.monotonic() > until:
            return False
        time.sleep(0.02)
    os.set_blocking(pipe, True)
    with os.fdopen(pipe, "wb") as engine:
        (work / _GIVEN).touch()
        engine.write(spec)
    return True


def _open_pipe(work: Path) -> int | None:
    """The pipe's end to write to; None while nobody reads at the other one."""
    try:
        return os.open(work / _PIPE, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise


def held(path: Path) -> bool:
    """Whether some process holds that lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # A shared lock asked for without waiting: it is refused exactly while a process holds its own.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
