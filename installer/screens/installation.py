"""The one installation that all consoles share: who starts it, who watches, where its end leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from host.events import Done, Error
from installer import flow, words
from installer.screens.complete import Complete
from installer.screens.failure import Failure
from installer.screens.page import WizardPage
from installer.screens.running import Running
from installer.spec import Datastore

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard
    from installer.spec import InstallSpec

OWNER_CHECK = 1.0
"""Seconds between looks whether another console has started the installation."""

CLAIM_TRIES = 10
CLAIM_PAUSE = 0.1
"""A console that just looks who owns the installation makes a claim fail for a moment."""


class Installation:
    """The installation, as one console sees it.

    The console that claims it first owns it, starts the engine, and decides after a failure; the others
    show the same progress. What is shared goes through the backend's session.
    """

    def __init__(self, wizard: Wizard) -> None:
        self.wizard = wizard
        self._app = wizard.app
        self._backend = wizard.backend
        self._spec: InstallSpec | None = None

    def join(self) -> bool:
        """Show the installation that runs already, if one does, and look out for one from now on."""
        self._app.after(OWNER_CHECK, self._look_out)
        owner = self._backend.owner()
        if owner:
            self._watch(owner)
        return bool(owner) or self._take_over()

    def prepare(self) -> None:
        """Load the engine while somebody reads the confirmation; if that fails, starting will say so."""
        self._app.background(self._backend.prepare, lambda _: None, lambda _: None)

    def start(self) -> None:
        """Claim the installation and start it with the wizard's answers."""
        self._claim(flow.spec(self.wizard.answers), CLAIM_TRIES)

    def _claim(self, spec: InstallSpec, tries: int) -> None:
        owner = self._backend.owner()
        if self._backend.claim(self.wizard.console):
            self._run(spec)
        elif tries and not owner:
            self._app.after(CLAIM_PAUSE, lambda: self._claim(spec, tries - 1))
        else:
            self._watch(owner or "another console")

    def _run(self, spec: InstallSpec) -> None:
        self._spec = spec
        disk = self.wizard.answers.disk
        target = f"{words.name(disk)}, {words.size(disk)}, serial {words.serial(disk)}" if disk else ""
        running = Running(self, self.wizard.console, target)
        self._app.busy(
            "Starting the installation ...",
            lambda: self._backend.start(spec),
            lambda _: self._app.show(running),
            self._not_started,
        )

    def _not_started(self, error: Exception) -> None:
        self._backend.release()
        self._app.show_error(error)

    # what comes of it

    def failed(self, event: Error, owner: str) -> None:
        """Show that it failed."""
        self._app.show(Failure(self, event, owner))

    def complete(self, event: Done, warnings: tuple[str, ...]) -> None:
        """Show that it is complete."""
        self._app.show(Complete(self.wizard, event, warnings))

    def retry(self) -> None:
        """Do the same once more. What the first try left on the disk may be erased: it was ours."""
        if self._spec is None:  # this console's program was started anew meanwhile
            self.leave()
        elif self._spec.datastore is Datastore.PRESERVE:
            self._run(self._spec)
        else:
            self._run(msgspec.structs.replace(self._spec, erase=True))

    def leave(self) -> None:
        """Let go of it and return to the wizard."""
        self._backend.release()
        self.wizard.resume()

    # other consoles

    def owner_left(self) -> None:
        """The owner is gone: take over if the engine still runs, else return to the wizard."""
        if not self._take_over():
            self.wizard.resume()

    def follow_owner(self) -> None:
        """After a failure, on a console that looks on: go where the owner's decision leads."""
        owner = self._backend.owner()
        if not owner:
            self.owner_left()
            return
        events, _ = self._backend.follow(0)
        if not any(isinstance(event, Error) for event in events):  # it is being tried again
            self._watch(owner)

    def _take_over(self) -> bool:
        """Own an installation whose console died."""
        taken = self._backend.running() and self._backend.claim(self.wizard.console)
        if taken:
            self._watch(self.wizard.console)
        return taken

    def _watch(self, owner: str) -> None:
        self._app.show(Running(self, owner))

    def _look_out(self) -> None:
        self._app.after(OWNER_CHECK, self._look_out)
        if self._app.views and isinstance(self._app.views[0], WizardPage):
            owner = self._backend.owner()
            if owner and owner != self.wizard.console:
                self._watch(owner)
