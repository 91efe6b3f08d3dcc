"""What to do with what is on the chosen disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

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
    from installer.upgrading import Examined

_UPGRADE = "upgrade"

_SHOWN = 6
"""Most things listed by name; more are counted."""


class Found(NamedTuple):
    """What a look at the disk came to: whether its datastore can be kept, and what its installation is, if it
    has one.
    """

    preservable: bool
    installation: Examined | None = None


class Existing(WizardPage):
    """Names what was found and offers what can be done with it."""

    page = Page.EXISTING
    hints = (Hint("Up/Down", "Select"), Hint("F9/Esc", "Back"), Hint("Enter", "OK"))

    def __init__(self, wizard: Wizard, found: Found) -> None:
        disk = wizard.answers.disk
        assert disk is not None  # the page order sees to it
        self.title = _title(disk)
        self._installation = found.installation
        self._list = SelectList(_choices(found, disk), selected=_preselected(wizard.answers, found))
        body = Stack([urwid.Text(_intro(disk, found.installation)), urwid.Divider(), self._list], main=2)
        super().__init__(wizard, body)
        self.keys |= dict.fromkeys(("esc", "f9"), self.go_back)

    def collect(self) -> Answers:
        """The answers with consent as it was; only Enter gives it."""
        if self._list.selected == _UPGRADE:
            return replace(self.wizard.answers, upgrade=self._installation)
        return replace(self.wizard.answers, upgrade=None, datastore=Datastore(self._list.selected))

    def advance(self) -> None:
        """Take the choice: what it says will be lost, may be lost."""
        answers = self.collect()
        self.wizard.forward(self.page, replace(answers, consent=answers.upgrade is None))


def _title(disk: Disk) -> str:
    if disk.holds("bedplate"):
        return "Bedplate Found"
    if disk.holds("VMFS"):
        return "VMFS Datastore Found"
    return "Disk Is Not Empty"


def _intro(disk: Disk, installation: Examined | None) -> str:
    found = [*words.contents(disk), *(f"in use: {holder}" for holder in disk.holders)]
    shown = found[:_SHOWN] + ([f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else [])
    return (
        f"{words.identity(disk)}, holds:\n\n"
        f"{words.listing(shown)}\n\n{_version(installation)}Choose what to do."
    )


def _version(installation: Examined | None) -> str:
    """Which version is there, and why it cannot be upgraded if that is so."""
    if installation is None:
        return ""
    if installation.refusal:
        return f"It cannot be upgraded: {installation.refusal}\n\n"
    return f"Version {installation.installed} is installed; {installation.offered} is on this medium.\n\n"


def _choices(found: Found, disk: Disk) -> list[Row]:
    kept = "the settings and the datastore" if disk.holds("datastore") else "the settings"
    offered = [
        (_can_upgrade(found), Row(_UPGRADE, f"Upgrade, keep {kept}")),
        (found.preservable, Row(Datastore.PRESERVE, "Install, keep the datastore (host settings are lost)")),
        (True, Row(Datastore.CREATE, "Install, overwrite: everything on this disk is erased")),
    ]
    return [row for is_possible, row in offered if is_possible]


def _can_upgrade(found: Found) -> bool:
    return found.installation is not None and not found.installation.refusal


def _preselected(answers: Answers, found: Found) -> str:
    """What loses least, unless something else was chosen before."""
    if answers.consent:
        return answers.datastore
    if _can_upgrade(found):
        return _UPGRADE
    return Datastore.PRESERVE if found.preservable else answers.datastore
