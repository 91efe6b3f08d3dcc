"""The events of a scripted installation put together: what there is to show at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from host import events as engine
from installer.scripted.events import Begun, Event, Failed, Installed, Installing, Planned, Said, Stage

LONGEST = 2000
"""Lines that are kept to be scrolled through; the log has all of them."""


@dataclass
class Story:
    """What the present run has said: ``installing`` once the engine has started, ``end`` how it ended."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    installing: Installing | None = None
    end: Installed | Planned | Failed | None = None

    def take(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case Begun():
                self.lines, self.warnings, self.installing, self.end = [], [], None, None
            case Stage():
                self._add(event.title)
            case Said():
                self._add(f"  {event.text}")
            case engine.Warning():
                self.warnings.append(f"Warning: {event.text}")
                self._add(f"  {self.warnings[-1]}")
            case engine.Output():
                self._add(f"    {event.text}")
            case Installing():
                self.installing = event
            case _:
                self.end = event

    def _add(self, line: str) -> None:
        self.lines.append(line)
        del self.lines[:-LONGEST]


def failure_text(failed: Failed) -> str:
    """Why a run stopped, all reasons one under the other, and what state the disks are in."""
    reasons = [_reason(problem.place, problem.text, problem.hint) for problem in failed.problems]
    return "\n\n".join((*reasons, *([failed.changed] if failed.changed else [])))


def _reason(place: str, text: str, hint: str) -> str:
    return (f"{place}: {text}" if place else text) + (f"\n  {hint}" if hint else "")
