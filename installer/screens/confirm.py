"""The last page before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import urwid

from installer.flow import Page
from installer.screens.page import BACK, CANCEL, WizardPage
from installer.spec import Datastore
from tui.frame import Hint
from tui.layout import Stack
from tui.pager import Pager

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard


class ConfirmInstall(WizardPage):
    """Shows the plan, which names the disk beyond doubt; F11 installs, deliberately not Enter."""

    page = Page.CONFIRM
    title = "Confirm Install"
    hints = (BACK, CANCEL, Hint("F11", "Install"))

    def __init__(self, wizard: Wizard, plan: Sequence[str]) -> None:
        kept = wizard.answers.datastore is Datastore.PRESERVE
        loss = "All but its datastore is erased." if kept else "Everything on it is erased."
        intro = urwid.Text(["These changes are made to the disk named first. ", ("warning", loss)])
        super().__init__(wizard, Stack([intro, urwid.Divider(), Pager(plan)], main=2, least=4))
        del self.keys["enter"]
        self.keys["f11"] = wizard.installation.start
