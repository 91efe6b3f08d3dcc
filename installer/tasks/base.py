"""What every task is."""

from __future__ import annotations

from typing import Protocol

from installer.context import Context

MIB = 1024**2


class Task(Protocol):
    """One step of an installation.

    ``title`` is what the progress screen shows. ``weight`` says how much of the whole it is, counted in bytes
    written or read: copying counts what it is, other work about what it takes as long as. ``run`` does it,
    and raises HostError when it cannot be done.
    """

    @property
    def title(self) -> str:
        """What is being done, for people."""
        ...

    def weight(self, context: Context) -> int:
        """The share of this task in the whole, in bytes."""
        ...

    def run(self, context: Context) -> None:
        """Do it."""
        ...
