"""Who are you? Root's password, asked for before anything can be changed or read.

A wrong password costs a growing wait on this console and never locks anybody out: whoever stands in front
of the machine can switch it off anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from host.errors import HostError
from tui.dialog import FormDialog
from tui.form import Field, Form, Note

if TYPE_CHECKING:
    from dcui.session import Session

USER = "root"
LONGEST_WAIT = 8.0
"""Seconds; the wait doubles from one second on with every failure after the first."""

WRONG = "Wrong login name or password."


class Login(FormDialog):
    """Name and password; ``then`` is called after the right ones."""

    def __init__(self, session: Session, then: Callable[[], None]) -> None:
        self._session = session
        self._then = then
        self._waiting = False
        form = Form(
            (
                Note("Enter a login name and a password that may administer this host."),
                Note(f"Host: {_host_name(session)}", "dim"),
                Note(),
                Field("user", "Login Name", USER, limit=32),
                Field("password", "Password", masked=True, limit=128),
            )
        )
        super().__init__("Authentication Required", form, lambda _: self._check())
        form.focus("password")

    def _check(self) -> None:
        if self._waiting:
            self.form.complain(f"{WRONG} Wait a moment.")
            return
        user, password = self.form.text("user").strip(), self.form.text("password")
        matches = self._session.backend.password_matches
        self.app.busy("Checking the password ...", lambda: user == USER and matches(password), self._checked)

    def _checked(self, right: bool) -> None:
        if right:
            self._session.failed_logins = 0
            self.close_and(self._then)
            return
        self._session.failed_logins += 1
        self.form.set_text("password", "")
        self.form.focus("password")
        self.form.complain(WRONG)
        seconds = wait_after(self._session.failed_logins)
        if seconds:
            self._waiting = True
            self.after(seconds, self._wait_over)

    def _wait_over(self) -> None:
        self._waiting = False


def wait_after(failures: int) -> float:
    """Seconds to wait after that many failures in a row."""
    return 0.0 if failures < 2 else min(LONGEST_WAIT, 2.0 ** (failures - 2))


def _host_name(session: Session) -> str:
    try:
        name = session.backend.config().hostname
    except HostError:
        return "unknown"
    return name if len(name) <= 40 else f"{name[:37]}..."
