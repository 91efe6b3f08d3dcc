"""A direct console over a simulated host, driven by keys, and the frames it should show.

Golden frames are the files ``golden/dcui_*.txt``. ``UPDATE_FRAMES=1 pytest tests/frames`` writes them anew;
look at the difference before keeping it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dcui.session import Session
from dcui.simulated import PASSWORD, Host
from tui.app import App
from tui.frame import KeyStyle
from tui.headless import Driver

GOLDEN = Path(__file__).parent / "golden"

Scene = Callable[["Console"], object]


class Console(Driver):
    """The console as a person has it, with the host behind it within reach."""

    def __init__(
        self,
        host: Host | None = None,
        *,
        cols: int = 80,
        rows: int = 24,
        colours: str = "colour",
        local: bool = True,
        tolerant: bool = False,
    ) -> None:
        self.sessions: list[Session] = []

        def make(screen: Any, clock: Any) -> App:
            app = App(screen, key_style=KeyStyle.ANGLE, event_loop=clock, colours=colours)
            self.sessions.append(Session(app, self.host, local=local, clock=lambda: float(clock.now)))
            return app

        self.host = host or Host(clock=lambda: float(self.clock.now))
        super().__init__(make, cols=cols, rows=rows, tolerant=tolerant)
        self.show(self.sessions[0].start())

    def press(self, *pressed: str) -> Console:
        """Press keys by name, one after the other."""
        super().press(*pressed)
        return self

    def write(self, text: str) -> Console:
        """Type text."""
        return self.press(*text)

    def log_in(self, key: str = "f2") -> Console:
        """Through the login dialog with the right password."""
        self.press(key).write(PASSWORD).press("enter")
        return self

    def open(self, *titles: str) -> Console:
        """Go down to the entries with these titles and enter each."""
        for title in titles:
            self.go_to(title).press("enter")
        return self

    def go_to(self, title: str) -> Console:
        """Move the choice to the entry with this title."""
        self.press("home")
        for _ in range(30):
            if title in self.chosen():
                return self
            self.press("down")
        raise AssertionError(f"no entry {title!r} in\n{self.text()}")

    def chosen(self) -> str:
        """The text drawn as being in focus."""
        rows = zip(self.text().split("\n"), self.roles(), strict=True)
        cells = [zip(line, roles, strict=False) for line, roles in rows]
        return "".join(char for row in cells for char, role in row if role == "focus").strip()

    def retype(self, text: str) -> Console:
        """Replace what stands in the field under the cursor."""
        self.press("ctrl u").write(text)
        return self


def golden(name: str, frame: str, *, may_write: bool = True) -> None:
    """Compare a frame with its file, or write the file when asked to, and if this is the frame to go by."""
    path = GOLDEN / f"dcui_{name}.txt"
    shown = frame + "\n"
    if may_write and os.environ.get("UPDATE_FRAMES"):
        path.write_text(shown)
    assert path.exists(), f"{path.name} is missing; run UPDATE_FRAMES=1 pytest tests/frames"
    assert shown == path.read_text(), (
        f"{path.name} differs; if it should, run UPDATE_FRAMES=1 pytest tests/frames"
    )


def strange_files(known: Iterable[str]) -> set[str]:
    """Golden files that belong to no scene any more."""
    return {path.name for path in GOLDEN.glob("dcui_*.txt")} - {f"dcui_{name}.txt" for name in known}
