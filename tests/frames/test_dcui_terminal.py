"""The direct console as a program in a real terminal, read back by a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from dcui.simulated import DESK, PASSWORD
from host.machine.model import dump

pytestmark = pytest.mark.processes

PATIENCE = 120.0
"""Seconds after which a test gives up what it waits for."""

F2 = b"\x1bOQ"
DOWN = b"\x1b[B"
ROOT = Path(__file__).parents[2]


class Terminal:
    """A program on a pseudo-terminal of 80x24, and the screen it has drawn."""

    def __init__(self, argv: list[str], term: str) -> None:
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": term}
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, cwd=ROOT, env=environment, start_new_session=True
        )
        os.close(slave)

    def send(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def wait_for(self, text: str) -> None:
        until = time.monotonic() + PATIENCE
        while text not in self.shown:
            ready, _, _ = select.select([self._master], [], [], PATIENCE)
            assert ready and time.monotonic() < until, f"{text!r} did not appear in\n{self.shown}"
            self._stream.feed(os.read(self._master, 65536))

    @property
    def shown(self) -> str:
        return "\n".join(self.screen.display)

    def hang_up(self) -> None:
        """Nobody is at the other end any more."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)


@pytest.fixture(params=["xterm-256color", "vt220", "linux"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    recorded = tmp_path / "machine.json"
    dump(DESK, recorded)
    terminal = Terminal([sys.executable, "-m", "dcui", "--machine", str(recorded)], request.param)
    yield terminal
    terminal.close()


def test_from_splash_to_menu_and_back_to_the_shell(terminal: Terminal) -> None:
    terminal.wait_for("https://192.168.1.77/ (DHCP)")
    terminal.send(F2)
    terminal.wait_for("Authentication Required")
    terminal.send(PASSWORD.encode() + b"\r")
    terminal.wait_for("System Customization")
    terminal.send(b"\x1a\x1c" + DOWN)  # Ctrl+Z and Ctrl+\ neither stop nor kill it
    terminal.wait_for("Hostname:")
    terminal.send(b"\x03")
    assert terminal.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("terminal", ["vt220"], indirect=True)
def test_a_terminal_that_has_gone_ends_it(terminal: Terminal) -> None:
    terminal.wait_for("<F2> Customize System")
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE) == 0, "it ends by itself, and nothing kills it"


def test_a_file_that_is_no_machine_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "machine.json"
    wrong.write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "dcui", "--machine", str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is not a recorded machine" in done.stderr
