"""F12: shut down or restart, with a look at what that would stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from host.errors import HostError
from tui.dialog import Confirm

if TYPE_CHECKING:
    from dcui.session import Session

SHOWN = 8
"""How many virtual machines are named; the rest is counted."""


def open_power(session: Session) -> None:
    """Look for running machines, then ask."""
    session.app.busy(
        "Looking for running virtual machines ...",
        lambda: _running(session),
        lambda text: _ask(session, text),
    )


def _running(session: Session) -> str:
    """What the question says about virtual machines. Not knowing must not keep anybody from shutting down."""
    try:
        names = session.backend.running_machines()
    except HostError as error:
        return f"Whether virtual machines run is not known: {error.message}"
    if not names:
        return "No virtual machine is running."
    more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    title = "1 virtual machine is" if len(names) == 1 else f"{len(names)} virtual machines are"
    return "\n".join(
        (f"{title} running and will be shut down:", "", *(f"  {each}" for each in (*names[:SHOWN], *more)))
    )


def _ask(session: Session, machines: str) -> None:
    backend = session.backend
    answers: dict[str, tuple[str, Callable[[], None] | None]] = {
        "f2": ("Shut Down", lambda: _do(session, "shuts down", backend.shut_down)),
        "f11": ("Restart", lambda: _do(session, "restarts", backend.restart)),
        "esc": ("Cancel", session.log_out),
    }
    session.app.push(Confirm("Shut Down/Restart", machines, answers))


def _do(session: Session, what: str, action: Callable[[], None]) -> None:
    session.app.busy(f"The host {what} ...", action, lambda _: _going(session, what))


def _going(session: Session, what: str) -> None:
    """Nothing more can be done here; the console ends with the host."""
    session.app.push(
        Confirm("Shut Down/Restart", f"The host {what} now.", {"esc": ("Close", session.log_out)})
    )
