"""How long the direct console takes from a key to the screen, run natively on a terminal of this machine."""

from __future__ import annotations

import os
import pty
import select
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.bench.result import Measurement
from tools import keys

ENOUGH = 400
QUIET = 0.05
"""Seconds without output after which a screen is complete."""


def key_to_screen(work: Path) -> list[Measurement]:
    """Median and 99th percentile over moving through the menu of a simulated host."""
    main, terminal = pty.openpty()
    os.set_blocking(main, False)
    argv = [sys.executable, "-m", "dcui", "--machine", str(desk(work))]
    size = {"TERM": "xterm-256color", "LINES": "24", "COLUMNS": "80"}
    with subprocess.Popen(
        argv,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, **size},
        start_new_session=True,
    ) as console:
        os.close(terminal)
        try:
            read_until_quiet(main, 3.0)
            log_in(main)
            taken = sorted(time_key(main, "down" if number % 12 < 6 else "up") for number in range(ENOUGH))
        finally:
            console.kill()
            os.close(main)
    return [
        Measurement("DCUI key → screen, median", "ms", (statistics.median(taken),), 16),
        Measurement("DCUI key → screen, 99th percentile", "ms", (taken[int(len(taken) * 0.99)],), 50),
    ]


def desk(work: Path) -> Path:
    """A recorded machine for the console to show."""
    from dcui.simulated import DESK

    recorded = work / "desk.json"
    recorded.write_bytes(msgspec.json.encode(DESK))
    return recorded


def log_in(terminal: int) -> None:
    """From the splash to the menu."""
    from dcui.simulated import PASSWORD

    os.write(terminal, keys.serial("f2"))
    read_until_quiet(terminal, 1.0)
    os.write(terminal, PASSWORD.encode() + keys.serial("enter"))
    said = read_until_quiet(terminal, 3.0)
    assert b"System Customization" in said, "the menu did not open"


def time_key(terminal: int, name: str) -> float:
    """Milliseconds from a key to the last byte of the screen it changes."""
    begin = time.perf_counter()
    os.write(terminal, keys.serial(name))
    last = begin
    while select.select([terminal], [], [], QUIET if last > begin else 1.0)[0]:
        os.read(terminal, 65536)
        last = time.perf_counter()
    assert last > begin, f"{name} changed nothing on the screen"
    return (last - begin) * 1000


def read_until_quiet(terminal: int, patience: float) -> bytes:
    """Everything the program writes until it pauses; waits up to ``patience`` seconds for the first of it."""
    said = b""
    while select.select([terminal], [], [], 0.4 if said else patience)[0]:
        said += os.read(terminal, 65536)
    return said
