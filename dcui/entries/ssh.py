"""SSH on and off."""

from __future__ import annotations

from dcui.backend import SSH
from dcui.entries import switch
from dcui.entry import Context, Pane

TITLE = "SSH"
HELP = "Remote logins to the shell as root. Leave it disabled unless it is needed."


def describe(context: Context) -> Pane:
    """Whether it is on; the title says what Enter does."""
    return switch.describe(context, SSH, TITLE, HELP)


def enter(context: Context) -> None:
    """Switch it."""
    switch.toggle(context, SSH, TITLE)
