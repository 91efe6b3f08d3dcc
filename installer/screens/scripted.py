"""The scripted installation on a console: what it does until the engine runs, and where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from host.errors import HostError
from installer.screens.page import on_backdrop
from installer.scripted.events import Begun, Failed, Planned, because
from installer.scripted.story import Story, failure_text
from installer.session import KICKSTART
from tui.dialog import Confirm, Message
from tui.frame import Hint
from tui.pager import Pager
from tui.view import View

if TYPE_CHECKING:
    from installer.backend import Scripting
    from installer.screens.installation import Installation

REFRESH = 0.25
"""Seconds between looks at what the run says."""

OWNER_CHECK = 1.0
"""Seconds between looks whether somebody installs by hand on another console."""

_HELP = (
    "F5 fetches the file anew and tries again. Enter goes on by hand, with the questions of the installer. "
    "F2 saves the logs to a USB stick. Alt+F1 opens a shell at this machine's own keyboard and screen, "
    "Alt+F2 returns here."
)


class Scripted(View):
    """The steps so far, with warnings and what %pre prints; the end stays in view until somebody scrolls up.

    Showing it starts the run, unless some console has done so before.
    """

    title = "Scripted Installation"
    hints = (Hint("Esc", "Stop"),)

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._script = scripting(installation)
        self.wizard = installation.wizard
        self._story = Story()
        self._offset = 0
        self._pager = Pager("Starting ...", follow=True)
        super().__init__(self._pager)
        self.keys = {"esc": self._ask_to_stop}

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)

    def shown(self) -> None:
        """Have it started, and follow."""
        self.app.background(self._script.begin, lambda _: None, self._not_started)
        self.every(REFRESH, self._follow)
        self._follow()

    def _follow(self) -> None:
        before = self._offset
        happened, self._offset = self._script.follow(before)
        if happened:
            # That a run died without a last word is told to whoever knows all it has said.
            happened = (*happened, *self._script.follow(self._offset)[0]) if not before else happened
            for event in happened:
                self._story.take(event)
            self._show()

    def _show(self) -> None:
        """Everything that was said is taken in before a page is left: an earlier run may be in it, too."""
        story = self._story
        if isinstance(story.end, Failed | Planned):
            self._installation.script_ended(story.end)
        elif story.installing is not None:
            self._installation.script_installs(story.installing, tuple(story.warnings))
        else:
            self._pager.set_text(story.lines or ["Starting ..."])

    def _not_started(self, error: Exception) -> None:
        if self.is_shown:
            hint = error.hint if isinstance(error, HostError) else ""
            message = error.message if isinstance(error, HostError) else repr(error)
            self._installation.script_ended(because(message, hint))

    def _ask_to_stop(self) -> None:
        text = "Nothing has been installed yet.\n\nStop the scripted installation?"
        answers = {"y": ("Stop", self._script.stop), "esc": ("Return", None)}
        self.app.dialog(Confirm("Stop", text, answers))


class ScriptedEnd(View):
    """Why a run stopped, in full, or what a dry run would have done. It stays until somebody decides."""

    hints = (
        Hint("F5", "Try Again"),
        Hint("Enter", "By Hand"),
        Hint("F2", "Save Logs"),
        Hint("F12", "Reboot"),
    )

    def __init__(self, installation: Installation, end: Failed | Planned) -> None:
        self._installation = installation
        self._script = scripting(installation)
        self.wizard = installation.wizard
        self._offset = self._script.follow(0)[1]
        failed = isinstance(end, Failed)
        self.title = "Scripted Installation Stopped" if failed else "Dry Run"
        super().__init__(Pager(_text(end)))
        self.keys = {
            "f5": self._again,
            "enter": installation.leave_script,
            "f9": installation.leave_script,
            "f2": self._save,
            "f12": self._ask_to_restart,
        }

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)

    def shown(self) -> None:
        """Look out for what is decided on other consoles."""
        self.every(OWNER_CHECK, self._look_out)

    def _look_out(self) -> None:
        happened, self._offset = self._script.follow(self._offset)
        owner = self.wizard.backend.owner()
        if any(isinstance(event, Begun) for event in happened):
            self._installation.show_script()
        elif owner not in ("", KICKSTART):
            self._installation.watch(owner)

    def _again(self) -> None:
        self.app.busy("Starting ...", self._script.again, lambda _: self._started())

    def _started(self) -> None:
        """The run's first words may have been noticed before its program was there."""
        if self.is_shown:
            self._installation.show_script()

    def _save(self) -> None:
        self.app.busy("Saving the logs ...", self.wizard.backend.save_logs, self._saved)

    def _saved(self, text: str) -> None:
        self.app.dialog(Message("Logs Saved", f"The logs were saved: {text}."))

    def _ask_to_restart(self) -> None:
        answers = {"y": ("Restart", self.wizard.restart), "esc": ("Return", None)}
        self.app.dialog(Confirm("Restart", "Restart this machine?", answers))


def scripting(installation: Installation) -> Scripting:
    """The functions of the scripted installation. Raises RuntimeError where none was asked for."""
    script = installation.wizard.backend.script
    if script is None:
        raise RuntimeError("no scripted installation was asked for")
    return script


def _text(end: Failed | Planned) -> list[str]:
    if isinstance(end, Failed):
        text = failure_text(end)
    else:
        text = "\n".join(("This would have been done:", "", *end.lines, "", "Nothing has been changed."))
    return f"{text}\n\n{_HELP}".split("\n")
