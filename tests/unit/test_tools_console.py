"""The terminal on a serial line, with the test as the machine at the other end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.console import Console, ScreenTimeout


class Line:
    """A console, and the machine's end of its line."""

    def __init__(self, path: Path) -> None:
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen()
        self.console = Console(path)
        self.machine, _ = self.server.accept()

    def close(self) -> None:
        self.console.close()
        self.machine.close()
        self.server.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    ends = Line(tmp_path / "s")
    yield ends
    ends.close()


def test_the_screen_is_what_a_person_sees(line: Line) -> None:
    line.machine.sendall(b"\x1b[2J\x1b[3;5HWelcome\r\n\x1b[1mgone\x1b[2K")
    line.console.wait_text("Welcome", 5)
    line.console.wait_gone("gone", 5)
    assert line.console.lines[2] == "    Welcome"


def test_what_stands_out(line: Line) -> None:
    line.machine.sendall(b"a \x1b[7m title \x1b[m b\r\n\x1b[7mentry  \x1b[m end")
    line.console.wait_text("end", 5)
    assert line.console.standing_out() == ["title", "entry"]


def test_keys_reach_the_machine(line: Line) -> None:
    line.console.press("f2", "down", "y", pause=0)
    line.console.type("secret")
    wanted = b"\x1bOQ\x1b[Bysecret"
    received = b""
    while len(received) < len(wanted):
        received += line.machine.recv(100)
    assert received == wanted


def test_the_terminal_says_its_size_when_asked(line: Line) -> None:
    line.machine.sendall(b"\x1b[999;999H\x1b[6n")
    assert line.machine.recv(100) == b"\x1b[24;80R"


def test_what_went_by_is_kept(line: Line) -> None:
    line.machine.sendall(b"GRUB\x1b[2J\x1b[H")
    place = line.console.wait_said("GRUB", 5)
    assert place == 4
    with pytest.raises(ScreenTimeout):
        line.console.wait_said("GRUB", 0.1, after=place)


def test_a_timeout_shows_the_screen(line: Line) -> None:
    line.machine.sendall(b"something else")
    line.console.wait_text("else", 5)
    with pytest.raises(ScreenTimeout, match=r"\|something else"):
        line.console.wait_text("Welcome", 0.1)


def test_a_machine_that_goes_off_is_noticed_at_once(line: Line) -> None:
    line.machine.close()
    with pytest.raises(ScreenTimeout, match="went off"):
        line.console.wait_text("Welcome", 60)
