"""How progress is counted."""

from __future__ import annotations

import pytest

from host.events import Event, Progress
from installer.progress import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def measured(total: int) -> tuple[Meter, Clock, list[Progress]]:
    seen: list[Progress] = []

    def emit(event: Event) -> None:
        assert isinstance(event, Progress)
        seen.append(event)

    clock = Clock()
    return Meter(total, emit, clock), clock, seen


def test_rate_and_time_left() -> None:
    meter, clock, seen = measured(1000)
    meter.begin(1000)
    for _ in range(5):
        clock.now += 1
        meter.copied(100)
    assert seen[-1].fraction == 0.5
    assert seen[-1].rate == pytest.approx(100)
    assert seen[-1].left == pytest.approx(5)


def test_a_task_that_says_nothing_counts_when_it_ends_and_none_counts_twice() -> None:
    meter, _, seen = measured(100)
    meter.begin(40)
    meter.end()
    assert seen[-1].fraction == 0.4
    meter.begin(60)
    meter.advance(1000)
    meter.end()
    assert seen[-1].fraction == 1


def test_reports_are_few() -> None:
    meter, clock, seen = measured(1_000_000)
    meter.begin(1_000_000)
    for _ in range(1000):
        clock.now += 0.001
        meter.copied(1)
    assert len(seen) <= 6
