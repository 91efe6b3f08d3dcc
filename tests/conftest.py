"""What holds for every test: no process and no network unless the test says so with a mark."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

# How long an example takes says something about the machine only.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

IMPLIED = {"vm": ("processes", "network"), "root": ("processes", "network")}
"""Marks that bring others with them."""

PROCESSES = {
    "subprocess.Popen",
    "os.system",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.exec",
    "pty.spawn",
}
NETWORK = {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"}
INTERNET = {socket.AF_INET, socket.AF_INET6}


class Forbidden(BaseException):
    """A test did what it had not asked for. Not an Exception, so that no handler in the code hides it."""


class _Guard:
    """What the running test must not do; an audit hook asks it, so nothing needs to be patched."""

    def __init__(self) -> None:
        self.test = ""
        self.forbidden: frozenset[str] = frozenset()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in self.forbidden:
            return
        if event in NETWORK and not _leaves_the_machine(event, arguments):
            return
        mark = "processes" if event in PROCESSES else "network"
        raise Forbidden(f"{self.test} did {event} {arguments!r} without the mark {mark!r}")


def _leaves_the_machine(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "socket.getaddrinfo":
        return True
    return getattr(arguments[0], "family", None) in INTERNET


guard = _Guard()


def pytest_configure() -> None:
    import sys

    sys.addaudithook(guard.audit)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark, brings in IMPLIED.items():
            if item.get_closest_marker(mark):
                for name in brings:
                    item.add_marker(name)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    guard.test = item.nodeid
    forbidden: set[str] = set()
    if not item.get_closest_marker("processes"):
        forbidden |= PROCESSES
    if not item.get_closest_marker("network"):
        forbidden |= NETWORK
    guard.forbidden = frozenset(forbidden)
    yield
    guard.forbidden = frozenset()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("root") and os.geteuid() != 0:
        pytest.skip("needs root for loop devices and mounts; `make test` runs it with sudo")
