"""How far the installation is, how fast, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable

from host.events import Emit, Progress

_EVERY = 0.2
"""Seconds between two reports: often enough for the eye, seldom enough for a serial line."""

_WINDOW = 3.0
"""Seconds over which the rate is measured; a shorter span jumps, a longer one lags."""


class Meter:
    """Adds up work and reports it. All work is counted in bytes (see installer.tasks.base.Task)."""

    def __init__(self, total: int, emit: Emit, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = max(1, total)
        self._emit = emit
        self._clock = clock
        self._started = clock()
        self._reported = self._started - _EVERY
        self._done = 0
        self._ceiling = 0
        self._copied: list[tuple[float, int]] = []

    def begin(self, weight: int) -> None:
        """The next task begins; its advances add up to at most ``weight``."""
        self._ceiling = min(self._total, self._ceiling + weight)

    def end(self) -> None:
        """The task is over; whatever it did not report counts as done."""
        self._done = self._ceiling
        self._copied.clear()
        self._report(always=True)

    def advance(self, count: int) -> None:
        """Work off ``count`` bytes of weight."""
        self._done = min(self._ceiling, self._done + count)
        self._report()

    def copied(self, count: int) -> None:
        """Work off ``count`` bytes that went to or came from the disk; they make up the rate."""
        now = self._clock()
        self._copied = [(at, size) for at, size in self._copied if now - at < _WINDOW] + [(now, count)]
        self.advance(count)

    def _report(self, *, always: bool = False) -> None:
        now = self._clock()
        if not always and now - self._reported < _EVERY:
            return
        self._reported = now
        self._emit(Progress(self._done / self._total, self._rate(now), self._left(now)))

    def _rate(self, now: float) -> float | None:
        """Bytes per second over the last seconds. The first piece only starts the clock."""
        if len(self._copied) < 2 or now <= self._copied[0][0]:
            return None
        return sum(size for _, size in self._copied[1:]) / (now - self._copied[0][0])

    def _left(self, now: float) -> float | None:
        spent = now - self._started
        if self._done < self._total / 50 or spent <= 0:
            return None
        return (self._total - self._done) * spent / self._done
