"""Putting widgets above each other so that something sensible is left on a screen of any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import urwid
from typing_extensions import override

from tui.widgets import MANY_ROWS, BoxWidget, Size


def box_rows(widget: Any, cols: int) -> int:
    """How many rows a widget would like at that width; very many when it takes whatever there is."""
    if hasattr(widget, "natural_rows"):  # a BoxWidget, or a wrapper that offers it
        return int(widget.natural_rows(cols))
    if urwid.FLOW in widget.sizing():
        return int(widget.rows((cols,)))
    return MANY_ROWS


def clip(widget: Any, cols: int, rows: int) -> Any:
    """A flow widget rendered into exactly that many rows."""
    canvas = urwid.CompositeCanvas(widget.render((cols,)))
    if canvas.rows() != rows:
        canvas.pad_trim_top_bottom(0, rows - canvas.rows())
    return canvas


def shorten(text: str, room: int, *, end: bool = False) -> str:
    """The text in that many columns, with ``..`` where something was left out: at its end or beginning."""
    if len(text) <= room:
        return text
    if room <= 4:
        return text[-room:] if end else text[:room]
    return ".." + text[2 - room :] if end else text[: room - 2] + ".."


class Stack(BoxWidget):
    """Widgets above each other, one of which takes the room that is left.

    ``parts`` are flow or box widgets; ``main`` is the index of the one that grows and that keeps at least
    ``least`` rows: where there are fewer, the others lose theirs, from the bottom up and those that take no
    keys first. Tab moves between the parts that take keys.
    """

    no_cache = ("render",)

    def __init__(self, parts: Sequence[Any], main: int = 0, *, least: int = 3) -> None:
        super().__init__()
        self.parts = list(parts)
        self._main = main
        self._least = least
        able = self._selectable_parts()
        self._focus = main if main in able or not able else able[0]

    @override
    def selectable(self) -> bool:
        return bool(self._selectable_parts())

    @override
    def natural_rows(self, cols: int) -> int:
        return sum(box_rows(part, cols) for part in self.parts)

    def focus_part(self, index: int) -> None:
        """Give the keys to another part."""
        self._focus = index
        self._invalidate()

    @override
    def render(self, size: Size, focus: bool = False) -> Any:
        cols, rows = size
        canvases = []
        for index, (part, height) in enumerate(zip(self.parts, self._heights(cols, rows), strict=True)):
            if height:
                has_focus = focus and index == self._focus
                canvases.append((self._draw(part, cols, height, has_focus), None, index == self._focus))
        return urwid.CanvasCombine(canvases)

    @override
    def keypress(self, size: Size, key: str) -> str | None:
        part = self.parts[self._focus]
        if not part.selectable():
            return key
        height = self._heights(*size)[self._focus]
        inner = (size[0], max(1, height)) if _is_box(part) else (size[0],)
        rest: str | None = part.keypress(inner, key)
        if rest in {"tab", "shift tab"}:
            return self._next(1 if rest == "tab" else -1, rest)
        return rest

    def _next(self, step: int, key: str) -> str | None:
        able = self._selectable_parts()
        if len(able) < 2:
            return key
        self.focus_part(able[(able.index(self._focus) + step) % len(able)])
        return None

    def _selectable_parts(self) -> list[int]:
        return [index for index, part in enumerate(self.parts) if part.selectable()]

    def _heights(self, cols: int, rows: int) -> list[int]:
        wanted = [box_rows(part, cols) for part in self.parts]
        least = min(self._least, wanted[self._main], rows)
        room = rows - least
        heights = [0] * len(wanted)
        for index, want in self._by_importance(wanted):
            heights[index] = min(want, room)
            room -= heights[index]
        heights[self._main] = least + room
        return heights

    def _by_importance(self, wanted: list[int]) -> list[tuple[int, int]]:
        others = [(index, want) for index, want in enumerate(wanted) if index != self._main]
        return sorted(others, key=lambda other: not self.parts[other[0]].selectable())

    @staticmethod
    def _draw(part: Any, cols: int, height: int, focus: bool) -> Any:
        if _is_box(part):
            return part.render((cols, height), focus)
        canvas = urwid.CompositeCanvas(part.render((cols,), focus))
        if canvas.rows() != height:
            canvas.pad_trim_top_bottom(0, height - canvas.rows())
        return canvas


def _is_box(widget: Any) -> bool:
    return urwid.BOX in widget.sizing()
