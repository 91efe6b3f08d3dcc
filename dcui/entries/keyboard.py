"""Configure Keyboard: the layout of the machine's own keyboard."""

from __future__ import annotations

from dcui.entry import Context, Pane
from tui.dialog import ListDialog
from tui.lists import Row, SelectList

TITLE = "Configure Keyboard"
HELP = (
    "The layout of the keyboard at this machine. Serial and remote consoles use the layout of their own side."
)


def describe(context: Context) -> Pane:
    """The layout in use."""
    return Pane((context.backend.config().keyboard,), HELP)


def enter(context: Context) -> None:
    """A list of all of them."""
    present = context.backend.config().keyboard
    rows = SelectList(
        [Row(name, name) for name in context.backend.keyboards()], selected=present, letters=True
    )
    context.app.dialog(
        ListDialog(TITLE, rows, lambda name: _use(context, name), intro="Select the layout of the keyboard.")
    )


def _use(context: Context, name: str) -> None:
    context.app.busy(
        "Loading the keyboard layout ...",
        lambda: context.backend.set_keyboard(name),
        lambda _: context.refresh(),
    )
