"""The keyboard layout, live, before any password is typed on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import urwid

from installer.flow import Answers, Page
from installer.screens.page import BACK, CANCEL, ENTER, WizardPage
from tui.form import Field, Form
from tui.frame import Hint
from tui.layout import Stack
from tui.lists import Row, SelectList

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard

_INTRO = (
    "Select the layout of this machine's own keyboard. It is in effect at once. "
    "On a serial console the terminal's own layout counts."
)


class Keyboard(WizardPage):
    """The list of layouts and, one Tab away, a field to try keys in."""

    page = Page.KEYBOARD
    title = "Select a Keyboard Layout"
    hints = (Hint("Tab", "Try Keys"), BACK, CANCEL, ENTER)

    def __init__(self, wizard: Wizard) -> None:
        rows = [Row(name, name) for name in wizard.backend.layouts]
        selected = wizard.answers.keyboard
        self._list = SelectList(rows, selected=selected, letters=True, on_move=self._activate)
        trial = Form([Field("trial", "Try keys here:")], foot=False)
        self._active = selected
        self._busy = False
        super().__init__(
            wizard,
            Stack([urwid.Text(_INTRO), urwid.Divider(), self._list, urwid.Divider(), trial], main=2),
        )

    def collect(self) -> Answers:
        """The answers with the selected layout."""
        return replace(self.wizard.answers, keyboard=self._list.selected)

    def _activate(self, name: str) -> None:
        """Load the layout, one at a time; while one loads, only the latest choice is remembered."""
        if self._busy or name == self._active:
            return
        self._busy = True
        self._active = name
        activate = self.wizard.backend.activate_keyboard
        self.app.background(lambda: activate(name), lambda _: self._activated(), self._failed)

    def _activated(self) -> None:
        self._busy = False
        if self.is_shown:
            self._activate(self._list.selected)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self.app.show_error(error)
