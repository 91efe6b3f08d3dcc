"""What the kit's own widgets have in common; urwid says nothing about types."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

import urwid

Size: TypeAlias = tuple[int, int]

MANY_ROWS = 1000
"""What a widget wishes for that takes whatever room there is."""


class BoxWidget(urwid.Widget):  # type: ignore[misc]
    """Draws itself into any number of columns and rows.

    Subclasses name ``no_cache = ("render",)`` when they draw others whose changes urwid cannot follow.
    """

    _sizing = frozenset([urwid.BOX])
    no_cache: ClassVar[tuple[str, ...]] = ("render",)

    def natural_rows(self, cols: int) -> int:
        """How many rows it would like to have at that width, MANY_ROWS when it takes whatever there is."""
        del cols
        return MANY_ROWS

    def selectable(self) -> bool:
        """Whether it takes keys."""
        return True

    def render(self, size: Size, focus: bool = False) -> Any:
        """Draw into exactly that size."""
        raise NotImplementedError

    def keypress(self, size: Size, key: str) -> str | None:
        """Take a key, or give it back."""
        del size
        return key


class FlowWidget(urwid.Widget):  # type: ignore[misc]
    """Draws itself into a number of columns and needs as many rows as that takes."""

    _sizing = frozenset([urwid.FLOW])
    no_cache: ClassVar[tuple[str, ...]] = ("render", "rows")

    def selectable(self) -> bool:
        """Whether it takes keys."""
        return False

    def rows(self, size: tuple[int], focus: bool = False) -> int:
        """How many rows it needs."""
        raise NotImplementedError

    def render(self, size: tuple[int], focus: bool = False) -> Any:
        """Draw as wide as that."""
        raise NotImplementedError
