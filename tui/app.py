"""The application: a stack of views, the loop behind them, and work that must not block them.

    from tui.app import App
    from tui.dialog import Confirm, FormDialog, Message
    from tui.frame import Hint, KeyStyle
    from tui.lists import Row, SelectList
    from tui.view import View

    class Logs(View):
        title = "Logs"
        hints = (Hint("Enter", "Open"), Hint("Esc", "Back"))

        def __init__(self) -> None:
            self.list = SelectList([Row("a", "Alpha"), Row("b", "Beta")])
            super().__init__(self.list)
            self.keys = {"enter": self.open, "esc": lambda: self.app.pop()}

        def open(self) -> None:
            key = self.list.selected          # "a"
            self.app.busy("Reading ...", lambda: read(key), self.show)   # thread; wait box only when slow

        def show(self, text: str) -> None:    # back in the loop
            self.app.push(Message("Log", text))

    App(terminal.open_current(), key_style=KeyStyle.ANGLE).run(Logs())

Rules: widgets are touched in the loop only; what may take longer than BLOCK_LIMIT goes through
``background`` or ``busy``. An exception in a view is logged and shown as a dialog; it never ends the loop.
Views: see tui.view (``keys``, ``grabs``, ``every``, ``watch``). Forms: tui.form. Two panes: tui.two_pane.
Long text: tui.pager. Bars: tui.progress. Tests drive an App through tui.headless.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import urwid

from tui import keys, palette
from tui.frame import KeyStyle
from tui.view import View

log = logging.getLogger(__name__)

BLOCK_LIMIT = 0.1
"""Seconds that anything may keep the screen from reacting."""

SHOW_LEAST = 1.0
"""Seconds that a sign of work stays once it is shown, so that it can be read."""

Cancel = Callable[[], None]
T = TypeVar("T")


class App:
    """A text program on one terminal.

    ``screen`` is a urwid screen (see tui.terminal and tui.headless). ``on_input`` is called at every key
    before anything else, for idle timers.
    """

    def __init__(
        self,
        screen: Any,
        *,
        key_style: KeyStyle = KeyStyle.ROUND,
        colours: str = "colour",
        event_loop: Any = None,
    ) -> None:
        self.screen = screen
        self.key_style = key_style
        self.views: list[View] = []
        self.result: Any = None
        self.failures: list[BaseException] = []
        self.on_input: Callable[[str], None] | None = None
        self.working = 0
        self._colours = colours
        self._usual_colours = colours
        self._done: deque[Callable[[], None]] = deque()
        self.loop = urwid.MainLoop(
            _Root(self),
            palette.entries(colours),
            screen,
            handle_mouse=False,
            input_filter=self._filter,
            event_loop=event_loop or urwid.SelectEventLoop(),
        )
        self._wakeup = self.loop.watch_pipe(self._deliver)

    # the stack

    @property
    def top(self) -> View | None:
        """The view that gets the keys."""
        return self.views[-1] if self.views else None

    def show(self, view: View) -> None:
        """Make this view the only one."""
        while self.views:
            self._take()
        self.push(view)

    def push(self, view: View) -> None:
        """Put a view over the others. Dialogs leave what is behind them visible."""
        self.views.append(view)
        view.attach(self)
        self._guarded(view.shown)

    def pop(self, view: View | None = None) -> None:
        """Take the top view away, or the given one with all that covers it; nothing if it is not there."""
        if not self.views or (view is not None and view not in self.views):
            return
        target = view or self.views[-1]
        while self._take() is not target:
            pass
        if self.views:
            self._guarded(self.views[-1].uncovered)

    def replace(self, view: View) -> None:
        """Put a view in the place of the top one."""
        if self.views:
            self._take()
        self.push(view)

    def dialog(self, view: View) -> None:
        """Put a dialog over what is shown."""
        self.push(view)

    def _take(self) -> View:
        view = self.views.pop()
        view.detach()
        return view

    # time, files, work

    def after(self, seconds: float, callback: Callable[[], None]) -> Cancel:
        """Call back once after a time; returns what cancels it."""
        handle = self.loop.event_loop.alarm(seconds, lambda: self._guarded(callback))
        return lambda: self.loop.remove_alarm(handle)

    def cancel(self, handle: Cancel) -> None:
        """Cancel what ``after`` or ``watch_file`` had started."""
        handle()

    def watch_file(self, fd: int, callback: Callable[[], None]) -> Cancel:
        """Call back whenever the descriptor is readable; returns what ends it."""
        handle = self.loop.watch_file(fd, lambda: self._guarded(callback))
        return lambda: self.loop.remove_watch_file(handle)

    def background(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do work in a thread and hand its result to ``done`` in the loop.

        An exception goes to ``failed``, or is shown as an error dialog when there is none.
        """

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the loop
                self._hand_over(_bind(failed or self.show_error, error))
            else:
                self._hand_over(_bind(done, result))

        self.working += 1
        threading.Thread(target=run, daemon=True).start()

    def busy(
        self,
        text: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Like ``background``, with a box saying what goes on if it takes longer than BLOCK_LIMIT.

        Keys are held off meanwhile. The box, once shown, stays for SHOW_LEAST.
        """
        from tui.busy import Busy

        Busy(text).run(self, work, done, failed or self.show_error)

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call back in the loop; the one method that other threads may use."""
        self.working += 1
        self._hand_over(callback)

    def _hand_over(self, callback: Callable[[], None]) -> None:
        self._done.append(callback)
        if self._wakeup >= 0:
            with suppress(OSError):  # the loop may end at this moment, and then nobody waits for it
                os.write(self._wakeup, b".")

    def _deliver(self, signs: bytes) -> None:
        del signs
        while self._done:
            callback = self._done.popleft()
            self.working -= 1
            self._guarded(callback)

    # errors

    def _guarded(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except urwid.ExitMainLoop:
            raise
        except Exception as error:  # noqa: BLE001 - a fault in one view must not take the console away
            self.show_error(error)

    def show_error(self, error: Exception) -> None:
        """Log an exception and show it. One that carries a ``hint`` is told in its own words."""
        from tui.dialog import Message

        self.failures.append(error)
        log.error("%s", error, exc_info=error)
        message = getattr(error, "message", "") or f"{type(error).__name__}: {error}"
        hint = getattr(error, "hint", "") or "The log has the details."
        if len(self.views) > 20:  # a view that fails again and again
            return
        self.push(Message("Error", f"{message}\n\n{hint}", role="error"))

    # running

    def run(self, view: View | None = None) -> Any:
        """Show a view and run until ``quit``; returns what quit was given."""
        if view is not None:
            self.show(view)
        self.loop.run()
        return self.result

    def quit(self, result: Any = None) -> None:
        """End ``run``, from within the loop."""
        self.result = result
        raise urwid.ExitMainLoop

    def close(self) -> None:
        """Give the descriptors back; only a process with many apps, one after the other, needs to."""
        wakeup, self._wakeup = self._wakeup, -1
        if self.loop.remove_watch_pipe(wakeup):
            os.close(wakeup)

    def redraw(self) -> None:
        """Paint everything anew at the next occasion, as after the terminal was disturbed."""
        self.screen.clear()

    def set_colours(self, name: str) -> None:
        """Switch to another palette of tui.palette."""
        self._colours = name
        self.screen.register_palette(palette.entries(name))
        self.screen.clear()

    @property
    def colours(self) -> str:
        """The name of the palette in use."""
        return self._colours

    def _toggle_contrast(self) -> None:
        self.set_colours("contrast" if self._colours != "contrast" else self._usual_colours)

    def _filter(self, pressed: list[Any], raw: list[int]) -> list[str]:
        del raw
        noticed = getattr(self.screen, "notice", None)
        if noticed is not None and noticed(pressed):
            self.loop.screen_size = None
        return keys.normalise(pressed)

    def press(self, size: tuple[int, int], key: str) -> None:
        """Take one key, as the loop does."""
        if self.on_input is not None:
            self.on_input(key)
        if key == "f4":
            self._toggle_contrast()
        elif key == "ctrl l":
            probe = getattr(self.screen, "probe", None)
            if probe is not None:
                probe()
            self.redraw()
        elif self.top is not None:
            self.top.keypress(size, key)

    def render(self, size: tuple[int, int]) -> Any:
        """Draw the top-most page and the dialogs over it."""
        if not self.views:
            return urwid.SolidCanvas(" ", *size)
        base = max(index for index, view in enumerate(self.views) if index == 0 or not view.overlay)
        canvas: Any = None
        for view in self.views[base:]:
            room = view.fit(size)
            if room[0]:
                drawn = view.widget.render(room, view is self.views[-1])
                canvas = _over(canvas, drawn, size) if view.overlay else drawn
        return canvas or urwid.SolidCanvas(" ", *size)


def _bind(callback: Callable[[Any], None], value: Any) -> Callable[[], None]:
    return lambda: callback(value)


def _over(under: Any, popup: Any, size: tuple[int, int]) -> Any:
    """A dialog's canvas in the middle of what is behind it, which keeps its look but not its cursor."""
    ground = urwid.CompositeCanvas(under if under is not None else urwid.SolidCanvas(" ", *size))
    ground.cursor = None
    left = (size[0] - popup.cols()) // 2
    top = (size[1] - popup.rows()) // 2
    if (popup.cols(), popup.rows()) == size:
        return popup
    ground.overlay(urwid.CompositeCanvas(popup), left, top)
    return ground


class _Root(urwid.Widget):  # type: ignore[misc]
    """The one widget urwid sees; it keeps faults of views from reaching the loop."""

    _sizing = frozenset([urwid.BOX])
    _selectable = True
    no_cache = ("render",)

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app

    def render(self, size: tuple[int, int], focus: bool = False) -> Any:
        del focus
        try:
            canvas = self._app.render(size)
        except Exception as error:  # noqa: BLE001 - see _guarded
            return self._failed(size, error)
        if (canvas.cols(), canvas.rows()) != size:
            return self._failed(size, RuntimeError(f"drew {canvas.cols()}x{canvas.rows()}, not {size}"))
        return canvas

    def keypress(self, size: tuple[int, int], key: str) -> None:
        self._app._guarded(lambda: self._app.press(size, key))

    def _failed(self, size: tuple[int, int], error: Exception) -> Any:
        self._app.failures.append(error)
        log.error("drawing failed: %s", error, exc_info=error)
        broken = self._app.top
        if len(self._app.views) > 1:
            self._app.pop(broken)
        text = f"This page could not be drawn: {error}\nThe log has the details. Press any key to go on."
        canvas = urwid.CompositeCanvas(urwid.Text(("error", text)).render((size[0],)))
        canvas.pad_trim_top_bottom(0, size[1] - canvas.rows())
        return canvas
