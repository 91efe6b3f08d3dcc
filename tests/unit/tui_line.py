"""A terminal emulator on the other end of a pty, for tests of what really goes over a line."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import Any

import pyte


class Emulator(pyte.Screen):
    """pyte's screen, answering the terminal's questions."""

    def __init__(self, columns: int, lines: int, answer: Any) -> None:
        self._answer = answer
        super().__init__(columns, lines)

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())


class Line:
    """A serial line: ``path`` is the device, the emulator sits at its far end."""

    def __init__(
        self, columns: int = 80, lines: int = 24, *, answers: bool = True, utf8: bool = True
    ) -> None:
        self.master, self.slave = os.openpty()
        self.path = os.ttyname(self.slave)
        self._changed = threading.Condition()
        self._screen = Emulator(columns, lines, self.send if answers else lambda _: None)
        self._stream = pyte.ByteStream(self._screen)
        if not utf8:
            self._stream.select_other_charset("@")
        self.transcript = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            with self._changed:
                self.transcript += data
                self._stream.feed(data)
                self._changed.notify_all()

    def send(self, data: bytes) -> None:
        """Bytes from the keyboard."""
        os.write(self.master, data)

    def resize(self, columns: int, lines: int) -> None:
        """Change the emulator's size; the kernel does not learn of it, as on a serial line."""
        with self._changed:
            self._screen.resize(lines, columns)

    @property
    def text(self) -> str:
        """What the screen shows."""
        with self._changed:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def wait(self, pattern: str, patience: float = 60) -> str:
        """Wait until the screen shows the regular expression."""
        until = time.monotonic() + patience
        with self._changed:
            while True:
                text = "\n".join(line.rstrip() for line in self._screen.display)
                if re.search(pattern, text):
                    return text
                left = until - time.monotonic()
                assert left > 0, f"{pattern!r} did not appear:\n{text}"
                self._changed.wait(min(left, 1))
