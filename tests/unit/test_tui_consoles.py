"""The server that keeps a program on every console."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.unit.tui_line import Line
from tui import consoles
from tui.consoles import Console, local_consoles


def fake_ttys(folder: Path, **types: int) -> Path:
    for name, kind in types.items():
        (folder / name).mkdir()
        if name.startswith("ttyS"):
            (folder / name / "type").write_text(f"{kind}\n")
    return folder


class TestLocalConsoles:
    def test_only_serial_ports_with_a_chip(self, tmp_path: Path) -> None:
        found = local_consoles(fake_ttys(tmp_path, tty1=0, tty2=0, ttyS0=4, ttyS1=0, ttyS10=4, ttyS2=4))
        assert [console.name for console in found] == ["tty1", "ttyS0", "ttyS2", "ttyS10"]
        assert [console.term for console in found] == ["linux", "vt220", "vt220", "vt220"]
        assert found[1].path == Path("/dev/ttyS0")

    def test_hvc0_when_it_is_there_and_no_screen_when_there_is_none(self, tmp_path: Path) -> None:
        assert [console.name for console in local_consoles(fake_ttys(tmp_path, hvc0=0))] == ["hvc0"]

    def test_a_port_that_says_nonsense_is_left_out(self, tmp_path: Path) -> None:
        fake_ttys(tmp_path, ttyS0=4, ttyS1=4)
        (tmp_path / "ttyS0" / "type").write_text("what")
        (tmp_path / "ttyS1" / "type").unlink()
        assert local_consoles(tmp_path) == ()


def echo(name: str) -> None:
    """A program that says what it is and repeats what it reads."""
    os.write(1, f"\r\nprogram {name} {os.environ['TERM']} {os.getsid(0) == os.getpid()}\r\n".encode())
    while True:
        data = os.read(0, 100)
        if data == b"die":
            os._exit(3)
        if data == b"fail":
            raise RuntimeError("as asked")
        if data == b"mode":
            os.write(1, b"isig " + str(bool(termios.tcgetattr(0)[3] & termios.ISIG)).encode())
            continue
        os.write(1, b"got " + repr(data).encode() + b"\r\n")


Server = Callable[[Callable[[], Sequence[Console]]], int]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Server]:
    """Start the server as a child; its log goes to a file."""
    pids: list[int] = []

    def start(find: Callable[[], Sequence[Console]]) -> int:
        pid = os.fork()
        if not pid:
            log = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 2)
            sys.stderr = os.fdopen(2, "w", closefd=False)
            import logging

            logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)
            code = 1
            try:
                consoles.serve(find, echo, rescan=0.2)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        pids.append(pid)
        return pid

    yield start
    for pid in pids:
        try:
            os.kill(pid, signal.SIGTERM)  # not SIGKILL, which would leave its programs behind
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            continue


def console(name: str, line: Line) -> Console:
    return Console(name, Path(line.path), "vt220")


def starts(line: Line, count: int) -> None:
    """Wait until the program was started that many times on a line."""
    until = time.monotonic() + 60
    while bytes(line.transcript).count(b"program ") < count:
        assert time.monotonic() < until, line.transcript
        time.sleep(0.02)


@pytest.mark.processes
class TestServe:
    def test_every_console_has_its_own_program(self, serve: Server) -> None:
        one, two = Line(), Line()
        serve(lambda: [console("ttyS0", one), console("ttyS1", two)])
        one.wait("program ttyS0 vt220 True")
        two.wait("program ttyS1 vt220 True")
        one.send(b"hello")
        one.wait("got b'hello'")
        assert "hello" not in two.text

    def test_a_program_that_dies_comes_back_and_the_log_says_so(self, serve: Server, tmp_path: Path) -> None:
        line, other = Line(), Line()
        serve(lambda: [console("ttyS0", line), console("ttyS1", other)])
        starts(line, 1)
        starts(other, 1)
        line.send(b"die")
        starts(line, 2)
        line.send(b"fail")
        starts(line, 3)
        log = (tmp_path / "log").read_text()
        assert "console ttyS0: the program ended with code 3" in log
        assert "as asked" in log, "the journal has the traceback"
        assert "as asked" not in line.text
        other.send(b"still here")
        other.wait("still here")
        assert bytes(other.transcript).count(b"program ") == 1

    def test_keys_that_kill_or_stop_do_neither(self, serve: Server) -> None:
        line = Line()
        serve(lambda: [console("ttyS0", line)])
        starts(line, 1)
        for key, shown in [
            (b"\x03", r"x03"),
            (b"\x1a", r"x1a"),
            (b"\x1c", r"x1c"),
            (b"\x13", r"x13"),
            (b"\x04", "x04"),
        ]:
            line.send(key)
            line.wait(shown)
        line.send(b"mode")
        line.wait("isig False")
        assert bytes(line.transcript).count(b"program ") == 1

    def test_consoles_come_and_go(self, serve: Server, tmp_path: Path) -> None:
        one, two = Line(), Line()
        switch = tmp_path / "second"

        def find() -> list[Console]:
            return [console("ttyS0", one)] + ([console("ttyS1", two)] if switch.exists() else [])

        serve(find)
        starts(one, 1)
        switch.touch()
        starts(two, 1)
        switch.unlink()
        until = time.monotonic() + 60
        while "console ttyS1 is gone" not in (tmp_path / "log").read_text():
            assert time.monotonic() < until
            time.sleep(0.02)
        two.send(b"anybody?")
        one.send(b"yes")
        one.wait("got b'yes'")
        assert "anybody" not in two.text

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_it_stops_with_its_programs(self, serve: Server, number: signal.Signals) -> None:
        line = Line()
        pid = serve(lambda: [console("ttyS0", line)])
        starts(line, 1)
        os.kill(pid, number)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    def test_a_console_that_cannot_be_opened_does_not_hurt_the_others(
        self, serve: Server, tmp_path: Path
    ) -> None:
        line = Line()
        missing = Console("ttyS9", tmp_path / "missing", "vt220")
        serve(lambda: [missing, console("ttyS0", line)])
        starts(line, 1)
        line.send(b"fine")
        line.wait("fine")
        assert "ttyS9" in (tmp_path / "log").read_text()


class TestPauses:
    def ended(self, lived: float, times: int = 1) -> consoles._Child:
        child = consoles._Child(Console("ttyS0", Path("/dev/null"), "vt220"))
        for _ in range(times):
            child.started = time.monotonic() - lived
            consoles._schedule(child, 256)
        return child

    def test_the_first_start_again_is_at_once(self) -> None:
        assert self.ended(0.1).start_at <= time.monotonic()

    def test_pauses_grow_to_a_limit(self) -> None:
        child = self.ended(0.1, times=20)
        assert child.pause == consoles.LONGEST_PAUSE

    def test_a_program_that_ran_well_starts_at_once_again(self) -> None:
        child = self.ended(0.1, times=20)
        child.started = time.monotonic() - consoles.STEADY
        consoles._schedule(child, 0)
        assert child.start_at <= time.monotonic()
