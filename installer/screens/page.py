"""What all pages of the wizard share: a window on the backdrop, Esc asks, F9 goes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import urwid

from installer.flow import Answers, Page
from tui.dialog import Confirm
from tui.frame import Backdrop, Hint, KeyBar, Window
from tui.keys import ALIAS_HELP
from tui.layout import Stack
from tui.view import View

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard

ENTER = Hint("Enter", "Continue")
BACK = Hint("F9", "Back")
CANCEL = Hint("Esc", "Cancel")


class WizardPage(View):
    """A page of the wizard.

    Subclasses say which ``page`` they are, build their body from ``wizard.answers``, and give what was
    answered by ``collect``. ``advance`` goes on with it, F9 goes back with it, so nothing is lost either way.
    """

    page: ClassVar[Page]
    hints: Sequence[Hint] = (ENTER, BACK, CANCEL)

    def __init__(self, wizard: Wizard, body: Any) -> None:
        self.wizard = wizard
        super().__init__(body)
        self.keys = {"enter": self.advance, "esc": self.ask_to_cancel}
        if BACK in self.hints:
            self.keys["f9"] = self.go_back

    def collect(self) -> Answers:
        """The answers, with what stands on this page."""
        return self.wizard.answers

    def advance(self) -> None:
        """Go on to the next page."""
        self.wizard.forward(self.page, self.collect())

    def go_back(self) -> None:
        """Go to the page before."""
        self.wizard.back(self.page, self.collect())

    def ask_to_cancel(self) -> None:
        """Ask whether the installation is to be given up."""
        self.app.dialog(cancel_question(self.wizard))

    def surround(self, body: Any) -> Any:
        """Put the page's window on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)


def on_backdrop(wizard: Wizard, title: str, body: Any, hints: Sequence[Hint]) -> Backdrop:
    """A window of the installer on its backdrop."""
    window = Window(title, body, KeyBar(hints))
    banner = f"{wizard.backend.title} Installer"
    return Backdrop(window, banner, f"F4 High Contrast    {ALIAS_HELP}", least_rows=14)


def cancel_question(wizard: Wizard) -> Confirm:
    """The question Esc asks."""
    return Confirm(
        "Cancel Installation",
        "The installation has not started and nothing was changed.\n\nCancel it and restart this machine?",
        {"y": ("Restart", wizard.restart), "n": ("Return", None)},
    )


def with_intro(intro: str, main: Any, *, least: int = 3) -> Stack:
    """An introduction above the main part of a page."""
    return Stack([urwid.Text(intro), urwid.Divider(), main], main=2, least=least)
