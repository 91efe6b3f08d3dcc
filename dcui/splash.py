"""The first screen, seen without logging in: what this is and where to manage it from.

It is on the screen before the network and the agent are, and fills in by itself as they come up.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

import urwid

from dcui import facts
from dcui.facts import Facts
from tui.frame import Hint, KeyBar, KeyStyle
from tui.view import View

if TYPE_CHECKING:
    from dcui.session import Session

HEADING = "To manage this host, go to:"

SETTLE = 0.3
"""Seconds to wait after a sign of change, because changes of a network come in bursts."""

SLOW_REFRESH = 60.0
"""Seconds between looks at what tells nobody when it changes, such as a failed service."""

Size: TypeAlias = tuple[int, int]

Line = tuple[str, str]
"""A palette role and the text in it."""


class Splash(View):
    """Two halves: the machine in the upper one, its addresses in the lower one."""

    hints = (Hint("F2", "Customize System/View Logs"), Hint("F12", "Shut Down/Restart"))

    def __init__(self, session: Session) -> None:
        self._session = session
        self._halves = Halves()
        self._asking = False
        self._next: bool | None = None
        self._settling = False
        self._watched = False
        super().__init__(self._halves)
        self.keys = {"f2": session.customize, "f12": session.power}

    def surround(self, body: Any) -> Any:
        """The halves fill the screen; the keys stand in the lower one."""
        bar = KeyBar(self.hints, KeyStyle.ANGLE, spread=True, roles=("lower key", "lower"))
        return urwid.Frame(body, footer=bar)

    def shown(self) -> None:
        """Begin to ask the host, and to listen to it. What takes long does not hold up the rest."""
        self._halves.tell(facts.at_once(self._session.backend))
        self._ask(slow=False)
        self._ask(slow=True)
        self.every(SLOW_REFRESH, lambda: self._ask(slow=True))

    def uncovered(self) -> None:
        """Something may have been changed in the menus."""
        self._ask(slow=True)

    def _ask(self, *, slow: bool) -> None:
        """Ask in a thread, one at a time; requests that come meanwhile are one request after it."""
        self._listen()
        if self._asking:
            self._next = slow or bool(self._next)
            return
        self._asking = True
        known, backend = self._halves.facts, self._session.backend
        self.app.background(lambda: facts.gather(backend, known, slow=slow), self._answered, self._failed)

    def _answered(self, found: Facts) -> None:
        self._asking = False
        self._halves.tell(found)
        if not self.is_shown:
            return
        if self._next is not None:
            slow, self._next = self._next, None
            self._ask(slow=slow)
        elif found.pending is not None:
            self.after(1, lambda: self._ask(slow=False))

    def _failed(self, error: Exception) -> None:
        """Something worse than HostError: say it here, since a dialog on the splash helps nobody."""
        self._answered(Facts(troubles=(f"{type(error).__name__}: {error}",)))

    def _listen(self) -> None:
        """At boot there may be nothing to listen to yet, so this is tried again at every refresh."""
        if self._watched:
            return
        descriptor = self._session.backend.watch()
        if descriptor is not None:
            self._watched = True
            self.watch(descriptor, self._changed)

    def _changed(self) -> None:
        self._session.backend.drain()
        if not self._settling:
            self._settling = True
            self.after(SETTLE, self._settled)

    def _settled(self) -> None:
        self._settling = False
        self._ask(slow=False)


class Halves(urwid.Widget):  # type: ignore[misc]
    """The two coloured halves and their text."""

    _sizing = frozenset([urwid.BOX])
    _selectable = False
    no_cache = ("render",)

    def __init__(self) -> None:
        super().__init__()
        self.facts = Facts()

    def tell(self, known: Facts) -> None:
        """Show other facts."""
        if known != self.facts:
            self.facts = known
            self._invalidate()

    def render(self, size: Size, focus: bool = False) -> Any:
        """Draw both halves; ``focus`` makes no difference."""
        del focus
        cols, rows = size
        upper, lower = compose(self.facts, cols, rows)
        halves = [(_half(upper, "upper", cols), None, False), (_half(lower, "lower", cols), None, False)]
        return urwid.CanvasCombine([half for half in halves if half[0].rows()])


def compose(known: Facts, cols: int, rows: int) -> tuple[list[Line], list[Line]]:
    """The lines of both halves, together exactly ``rows``, none wider than ``cols``.

    Where there is little room the blank lines go first; then the addresses win over the warnings,
    and the product's name over the rest.
    """
    for spacing in (True, False):
        upper = _upper(known, cols, spacing)
        lower = _lower(known, cols, spacing)
        if len(upper) + len(lower) <= rows:
            break
    else:
        lower = lower[: max(0, rows - 1)]
        upper = upper[: rows - len(lower)]
    split = max(len(upper), min(rows // 2, rows - len(lower)))
    return _fill(upper, split, "upper"), _fill(lower, rows - split, "lower")


def _upper(known: Facts, cols: int, spacing: bool) -> list[Line]:
    blank = [("upper", "")] if spacing else []
    name, *rest = facts.identity(known) or ("",)
    lines = [*blank, *_wrap(name, "upper strong", cols), *blank]
    for text in rest:
        lines += _wrap(text, "upper", cols)
    warnings = facts.warnings(known)
    if warnings:
        lines += blank
    for text in warnings:
        lines += _wrap(text, "upper warning", cols)
    return lines + blank


def _lower(known: Facts, cols: int, spacing: bool) -> list[Line]:
    blank = [("lower", "")] if spacing else []
    addresses = facts.addresses(known)
    there = any(text.startswith("https:") for text in addresses)
    lines = [*blank, *(_wrap(HEADING, "lower", cols) if there else ()), *(blank if there else ())]
    for text in addresses:
        lines += _wrap(text, "lower key" if text.startswith("https:") else "lower", cols)
    return lines + blank


def _wrap(text: str, role: str, cols: int) -> list[Line]:
    margin = 4 if cols >= 60 else 1
    folded = textwrap.wrap(text, max(1, cols - 2 * margin))
    return [(role, " " * margin + line) for line in folded]


def _fill(lines: list[Line], rows: int, ground: str) -> list[Line]:
    return lines[:rows] + [(ground, "")] * (rows - len(lines))


def _half(lines: list[Line], ground: str, cols: int) -> Any:
    if not lines:
        return urwid.SolidCanvas(" ", cols, 0)
    spans = [span for line in lines for span in (line, "\n")][:-1]
    canvas = urwid.CompositeCanvas(urwid.Text(spans, wrap="clip").render((cols,)))
    canvas.fill_attr(ground)
    return canvas
