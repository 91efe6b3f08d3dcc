"""The installation under way, seen from the console that started it and from all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import urwid

from host import events
from host.events import Begun, Done, Error, Event, Progress, Step
from installer.screens.page import on_backdrop
from installer.session import KICKSTART
from tui.frame import Hint
from tui.layout import Stack
from tui.pager import Pager
from tui.progress import Bar, duration, rate
from tui.view import View

if TYPE_CHECKING:
    from installer.screens.installation import Installation

REFRESH = 0.25
"""Seconds between looks at what the engine says."""


TAIL = 2
"""Lines of what a script prints that are shown, which a screen of 40×10 has room for; the log has all."""


class Running(View):
    """Step, percent, speed and time left, from the events of the engine.

    ``owner`` is the console that confirmed; it alone can go on from here. When the owner lets go without
    an end, another console takes over if the engine still runs (the owner's program died), else all
    return to their own wizard (the owner went back). ``warnings`` are those from before.
    """

    hints: Sequence[Hint] = ()

    def __init__(
        self, installation: Installation, owner: str, target: str = "", warnings: Sequence[str] = ()
    ) -> None:
        self._installation = installation
        self.wizard = wizard = installation.wizard
        self._owner = owner
        self._mine = owner == wizard.console
        self._offset = 0
        self._warnings = list(warnings)
        self._output: list[str] = []
        self._target = target
        self._text = urwid.Text("")
        self._name()
        self._step = urwid.Text("Starting ...")
        self._bar = Bar(0.0)
        self._speed = urwid.Text("")
        self._warned = Pager(self._warnings, role="warning")
        gap = urwid.Divider()
        parts: list[Any] = [self._text, gap, self._step, self._bar, self._speed, gap, self._warned]
        super().__init__(Stack(parts, main=6, least=0))

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)

    def shown(self) -> None:
        """Begin to follow."""
        self.every(REFRESH, self._follow)
        self._follow()

    def _follow(self) -> None:
        happened, self._offset = self.wizard.backend.follow(self._offset)
        for event in happened:
            if not self.is_shown:
                return
            self._take(event)
        if not self._mine and self.is_shown and not self.wizard.backend.owner():
            self._installation.owner_left(self._owner)

    def _name(self) -> None:
        """Say what is being done: who confirmed it knows at once, others by the engine's first event."""
        is_upgrade, product = self._installation.is_upgrade, self.wizard.backend.title
        self.title = f"Upgrading to {product}" if is_upgrade else f"Installing {product}"
        doing = f"{'Upgrading' if is_upgrade else 'Installing on'} {self._target}."
        where = _where("upgrade" if is_upgrade else "installation", self._owner, self._mine)
        self._text.set_text(where + (doing if self._target else "Please wait."))

    def _take(self, event: Event) -> None:
        match event:
            case Begun():
                self._installation.is_upgrade = event.kind == "upgrade"
                self._name()
                self.rebuild()
            case Step():
                self._output.clear()
                self._step.set_text(f"Step {event.number} of {event.total}: {event.title}")
            case Progress():
                self._bar.set(event.fraction)
                self._speed.set_text(_speed(event))
            case events.Warning():
                self._warnings.append(f"Warning: {event.text}")
                self._warned.set_text(self._warnings)
            case events.Output():
                self._output = [*self._output, event.text][-TAIL:]
                self._speed.set_text("\n".join(self._output))
            case Error():
                self._installation.failed(event, self._owner)
            case Done():
                self._installation.complete(event, tuple(self._warnings))


def _where(what: str, owner: str, mine: bool) -> str:
    if mine:
        return ""
    if owner == KICKSTART:
        return "The kickstart file decides.\n\n"
    return f"The {what} is running; it was confirmed on console {owner}.\n\n"


def _speed(event: Progress) -> str:
    parts = []
    if event.rate is not None:
        parts.append(rate(event.rate))
    if event.left is not None:
        parts.append(f"{duration(event.left)} left")
    return ", ".join(parts)
