"""What must be so for every kickstart file: an answer, with places, and a plan for what is bound."""

from __future__ import annotations

from collections.abc import Sequence

from host.errors import HostError
from host.machine.model import Machine
from installer.kickstart import Reading, bind, read
from installer.kickstart.report import script_lines
from installer.plan import describe

NAME = "ks.cfg"


def check(data: bytes, machine: Machine, texts: Sequence[str]) -> str:
    """What becomes of a file: ``refused``, ``read`` (and not possible on this machine) or ``bound``.

    Some of what it includes is there (one of ``texts``), some is not. Raises whatever went wrong.
    """

    def reader(name: str) -> bytes:
        if name == NAME:
            return data
        if len(name) % 3:
            raise HostError(f"{name} is not there.")
        return texts[len(name) % len(texts)].encode(errors="surrogateescape")

    reading = read(NAME, reader=reader, hasher=lambda _: "$6$salt$hash")
    _look_at(reading)
    if reading.script is None:
        return "refused"
    if not all(line.isprintable() for line in script_lines(reading.script)):
        raise AssertionError("What the script does would not be shown as it is.")
    bound = bind(reading.script, machine).bound
    if bound is None:
        return "read"
    describe(machine, bound.spec)
    return "bound"


def _look_at(reading: Reading) -> None:
    """Every remark has a place and can be shown as it is."""
    for one in reading.diagnostics:
        if one.line < 1 or not one.file or not one.message or not str(one).isprintable():
            raise AssertionError(repr(one))
