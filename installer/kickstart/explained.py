"""A file and what it means on a machine: what ``check`` looks at and ``explain`` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from installer.kickstart.diagnostics import Diagnostic, failed
from installer.kickstart.reading import Reading

if TYPE_CHECKING:
    from host.machine.model import Machine
    from installer.kickstart.binding import Bound
    from installer.kickstart.matching import Verdict


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A file, and what it means on a machine if one was given.

    ``verdicts`` say what the rule for the installation's disk makes of every disk. ``bound`` is None without
    a machine, and when there are errors.
    """

    reading: Reading
    diagnostics: tuple[Diagnostic, ...]
    machine: Machine | None = None
    verdicts: tuple[Verdict, ...] = ()
    bound: Bound | None = None

    @property
    def failed(self) -> bool:
        """Whether there are errors."""
        return failed(self.diagnostics)


def explained(reading: Reading, machine: Machine | None) -> Explained:
    """A file on a machine, or on none in particular. Nothing is changed."""
    if machine is None:
        return Explained(reading=reading, diagnostics=reading.diagnostics)
    # What needs a machine takes time to load, and most files are looked at without one.
    from installer.kickstart.binding import bind
    from installer.kickstart.matching import verdicts

    target = reading.understood.target
    found = verdicts(target.disk, machine) if target else ()
    if reading.script is None:
        return Explained(reading=reading, diagnostics=reading.diagnostics, machine=machine, verdicts=found)
    binding = bind(reading.script, machine)
    return Explained(
        reading=reading,
        diagnostics=(*reading.diagnostics, *binding.diagnostics),
        machine=machine,
        verdicts=found,
        bound=binding.bound,
    )
