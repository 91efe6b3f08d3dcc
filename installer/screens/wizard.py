"""Moves one console through the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from installer import flow, words
from installer.flow import Answers, Page
from installer.screens.confirm import Confirm
from installer.screens.disks import Disks
from installer.screens.existing import Existing, Found
from installer.screens.findings import Findings
from installer.screens.installation import Installation
from installer.screens.keyboard import Keyboard
from installer.screens.licence import Licence
from installer.screens.page import WizardPage
from installer.screens.password import Password
from installer.screens.restarting import Restarting
from installer.screens.welcome import Welcome
from tui.dialog import Message

if TYPE_CHECKING:
    from host.machine.model import Machine
    from installer.backend import Backend
    from installer.prechecks import Finding
    from tui.app import App

VIEWS: Mapping[Page, Callable[[Wizard], WizardPage]] = {
    Page.WELCOME: Welcome,
    Page.LICENCE: Licence,
    Page.DISKS: Disks,
    Page.KEYBOARD: Keyboard,
    Page.PASSWORD: Password,
    Page.FINDINGS: Findings,
}
"""The pages that need no preparation; see ``Wizard.go`` for the others."""


class Wizard:
    """The installer on one console.

    ``answers`` are this console's own; what is shared between consoles is the ``installation``.
    """

    def __init__(self, app: App, backend: Backend, console: str) -> None:
        self.app = app
        self.backend = backend
        self.console = console
        self.answers = Answers()
        self.page = Page.WELCOME
        self.installation = Installation(self)

    def start(self) -> None:
        """Show the first page, or the installation that runs already."""
        if not self.installation.join():
            self.go(self.page)

    # pages

    def go(self, page: Page) -> None:
        """Show a page, finding out first what it needs to know."""
        self.page = page
        if page is Page.DISKS and self.answers.machine is None:
            self.app.busy("Scanning for disks ...", self.backend.machine, self._scanned)
        elif page is Page.EXISTING:
            self.app.busy("Reading the disk ...", self._found, self._show_existing)
        elif page is Page.CONFIRM:
            self.app.busy("Planning ...", self._plan, self._show_confirm)
        else:
            self.app.show(VIEWS[page](self))

    def forward(self, page: Page, answers: Answers) -> None:
        """Go on from a page with the answers it gave."""
        self.answers = answers
        if page is Page.PASSWORD or (page is Page.EXISTING and answers.upgrade is not None):
            self._check(page)
        else:
            self.go(flow.after(page, answers))

    def back(self, page: Page, answers: Answers) -> None:
        """Go to the page before, keeping what this one held."""
        self.answers = answers
        self.go(flow.before(page, answers))

    def _scanned(self, machine: Machine) -> None:
        self.answers = flow.seen(self.answers, machine)
        self.go(Page.DISKS)

    def _found(self) -> Found:
        machine, disk = self.answers.machine, self.answers.disk
        assert machine is not None and disk is not None  # nobody gets to that page without
        examined = self.backend.examine(disk) if disk.holds("bedplate") else None
        return Found(self.backend.preservable(machine, disk), examined)

    def _show_existing(self, found: Found) -> None:
        self.app.show(Existing(self, found))

    def _plan(self) -> tuple[str, ...]:
        machine = self.answers.machine
        assert machine is not None  # nobody gets to that page without
        return self.backend.describe(machine, flow.spec(self.answers))

    def _show_confirm(self, plan: tuple[str, ...]) -> None:
        self.app.show(Confirm(self, plan))
        self.installation.prepare()

    def _check(self, page: Page) -> None:
        """Look at the machine again, and check it with the disk that was chosen."""

        answers = self.answers

        def work() -> tuple[Machine, tuple[Finding, ...], str]:
            machine = self.backend.machine()
            disk = flow.seen(answers, machine).disk
            is_new = answers.upgrade is None
            hashed = self.backend.hash_password(answers.password) if is_new else ""
            return machine, self.backend.check(machine, disk), hashed

        self.app.busy(
            "Gathering additional system information ...", work, lambda result: self._checked(page, result)
        )

    def _checked(self, page: Page, result: tuple[Machine, tuple[Finding, ...], str]) -> None:
        machine, findings, password_hash = result
        if self._disk_is_lost(machine):
            return
        self.answers = replace(self.answers, findings=findings, password_hash=password_hash)
        self.go(flow.after(page, self.answers))

    def _disk_is_lost(self, machine: Machine) -> bool:
        """Take in a new look; if the chosen disk is not what it was, say so and go back to the disks."""
        chosen = self.answers.disk
        self.answers = flow.seen(self.answers, machine)
        if flow.is_ready(self.answers):
            return False
        self.go(Page.DISKS)
        name = f"{words.name(chosen)}, serial {words.serial(chosen)}," if chosen else "The chosen disk"
        state = "is not there any more" if self.answers.disk is None else "holds something else than before"
        self.app.dialog(Message("Disk Changed", f"{name} {state}. Choose the disk again.", role="error"))
        return True

    def resume(self) -> None:
        """Return from an installation to the page where this console was, with a fresh look at the disks."""
        if self.answers.disk is None:
            self.go(self.page)
        else:
            self.app.busy("Scanning for disks ...", self.backend.machine, self._resumed)

    def _resumed(self, machine: Machine) -> None:
        if not self._disk_is_lost(machine):
            self.go(self.page)

    def restart(self) -> None:
        """Restart the machine."""
        self.app.busy("Restarting ...", self.backend.restart, lambda _: self._restarting())

    def _restarting(self) -> None:
        if self.backend.is_recorded:
            self.app.quit()
        self.app.show(Restarting(self))
