"""A box that says what goes on, only for work that takes long enough to be noticed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import urwid
from typing_extensions import override

from tui.dialog import Dialog
from tui.layout import Stack
from tui.widgets import Size

if TYPE_CHECKING:
    from tui.app import App

T = TypeVar("T")


class Busy(Dialog):
    """Holds the keys off while work runs; invisible until it has run for a noticeable time."""

    title = "Please Wait"

    def __init__(self, text: str) -> None:
        self._text = text
        self._since: float | None = None
        self.width = max(36, len(text) + 8)
        super().__init__(Stack([urwid.Text(text, align="center")]))

    @override
    def fit(self, size: Size) -> Size:
        return (0, 0) if self._since is None else super().fit(size)

    def run(
        self,
        app: App,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start the work and see it through."""
        from tui.app import BLOCK_LIMIT

        app.push(self)
        self.after(BLOCK_LIMIT, self._appear)
        app.background(
            work,
            lambda result: self._leave(app, lambda: done(result)),
            lambda error: self._leave(app, lambda: failed(error)),
        )

    @override
    def keypress(self, size: Size, key: str) -> bool:
        del size, key
        return True

    def _appear(self) -> None:
        self._since = time.monotonic()

    def _leave(self, app: App, then: Callable[[], None]) -> None:
        """Hand over what came of the work, also when another page has taken the box away meanwhile."""
        from tui.app import SHOW_LEAST

        def go() -> None:
            app.pop(self)
            then()

        left = 0.0 if self._since is None else self._since + SHOW_LEAST - time.monotonic()
        if left > 0 and self.is_shown:
            self.after(left, go)
        else:
            go()
