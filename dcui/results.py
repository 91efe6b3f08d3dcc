"""A dialog that fills with results one by one, as of a network test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dcui.backend import Check
from tui.dialog import Dialog
from tui.frame import Hint
from tui.pager import Pager

if TYPE_CHECKING:
    from tui.app import App


class Results(Dialog):
    """Shows what ``work`` yields while it works; Enter or Esc closes it at any time.

    ``all_good`` and ``some_bad`` are said at the end.
    """

    hints = (Hint("Enter", "OK"),)

    def __init__(
        self, title: str, work: Callable[[], Iterator[Check]], *, all_good: str, some_bad: str
    ) -> None:
        self.title = title
        self._work = work
        self._ends = (some_bad, all_good)
        self._lines: list[str] = []
        self._good = True
        self._pager = Pager("", follow=True)
        super().__init__(self._pager)
        self.keys = dict.fromkeys(("enter", "esc"), self.close)

    def shown(self) -> None:
        """Begin."""
        self._show("Please wait ...")
        app = self.app
        app.background(
            lambda: self._go_through(app), lambda _: self._show(self._ends[self._good]), self._failed
        )

    def _go_through(self, app: App) -> None:
        for check in self._work():
            app.call_soon(lambda check=check: self._add(check))  # type: ignore[misc]

    def _add(self, check: Check) -> None:
        self._good = self._good and check.ok
        self._lines.append(line(check))
        self._show("Please wait ...")

    def _show(self, end: str) -> None:
        self._pager.set_text([*self._lines, "", end] if self._lines else [end])

    def _failed(self, error: Exception) -> None:
        hint = getattr(error, "hint", "")
        self._show(f"{getattr(error, 'message', error)} {hint}".strip())


def line(check: Check) -> str:
    """A result in a line: what was done, how it went, and what was found."""
    return f"{check.title} ... {'OK' if check.ok else 'FAILED'}" + (f" ({check.text})" if check.text else "")
