"""View System Logs: a digit opens a log in a pager with search."""

from __future__ import annotations

from dcui.backend import Log
from dcui.entry import Context, Pane
from tui.dialog import ListDialog
from tui.frame import Hint
from tui.lists import Row, SelectList
from tui.pager import Pager
from tui.view import View

TITLE = "View System Logs"


def describe(context: Context) -> Pane:
    """The logs and their digits, which work from the menu at once."""
    lines = tuple(f"<{number}> {log.title}" for number, log in enumerate(context.backend.logs(), 1))
    return Pane(lines, "Press the digit of a log to view it.")


def enter(context: Context) -> None:
    """The same choice as a list."""
    context.app.dialog(LogList(context))


def pressed(context: Context, key: str) -> bool:
    """A digit opens its log."""
    logs = context.backend.logs()
    if not (key.isascii() and key.isdigit() and 1 <= int(key) <= len(logs)):
        return False
    view(context, logs[int(key) - 1])
    return True


def view(context: Context, log: Log) -> None:
    """Read a log and show it."""
    context.app.busy(
        f"Reading {log.title} ...",
        lambda: context.backend.read_log(log.name),
        lambda lines: context.app.push(LogView(context, log, lines)),
    )


class LogList(ListDialog):
    """The logs; digits open at once, Enter opens the chosen one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        logs = {log.name: log for log in context.backend.logs()}
        rows = [Row(log.name, f"<{number}> {log.title}") for number, log in enumerate(logs.values(), 1)]
        super().__init__(TITLE, SelectList(rows), lambda name: view(context, logs[name]), enter="View")

    def on_key(self, key: str) -> bool:
        """A digit opens its log over the list."""
        return pressed(self._context, key)


class LogView(View):
    """A log, its end in view."""

    hints = (
        Hint("Up/Down", "Scroll"),
        Hint("/", "Search"),
        Hint("n", "Next"),
        Hint("r", "Reload"),
        Hint("q", "Return"),
    )

    def __init__(self, context: Context, log: Log, lines: tuple[str, ...]) -> None:
        self.title = log.title
        self._context = context
        self._log = log
        self._pager = Pager(lines, search=True, follow=True)
        super().__init__(self._pager)
        self.keys = {**dict.fromkeys(("q", "Q", "esc"), self._close), "r": self._reload}

    def _close(self) -> None:
        self.app.pop(self)

    def _reload(self) -> None:
        self.app.busy(
            f"Reading {self._log.title} ...",
            lambda: self._context.backend.read_log(self._log.name),
            self._pager.set_text,
        )
