"""The last page before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import urwid

from installer.flow import Answers, Page
from installer.screens.page import BACK, CANCEL, WizardPage
from installer.spec import Datastore
from tui.frame import Hint
from tui.layout import Stack
from tui.pager import Pager

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard


class Confirm(WizardPage):
    """Shows the plan, which names the disk beyond doubt; F11 begins, deliberately not Enter."""

    page = Page.CONFIRM

    def __init__(self, wizard: Wizard, plan: Sequence[str]) -> None:
        if wizard.answers.upgrade is not None:
            self.title, begin = "Confirm Upgrade", "Upgrade"
        else:
            self.title, begin = "Confirm Install", "Install"
        self.hints = (BACK, CANCEL, Hint("F11", begin))
        super().__init__(
            wizard, Stack([_intro(wizard.answers), urwid.Divider(), Pager(plan)], main=2, least=4)
        )
        del self.keys["enter"]
        self.keys["f11"] = wizard.installation.start


def _intro(answers: Answers) -> urwid.Text:
    if answers.upgrade is not None:
        return urwid.Text("The installation on this disk is upgraded. Nothing on it is lost.")
    kept = answers.datastore is Datastore.PRESERVE
    loss = "All but its datastore is erased." if kept else "Everything on it is erased."
    return urwid.Text(["These changes are made to the disk named first. ", ("warning", loss)])
