"""One program on every local console: imported once, forked per console, started again when it ends.

Starting Python and importing a program takes seconds on a slow machine; a fork takes milliseconds. So the
server imports the program, then forks one child per console. A child that dies comes back at once, later
with growing pauses when it keeps dying. Consoles that come or go are noticed within RESCAN seconds.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

RESCAN = 5.0
"""Seconds between looks for consoles that came or went."""

STEADY = 10.0
"""Seconds a program must have run for its next start to happen at once."""

LONGEST_PAUSE = 30.0
"""Seconds between starts of a program that keeps dying."""

_GRACE = 3.0
_KDSKBMODE, _K_UNICODE = 0x4B45, 0x03
_KEEP_OUT = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
_MINE = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


class Console(NamedTuple):
    """A terminal device of this machine: its short name, its device node, what TERM to assume there."""

    name: str
    path: Path
    term: str


def local_consoles(ttys: Path = Path("/sys/class/tty"), dev: Path = Path("/dev")) -> tuple[Console, ...]:
    """The first virtual console, every serial port with a chip behind it, and hvc0, as far as they exist.

    The kernel lists serial ports that do not exist with type 0 (drivers/tty/serial, ``PORT_UNKNOWN``).
    """
    found = [Console("tty1", dev / "tty1", "linux")] if (ttys / "tty1").exists() else []
    serial = sorted(ttys.glob("ttyS*"), key=lambda port: (len(port.name), port.name))
    found += [Console(port.name, dev / port.name, "vt220") for port in serial if _is_real(port)]
    if (ttys / "hvc0").exists():
        found.append(Console("hvc0", dev / "hvc0", "vt220"))
    return tuple(found)


def _is_real(port: Path) -> bool:
    try:
        return int((port / "type").read_text()) != 0
    except (OSError, ValueError):
        return False


class _Child:
    """What the server knows about the program on one console."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.pid = 0
        self.started = 0.0
        self.start_at = 0.0
        self.pause = 0.0


def serve(
    consoles: Callable[[], Sequence[Console]],
    program: Callable[[str], None],
    *,
    rescan: float = RESCAN,
) -> None:
    """Run the program on all consoles until SIGTERM, SIGINT or SIGHUP.

    ``program`` gets the console's name; the console is its controlling terminal, standard input and
    output, and TERM is set. Standard error stays the server's. Import everything it needs beforehand.
    """
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, pages shared with the children
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _MINE)
    children: dict[str, _Child] = {}
    try:
        look_again = 0.0
        while True:
            now = time.monotonic()
            if now >= look_again:
                _follow(children, consoles())
                look_again = now + rescan
            _start_due(children.values(), program, blocked)
            if _wait(children, look_again):
                return
    finally:
        _stop(children.values())
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _follow(children: dict[str, _Child], consoles: Iterable[Console]) -> None:
    """Add consoles that came, end the programs of those that went."""
    present = {console.name: console for console in consoles}
    for name in [name for name in children if name not in present]:
        log.info("console %s is gone", name)
        _stop([children.pop(name)])
    for name, console in present.items():
        if name not in children:
            children[name] = _Child(console)


def _start_due(children: Iterable[_Child], program: Callable[[str], None], mask: Iterable[int]) -> None:
    for child in children:
        if not child.pid and time.monotonic() >= child.start_at:
            child.started = time.monotonic()
            child.pid = _fork(child.console, program, mask)


def _wait(children: dict[str, _Child], look_again: float) -> bool:
    """Sleep until something is to be done; says whether the server was asked to stop."""
    due = [child.start_at for child in children.values() if not child.pid]
    left = max(0.01, min([look_again, *due]) - time.monotonic())
    got = signal.sigtimedwait(_MINE, left)
    if got is not None and got.si_signo != signal.SIGCHLD:
        return True
    _reap(children)
    return False


def _reap(children: dict[str, _Child]) -> None:
    for child in children.values():
        if not child.pid:
            continue
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if pid:
            child.pid = 0
            _schedule(child, status)


def _schedule(child: _Child, status: int) -> None:
    """Decide when a program that ended starts again."""
    now = time.monotonic()
    lived = now - child.started
    if lived >= STEADY:
        child.pause = 0.0
    child.start_at = now + child.pause
    code = os.waitstatus_to_exitcode(status)
    how = f"signal {-code}" if code < 0 else f"code {code}"
    log.warning(
        "console %s: the program ended with %s after %.1f s; starting it again in %.1f s",
        child.console.name,
        how,
        lived,
        child.pause,
    )
    child.pause = min(LONGEST_PAUSE, child.pause * 2 or 0.5)


def _stop(children: Iterable[_Child]) -> None:
    running = [child for child in children if child.pid]
    for child in running:
        os.kill(child.pid, signal.SIGTERM)
    end = time.monotonic() + _GRACE
    for child in running:
        if not _ended(child.pid, end):
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        child.pid = 0


def _ended(pid: int, until: float) -> bool:
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def _fork(console: Console, program: Callable[[str], None], mask: Iterable[int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _become_child(mask)
        take_over(console)
        program(console.name)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # the child must never run on into the server's code
        log.exception("console %s: the program failed", console.name)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _become_child(mask: Iterable[int]) -> None:
    for usual in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(usual, signal.SIG_DFL)
    for kept_out in _KEEP_OUT:  # Ctrl+C, Ctrl+\ and Ctrl+Z reach nothing, whatever mode the line is in
        signal.signal(kept_out, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def take_over(console: Console) -> None:
    """Make the console this process's terminal, standard input and output, in a known mode.

    Raises OSError when the device cannot be opened.
    """
    os.setsid()
    # O_NONBLOCK: do not wait for a carrier that three-wire cables never give
    fd = os.open(console.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    fcntl.ioctl(fd, termios.TIOCSCTTY, 1)
    os.set_blocking(fd, True)
    reset_line(fd)
    os.dup2(fd, 0)
    os.dup2(fd, 1)
    if fd > 1:
        os.close(fd)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", errors="replace", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="replace", closefd=False)
    os.environ["TERM"] = console.term
    if console.term == "linux":
        _unicode_keyboard()


def reset_line(fd: int) -> None:
    """Put a line into a known mode: 8 bits, 115200 baud, no flow control, no signals from keys or breaks."""
    cc = termios.tcgetattr(fd)[6]
    speed = termios.B115200
    iflag = termios.ICRNL | termios.IGNBRK | termios.IGNPAR
    cflag = termios.CS8 | termios.CREAD | termios.CLOCAL | speed
    lflag = 0
    termios.tcsetattr(
        fd, termios.TCSANOW, [iflag, termios.OPOST | termios.ONLCR, cflag, lflag, speed, speed, cc]
    )


def _unicode_keyboard() -> None:
    os.write(1, b"\x1b%G")
    try:
        fcntl.ioctl(0, _KDSKBMODE, _K_UNICODE)
    except OSError as error:  # not a virtual console after all, as in tests
        log.debug("keyboard mode not set: %s", error)
