"""ESXi Shell on and off."""

from __future__ import annotations

from dcui.backend import SHELL
from dcui.entries import switch
from dcui.entry import Context, Pane

TITLE = "ESXi Shell"
HELP = (
    "The shell gives root all of the system, at Alt+F1 of the machine's own keyboard. "
    "Leave it disabled unless support needs it."
)


def describe(context: Context) -> Pane:
    """Whether it is on; the title says what Enter does."""
    return switch.describe(context, SHELL, TITLE, HELP)


def enter(context: Context) -> None:
    """Switch it."""
    switch.toggle(context, SHELL, TITLE)
