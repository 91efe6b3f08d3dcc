"""Long text to scroll through and search in."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import urwid
from typing_extensions import override

from tui.lists import scrollbar
from tui.widgets import BoxWidget, Size


class _Row(NamedTuple):
    """A row of the screen: which line it is a part of, and the part."""

    source: int
    text: str


class Pager(BoxWidget):
    """Text that scrolls by arrows, PgUp, PgDn, Space, Home and End; ``/`` searches, ``n`` finds the next.

    ``follow`` keeps the end in view as lines arrive, until somebody scrolls up. Without ``search`` the
    keys ``/`` and ``n`` are left alone.
    """

    no_cache = ("render",)

    def __init__(
        self, text: str | Sequence[str], *, role: str = "text", search: bool = False, follow: bool = False
    ) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._wrapped: dict[int, list[_Row]] = {}
        self._role = role
        self._search = search
        self._follow = follow
        self._offset = 0
        self._typing: str | None = None
        self._sought = ""
        self._found = -1
        self._drawn_cols = 0
        self._top = 0
        self._size: Size = (80, 20)
        self.set_text(text)

    def set_text(self, text: str | Sequence[str]) -> None:
        """Replace the text, staying where the reader is."""
        self._lines = text.split("\n") if isinstance(text, str) else list(text)
        self._wrapped = {}
        self._invalidate()

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view."""
        cols, rows = self._size
        return self._offset + self._text_rows(rows) >= len(self._fit(cols, rows))

    @property
    def position(self) -> str:
        """Where the reader is, in percent of what there is to scroll."""
        cols, rows = self._size
        last = len(self._fit(cols, rows)) - self._text_rows(rows)
        return "100 %" if last <= 0 else f"{min(100, round(100 * self._offset / last))} %"

    @property
    def is_searching(self) -> bool:
        """Whether the keys go to the search field."""
        return self._typing is not None

    @override
    def natural_rows(self, cols: int) -> int:
        return max(1, len(self._wrap(cols)))

    @override
    def selectable(self) -> bool:
        return True

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        self._size = size
        if self._typing is not None:
            self._type(key)
            return None
        if self._search and key in {"/", "n"}:
            self._start_search(key)
            return None
        cols, rows = size
        page = max(1, self._text_rows(rows) - 1)
        last = max(0, len(self._fit(cols, rows)) - self._text_rows(rows))
        moves = {
            "up": self._offset - 1,
            "down": self._offset + 1,
            "page up": self._offset - page,
            "page down": self._offset + page,
            " ": self._offset + page,
            "home": 0,
            "end": last,
        }
        if key not in moves:
            return key
        self._offset = max(0, min(last, moves[key]))
        self._follow = self._follow and self._offset == last
        self._invalidate()
        return None

    def _start_search(self, key: str) -> None:
        if key == "/":
            self._typing = ""
        elif self._sought:
            self._find()
        self._invalidate()

    def _type(self, key: str) -> None:
        typed = self._typing or ""
        if key == "esc":
            self._typing = None
        elif key == "enter":
            self._sought, self._typing = typed or self._sought, None
            self._find()
        elif key == "backspace":
            self._typing = typed[:-1]
        elif len(key) == 1:
            self._typing = typed + key
        self._invalidate()

    def _find(self) -> None:
        """Go to the next line with the sought text, wherever it happens to be folded on this screen."""
        wanted = self._sought.lower()
        order = [*range(self._found + 1, len(self._lines)), *range(self._found + 1)]
        self._found = next((n for n in order if wanted and wanted in self._lines[n].lower()), -1)
        if self._found >= 0:
            rows = self._fit(*self._size)
            last = max(0, len(rows) - self._text_rows(self._size[1]))
            self._offset = min(next(n for n, row in enumerate(rows) if row.source == self._found), last)
            self._follow = False

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        self._size = size
        cols, rows = size
        lines = self._fit(cols, rows)
        text_rows = self._text_rows(rows)
        if cols != self._drawn_cols:
            self._offset = next((n for n, row in enumerate(lines) if row.source >= self._top), 0)
        last = max(0, len(lines) - text_rows)
        self._offset = last if self._follow else min(self._offset, last)
        self._drawn_cols, self._top = cols, lines[self._offset].source if lines else 0
        shown = lines[self._offset : self._offset + text_rows]
        scrolls = len(lines) > text_rows
        width = cols - 2 if scrolls and cols > 4 else cols
        spans: list[Any] = []
        for row in shown:
            spans.append(("focus" if row.source == self._found else self._role, row.text))
            spans.append("\n")
        body = urwid.CompositeCanvas(urwid.Text(spans[:-1] or "", wrap="clip").render((width,)))
        body.pad_trim_top_bottom(0, text_rows - body.rows())
        if width != cols:
            bar = scrollbar(self._offset, text_rows, len(lines))
            body = urwid.CanvasJoin([(body, None, True, cols - 1), (bar, None, False, 1)])
        return body if text_rows == rows else self._with_prompt(body, cols, focus)

    def _with_prompt(self, body: Any, cols: int, focus: bool) -> Any:
        if self._typing is not None:
            text, role = f"/{self._typing}", "field focus"
        else:
            lost = self._found < 0
            text, role = f'"{self._sought}" {"not found" if lost else "found; n finds the next"}', "dim"
        line = urwid.CompositeCanvas(urwid.AttrMap(urwid.Text(text, wrap="clip"), role).render((cols,)))
        if focus and self._typing is not None:
            line.cursor = (min(len(text), cols - 1), 0)
        return urwid.CanvasCombine([(body, None, False), (line, None, True)])

    def _text_rows(self, rows: int) -> int:
        prompt = self._typing is not None or bool(self._sought)
        return max(1, rows - 1) if prompt and rows > 1 else rows

    def _fit(self, cols: int, rows: int) -> list[_Row]:
        """The lines as wide as the room is, less what the scroll bar takes if there has to be one."""
        lines = self._wrap(cols)
        return lines if len(lines) <= self._text_rows(rows) or cols <= 4 else self._wrap(cols - 2)

    def _wrap(self, cols: int) -> list[_Row]:
        width = max(1, cols)
        if width not in self._wrapped:
            self._wrapped[width] = [
                _Row(source, part) for source, line in enumerate(self._lines) for part in _fold(line, width)
            ]
        return self._wrapped[width]


def _fold(line: str, width: int) -> list[str]:
    clean = line.expandtabs(8).rstrip()
    indent = " " * min(len(clean) - len(clean.lstrip()), width // 2)
    lines = textwrap.wrap(
        clean, width, subsequent_indent=indent, replace_whitespace=False, break_on_hyphens=False
    )
    return lines or [""]
