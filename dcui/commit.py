"""Applying staged network settings: the question before, the wait, and what to do when it is doubtful.

A change that seems to have cut the host off stays only if somebody confirms it here within a countdown;
the host itself takes it back otherwise, whatever becomes of this console.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from dcui import draft
from dcui.backend import Outcome, Verdict
from dcui.entry import Staged
from host.config.model import Ipv4Mode
from tui.dialog import Confirm, Dialog, Message
from tui.frame import Hint
from tui.pager import Pager

if TYPE_CHECKING:
    from dcui.session import Session

TITLE = "Configure Management Network"

NO_DNS = "Names will not be resolved: there is no DHCP and no DNS server is set."
NO_ADDRESS = "Without IPv4 the host is reached by its IPv6 addresses only."


def leave(session: Session, staged: Staged, close: Callable[[], None]) -> None:
    """Esc in the network menu: ask about pending edits; without any, just ``close``."""
    lines = draft.changes(staged.before, staged.draft)
    if not lines:
        close()
        return
    text = "\n".join(
        (
            "Apply these changes and restart the management network?",
            "",
            *(f"  {line}" for line in lines),
            "",
            *_cautions(staged),
            "Connections to the host may break for a moment, and remote programs may lose it. "
            "Virtual machines keep running.",
        )
    )

    def go() -> None:
        close()
        apply(session, staged)

    session.app.push(
        Confirm(f"{TITLE}: Confirm", text, {"y": ("Yes", go), "n": ("No", close), "esc": ("Cancel", None)})
    )


def apply(session: Session, staged: Staged) -> None:
    """Apply the change and see it through."""
    wanted = staged.draft
    session.app.busy(
        "Applying the network settings. Please wait ...",
        lambda: session.backend.change_network(wanted.management, wanted.hostname),
        lambda outcome: _ended(session, outcome),
    )


def ask_to_keep(session: Session, reason: str) -> None:
    """Have somebody confirm a change that waits for it."""
    session.app.push(Countdown(session, reason))


def _ended(session: Session, outcome: Outcome) -> None:
    if outcome.verdict is Verdict.DOUBTFUL:
        ask_to_keep(session, outcome.text)
    elif outcome.verdict is Verdict.KEPT:
        session.app.push(Message(TITLE, f"The new settings are in use.\n\n{outcome.text}"))
    else:
        text = f"The new settings did not work, and the previous ones are back.\n\n{outcome.text}"
        session.app.push(Message(TITLE, text, role="error"))


def _cautions(staged: Staged) -> tuple[str, ...]:
    management = staged.draft.management
    lines = []
    if management.ipv4.mode is Ipv4Mode.OFF:
        lines.append(NO_ADDRESS)
    if management.ipv4.mode is not Ipv4Mode.DHCP and management.dns.automatic:
        lines.append(NO_DNS)
    return (*lines, "") if lines else ()


class Countdown(Dialog):
    """Enter keeps a doubtful change, Esc takes it back, and so does waiting."""

    title = "Keep the Network Settings?"
    hints = (Hint("Enter", "Keep"), Hint("Esc", "Restore Previous"))

    def __init__(self, session: Session, reason: str) -> None:
        self._session = session
        self._reason = reason
        self._pager = Pager("")
        super().__init__(self._pager)
        self.keys = {"enter": self._keep, "esc": self._restore}

    def shown(self) -> None:
        """Start counting."""
        self._tick()
        self.every(1, self._tick)

    def _tick(self) -> None:
        if self.app.top is not self:
            return
        left = self._session.backend.pending_seconds()
        if left is None:
            self._say("Nobody confirmed the new settings in time. The previous ones are back.", role="error")
            return
        self._pager.set_text(
            (
                self._reason,
                "",
                f"Previous settings come back in {math.ceil(left)} s.",
                "",
                "Enter keeps these settings, Esc restores the previous ones.",
            )
        )

    def _keep(self) -> None:
        self.app.busy(
            "Keeping the new settings ...",
            self._session.backend.keep_network,
            lambda _: self._say("The new settings are kept."),
            self._went_wrong,
        )

    def _restore(self) -> None:
        self.app.busy(
            "Restoring the previous settings ...",
            self._session.backend.restore_network,
            lambda _: self._say("The previous settings are back."),
            self._went_wrong,
        )

    def _say(self, text: str, role: str = "text") -> None:
        app = self.app
        self.close()
        app.push(Message(TITLE, text, role=role))

    def _went_wrong(self, error: Exception) -> None:
        app = self.app
        self.close()
        app.show_error(error)
