"""What is asked of a version on trial, and what the splash says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from host import healthy, trial
from host.boot import Boot
from host.errors import HostError
from host.healthy import PAUSE, STEADY, Trial

Looks = Iterator[bool]


class Clock:
    """Time that only passes while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds


def judged(*looks: bool, rest: bool = True, patience: float = 600.0) -> tuple[bool, float]:
    """The verdict when a check finds that, look by look, and how many seconds it took."""
    clock, left = Clock(), list(looks)

    def check() -> bool:
        return left.pop(0) if left else rest

    judge = Trial({"it works": lambda: True, "it runs": check}, patience, lambda: clock.now, clock.pause)
    return judge.passed(), clock.now


def test_a_host_that_works_is_confirmed_after_a_few_looks() -> None:
    assert judged() == (True, (STEADY - 1) * PAUSE)


def test_what_comes_late_is_waited_for() -> None:
    assert judged(*[False] * 20) == (True, (20 + STEADY - 1) * PAUSE)


def test_what_crashes_again_and_again_does_not_pass() -> None:
    passed, seconds = judged(*[True, True, True, False] * 60, patience=600)
    assert not passed and 600 <= seconds <= 600 + PAUSE


def test_what_never_comes_is_given_up() -> None:
    assert judged(rest=False, patience=60) == (False, 60)


def test_a_check_that_fails_to_look_is_not_passed() -> None:
    def broken() -> bool:
        raise HostError("no systemd")

    clock = Clock()
    assert not Trial({"x": broken}, 10, lambda: clock.now, clock.pause).passed()


def test_without_a_bank_nothing_is_confirmed(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="which bank"):
        healthy.confirm(Boot(mode="host"), tmp_path / "confirmed")
    assert not (tmp_path / "confirmed").exists()


@pytest.fixture
def cmdline(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "cmdline").write_text(text + "\n")
        return tmp_path / "cmdline"

    return write


def test_what_the_splash_says(cmdline: Callable[[str], Path], tmp_path: Path) -> None:
    confirmed = tmp_path / "confirmed"
    assert trial.notices("1.0", cmdline("quiet bedplate.trials=1"), confirmed) == ()
    on_trial = cmdline("quiet bedplate.trial")
    assert trial.is_on_trial(on_trial)
    (line,) = trial.notices("2.0", on_trial, confirmed)
    assert "2.0 is on trial" in line
    confirmed.touch()
    assert trial.notices("2.0", on_trial, confirmed) == ()
    (line,) = trial.notices("1.0", cmdline("quiet bedplate.given-up=2.0"), confirmed)
    assert "The update to version 2.0 was given up" in line and "Version 1.0 runs" in line
    (line,) = trial.notices("1.0", cmdline("quiet bedplate.given-up="), confirmed)
    assert "The last update was given up" in line
    assert trial.notices("1.0", tmp_path / "none", confirmed) == ()
