"""The last page before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import urwid

from installer import words
from installer.flow import Page
from installer.screens.page import BACK, CANCEL, WizardPage
from installer.spec import Datastore
from tui.frame import Hint
from tui.layout import Stack
from tui.pager import Pager

if TYPE_CHECKING:
    from host.machine.model import Disk
    from installer.screens.wizard import Wizard


class ConfirmInstall(WizardPage):
    """Names the disk beyond doubt and shows the plan; F11 installs, deliberately not Enter."""

    page = Page.CONFIRM
    title = "Confirm Install"
    hints = (BACK, CANCEL, Hint("F11", "Install"))

    def __init__(self, wizard: Wizard, plan: Sequence[str]) -> None:
        disk = wizard.answers.disk
        assert disk is not None  # the page order sees to it
        kept = wizard.answers.datastore is Datastore.PRESERVE
        loss = "All but its datastore is erased." if kept else "Everything on it is erased."
        parts = [
            urwid.Text(f"{wizard.backend.title} will be installed on this disk. {loss}"),
            urwid.Divider(),
            urwid.Text(("strong", identity(disk))),
            urwid.Divider(),
            Pager(plan),
        ]
        super().__init__(wizard, Stack(parts, main=4, least=2))
        del self.keys["enter"]
        self.keys["f11"] = self._install

    def _install(self) -> None:
        self.wizard.install()


def identity(disk: Disk) -> str:
    """Everything that tells the disk from others, on three lines."""
    return f"{words.name(disk)}, {words.size(disk)}\nSerial   {words.serial(disk)}\nID       {disk.id}"
