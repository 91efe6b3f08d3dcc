"""A list at the left and, at the right, the state and the help of what is chosen in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import urwid
from typing_extensions import override

from tui.lists import Item, SelectList
from tui.pager import Pager
from tui.widgets import BoxWidget, Size

_NARROW = 60


class Pane(NamedTuple):
    """What the right side shows: a title strip and text."""

    title: str
    text: str


class TwoPane(BoxWidget):
    """A titled list and a pane that follows its choice.

    ``describe`` gives the pane of a key and is called at every move and by ``refresh``; it must return at
    once. On a narrow screen the pane goes below the list and, where there are few rows too, away.
    PgUp and PgDn scroll the pane when its text is longer than its room.
    """

    no_cache = ("render",)

    def __init__(
        self, title: str, items: Sequence[Item], describe: Callable[[str], Pane], *, selected: str = ""
    ) -> None:
        super().__init__()
        self.list = SelectList(items, selected=selected, on_move=lambda _: self.refresh(top=True))
        self._title = title
        self._describe = describe
        self._pane = Pane("", "")
        self._pager = Pager("")
        self.refresh()

    @property
    def selected(self) -> str:
        """The key of the chosen row."""
        return self.list.selected

    def refresh(self, *, top: bool = False) -> None:
        """Ask for the pane anew."""
        self._pane = self._describe(self.list.selected)
        if top:
            self._pager = Pager("")
        self._pager.set_text(self._pane.text)
        self._invalidate()

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        if key in {"page up", "page down"}:
            width, height = self._pane_size(size)
            return self._pager.keypress((width, height), key) if height else key
        return self.list.keypress(self._list_size(size), key)

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        cols, rows = size
        if cols < _NARROW:
            return self._stacked(size, focus)
        left = self._left(cols)
        list_part = self._titled(self._title, self._margin(self.list, (left, rows - 2), focus), left)
        width, height = self._pane_size(size)
        pane = self._titled(
            self._pane.title, self._margin(self._pager, (width + 2, height), False), width + 2
        )
        line = urwid.Text(("border", "\n".join("│" * rows))).render((1,))
        return urwid.CanvasJoin(
            [(list_part, None, True, left), (line, None, False, 1), (pane, None, False, width + 2)]
        )

    def _stacked(self, size: Size, focus: bool) -> Any:
        cols, rows = size
        _, list_rows = self._list_size(size)
        drawn = self.list.render((cols, list_rows), focus)
        _, height = self._pane_size(size)
        if not height:
            return drawn
        title = urwid.AttrMap(urwid.Text(self._pane.title, wrap="clip"), "title").render((cols,))
        pane = self._pager.render((cols, height), False)
        stacked = urwid.CompositeCanvas(
            urwid.CanvasCombine([(drawn, None, True), (title, None, False), (pane, None, False)])
        )
        stacked.pad_trim_top_bottom(0, rows - stacked.rows())
        return stacked

    @staticmethod
    def _left(cols: int) -> int:
        return max(30, min(44, cols * 2 // 5))

    def _list_size(self, size: Size) -> Size:
        cols, rows = size
        if cols >= _NARROW:
            return self._left(cols) - 2, rows - 2
        wanted = self.list.natural_rows(cols)
        return cols, min(rows, wanted) if rows - wanted >= 3 else rows

    def _pane_size(self, size: Size) -> Size:
        cols, rows = size
        if cols >= _NARROW:
            return cols - self._left(cols) - 3, rows - 2
        _, list_rows = self._list_size(size)
        return cols, max(0, rows - list_rows - 1)

    @staticmethod
    def _titled(title: str, body: Any, cols: int) -> Any:
        strip = urwid.AttrMap(urwid.Text(f" {title}", wrap="clip"), "title").render((cols,))
        blank = urwid.SolidCanvas(" ", cols, 1)
        return urwid.CanvasCombine([(strip, None, False), (blank, None, False), (body, None, True)])

    @staticmethod
    def _margin(widget: Any, size: Size, focus: bool) -> Any:
        cols, rows = size
        inner = urwid.CompositeCanvas(widget.render((cols - 2, rows), focus))
        inner.pad_trim_left_right(1, 1)
        return inner
