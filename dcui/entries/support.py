"""View Support Information: what somebody who helps will ask for."""

from __future__ import annotations

from dcui.entry import Context, Pane
from tui.frame import Hint
from tui.pager import Pager
from tui.view import View

TITLE = "View Support Information"
HELP = "Enter shows all of it on a screen of its own."


def describe(context: Context) -> Pane:
    """Label and value under each other, because fingerprints are long."""
    return Pane(_lines(context), HELP)


def enter(context: Context) -> None:
    """The same with room to scroll."""
    context.app.busy(
        "Collecting ...", lambda: _lines(context), lambda lines: context.app.push(Support(lines))
    )


def _lines(context: Context) -> tuple[str, ...]:
    lines: list[str] = []
    for label, value in context.backend.support():
        lines += ["", f"{label}:"] if lines else [f"{label}:"]
        lines.append(f"  {value or 'unknown'}")
    return tuple(lines)


class Support(View):
    """Text to scroll through."""

    title = TITLE
    hints = (Hint("Up/Down", "Scroll"), Hint("Esc", "Return"))

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__(Pager(lines))
        self.keys = dict.fromkeys(("q", "Q", "esc", "enter"), lambda: self.app.pop(self))
