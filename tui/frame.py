"""What surrounds the content of a screen: key bars, bordered windows, full pages, the backdrop."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

import urwid
from typing_extensions import override

from tui.layout import box_rows, clip, shorten
from tui.widgets import MANY_ROWS, BoxWidget, FlowWidget, Size


class Hint(NamedTuple):
    """One entry of a key bar: the key as people read it, and what it does."""

    key: str
    label: str


class KeyStyle(Enum):
    """How a key bar writes its keys."""

    ROUND = "()"
    """``(Enter) Continue``"""
    ANGLE = "<>"
    """``<F2> Customize``"""


class KeyBar(FlowWidget):
    """The keys a screen takes. Entries wrap to more lines where they do not fit; none is ever left out.

    ``spread`` puts the first entry at the left and the last at the right, otherwise they are centred.
    """

    no_cache = ("render", "rows")

    def __init__(
        self,
        hints: Sequence[Hint],
        style: KeyStyle = KeyStyle.ROUND,
        *,
        spread: bool = False,
        roles: tuple[str, str] = ("key", "key label"),
    ) -> None:
        super().__init__()
        self.hints = tuple(hints)
        self._style = style
        self._spread = spread
        self._roles = roles

    @override
    def rows(self, size: tuple[int], focus: bool = False) -> int:
        return len(self._lines(size[0]))

    @override
    def render(self, size: tuple[int], focus: bool = False) -> Any:
        (cols,) = size
        canvases = [(self._line(line, cols).render((cols,)), None, False) for line in self._lines(cols)]
        return urwid.CanvasCombine(canvases)

    def _lines(self, cols: int) -> list[list[Hint]]:
        lines: list[list[Hint]] = [[]]
        used = 0
        for hint in self.hints:
            width = len(hint.key) + len(hint.label) + 3
            if lines[-1] and used + 2 + width > cols - 2:
                lines.append([])
                used = 0
            used += width + (2 if lines[-1] else 0)
            lines[-1].append(hint)
        return lines

    def _line(self, hints: Sequence[Hint], cols: int) -> Any:
        opening, closing = tuple(self._style.value)
        key, label = self._roles
        spans: list[Any] = []
        gap = "  "
        if self._spread and len(hints) > 1:
            width = sum(len(hint.key) + len(hint.label) + 3 for hint in hints)
            gap = " " * max(2, (cols - 2 - width) // (len(hints) - 1))
        for hint in hints:
            if spans:
                spans.append((label, gap))
            spans.append((key, f"{opening}{hint.key}{closing}"))
            spans.append((label, f" {hint.label}"))
        text = urwid.Text(spans or "", align="left" if self._spread else "center", wrap="clip")
        return urwid.AttrMap(urwid.Padding(text, left=1, right=1) if cols > 4 else text, label)


class Window(BoxWidget):
    """A bordered box: title in its upper edge, content, key bar at the bottom.

    On a screen of few rows or columns the border goes first, then the blank lines; title, key bar and
    at least one line of content always stay.
    """

    no_cache = ("render",)

    def __init__(self, title: str, body: Any, bar: KeyBar, *, role: str = "text") -> None:
        super().__init__()
        self.title = title
        self.body = body
        self.bar = bar
        self._role = role

    def natural_rows(self, cols: int) -> int:
        """How many rows the window would like to have at that width."""
        inner = max(1, cols - 4)
        bar = self._bar_rows(inner, MANY_ROWS)
        return box_rows(self.body, inner) + (bar + 1 if bar else 0) + 3

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        cols, rows = size
        if self._has_border(size):
            return self._bordered(cols, rows, focus)
        return self._bare(cols, rows, focus)

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        if not self.body.selectable():
            return key
        rest: str | None = self.body.keypress(self._inner(size), key)
        return rest

    def _has_border(self, size: Size) -> bool:
        cols, rows = size
        return cols >= 30 and (rows >= 12 or rows >= self.natural_rows(cols))

    def _inner(self, size: Size) -> Size:
        cols, rows = size
        if not self._has_border(size):
            return cols, max(1, rows - 1 - self._bar_rows(cols, rows))
        bar = self._bar_rows(cols - 4, rows)
        return cols - 4, max(1, rows - 3 - (bar + 1 if bar else 0))

    def _bar_rows(self, cols: int, rows: int) -> int:
        return min(int(self.bar.rows((cols,))), max(1, rows - 2)) if self.bar.hints else 0

    def _bare(self, cols: int, rows: int, focus: bool) -> Any:
        text = urwid.Text(shorten(self.title, cols), align="center", wrap="clip")
        title = urwid.AttrMap(text, "title").render((cols,))
        parts = [(title, None, False), (self._body((cols, rows), focus), None, True)]
        bar_rows = self._bar_rows(cols, rows)
        if bar_rows:
            parts.append((clip(self.bar, cols, bar_rows), None, False))
        return _exactly(urwid.CanvasCombine(parts), rows)

    def _bordered(self, cols: int, rows: int, focus: bool) -> Any:
        inner_cols, inner_rows = self._inner((cols, rows))
        blank = urwid.SolidCanvas(" ", inner_cols, 1)
        parts = [(blank, None, False), (self._body((cols, rows), focus), None, True)]
        bar_rows = self._bar_rows(inner_cols, rows)
        if bar_rows:
            parts.append((_edge("─" * inner_cols, inner_cols), None, False))
            parts.append((clip(self.bar, inner_cols, bar_rows), None, False))
        middle = urwid.CompositeCanvas(urwid.CanvasCombine(parts))
        middle.fill_attr(self._role)
        rule = inner_rows + 1 if bar_rows else -1
        joined = urwid.CanvasJoin(
            [
                (_side(middle.rows(), ("│ ", "├─"), rule), None, False, 2),
                (middle, None, True, inner_cols),
                (_side(middle.rows(), (" │", "─┤"), rule), None, False, 2),
            ]
        )
        bottom = _edge("└" + "─" * (cols - 2) + "┘", cols)
        window = urwid.CanvasCombine(
            [(self._top(cols), None, False), (joined, None, True), (bottom, None, False)]
        )
        return _exactly(window, rows)

    def _body(self, size: Size, focus: bool) -> Any:
        body = urwid.CompositeCanvas(self.body.render(self._inner(size), focus))
        body.fill_attr(self._role)
        return body

    def _top(self, cols: int) -> Any:
        title = f" {shorten(self.title, cols - 6)} " if self.title else ""
        left = (cols - 2 - len(title)) // 2
        right = cols - 2 - len(title) - left
        text = [("border", "┌" + "─" * left), ("title", title), ("border", "─" * right + "┐")]
        return urwid.Text([span for span in text if span[1]], wrap="clip").render((cols,))


def _exactly(canvas: Any, rows: int) -> Any:
    if canvas.rows() == rows:
        return canvas
    cut = urwid.CompositeCanvas(canvas)
    cut.pad_trim_top_bottom(0, rows - cut.rows())
    return cut


def _edge(text: str, cols: int) -> Any:
    return urwid.Text(("border", text), wrap="clip").render((cols,))


def _side(rows: int, texts: tuple[str, str], rule_row: int) -> Any:
    plain, crossing = texts
    lines = [crossing if row == rule_row else plain for row in range(rows)]
    return urwid.Text(("border", "\n".join(lines)), wrap="clip").render((2,))


class Backdrop(BoxWidget):
    """A window in the middle of the screen, a strip with the product's name above, a dim line below.

    The window takes the whole screen where there is little of it.
    """

    no_cache = ("render",)

    def __init__(
        self, window: Window, banner: str, footer: str = "", *, width: int = 76, least_rows: int = 0
    ) -> None:
        super().__init__()
        self.window = window
        self.banner = banner
        self.footer = footer
        self._width = width
        self._least_rows = least_rows

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        cols, rows = size
        if _small(size):
            return self.window.render(size, focus)
        left, top, width, height = self._place(size)
        ground = urwid.CompositeCanvas(urwid.SolidCanvas(" ", cols, rows))
        ground.fill_attr("backdrop")
        banner = urwid.AttrMap(urwid.Text(f" {self.banner}", wrap="clip"), "banner").render((cols,))
        ground.overlay(urwid.CompositeCanvas(banner), 0, 0)
        footer = urwid.AttrMap(urwid.Text(f" {self.footer}", wrap="clip"), "footer").render((cols,))
        ground.overlay(urwid.CompositeCanvas(footer), 0, rows - 1)
        box = urwid.CompositeCanvas(self.window.render((width, height), focus))
        ground.overlay(box, left, top)
        return ground

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        if _small(size):
            return self.window.keypress(size, key)
        _, _, width, height = self._place(size)
        return self.window.keypress((width, height), key)

    def _place(self, size: Size) -> tuple[int, int, int, int]:
        cols, rows = size
        width = min(max(self._width, cols * 3 // 5), cols - 2, 110)
        wanted = max(self.window.natural_rows(width), self._least_rows)
        height = min(wanted, rows - 2)
        return (cols - width) // 2, 1 + (rows - 2 - height) // 2, width, height


def _small(size: Size) -> bool:
    return size[0] < 60 or size[1] < 18


class FullPage(BoxWidget):
    """A page that fills the screen: title strip, content, key bar strip."""

    no_cache = ("render",)

    def __init__(
        self,
        title: str,
        body: Any,
        bar: KeyBar,
        *,
        footer: str = "",
        roles: tuple[str, str, str] = ("banner", "text", "key label"),
    ) -> None:
        super().__init__()
        self.title = title
        self.body = body
        self.bar = bar
        self.footer = footer
        self._roles = roles

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        cols, rows = size
        strip, ground, bar_role = self._roles
        parts = []
        if self.title:
            title = urwid.Text(f" {self.title}", wrap="clip")
            parts.append((urwid.AttrMap(title, strip).render((cols,)), None, False))
        body = urwid.CompositeCanvas(self.body.render((cols, self._body_rows(size)), focus))
        body.fill_attr(ground)
        parts.append((body, None, True))
        if self.bar.hints:
            bar = urwid.CompositeCanvas(clip(self.bar, cols, self._bar_rows(size)))
            bar.fill_attr(bar_role)
            parts.append((bar, None, False))
        if self._has_footer(rows):
            line = urwid.Text(f" {self.footer}", wrap="clip")
            parts.append((urwid.AttrMap(line, "footer").render((cols,)), None, False))
        return _exactly(urwid.CanvasCombine(parts), rows)

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        if not self.body.selectable():
            return key
        rest: str | None = self.body.keypress((size[0], self._body_rows(size)), key)
        return rest

    def _has_footer(self, rows: int) -> bool:
        return bool(self.footer) and rows >= 18

    def _bar_rows(self, size: Size) -> int:
        return min(int(self.bar.rows((size[0],))), max(1, size[1] - 2)) if self.bar.hints else 0

    def _body_rows(self, size: Size) -> int:
        used = bool(self.title) + self._bar_rows(size) + self._has_footer(size[1])
        return max(1, size[1] - used)
