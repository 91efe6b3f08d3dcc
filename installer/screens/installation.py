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
from installer.session import KICKSTART
from installer.spec import Datastore, InstallSpec, UpgradeSpec

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard
    from installer.scripted.events import Failed, Installing, Planned
    from installer.spec import Spec

OWNER_CHECK = 1.0
"""Seconds between looks whether another console has started the installation."""

CLAIM_TRIES = 10
CLAIM_PAUSE = 0.1
"""A console that just looks who owns the installation makes a claim fail for a moment."""


class Installation:
    """The installation, or upgrade, as one console sees it; ``is_upgrade`` says which.

    The console that claims it first owns it, starts the engine, and decides after a failure; the others
    show the same progress. What is shared goes through the backend's session.
    """

    def __init__(self, wizard: Wizard) -> None:
        self.wizard = wizard
        self._app = wizard.app
        self._backend = wizard.backend
        self.is_upgrade: bool = False
        self._spec: Spec | None = None
        self._scripted: Installing | None = None

    def join(self) -> bool:
        """Show the installation that runs already, if one does, or the scripted one that was asked for; and
        look out for one from now on.
        """
        self._app.after(OWNER_CHECK, self._look_out)
        owner = self._backend.owner()
        if owner:
            self.watch(owner)
        elif self._take_over():
            return True
        elif self._backend.script is not None:
            self.show_script()
            return True
        return bool(owner)

    def prepare(self) -> None:
        """Load the engine while somebody reads the confirmation; if that fails, starting will say so."""
        self._app.background(self._backend.prepare, lambda _: None, lambda _: None)

    def start(self) -> None:
        """Claim the installation and start it with the wizard's answers."""
        self._claim(flow.spec(self.wizard.answers), CLAIM_TRIES)

    def _claim(self, spec: Spec, tries: int) -> None:
        owner = self._backend.owner()
        if self._backend.claim(self.wizard.console):
            self._run(spec)
        elif tries and not owner:
            self._app.after(CLAIM_PAUSE, lambda: self._claim(spec, tries - 1))
        else:
            self.watch(owner or "another console")

    def _run(self, spec: Spec) -> None:
        self._spec = spec
        self.is_upgrade = isinstance(spec, UpgradeSpec)
        disk = self.wizard.answers.disk
        target = words.identity(disk) if disk else ""
        running = Running(self, self.wizard.console, target)
        self._app.busy(
            "Starting ...",
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
        if owner == KICKSTART:
            from installer.scripted.events import broken

            self.script_ended(broken(event))
        else:
            self._app.show(Failure(self, event, owner))

    def complete(self, event: Done, warnings: tuple[str, ...]) -> None:
        """Show that it is complete; a scripted one may restart the machine by itself."""
        reboot = self._scripted.reboot if self._scripted is not None else None
        self._app.show(Complete(self, event, warnings, reboot))

    def retry(self) -> None:
        """Do the same once more. What the first try left on the disk may be erased: it was ours."""
        if self._spec is None:  # this console's program was started anew meanwhile
            self.leave()
        elif isinstance(self._spec, InstallSpec) and self._spec.datastore is not Datastore.PRESERVE:
            self._run(msgspec.structs.replace(self._spec, erase=True))
        else:
            self._run(self._spec)

    def leave(self) -> None:
        """Let go of it and return to the wizard."""
        self._backend.release()
        self.wizard.resume()

    # other consoles

    def owner_left(self, owner: str) -> None:
        """The owner is gone: take over if the engine still runs, else see why, or return to the wizard."""
        if self._take_over():
            return
        if owner == KICKSTART:
            self.show_script()
        else:
            self.wizard.resume()

    def follow_owner(self) -> None:
        """After a failure, on a console that looks on: go where the owner's decision leads."""
        owner = self._backend.owner()
        if not owner:
            self.owner_left("")
            return
        events, _ = self._backend.follow(0)
        if not any(isinstance(event, Error) for event in events):  # it is being tried again
            self.watch(owner)

    def watch(self, owner: str) -> None:
        """Show the installation that another console, or the kickstart file, has."""
        if owner == KICKSTART and self._backend.script is not None:
            self.show_script()
        else:
            self._app.show(Running(self, owner))

    # the scripted installation

    def show_script(self) -> None:
        """Show how the scripted installation goes; the first console that does starts it."""
        from installer.screens.scripted import Scripted

        self._scripted = None
        self._app.show(Scripted(self))

    def script_installs(self, event: Installing, warnings: tuple[str, ...]) -> None:
        """The engine works for the kickstart file: show how far it is."""
        self._scripted = event
        self._app.show(Running(self, KICKSTART, event.target, warnings))

    def script_ended(self, end: Failed | Planned) -> None:
        """Show why the scripted installation stopped, or what it would do."""
        from installer.screens.scripted import ScriptedEnd

        self._scripted = None
        self._app.show(ScriptedEnd(self, end))

    def leave_script(self) -> None:
        """Go on by hand."""
        self.wizard.resume()

    def _take_over(self) -> bool:
        """Own an installation whose console died."""
        taken = self._backend.running() and self._backend.claim(self.wizard.console)
        if taken:
            self.watch(self.wizard.console)
        return taken

    def _look_out(self) -> None:
        self._app.after(OWNER_CHECK, self._look_out)
        if self._app.views and isinstance(self._app.views[0], WizardPage):
            owner = self._backend.owner()
            if owner and owner != self.wizard.console:
                self.watch(owner)
