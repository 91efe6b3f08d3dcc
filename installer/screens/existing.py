"""What to do with what is on the chosen disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import urwid

from installer import words
from installer.flow import Answers, Page
from installer.screens.page import WizardPage
from installer.spec import Datastore
from tui.frame import Hint
from tui.layout import Stack
from tui.lists import Row, SelectList

if TYPE_CHECKING:
    from host.machine.model import Disk
    from installer.screens.wizard import Wizard

_SHOWN = 6
"""Most things listed by name; more are counted."""


class Existing(WizardPage):
    """Names what was found and offers what can be done with it."""

    page = Page.EXISTING
    hints = (Hint("Up/Down", "Select"), Hint("F9/Esc", "Back"), Hint("Enter", "OK"))

    def __init__(self, wizard: Wizard, preservable: bool) -> None:
        answers = wizard.answers
        disk = answers.disk
        assert disk is not None  # the page order sees to it
        self.title = _title(disk)
        self._list = SelectList(_choices(preservable), selected=_preselected(answers, preservable))
        body = Stack([urwid.Text(_intro(disk)), urwid.Divider(), self._list], main=2)
        super().__init__(wizard, body)
        self.keys |= dict.fromkeys(("esc", "f9"), self.go_back)

    def collect(self) -> Answers:
        """The answers with consent as it was; only Enter gives it."""
        return replace(self.wizard.answers, datastore=Datastore(self._list.selected))

    def advance(self) -> None:
        """Take the choice: what it says will be lost, may be lost."""
        self.wizard.forward(self.page, replace(self.collect(), consent=True))


def _title(disk: Disk) -> str:
    kinds = {found.kind for found in disk.contents}
    if "bedplate" in kinds:
        return "Bedplate Found"
    if "VMFS" in kinds:
        return "VMFS Datastore Found"
    return "Disk Is Not Empty"


def _intro(disk: Disk) -> str:
    found = [*words.contents(disk), *(f"in use: {holder}" for holder in disk.holders)]
    shown = found[:_SHOWN] + ([f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else [])
    return (
        f"{words.name(disk)}, {words.size(disk)}, serial {words.serial(disk)}, holds:\n\n"
        f"{words.listing(shown)}\n\nChoose what to do."
    )


def _choices(preserve: bool) -> list[Row]:
    keep = Row(Datastore.PRESERVE, "Install, keep the datastore (host settings are lost)")
    lose = Row(Datastore.CREATE, "Install, overwrite: everything on this disk is erased")
    return [keep, lose] if preserve else [lose]


def _preselected(answers: Answers, preserve: bool) -> str:
    if preserve and not answers.consent:
        return Datastore.PRESERVE
    return answers.datastore
