"""A program on a real line: sizes, character sets and keys as they go over it."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.tui_line import Line
from tui import palette, terminal
from tui.app import App
from tui.dialog import FormDialog
from tui.form import Field, Form
from tui.frame import Hint
from tui.pager import Pager
from tui.view import View

pytestmark = pytest.mark.processes


class Page(View):
    title = "Page"
    hints = (Hint("F2", "Form"), Hint("F12", "End"))

    def __init__(self) -> None:
        self.pager = Pager("Hello.")
        super().__init__(self.pager)
        self.keys = {"f2": self.ask, "f12": lambda: self.app.quit()}

    def ask(self) -> None:
        self.app.dialog(FormDialog("Name", Form([Field("name", "Name")]), lambda dialog: dialog.close()))

    def on_key(self, key: str) -> bool:
        cols, rows = self.app.screen.get_cols_rows()
        self.pager.set_text(f"Key {key}, screen {cols}x{rows}.")
        return True


def program(path: Path, term: str) -> None:
    screen = terminal.open_path(path, term)
    App(screen, colours=palette.choose(term)).run(Page())


@pytest.fixture
def start() -> Iterator[Callable[..., Line]]:
    """Run the program on a line, as a child that ends with the test."""
    children = []

    def started(line: Line, term: str = "vt220") -> Line:
        pid = os.fork()
        if not pid:
            code = 1
            try:
                program(Path(line.path), term)
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
        line.wait("Hello")
        return line

    yield started
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_the_size_is_asked_for_where_the_line_has_none(start: Callable[..., Line]) -> None:
    line = start(Line(132, 43))
    line.wait(r"Form {100,}\(F12\)")
    line.send(b"x")
    line.wait("Key x, screen 132x43")


def test_without_an_answer_it_is_80x24(start: Callable[..., Line]) -> None:
    line = start(Line(132, 43, answers=False))
    line.send(b"x")
    line.wait("Key x, screen 80x24")


def test_ctrl_l_asks_again_and_redraws(start: Callable[..., Line]) -> None:
    line = start(Line(80, 24))
    line.resize(100, 30)
    line.send(b"\x0c")
    line.wait(r"Form {70,}\(F12\)")
    line.send(b"x")
    line.wait("screen 100x30")


def test_a_known_size_is_not_asked_for(start: Callable[..., Line]) -> None:
    line = Line(90, 25)
    fcntl.ioctl(line.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 90, 0, 0))
    start(line)
    line.send(b"x")
    line.wait("screen 90x25")
    assert b"\x1b[6n" not in line.transcript


def test_utf8_lines_get_utf8_and_others_the_vt100s_own_set(start: Callable[..., Line]) -> None:
    modern, old = start(Line()), start(Line(utf8=False))
    for line in (modern, old):
        line.send(b"\x1b2")
        line.wait("┌.* Name .*┐")
    assert "┌".encode() in modern.transcript
    assert b"\x0el" in old.transcript, "shift out, then l is the corner"


def test_esc_alone_and_aliases(start: Callable[..., Line]) -> None:
    line = start(Line())
    line.send(b"\x1b2")
    line.wait("Name")
    line.send(b"abc\x1b")
    line.wait("Hello")
    line.send(b"\x1b")
    line.wait("Key esc")
    line.send(b"\x1b5")
    line.wait("Key f5")


def test_keys_that_would_stop_a_program_are_just_keys(start: Callable[..., Line]) -> None:
    line = start(Line())
    for byte, name in [
        (b"\x03", "ctrl c"),
        (b"\x1a", "ctrl z"),
        (b"\x1c", r"ctrl 4|ctrl \\"),
        (b"\x13", "ctrl s"),
    ]:
        line.send(byte)
        line.wait(f"Key ({name})")
    line.send(b"\x04")
    line.wait("Key ctrl d")


def test_neither_the_alternate_screen_nor_the_mouse_is_used(start: Callable[..., Line]) -> None:
    line = start(Line())
    for sequence in (b"?1049h", b"?47h", b"?1000h", b"?1002h"):
        assert sequence not in line.transcript


@pytest.mark.parametrize(("term", "coloured"), [("vt100", False), ("vt220", True), ("linux", True)])
def test_colours_by_terminal(start: Callable[..., Line], term: str, coloured: bool) -> None:
    line = start(Line(), term)
    assert (b"30;47m" in line.transcript) == coloured
    assert (b"\x1b]P" in line.transcript) == (term == "linux")


def test_the_line_is_as_before_when_the_program_has_ended(start: Callable[..., Line]) -> None:
    line = Line()
    before = termios.tcgetattr(line.slave)
    start(line)
    assert termios.tcgetattr(line.slave) != before
    line.send(b"\x1b=")
    line.wait(r"\A\s*\Z")
    assert termios.tcgetattr(line.slave)[:4] == before[:4]
