"""A serial console as a person sees it: a terminal emulator on one end of the line, keys on the other."""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte

from host.errors import HostError
from tools import keys

TERMINAL_MODES = re.compile(rb"\x1b\[=\d+h")
"""Mode switches of UEFI firmware that the emulator would draw as text."""


class ScreenTimeout(HostError):
    """What was waited for did not appear; the message holds the screen as it was."""


class _Screen(pyte.Screen):
    """pyte's screen, answering the terminal's questions over the line."""

    def __init__(self, columns: int, lines: int, answer: Callable[[bytes], None]) -> None:
        self._answer = answer
        super().__init__(columns, lines)

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())

    def select_graphic_rendition(self, *attrs: int, **kwargs: Any) -> None:
        if not kwargs.get("private"):
            super().select_graphic_rendition(*attrs)


class Console:
    """The screen of a terminal of ``columns`` by ``lines`` on the Unix socket ``path``.

    A thread reads the line all the time, so that the guest never waits for us. Everything received
    is kept in ``transcript``.
    """

    def __init__(self, path: Path, *, columns: int = 80, lines: int = 24) -> None:
        self._socket = _connect(path)
        self._changed = threading.Condition()
        self._screen = _Screen(columns, lines, self._send)
        self._stream = pyte.ByteStream(self._screen)
        self.transcript = bytearray()
        self.closed = False
        self._reader = threading.Thread(target=self._read, daemon=True, name="serial console")
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            with self._changed:
                if data:
                    self.transcript += data
                    self._stream.feed(TERMINAL_MODES.sub(b"", data))
                else:
                    self.closed = True
                self._changed.notify_all()
            if not data:
                return

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise HostError("The serial line is closed: the machine is off.") from error

    @property
    def lines(self) -> list[str]:
        """The rows of the screen, without trailing blanks."""
        with self._changed:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(self.lines)

    def colours(self, row: int, column: int) -> tuple[str, str]:
        """Foreground and background of one cell, as names or as RRGGBB; reverse video is resolved."""
        with self._changed:
            cell = self._screen.buffer[row][column]
        return (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)

    def standing_out(self) -> list[str]:
        """The texts drawn in reverse video, row by row: titles, and what is selected."""
        with self._changed:
            rows = [
                [self._screen.buffer[row][column] for column in range(self._screen.columns)]
                for row in range(self._screen.lines)
            ]
        runs = [text for row in rows for text in _reversed_runs(row)]
        return [text.strip() for text in runs if text.strip()]

    @property
    def cursor(self) -> tuple[int, int]:
        """Where the cursor stands: row and column, counted from 0."""
        with self._changed:
            return self._screen.cursor.y, self._screen.cursor.x

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the terminal; the guest notices when it asks."""
        with self._changed:
            self._screen.resize(lines=lines, columns=columns)

    def press(self, *names: str, pause: float = 0.05) -> None:
        """Press keys one after the other, ``pause`` seconds apart: names of tools.keys or single characters.

        After ``esc`` wait for the screen before the next key: on a line, Esc and a key are Alt and the key.
        """
        for name in names:
            self._send(keys.serial(name))
            time.sleep(pause)

    def type(self, text: str) -> None:
        """Type a text."""
        self._send(text.encode())

    def wait(self, met: Callable[[str], bool], what: str, timeout: float) -> str:
        """Wait until the screen meets a condition and return the screen's text.

        Raises ScreenTimeout after ``timeout`` seconds, or at once when the machine is off.
        """
        until = time.monotonic() + timeout
        with self._changed:
            while True:
                text = "\n".join(line.rstrip() for line in self._screen.display)
                if met(text):
                    return text
                left = until - time.monotonic()
                if left <= 0 or self.closed:
                    why = "the machine went off" if self.closed else f"not within {timeout:g} s"
                    raise ScreenTimeout(f"Waited for {what}: {why}. The screen was:\n{frame(text)}")
                self._changed.wait(min(left, 1))

    def wait_text(self, pattern: str, timeout: float = 60) -> str:
        """Wait until the regular expression is found on the screen; returns the screen's text."""
        found = re.compile(pattern, re.MULTILINE)
        return self.wait(lambda text: bool(found.search(text)), repr(pattern), timeout)

    def wait_gone(self, pattern: str, timeout: float = 60) -> str:
        """Wait until the regular expression is no longer found on the screen."""
        found = re.compile(pattern, re.MULTILINE)
        return self.wait(lambda text: not found.search(text), f"{pattern!r} to go", timeout)

    def wait_said(self, pattern: str, timeout: float = 60, *, after: int = 0) -> int:
        """Wait until the line has carried the regular expression, whatever the screen shows by now.

        Looks at the transcript from byte ``after`` on; returns the place behind the match.
        """
        found = re.compile(pattern.encode())
        end = 0

        def said(_: str) -> bool:
            nonlocal end
            match = found.search(self.transcript, after)
            end = match.end() if match else 0
            return match is not None

        self.wait(said, f"{pattern!r} on the line", timeout)
        return end

    def close(self) -> None:
        """Let go of the line."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._reader.join(5)


def _reversed_runs(row: list[Any]) -> list[str]:
    groups = itertools.groupby(row, key=lambda cell: cell.reverse)
    return ["".join(cell.data for cell in cells) for reverse, cells in groups if reverse]


def frame(text: str) -> str:
    """A screen's text with a border, to be read in a message."""
    rows = text.split("\n")
    width = max(len(row) for row in rows)
    rule = "+" + "-" * width + "+"
    return "\n".join([rule, *(f"|{row:<{width}}|" for row in rows), rule])


def _connect(path: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(str(path))
    except OSError as error:
        link.close()
        raise HostError(f"The serial line {path} cannot be reached: {error}") from error
    return link
