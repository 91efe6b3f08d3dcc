"""What long work says while it runs: one JSON object a line.

The progress screen, the serial log and the tests all read the same events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec


class Begun(msgspec.Struct, tag="begun", frozen=True):
    """The work begins: an ``installation`` or an ``upgrade``."""

    kind: Literal["installation", "upgrade"]


class Step(msgspec.Struct, tag="step", frozen=True):
    """A step of the plan begins: the ``number``-th of ``total``, counted from 1."""

    number: int
    total: int
    title: str


class Progress(msgspec.Struct, tag="progress", frozen=True):
    """How far the whole work is.

    ``fraction`` runs from 0 to 1; ``rate`` is in bytes per second, ``left`` in seconds; either is
    None where it means nothing yet.
    """

    fraction: float
    rate: float | None = None
    left: float | None = None


class Warning(msgspec.Struct, tag="warning", frozen=True):  # noqa: A001 - the field's word for it
    """Something the user should know that does not stop the work."""

    text: str


class Output(msgspec.Struct, tag="output", frozen=True):
    """A line that a script of the installation printed, without control characters.

    ``source`` says which script it is, for people: ``%post, ks.cfg:40``.
    """

    source: str
    text: str


class Error(msgspec.Struct, tag="error", frozen=True):
    """The work failed and ended. ``changed`` says in words what had been changed by then."""

    text: str
    hint: str = ""
    changed: str = ""


class Done(msgspec.Struct, tag="done", frozen=True):
    """The work ended well; ``seconds`` is how long it took."""

    seconds: float


Event: TypeAlias = Begun | Step | Progress | Warning | Output | Error | Done
Emit: TypeAlias = Callable[[Event], None]

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def to_line(event: Event) -> bytes:
    """The event as one line of JSON, with its line feed."""
    return msgspec.json.encode(event) + b"\n"


def from_line(line: bytes) -> Event:
    """The event a line holds. Raises msgspec.DecodeError or ValidationError when it holds none."""
    return _decoder.decode(line)
