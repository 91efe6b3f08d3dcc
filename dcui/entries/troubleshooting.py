"""Troubleshooting Options: the ways in for support, and the management agents."""

from __future__ import annotations

from dcui import menu
from dcui.backend import SHELL, SSH
from dcui.customization import MenuView
from dcui.entry import Context, Pane

HELP = "Switch the shell and SSH on and off, and restart the management agents."


def describe(context: Context) -> Pane:
    """What is switched on."""
    states = (
        (title, context.backend.service(name).running)
        for name, title in ((SHELL, "ESXi Shell"), (SSH, "SSH"))
    )
    return Pane(tuple(f"{title} is {'Enabled' if on else 'Disabled'}" for title, on in states), HELP)


def enter(context: Context) -> None:
    """Open the menu."""
    app = context.app
    view = MenuView(context.session, menu.TROUBLESHOOTING, lambda: app.pop(view))
    app.push(view)
