"""One console and whoever sits at it: the application, the host, and the way from splash to menus."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from dcui.backend import Backend
from dcui.splash import Splash
from tui.app import App
from tui.busy import Busy
from tui.view import View

IDLE_LIMIT = 600.0
"""Seconds without a key after which whoever is logged in is logged out; what the reference's hardening
guides ask for."""

IDLE_LOOK = 15.0
"""Seconds between looks at the clock."""


@dataclass
class Session:
    """A console.

    ``local`` is whether it is the machine's own screen and keyboard, not a serial line. ``ctrl_c_leaves`` is
    for a console that was started from somebody's shell, to which it returns.
    """

    app: App
    backend: Backend
    local: bool = True
    ctrl_c_leaves: bool = False
    clock: Callable[[], float] = time.monotonic
    failed_logins: int = 0
    _last_key: float = 0.0
    _splash: Splash | None = None
    _looking: bool = False

    def start(self) -> View:
        """The first screen. Call it once."""
        self.app.on_input = self._note_key
        self._splash = Splash(self)
        return self._splash

    def customize(self) -> None:
        """Log in, then the menu; a network change that still waits for an answer comes first."""
        self._log_in(self._open_menu)

    def power(self) -> None:
        """Log in, then the choice between shut down and restart."""
        self._log_in(self._open_power)

    def log_out(self) -> None:
        """Back to the first screen, whatever is open."""
        while self.app.top is not self._splash:
            self.app.pop()

    def _log_in(self, then: Callable[[], None]) -> None:
        from dcui.login import Login

        self._last_key = self.clock()
        self.app.dialog(Login(self, then))
        if not self._looking:
            self._look_at_clock()

    def _open_menu(self) -> None:
        from dcui.customization import open_system_menu

        open_system_menu(self)

    def _open_power(self) -> None:
        from dcui.power import open_power

        open_power(self)

    def _note_key(self, key: str) -> None:
        self._last_key = self.clock()
        if key == "ctrl c" and self.ctrl_c_leaves:
            self.app.quit()

    def _look_at_clock(self) -> None:
        """Runs as long as anything covers the splash, a login nobody finished included.

        Work under way is seen to its end first.
        """
        self._looking = self.app.top is not self._splash
        if not self._looking:
            return
        if self.clock() - self._last_key >= IDLE_LIMIT and not isinstance(self.app.top, Busy):
            self.log_out()
        self.app.after(IDLE_LOOK, self._look_at_clock)
