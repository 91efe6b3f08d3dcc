"""What every origin of a kickstart file shares: how it is asked, what it answers, how it tries again."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from host.errors import HostError
from installer.kickstart.location import Location

LIMIT = 1024**2
"""Bytes a kickstart file may have. The largest in use have some tens of thousands."""

WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts over a network: switch ports and servers take their time to be there."""

PATIENCE = 30.0
"""Seconds until a medium that is not there yet counts as missing; USB takes up to ten."""

Place = TypeVar("Place", contravariant=True)
Answer = TypeVar("Answer")


def _silent(text: str) -> None:
    """Where nobody wants to know."""


@dataclass(frozen=True)
class How:
    """How to fetch.

    ``on_attempt`` gets a sentence about every attempt that failed and everything that is waited for.
    ``verify`` is whether certificates are checked. ``patience`` is how long media are waited for, in
    seconds; ``waits`` are the pauses between attempts over a network.
    """

    on_attempt: Callable[[str], None] = _silent
    verify: bool = True
    patience: float = PATIENCE
    waits: tuple[float, ...] = WAITS
    pause: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Fetched:
    """A file that was found.

    ``where`` says for people where, ``location`` is where to look for what it includes: bound to the very
    device, or to the address that a server redirected to. The contents may hold passwords: they are not
    shown by ``repr``, and nothing here writes them anywhere.
    """

    data: bytes = field(repr=False)
    where: str
    location: Location


class Source(Protocol[Place]):
    """One kind of origin."""

    def __call__(self, location: Place, how: How) -> Fetched:
        """Fetch the file. Raises HostError saying what was tried and what to do."""
        ...


class Temporary(HostError):
    """A failure that another attempt may not meet."""


def persist(work: Callable[[], Answer], how: How) -> Answer:
    """Try until it works, as often as ``how`` says. Raises HostError: what failed in the end, or at once what
    no further attempt would change.
    """
    total = len(how.waits) + 1
    seen: list[str] = []
    for number, wait in enumerate((*how.waits, None), 1):
        try:
            return work()
        except Temporary as error:
            if error.message not in seen:
                seen.append(error.message)
            if wait is None:
                count = f"{total} attempts" if total > 1 else "one attempt"
                raise HostError(f"{' '.join(seen)} Given up after {count}.", hint=error.hint) from error
            how.on_attempt(f"{error.message} Attempt {number + 1} of {total} follows in {wait:g} s.")
            how.pause(wait)
    raise AssertionError("unreachable")


def read_limited(reading: BinaryIO | Reads, name: str) -> bytes:
    """All that is left to read. Raises HostError when it is more than a kickstart file may have."""
    chunks: list[bytes] = []
    size = 0
    while chunk := reading.read(64 * 1024):
        size += len(chunk)
        check_size(size, name)
        chunks.append(chunk)
    return b"".join(chunks)


def check_size(size: int, name: str) -> None:
    """Raises HostError when that many bytes are more than a kickstart file may have."""
    if size > LIMIT:
        raise HostError(
            f"{name} is larger than {LIMIT // 1024} KiB: that is no kickstart file.",
            hint="See whether ks= names the right file.",
        )


def read_file(path: Path, name: str) -> bytes:
    """The contents of a file. Raises HostError when it is no plain file or too large, OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise HostError(f"{name} is not a file.", hint="See whether ks= names the right file.")
    with path.open("rb") as reading:
        return read_limited(reading, name)


class Reads(Protocol):
    """Something to read bytes from."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...
