"""The end of an installation or upgrade that failed. It stays until somebody decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from installer.screens.page import on_backdrop
from tui.dialog import Confirm, Message
from tui.frame import Hint
from tui.pager import Pager
from tui.view import View

if TYPE_CHECKING:
    from host.events import Error
    from installer.screens.installation import Installation


class Failure(View):
    """What failed, what was changed, and what can be done about it."""

    hints: Sequence[Hint] = ()

    def __init__(self, installation: Installation, event: Error, owner: str) -> None:
        self._installation = installation
        self.title = "Upgrade Failed" if installation.is_upgrade else "Installation Failed"
        self.wizard = wizard = installation.wizard
        self._mine = mine = owner == wizard.console
        save = Hint("F2", "Save Logs")
        retry = (Hint("F5", "Retry"), Hint("F9", "Back")) if mine else ()
        self.hints = (save, *retry, Hint("F12", "Reboot"))
        super().__init__(Pager(_text(event, owner, mine), role="text"))
        self.keys = {"f2": self._save, "f12": self._ask_to_restart}
        if mine:
            self.keys |= {"f5": installation.retry, "f9": installation.leave}

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)

    def shown(self) -> None:
        """On other consoles, follow what the owner decides."""
        if not self._mine:
            self.every(1.0, self._installation.follow_owner)

    def _save(self) -> None:
        self.app.busy("Saving the logs ...", self.wizard.backend.save_logs, self._saved)

    def _saved(self, text: str) -> None:
        self.app.dialog(Message("Logs Saved", f"The logs were saved: {text}."))

    def _ask_to_restart(self) -> None:
        answers = {"y": ("Restart", self.wizard.restart), "esc": ("Return", None)}
        self.app.dialog(Confirm("Restart", "Restart this machine?", answers))


def _text(event: Error, owner: str, mine: bool) -> str:
    parts = [f"What failed: {event.text}"]
    if event.changed:
        parts.append(f"What was changed: {event.changed}")
    if event.hint:
        parts.append(f"What to do: {event.hint}")
    parts.append(
        "F2 saves the logs to a USB stick. Alt+F1 opens a shell at this machine's own keyboard and screen, "
        "Alt+F2 returns here."
    )
    if not mine:
        parts.append(f"Retry and back are offered on console {owner}, where this was confirmed.")
    return "\n\n".join(parts)
