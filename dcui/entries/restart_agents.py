"""Restart Management Agents."""

from __future__ import annotations

from dcui.entry import Context, Pane
from dcui.results import Results
from tui.dialog import Confirm

TITLE = "Restart Management Agents"
HELP = (
    "Restarts the programs that answer the web client and the API.\n\n"
    "Clients are disconnected for a moment; virtual machines keep running."
)


def describe(context: Context) -> Pane:
    """Nothing to tell but what it does."""
    del context
    return Pane((), HELP)


def enter(context: Context) -> None:
    """Ask, restart, and say of each how it went."""
    results = Results(
        TITLE,
        context.backend.restart_agents,
        all_good="All management agents were restarted.",
        some_bad="Not all came up again. View System Logs has the reason.",
    )
    context.app.push(
        Confirm(TITLE, HELP, {"f11": ("OK", lambda: context.app.push(results)), "esc": ("Cancel", None)})
    )
