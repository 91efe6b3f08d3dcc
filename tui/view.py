"""One screenful: what is drawn, which keys it takes, what it needs while it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tui.frame import FullPage, Hint, KeyBar, KeyStyle

if TYPE_CHECKING:
    from tui.app import App


class View:
    """Base of pages and dialogs.

    A subclass sets ``title`` and ``hints``, builds ``body`` (any urwid box widget) in its constructor, and
    fills ``keys`` with what to do on keys that the body leaves alone. ``grabs`` takes precedence over the
    body. Timers and watched files started through the view end when it leaves the screen for good.
    """

    title: str = ""
    hints: Sequence[Hint] = ()
    overlay: ClassVar[bool] = False

    def __init__(self, body: Any) -> None:
        self.body = body
        self.keys: dict[str, Callable[[], None]] = {}
        self.grabs: dict[str, Callable[[], None]] = {}
        self._app: App | None = None
        self._widget: Any = None
        self._cleanups: list[Callable[[], None]] = []

    @property
    def app(self) -> App:
        """The application that shows this view. Raises RuntimeError before it was shown."""
        if self._app is None:
            raise RuntimeError(f"{type(self).__name__} is not on the screen")
        return self._app

    @property
    def is_shown(self) -> bool:
        """Whether the view is in the stack, on top or covered."""
        return self._app is not None

    @property
    def widget(self) -> Any:
        """The body with everything around it, built at first use."""
        if self._widget is None:
            self._widget = self.surround(self.body)
        return self._widget

    def surround(self, body: Any) -> Any:
        """Put title, key bar and borders around the body; subclasses choose how they look."""
        style = self._app.key_style if self._app else KeyStyle.ANGLE
        return FullPage(self.title, body, KeyBar(self.hints, style, spread=True))

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """How much of a screen of that size the view takes; no columns at all means it is not drawn."""
        return size

    def rebuild(self) -> None:
        """Draw anew after ``title``, ``hints`` or ``body`` were replaced."""
        self._widget = None

    def shown(self) -> None:
        """Called when the view came on the screen; the place to start timers and background work."""

    def uncovered(self) -> None:
        """Called when what covered the view has gone."""

    def hidden(self) -> None:
        """Called when the view left the stack."""

    def on_key(self, key: str) -> bool:
        """Take a key that neither the body nor ``keys`` wanted; say whether it was taken."""
        del key
        return False

    def keypress(self, size: tuple[int, int], key: str) -> bool:
        """Offer a key to grabs, the body, ``keys`` and ``on_key``, in this order."""
        if key in self.grabs:
            self.grabs[key]()
            return True
        rest = self.widget.keypress(self.fit(size), key) if self.widget.selectable() else key
        if rest is None:
            return True
        if rest in self.keys:
            self.keys[rest]()
            return True
        return self.on_key(rest)

    def after(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once, unless the view has left by then; returns what cancels it."""
        cancel = self.app.after(seconds, self._while_shown(callback))
        self._cleanups.append(cancel)
        return cancel

    def every(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back again and again for as long as the view is in the stack."""

        def tick() -> None:
            if self._app is not None:
                self.after(seconds, tick)
                callback()

        self.after(seconds, tick)

    def watch(self, fd: int, callback: Callable[[], None]) -> None:
        """Call back whenever the descriptor is readable, for as long as the view is in the stack."""
        self._cleanups.append(self.app.watch_file(fd, self._while_shown(callback)))

    def _while_shown(self, callback: Callable[[], None]) -> Callable[[], None]:
        """One round of the loop can hold a key that takes the view away and what the view had waited for."""

        def call() -> None:
            if self._app is not None:
                callback()

        return call

    def attach(self, app: App) -> None:
        """Put the view into an application's stack; for the application only."""
        self._app = app
        self._widget = None

    def detach(self) -> None:
        """Take the view out of the stack and end what it had started; for the application only."""
        for cleanup in self._cleanups:
            cleanup()
        self._cleanups.clear()
        self.hidden()
        self._app = None
