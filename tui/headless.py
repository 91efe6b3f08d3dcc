"""An application without a terminal: keys in, frames out. For tests and for pictures in documentation."""

from __future__ import annotations

import heapq
import itertools
import selectors
import weakref
from collections.abc import Callable
from typing import Any, Self

import urwid

from tui import keys
from tui.app import App
from tui.view import View

Alarm = list[Any]


class Clock:
    """An event loop whose time passes only when told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self._alarms: list[Alarm] = []
        self._count = itertools.count()
        self._files: dict[int, Callable[[], Any]] = {}
        self._handles = itertools.count()

    def alarm(self, seconds: float, callback: Callable[[], Any]) -> Alarm:
        """Call back after a time."""
        entry = [self.now + seconds, next(self._count), callback]
        heapq.heappush(self._alarms, entry)
        return entry

    def remove_alarm(self, handle: Alarm) -> bool:
        """Forget an alarm."""
        handle[2] = None
        return True

    def watch_file(self, fd: int, callback: Callable[[], Any]) -> int:
        """Call back when a file is readable."""
        self._files[fd] = callback
        return fd

    def remove_watch_file(self, handle: int) -> bool:
        """Forget a file."""
        return self._files.pop(handle, None) is not None

    def enter_idle(self, callback: Callable[[], Any]) -> int:
        """Drawing is done by the driver."""
        del callback
        return 0

    def remove_enter_idle(self, handle: int) -> bool:
        """Nothing was kept."""
        del handle
        return True

    def set_signal_handler(self, number: int, handler: Any) -> None:
        """There are no signals here."""
        del number, handler

    def advance(self, seconds: float) -> None:
        """Let time pass and call what was due, in order."""
        until = self.now + seconds
        while self._alarms and self._alarms[0][0] <= until:
            when, _, callback = heapq.heappop(self._alarms)
            self.now = max(self.now, when)
            if callback is not None:
                callback()
        self.now = until

    def poll(self, wait: float) -> bool:
        """Call back for watched files that are readable, waiting up to that many seconds for one."""
        with selectors.DefaultSelector() as selector:
            for fd in self._files:
                selector.register(fd, selectors.EVENT_READ)
            ready = selector.select(wait)
        for key, _ in ready:
            callback = self._files.get(key.fd)
            if callback is not None:
                callback()
        return bool(ready)


class Canvas(urwid.display.common.BaseScreen):  # type: ignore[misc]
    """A screen that keeps what was drawn instead of sending it anywhere."""

    def __init__(self, cols: int, rows: int) -> None:
        super().__init__()
        self.size = (cols, rows)
        self.drawn: Any = None

    def get_cols_rows(self) -> tuple[int, int]:
        """The size it was given."""
        return self.size

    def draw_screen(self, size: tuple[int, int], canvas: Any) -> None:
        """Keep the canvas."""
        del size
        self.drawn = canvas

    def hook_event_loop(self, event_loop: Any, callback: Any) -> None:
        """Keys are given by the driver."""

    def unhook_event_loop(self, event_loop: Any) -> None:
        """Nothing was hooked."""

    def clear(self) -> None:
        """There is nothing to repaint."""

    def register_palette_entry(self, *entry: Any) -> None:
        """Colours are kept as role names."""


class Driver:
    """Drives an App as a person would.

    ``press("down", "enter")`` gives keys, ``write("text")`` types, ``text()`` is the frame as lines,
    ``roles()`` the palette role of every cell, ``settle()`` waits for background work, ``advance`` lets
    time pass. A failure inside a view is raised, unless ``tolerant``.
    """

    def __init__(
        self,
        make: Callable[[Any, Any], App],
        *,
        cols: int = 80,
        rows: int = 24,
        tolerant: bool = False,
    ) -> None:
        urwid.set_encoding("utf-8")
        self.clock = Clock()
        self.screen = Canvas(cols, rows)
        self.app = make(self.screen, self.clock)
        weakref.finalize(self, self.app.close)
        self.tolerant = tolerant
        self.ended = False

    def show(self, view: View) -> Self:
        """Show a view and wait until it stands."""
        self._run(lambda: self.app.show(view))
        return self.settle()

    def press(self, *pressed: str) -> Self:
        """Press keys by name, one after the other."""
        for key in pressed:
            for normal in keys.normalise([key]):
                self._run(lambda normal=normal: self.app.loop.widget.keypress(self.screen.size, normal))  # type: ignore[misc]
            self.settle()
        return self

    def write(self, text: str) -> Self:
        """Type text."""
        return self.press(*text)

    def resize(self, cols: int, rows: int) -> Self:
        """Change the size of the screen."""
        self.screen.size = (cols, rows)
        return self.settle()

    def advance(self, seconds: float) -> Self:
        """Let time pass."""
        self._run(lambda: self.clock.advance(seconds))
        return self.settle()

    def settle(self, patience: float = 20.0) -> Self:
        """Wait for background work to be delivered, then draw. Raises TimeoutError when it does not end."""
        while self.app.working and not self.ended:
            if not self._poll(patience):
                raise TimeoutError("background work did not end")
        self._poll(0)
        self._draw()
        return self

    def text(self) -> str:
        """The frame, trailing blanks removed."""
        lines = [b"".join(run for _, _, run in row).decode() for row in self.screen.drawn.content()]
        return "\n".join(line.rstrip() for line in lines)

    def roles(self) -> list[list[str]]:
        """The palette role of every cell, by row."""
        content = self.screen.drawn.content()
        return [[str(role or "") for role, _, run in row for _ in run.decode()] for row in content]

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Column and row of the cursor, if it is shown."""
        return self.screen.drawn.cursor if self.screen.drawn else None

    def _poll(self, wait: float) -> bool:
        found = [False]

        def poll() -> None:
            found[0] = self.clock.poll(wait)

        self._run(poll)
        return found[0]

    def _run(self, action: Callable[[], Any]) -> None:
        try:
            action()
        except urwid.ExitMainLoop:
            self.ended = True
        self._raise_failures()

    def _draw(self) -> None:
        if self.app.views:
            canvas = self.app.loop.widget.render(self.screen.size, True)
            self.screen.draw_screen(self.screen.size, canvas)
        self._raise_failures()

    def _raise_failures(self) -> None:
        if self.app.failures and not self.tolerant:
            raise self.app.failures[0]
