"""The scripted installation seen from the consoles: started once, whoever asks, and all can follow it."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from host import paths
from host.errors import HostError
from installer import process

if TYPE_CHECKING:
    from installer.scripted.events import Event

LOCK = "scripted.lock"
EVENTS = "scripted.jsonl"
PID = "scripted.pid"

CMDLINE = Path("/proc/cmdline")

_ASKED = re.compile(r'(?:^|\s)"?ks=', re.IGNORECASE)


def is_asked_for(cmdline: Path = CMDLINE) -> bool:
    """Whether the boot options name a kickstart file, right or wrong. Quick: consoles ask before they show
    anything.
    """
    try:
        return _ASKED.search(cmdline.read_text(errors="replace")) is not None
    except OSError:
        return False


def begin(work: Path = paths.INSTALL, *, options: tuple[str, ...] = ()) -> None:
    """Start the run, unless it was started since the machine was. Raises HostError when it does not start."""
    if not (work / EVENTS).exists():
        again(work, options=("--once", *options))


def again(work: Path = paths.INSTALL, *, options: tuple[str, ...] = ()) -> None:
    """Start a run; nothing happens while one is under way. ``options`` are further ones of the program.

    Raises HostError when it does not start.
    """
    if running(work):
        return
    before = _said(work)
    from host.run import CommandError, run

    command = [sys.executable, "-m", "installer.scripted", "--detach", "--restart", "--work", str(work)]
    try:
        run([*command, *options])
    except CommandError as error:
        if not running(work) and _said(work) == before:  # else another console was quicker
            raise HostError(
                f"The scripted installation could not be started: {error.message}", hint=error.hint
            ) from error


def running(work: Path = paths.INSTALL) -> bool:
    """Whether a run is under way."""
    return process.held(work / LOCK)


def stop(work: Path = paths.INSTALL) -> None:
    """Tell the run to end; it does not once it has started the engine."""
    if running(work):
        try:
            os.kill(int((work / PID).read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            return  # it ended by itself meanwhile


def follow(offset: int, work: Path = paths.INSTALL) -> tuple[tuple[Event, ...], int]:
    """What was said since ``offset`` (0 is the beginning), and the offset to ask with next time.

    When a run has ended without a last word, a failure says so, for every call from then on.
    """
    from installer.scripted.events import from_line

    # Asked before reading: a run that ends in between has written its last event by then.
    alive = running(work)
    try:
        with (work / EVENTS).open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return (), offset
    whole = data[: data.rfind(b"\n") + 1]
    found = tuple(from_line(line) for line in whole.splitlines())
    if not alive and not whole and not _has_ended(work):
        return (_silent(),), offset
    return found, offset + len(whole)


def _said(work: Path) -> int:
    """How much all runs have said."""
    return (work / EVENTS).stat().st_size if (work / EVENTS).exists() else 0


def _silent() -> Event:
    from installer.scripted.events import Failed, Problem

    text = "The scripted installation ended without saying why."
    return Failed(
        (Problem("", text, "Look at the log in the shell (Alt+F1), then try again."),),
        "A disk may have been written to; unless the boot loaders were already written, it does not start.",
    )


def _has_ended(work: Path) -> bool:
    """Whether the last run has said its last word."""
    import msgspec

    from installer.scripted.events import ENDS, from_line

    lines = (work / EVENTS).read_bytes().splitlines()
    try:
        return bool(lines) and isinstance(from_line(lines[-1]), ENDS)
    except msgspec.DecodeError:
        return False
