"""Moves one console through the pages, and all consoles through one installation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from host.events import Error
from installer import flow, words
from installer.flow import Answers, Page
from installer.screens.complete import Complete
from installer.screens.confirm import ConfirmInstall
from installer.screens.disks import Disks
from installer.screens.existing import Existing
from installer.screens.failure import Failure
from installer.screens.findings import Findings
from installer.screens.keyboard import Keyboard
from installer.screens.licence import Licence
from installer.screens.page import WizardPage
from installer.screens.password import Password
from installer.screens.restarting import Restarting
from installer.screens.running import Running
from installer.screens.welcome import Welcome
from tui.dialog import Message

if TYPE_CHECKING:
    from host.events import Done
    from host.machine.model import Machine
    from installer.backend import Backend
    from installer.prechecks import Finding
    from installer.spec import InstallSpec
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

OWNER_CHECK = 1.0
"""Seconds between looks whether another console has started the installation."""

CLAIM_TRIES = 10


class Wizard:
    """The installer on one console.

    ``answers`` are this console's own; what is shared between consoles goes through the backend's session.
    """

    def __init__(self, app: App, backend: Backend, console: str) -> None:
        self.app = app
        self.backend = backend
        self.console = console
        self.answers = Answers()
        self.page = Page.WELCOME
        self._spec: InstallSpec | None = None

    def start(self) -> None:
        """Show the first page, or the installation that runs already."""
        self.app.after(OWNER_CHECK, self._watch_owner)
        owner = self.backend.owner()
        if owner:
            self.app.show(Running(self, owner))
        else:
            self.take_over()

    # pages

    def go(self, page: Page) -> None:
        """Show a page, finding out first what it needs to know."""
        self.page = page
        if page is Page.DISKS and self.answers.machine is None:
            self.app.busy("Scanning for disks ...", self.backend.machine, self._scanned)
        elif page is Page.EXISTING:
            self.app.busy("Reading the disk ...", self._preservable, self._show_existing)
        elif page is Page.CONFIRM:
            self.app.busy("Planning ...", self._plan, self._show_confirm)
        else:
            self.app.show(VIEWS[page](self))

    def forward(self, page: Page, answers: Answers) -> None:
        """Go on from a page with the answers it gave."""
        self.answers = answers
        if page is Page.PASSWORD:
            self._check()
        else:
            self.go(flow.after(page, answers))

    def back(self, page: Page, answers: Answers) -> None:
        """Go to the page before, keeping what this one held."""
        self.answers = answers
        self.go(flow.before(page, answers))

    def _scanned(self, machine: Machine) -> None:
        self.answers = flow.seen(self.answers, machine)
        self.go(Page.DISKS)

    def _preservable(self) -> bool:
        machine, disk = self.answers.machine, self.answers.disk
        return machine is not None and disk is not None and self.backend.preservable(machine, disk)

    def _show_existing(self, preservable: bool) -> None:
        self.app.show(Existing(self, preservable))

    def _plan(self) -> tuple[str, ...]:
        machine = self.answers.machine
        assert machine is not None  # nobody gets to that page without
        return self.backend.describe(machine, flow.spec(self.answers, "*"))

    def _show_confirm(self, plan: tuple[str, ...]) -> None:
        self.app.show(ConfirmInstall(self, plan))

    def _check(self) -> None:
        """Look at the machine again, and check it with the disk that was chosen."""

        def work() -> tuple[Machine, tuple[Finding, ...]]:
            machine = self.backend.machine()
            disk = flow.seen(self.answers, machine).disk
            return machine, self.backend.check(machine, disk)

        self.app.busy("Gathering additional system information ...", work, self._checked)

    def _checked(self, result: tuple[Machine, tuple[Finding, ...]]) -> None:
        machine, findings = result
        if self._disk_is_lost(machine):
            return
        self.answers = replace(self.answers, findings=findings)
        self.go(flow.after(Page.PASSWORD, self.answers))

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

    # the installation

    def install(self) -> None:
        """Start the installation, unless another console was faster or the disk has gone."""
        self.app.busy("Checking the disk once more ...", self.backend.machine, self._install)

    def _install(self, machine: Machine) -> None:
        if self._disk_is_lost(machine):
            return
        self._claim(CLAIM_TRIES)

    def _claim(self, tries: int) -> None:
        """Claim the installation; a console just looking who owns it makes a claim fail for a moment."""
        owner = self.backend.owner()
        if self.backend.claim(self.console):
            self._prepare()
        elif tries and not owner:
            self.app.after(0.1, lambda: self._claim(tries - 1))
        else:
            self.app.show(Running(self, owner or "another console"))

    def _prepare(self) -> None:
        answers = self.answers
        self.app.busy(
            "Preparing ...",
            lambda: flow.spec(answers, self.backend.hash_password(answers.password)),
            self._start,
            self._not_started,
        )

    def _start(self, spec: InstallSpec) -> None:
        self._spec = spec
        disk = self.answers.disk
        target = f"{words.name(disk)}, {words.size(disk)}, serial {words.serial(disk)}" if disk else ""
        self.app.busy(
            "Starting ...",
            lambda: self.backend.start(spec),
            lambda _: self.app.show(Running(self, self.console, target)),
            self._not_started,
        )

    def _not_started(self, error: Exception) -> None:
        self.backend.release()
        self.app.show_error(error)

    def failed(self, event: Error, owner: str) -> None:
        """Show that the installation failed."""
        self.app.show(Failure(self, event, owner))

    def complete(self, event: Done, owner: str, warnings: tuple[str, ...]) -> None:
        """Show that the installation is complete."""
        del owner  # any console may restart the machine now
        self.app.show(Complete(self, event, warnings))

    def retry(self) -> None:
        """Do the same installation again."""
        if self._spec is None:  # this console's program was started anew meanwhile
            self.resume()
        else:
            self._start(self._spec)

    def resume(self) -> None:
        """Let go of the installation and return to the page where this console was."""
        if self.backend.owner() == self.console:
            self.backend.release()
        self.go(self.page)

    def restart(self) -> None:
        """Restart the machine."""
        self.app.busy("Restarting ...", self.backend.restart, lambda _: self._restarting())

    def _restarting(self) -> None:
        if self.backend.is_recorded:
            self.app.quit()
        self.app.show(Restarting(self))

    # other consoles

    def take_over(self) -> None:
        """Become the owner of an installation whose console died, or show the page where this one was."""
        if self.backend.running() and self.backend.claim(self.console):
            self.app.show(Running(self, self.console))
        else:
            self.go(self.page)

    def look_after_owner(self) -> None:
        """On a console that looks on after a failure: go where the owner's decision leads."""
        owner = self.backend.owner()
        if not owner:
            self.resume()
            return
        events, _ = self.backend.follow(0)
        if not any(isinstance(event, Error) for event in events):  # it is being tried again
            self.app.show(Running(self, owner))

    def _watch_owner(self) -> None:
        self.app.after(OWNER_CHECK, self._watch_owner)
        on_a_page = isinstance(self.app.views[0], WizardPage) if self.app.views else False
        owner = self.backend.owner() if on_a_page else ""
        if owner and owner != self.console:
            self.app.show(Running(self, owner))
