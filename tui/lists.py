"""A list to choose from: headers, rows in columns, rows that cannot be chosen and say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import urwid
from typing_extensions import override

from tui.layout import shorten
from tui.widgets import BoxWidget, Size


class Row:
    """Something to choose. ``key`` names it; ``cells`` are its columns (one text is one column).

    A row that is not ``enabled`` can be moved to, so that its reason can be read, and is drawn dim.
    """

    def __init__(self, key: str, cells: str | Sequence[str], *, enabled: bool = True) -> None:
        self.key = key
        self.cells = (cells,) if isinstance(cells, str) else tuple(cells)
        self.enabled = enabled


class Header:
    """The name of the group of rows below it."""

    def __init__(self, text: str) -> None:
        self.text = text


class Gap:
    """A blank line between groups."""


Item: TypeAlias = Row | Header | Gap

_SPACE = 2


class SelectList(BoxWidget):
    """A list with one row chosen, moved by arrows, PgUp, PgDn, Home and End.

    ``digits`` lets 1-9 jump to the n-th row, ``letters`` lets a letter jump to the next row that starts
    with it. ``right`` names the columns that align right, ``ends`` those of which the end is kept where room
    is short (serial numbers differ there). ``on_move`` hears of every change of choice.
    Enter and Space are left to the view.
    """

    no_cache = ("render",)

    def __init__(
        self,
        items: Sequence[Item],
        *,
        selected: str = "",
        digits: bool = False,
        letters: bool = False,
        right: Sequence[int] = (),
        ends: Sequence[int] = (),
        on_move: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._items: tuple[Item, ...] = ()
        self._at = -1
        self._offset = 0
        self._page = 10
        self._digits = digits
        self._letters = letters
        self._right = frozenset(right)
        self._ends = frozenset(ends)
        self.on_move = on_move
        self.set_items(items, selected)

    @property
    def selected(self) -> str:
        """The key of the chosen row, empty when there is none."""
        row = self.row
        return row.key if row else ""

    @property
    def row(self) -> Row | None:
        """The chosen row."""
        item = self._items[self._at] if 0 <= self._at < len(self._items) else None
        return item if isinstance(item, Row) else None

    def set_items(self, items: Sequence[Item], selected: str = "") -> None:
        """Replace the content; the choice stays on the same key if it still exists."""
        wanted = selected or self.selected
        self._items = tuple(items)
        rows = self._rows()
        usable = [index for index in rows if self._row(index).enabled]
        same = [index for index in rows if self._row(index).key == wanted]
        self._at = (same or usable or rows or [-1])[0]
        self._invalidate()

    def select(self, key: str) -> None:
        """Move to the row with that key, if there is one."""
        for index in self._rows():
            if self._row(index).key == key:
                self._move_to(index)

    @override
    def natural_rows(self, cols: int) -> int:
        del cols
        return max(1, len(self._items))

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        self._page = size[1]
        rows = self._rows()
        if not rows:
            return key
        position = rows.index(self._at)
        target = self._target(key, position, len(rows))
        if target is None:
            target = self._jump(key, rows, position)
        if target is None:
            return key
        self._move_to(rows[max(0, min(len(rows) - 1, target))])
        return None

    def _target(self, key: str, position: int, count: int) -> int | None:
        page = max(1, self._page - 1)
        moves = {
            "up": position - 1,
            "down": position + 1,
            "page up": position - page,
            "page down": position + page,
            "home": 0,
            "end": count - 1,
        }
        return moves.get(key)

    def _jump(self, key: str, rows: list[int], position: int) -> int | None:
        if self._digits and len(key) == 1 and "1" <= key <= "9" and int(key) <= len(rows):
            return int(key) - 1
        if self._letters and len(key) == 1 and key.isalpha():
            order = [*range(position + 1, len(rows)), *range(position + 1)]
            starts = (i for i in order if self._row(rows[i]).cells[0].lower().startswith(key.lower()))
            return next(starts, position)
        return None

    def _move_to(self, index: int) -> None:
        if index != self._at:
            self._at = index
            self._invalidate()
            if self.on_move is not None:
                self.on_move(self.selected)

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        cols, rows = size
        self._page = rows
        self._scroll(rows)
        scrolls = len(self._items) > rows
        width = cols - 2 if scrolls and cols > 4 else cols
        columns = self._columns(width)
        visible = self._items[self._offset : self._offset + rows]
        lines = []
        for index, item in enumerate(visible, start=self._offset):
            lines.append((self._draw(item, columns, width, index == self._at, focus), None, False))
        if not lines:
            return urwid.SolidCanvas(" ", cols, rows)
        drawn = urwid.CompositeCanvas(urwid.CanvasCombine(lines))
        drawn.pad_trim_top_bottom(0, rows - drawn.rows())
        if width == cols:
            return drawn
        bar = scrollbar(self._offset, rows, len(self._items))
        return urwid.CanvasJoin([(drawn, None, True, cols - 1), (bar, None, False, 1)])

    def _scroll(self, rows: int) -> None:
        last = max(0, len(self._items) - rows)
        first_row = self._rows()[0] if self._rows() else 0
        top = 0 if self._at == first_row else self._at  # the first row brings its headers along
        self._offset = max(0, min(self._offset, top, last))
        if self._at >= self._offset + rows:
            self._offset = self._at - rows + 1

    def _draw(self, item: Item, columns: list[int], width: int, chosen: bool, focus: bool) -> Any:
        if isinstance(item, Gap):
            return urwid.SolidCanvas(" ", width, 1)
        if isinstance(item, Header):
            return urwid.Text(("header", item.text), wrap="clip").render((width,))
        text = self._line(item, columns, width)
        return urwid.Text((self._role(item, chosen, focus), text), wrap="clip").render((width,))

    @staticmethod
    def _role(row: Row, chosen: bool, focus: bool) -> str:
        if not chosen:
            return "text" if row.enabled else "dim"
        return "focus" if focus and row.enabled else "focus dim"

    def _line(self, row: Row, columns: list[int], width: int) -> str:
        parts = []
        for number, (cell, room) in enumerate(zip(row.cells, columns, strict=False)):
            if room:
                shown = shorten(cell, room, end=number in self._ends)
                parts.append(shown.rjust(room) if number in self._right else shown.ljust(room))
        return (" " + (" " * _SPACE).join(parts)).ljust(width)[:width]

    def _columns(self, width: int) -> list[int]:
        """Widths of the columns: as wide as their content, the widest giving way where room is short."""
        rows = [self._row(index) for index in self._rows()]
        count = max((len(row.cells) for row in rows), default=0)
        widths = [
            max((len(row.cells[n]) for row in rows if n < len(row.cells)), default=0) for n in range(count)
        ]
        while widths and sum(widths) + _SPACE * (len([w for w in widths if w]) - 1) + 2 > width:
            widest = max(range(count), key=lambda n: widths[n])
            if widths[widest] <= 6:
                last = max((n for n in range(count) if widths[n]), default=0)
                if last == 0:
                    break
                widths[last] = 0
            else:
                widths[widest] -= 1
        return widths

    def _rows(self) -> list[int]:
        return [index for index, item in enumerate(self._items) if isinstance(item, Row)]

    def _row(self, index: int) -> Row:
        item = self._items[index]
        assert isinstance(item, Row)
        return item


def scrollbar(offset: int, rows: int, total: int) -> Any:
    """One column that shows which part of something longer is in view."""
    size = max(1, rows * rows // max(1, total))
    last = max(1, total - rows)
    start = round((rows - size) * min(offset, last) / last)
    marks = ["▒" if start <= row < start + size else "│" for row in range(rows)]
    return urwid.Text(("dim", "\n".join(marks))).render((1,))
