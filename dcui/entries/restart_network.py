"""Restart Management Network: down and up again, as to renew a lease."""

from __future__ import annotations

from dcui.entry import Context, Pane
from tui.dialog import Confirm, Message

TITLE = "Restart Management Network"
HELP = (
    "Takes the management network down and up again, for example to renew the lease of its address.\n\n"
    "Programs that are connected to the host lose it for a moment; virtual machines keep running."
)


def describe(context: Context) -> Pane:
    """Nothing to tell but what it does."""
    del context
    return Pane((), HELP)


def enter(context: Context) -> None:
    """Ask, restart, and say what address there is then."""
    context.app.push(
        Confirm(TITLE, HELP, {"f11": ("OK", lambda: _restart(context)), "esc": ("Cancel", None)})
    )


def _restart(context: Context) -> None:
    def restart() -> tuple[str, ...]:
        doubts = context.backend.restart_network()
        address = context.backend.network().address
        found = f"The address is {address}." if address else "There is no IPv4 address yet."
        return (f"The management network was restarted. {found}", *doubts)

    def restarted(said: tuple[str, ...]) -> None:
        context.app.push(Message(TITLE, "\n\n".join(said)))

    context.app.busy("Restarting the management network. Please wait ...", restart, restarted)
