"""A bar that says how far something is."""

from __future__ import annotations

from typing import Any

import urwid
from typing_extensions import override

from tui.widgets import FlowWidget


class Bar(FlowWidget):
    """``[#######.....]  42 %``. ``fraction`` is from 0 to 1; None shows that nothing is known yet."""

    no_cache = ("render", "rows")

    def __init__(self, fraction: float | None = 0.0) -> None:
        super().__init__()
        self._fraction = fraction

    def set(self, fraction: float | None) -> None:
        """Show another position."""
        self._fraction = None if fraction is None else max(0.0, min(1.0, fraction))
        self._invalidate()

    @override
    def rows(self, size: tuple[int], focus: bool = False) -> int:
        del size, focus
        return 1

    @override
    def render(self, size: tuple[int], focus: bool = False) -> Any:
        del focus
        room = max(1, size[0] - 8)
        done = round(room * (self._fraction or 0.0))
        percent = "" if self._fraction is None else f" {int(self._fraction * 100):3d} %"
        spans = [
            ("text", "["),
            ("bar", "▒" * done),
            ("bar rest", "·" * (room - done)),
            ("text", f"]{percent}"),
        ]
        return urwid.Text([span for span in spans if span[1]], wrap="clip").render(size)


def duration(seconds: float) -> str:
    """A time left in words: ``1 min 20 s``."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def rate(bytes_per_second: float) -> str:
    """A speed in words: ``123.4 MB/s``, in millions of bytes as disk makers count."""
    return f"{bytes_per_second / 1e6:.1f} MB/s"
