"""What a scripted installation says until the engine takes over, and how it ends: one JSON object a line.

Several runs follow each other in one file; each starts with ``Begun``. Nothing here holds a password.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from host import events as engine
from installer.kickstart.diagnostics import Diagnostic, Severity
from installer.kickstart.script import Reboot

NOTHING = "Nothing has been changed."


class Begun(msgspec.Struct, tag="begun", frozen=True):
    """A run begins; what an earlier one has said is over."""


class Stage(msgspec.Struct, tag="stage", frozen=True):
    """A part of the run begins."""

    title: str


class Said(msgspec.Struct, tag="said", frozen=True):
    """Something worth knowing: an attempt that failed, what is waited for, a note about the file."""

    text: str


class Installing(msgspec.Struct, tag="installing", frozen=True):
    """The engine has started; its own events tell the rest. ``target`` names the disk."""

    target: str
    reboot: Reboot


class Installed(msgspec.Struct, tag="installed", frozen=True):
    """The installation is complete. ``seconds`` is how long the engine took."""

    seconds: float
    reboot: Reboot


class Planned(msgspec.Struct, tag="planned", frozen=True):
    """A dry run has ended: what would have been done, in words."""

    lines: tuple[str, ...]


class Problem(msgspec.Struct, frozen=True):
    """One reason for stopping: where (``ks.cfg:12``, may be empty), what, and what to do (may be empty)."""

    place: str
    text: str
    hint: str = ""


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """The run has stopped. ``changed`` says what state the disks are in."""

    problems: tuple[Problem, ...]
    changed: str = NOTHING


Event: TypeAlias = (
    Begun | Stage | Said | engine.Warning | engine.Output | Installing | Installed | Planned | Failed
)
Emit: TypeAlias = Callable[[Event], None]

ENDS = (Installed, Planned, Failed)
"""The last words of a run."""

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def to_line(event: Event) -> bytes:
    """The event as one line of JSON, with its line feed."""
    return msgspec.json.encode(event) + b"\n"


def from_line(line: bytes) -> Event:
    """The event a line holds. Raises msgspec.DecodeError when it holds none."""
    return _decoder.decode(line)


def because(message: str, hint: str = "") -> Failed:
    """A run that stopped for one reason, before anything was changed."""
    return Failed((Problem("", message, hint),))


def refused(diagnostics: tuple[Diagnostic, ...]) -> Failed:
    """A run that stopped because of what the file says: every error of it."""
    errors = (one for one in diagnostics if one.severity is Severity.ERROR)
    return Failed(tuple(Problem(f"{one.file}:{one.line}", one.message, one.hint) for one in errors))


def broken(error: engine.Error) -> Failed:
    """A run that stopped because the engine did."""
    return Failed((Problem("", error.text, error.hint),), error.changed)
