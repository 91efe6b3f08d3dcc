"""The terminal a text program draws on: a serial line, a Linux console, or the one it was started in."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from contextlib import suppress
from pathlib import Path
from typing import Any

import urwid
from urwid.display import raw
from urwid.display.common import INPUT_DESCRIPTORS_CHANGED

from tui import keys

DEFAULT_SIZE = (80, 24)

_PROBE_SIZE = "\x1b[999;999H\x1b[6n"
# two bytes that are one character in UTF-8 and two in an 8-bit terminal; on the second line because the
# answer for the first one would look like a function key
_PROBE_UTF8 = "\x1b[2;1H\u00e9\x1b[6n"
_RESET = "\x1b[0m\x1b[r\x1b[?7h\x1b[4l\x0f"
# the two colours of the program on the Linux console, whose own yellow is brown
_LINUX_COLOURS = "\x1b]P3FFB300\x1b]P0161616\x1b]P7D8D8D8\x1b]P8686868"

_LINUX_COLOURS_BACK = "\x1b]R"


class Terminal(raw.Screen):  # type: ignore[misc]
    """urwid's raw screen for terminals that report nothing about themselves.

    A serial line has no size of its own, so the terminal behind it is asked where its last column is; no
    answer means 80x24. It is asked as well whether it understands UTF-8; if not, line drawing characters of
    the VT100 are used. Ctrl+L asks again. The answers come as input some time later; nothing waits
    for them. The alternate screen, the mouse and job control keys are not used.
    """

    def __init__(self, input: Any = None, output: Any = None, *, term: str = "") -> None:  # noqa: A002
        super().__init__(input or sys.stdin, output or sys.stdout)
        self.term = term or os.environ.get("TERM", "") or "vt220"
        self.fg_bright_is_bold = not self.term.startswith("xterm")
        self.bg_bright_is_blink = self.term == "linux"
        self._asked_size: tuple[int, int] | None = None
        self._saved: list[Any] | None = None
        self.set_input_timeouts(complete_wait=keys.ESC_WAIT)
        if "256color" in self.term:
            self.set_terminal_properties(colors=256)

    def _start(self, alternate_buffer: bool = True) -> None:
        del alternate_buffer
        self._rows_used = None
        self._alternate_buffer = False
        fd = self._input_fileno()
        if fd is not None and os.isatty(fd):
            self._saved = termios.tcgetattr(fd)
            tty.setraw(fd, termios.TCSANOW)
            self._cook_output(fd)
        self.signal_init()
        self._next_timeout = self.max_wait
        self.write(_RESET)
        if self.term == "linux":
            self.write(_LINUX_COLOURS)
        if self._winsize() is None:
            self.probe()
        urwid.signals.emit_signal(self, INPUT_DESCRIPTORS_CHANGED)

    def _stop(self) -> None:
        self.clear()
        urwid.signals.emit_signal(self, INPUT_DESCRIPTORS_CHANGED)
        self.signal_restore()
        own = _LINUX_COLOURS_BACK if self.term == "linux" else ""
        fd = self._input_fileno()
        with suppress(OSError, termios.error):  # it may have gone
            if fd is not None and self._saved is not None:
                termios.tcsetattr(fd, termios.TCSANOW, self._saved)
            self.write(own + _RESET + "\x1b[?25h\x1b[2J\x1b[H")
            self.flush()

    @staticmethod
    def _cook_output(fd: int) -> None:
        """Raw input, yet no flow control by Ctrl+S, which would freeze the screen for good."""
        mode = termios.tcgetattr(fd)
        mode[0] &= ~(termios.IXON | termios.IXOFF)
        mode[0] |= termios.ICRNL
        termios.tcsetattr(fd, termios.TCSANOW, mode)

    def signal_init(self) -> None:
        """Listen to changes of the window's size only: there is no job control here."""
        import signal

        self._prev_sigwinch_handler = self.signal_handler_setter(signal.SIGWINCH, self._sigwinch_handler)

    def signal_restore(self) -> None:
        """Undo signal_init."""
        import signal

        self.signal_handler_setter(signal.SIGWINCH, self._prev_sigwinch_handler or signal.SIG_DFL)

    def _read_raw_input(self, timeout: int) -> bytearray:
        """What was typed. urwid's own would read the end of a terminal that has gone again and again."""
        fd = self._input_fileno()
        typed = bytearray()
        if fd is None or fd not in self._wait_for_input_ready(timeout):
            return typed
        while select.select([fd], [], [], 0)[0]:
            try:
                read = os.read(fd, 1024)
            except OSError:
                read = b""
            if not read:
                raise urwid.ExitMainLoop
            typed.extend(read)
        return typed

    def _mouse_tracking(self, enable: bool) -> None:
        del enable

    def get_cols_rows(self) -> tuple[int, int]:
        """Columns and rows, as the kernel knows them, else as the terminal said, else 80x24."""
        size = self._winsize() or self._asked_size or DEFAULT_SIZE
        self.maxrow = size[1]
        return size

    def _winsize(self) -> tuple[int, int] | None:
        try:
            size = os.get_terminal_size(self._term_output_file.fileno())
        except OSError:
            return None
        return (size.columns, size.lines) if size.columns > 0 and size.lines > 0 else None

    def probe(self) -> None:
        """Ask the terminal for its size and for UTF-8; ``notice`` takes the answers."""
        self.write(_PROBE_SIZE + _PROBE_UTF8)
        self.flush()
        self.clear()

    def notice(self, events: list[Any]) -> bool:
        """Look through input for the terminal's answers; says whether the screen must be laid out anew."""
        changed = False
        for event in events:
            if isinstance(event, tuple) and event[0] == "cursor position":
                changed = self._learn(event[1] + 1, event[2] + 1) or changed
        return changed

    def _learn(self, column: int, line: int) -> bool:
        if line == 2 and column in {2, 3}:
            set_utf8(column == 2)
        elif self._winsize() is None and column >= 20 and line >= 5:
            self._asked_size = (column, line)
        else:
            return False
        self.clear()
        return True


def set_utf8(on: bool) -> None:
    """Encode what is drawn as UTF-8, or as ASCII with the VT100's line drawing characters."""
    urwid.set_encoding("utf-8" if on else "ascii")
    urwid.CanvasCache.clear()


def open_current() -> Terminal:
    """The terminal this program was started in."""
    set_utf8(True)
    return Terminal()


def open_path(path: Path, term: str) -> Terminal:
    """A terminal by its device. Raises OSError when it cannot be opened."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    set_utf8(True)
    reader = os.fdopen(fd, "r", encoding="utf-8", errors="replace", closefd=True)
    writer = os.fdopen(os.dup(fd), "w", encoding="utf-8", errors="replace")
    return Terminal(reader, writer, term=term)
