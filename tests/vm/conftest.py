"""Virtual machines for tests: the ISO they boot, and what is kept of them when a test fails."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host.run import run
from tools import lab
from tools.accel import choose
from tools.lab import Lab
from tools.places import BUILD, FAILURES, ISO, ROOT
from tools.qemu import Accel, Machine

Boot = Callable[..., Lab]

LONGEST = ("test_install_bios", "test_install_secureboot", "test_powercut", "test_upgrade", "test_kickstart")
"""Modules that take longest; two workers end at about the same time only if these begin early."""

ON_BEFORE = pytest.StashKey[frozenset[Lab]]()
"""The machines that were on before a test; what it leaves on when it fails would only slow down the rest."""


@pytest.fixture(scope="session")
def iso(request: pytest.FixtureRequest) -> Path:
    """The ISO under test: $BEDPLATE_ISO as it is, else build/bedplate.iso, built once per run of pytest."""
    given = os.environ.get("BEDPLATE_ISO")
    if given:
        return Path(given)
    BUILD.mkdir(exist_ok=True)
    run_id = request.getfixturevalue("testrun_uid")
    with (BUILD / "iso.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != run_id:
            run([sys.executable, "-m", "iso_build"], cwd=ROOT)
            lock.truncate(0)
            lock.write(run_id)
    return ISO


@pytest.fixture(scope="session")
def accel(iso: Path) -> Accel:
    """KVM where it works, else TCG."""
    return choose(iso).accel


@pytest.fixture(scope="module")
def boot() -> Iterator[Boot]:
    """Starts machines; those still on at the end of the module are switched off."""
    started: list[Lab] = []

    def start(machine: Machine, folder: Path | None = None, **terminal: int) -> Lab:
        started.append(Lab(machine, folder, **terminal))
        return started[-1]

    yield start
    for machine in started:
        machine.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules in the order of LONGEST, then the others; the order within each stays."""

    def place(item: pytest.Item) -> int:
        name = item.path.stem
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=place)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    if not report.failed:
        return
    walk = item.get_closest_marker("walk")
    if walk:
        item.parent.__dict__.setdefault("broken_at", item.name)
    name = re.sub(r"[^\w.-]+", "-", f"{item.nodeid}-{call.when}").strip("-")
    for number, machine in enumerate(lab.running):
        saved = machine.save(FAILURES, f"{name}-{number}")
        report.sections.append(("machine", f"{saved[0].read_text()}\nkept: {', '.join(map(str, saved))}"))
    if not walk:
        before = item.stash[ON_BEFORE]
        for machine in [machine for machine in lab.running if machine not in before]:
            machine.stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The tests of a walk follow each other on one machine: after a wrong step the rest says so at once."""
    item.stash[ON_BEFORE] = frozenset(lab.running)
    broken = item.parent.__dict__.get("broken_at") if item.get_closest_marker("walk") else None
    if broken:
        pytest.fail(f"an earlier step of the walk failed: {broken}", pytrace=False)
