"""The one door through which every process is started.

Commands are argument lists, never shell strings. Secrets go to standard input, marked as such, and
are neither logged nor shown. Dry run lives here and nowhere else: in a dry run a command that would
change something is logged and reported as having succeeded with no output.
"""

from __future__ import annotations

import logging
import os
import select
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from host.errors import HostError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

log = logging.getLogger(__name__)

_dry_run: ContextVar[bool] = ContextVar("dry_run", default=False)


@dataclass(frozen=True)
class Result:
    """What a finished command left behind; its output is decoded as UTF-8 with replacement."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Ended:
    """How a followed command ended.

    ``returncode`` is negative when a signal ended it. ``late`` says that its time was over, ``stopped`` that
    whoever followed it gave up; both times it and everything it had started were ended.
    """

    returncode: int
    late: bool = False
    stopped: bool = False


class CommandError(HostError):
    """A command could not be started, ended with an error, or ran out of time."""

    def __init__(self, argv: Sequence[str], reason: str, output: str = "") -> None:
        self.argv = tuple(argv)
        self.output = output
        last = output.strip().splitlines()[-1:] or [""]
        super().__init__(
            f"{argv[0]}: {reason}" + (f": {last[0]}" if last[0] else ""),
            hint=f"To try it by hand: {shlex.join(argv)}",
        )


@contextmanager
def dry_run() -> Iterator[None]:
    """Within this context, commands that change something are logged and not started."""
    token = _dry_run.set(True)
    try:
        yield
    finally:
        _dry_run.reset(token)


def run(
    argv: Sequence[str | Path],
    *,
    stdin: str | None = None,
    secret: str | None = None,
    check: bool = True,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    inherit: Collection[str] | None = None,
    cwd: Path | None = None,
    reads_only: bool = False,
) -> Result:
    """Run a command to its end and return what it printed.

    ``stdin`` is logged with the command, ``secret`` goes to standard input too but is never logged;
    give one or the other. ``timeout`` is in seconds. ``env`` is added to the environment, in which
    messages are always untranslated; of what is there already only the variables named in ``inherit`` are
    handed on, all of them by default. ``reads_only`` commands are started in a dry run as well.

    Raises CommandError when the program is missing, when it takes longer than ``timeout``, and,
    with ``check``, when it ends with a code other than 0.
    """
    if stdin is not None and secret is not None:
        raise ValueError("give stdin or secret, not both")
    args = [str(arg) for arg in argv]
    log.debug("run: %s%s", shlex.join(args), " <<< (secret)" if secret is not None else "")
    if _dry_run.get() and not reads_only:
        return Result(tuple(args), 0, "", "")
    given = secret if secret is not None else stdin
    try:
        done = subprocess.run(
            args,
            input=None if given is None else given.encode(),
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=timeout,
            env={**_inherited(inherit), "LC_ALL": "C.UTF-8", **(env or {})},
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError as error:
        raise CommandError(args, "no such program" if error.filename == args[0] else str(error)) from error
    except PermissionError as error:
        raise CommandError(args, "not permitted") from error
    except subprocess.TimeoutExpired as error:
        raise CommandError(args, f"did not finish within {timeout:g} s") from error
    result = Result(
        tuple(args),
        done.returncode,
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
    )
    if check and result.returncode:
        log.warning("run: %s ended with %d: %s", args[0], result.returncode, result.stderr.strip())
        raise CommandError(args, f"ended with code {result.returncode}", result.stderr or result.stdout)
    return result


def _inherited(names: Collection[str] | None) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if names is None or name in names}


@contextmanager
def feeding(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Iterator[IO[bytes]]:
    """Start a command and yield its standard input, for data too large to hold; wait for its end afterwards.

    Raises CommandError when the command cannot be started or ends with a code other than 0.
    """
    args = [str(arg) for arg in argv]
    log.debug("feeding: %s", shlex.join(args))
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                args, stdin=subprocess.PIPE, stdout=said, stderr=said, env={**os.environ, **(env or {})}
            )
        except FileNotFoundError as error:
            raise CommandError(args, "no such program") from error
        assert process.stdin is not None
        try:
            yield process.stdin
        except BrokenPipeError:
            log.warning("%s stopped reading", args[0])
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            code = process.wait()
        if code:
            said.seek(0)
            raise CommandError(args, f"ended with code {code}", said.read().decode(errors="replace"))


_LOOK = 0.1
"""Seconds between looks at what a followed command has written."""

_GRACE = 5.0
"""Seconds a command that is told to end gets before it is killed."""

_LONGEST = 64 * 1024
"""Bytes of output without a line feed that are taken for a line all the same."""


def follow(
    argv: Sequence[str | Path],
    *,
    output: Path,
    said: Callable[[str], None],
    environment: Mapping[str, str],
    timeout: float | None = None,
    grace: float = _GRACE,
    stop: Callable[[], bool] = lambda: False,
    cwd: Path = Path("/"),
) -> Ended:
    """Run a program that takes long and pass on what it says, line by line, while it runs.

    What it prints is appended to the file ``output`` (made with mode 0600); ``said`` is called for each line
    of it, without its line feed, bytes that are not UTF-8 replaced. Standard input is empty, ``environment``
    is all of its environment, and it leads a process group of its own. After ``timeout`` seconds, or once
    ``stop`` says so, the whole group gets SIGTERM, and SIGKILL ``grace`` seconds later if anything of it is
    left.

    The output is a file and not a pipe so that what the program leaves running behind it goes on and neither
    keeps us waiting nor dies of writing. Raises CommandError when the program cannot be started.
    """
    args = [str(arg) for arg in argv]
    log.debug("follow: %s", shlex.join(args))
    if _dry_run.get():
        return Ended(0)
    with open_private(output) as writing, output.open("rb") as reading:
        reading.seek(0, os.SEEK_END)
        try:
            process = subprocess.Popen(
                args,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=cwd,
                start_new_session=True,
                umask=0o022,
            )
        except OSError as error:
            raise CommandError(args, f"cannot be started ({error.strerror})") from error
        return _watch(process, _Lines(reading, said), timeout, grace, stop)


def open_private(path: Path) -> IO[bytes]:
    """Open a file to append to that nobody but its owner may read. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")


class _Lines:
    """Passes on what is appended to a file, a line at a time."""

    def __init__(self, reading: IO[bytes], said: Callable[[str], None]) -> None:
        self._reading, self._said = reading, said
        self._rest = b""

    def pass_on(self, *, last: bool = False) -> None:
        """What has come since the last time; a line without its end only when it is the ``last``."""
        while data := self._reading.read(_LONGEST):
            *whole, self._rest = (self._rest + data).split(b"\n")
            for line in whole:
                self._tell(line)
            if len(self._rest) > _LONGEST:
                self._tell(self._rest)
                self._rest = b""
        if last and self._rest:
            self._tell(self._rest)
            self._rest = b""

    def _tell(self, line: bytes) -> None:
        self._said(line.removesuffix(b"\r").decode(errors="replace"))


def _watch(
    process: subprocess.Popen[bytes],
    lines: _Lines,
    timeout: float | None,
    grace: float,
    stop: Callable[[], bool],
) -> Ended:
    """Wait for the end. The process is not reaped before its group is gone, so that no number is reused."""
    end = None if timeout is None else time.monotonic() + timeout
    handle = os.pidfd_open(process.pid)
    late = stopped = False
    try:
        while not _over(handle, _LOOK):
            lines.pass_on()
            late = end is not None and time.monotonic() >= end
            stopped = not late and stop()
            if late or stopped:
                _end_group(process.pid, grace, lines)
                break
    except BaseException:
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        os.close(handle)
    code = process.wait()
    lines.pass_on(last=True)
    return Ended(code, late, stopped)


def _over(handle: int, seconds: float) -> bool:
    """Whether the process behind the descriptor ends within that time (pidfd_open(2))."""
    ready, _, _ = select.select([handle], [], [], seconds)
    return bool(ready)


def _end_group(leader: int, grace: float, lines: _Lines) -> None:
    _signal_group(leader, signal.SIGTERM)
    until = time.monotonic() + grace
    while _group_lives(leader) and time.monotonic() < until:
        lines.pass_on()
        time.sleep(_LOOK / 2)
    _signal_group(leader, signal.SIGKILL)


def _signal_group(leader: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def _group_lives(group: int) -> bool:
    """Whether any process of the group still runs; those that ended and were not reaped do not (proc(5))."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, owner = status.read_text(errors="replace").rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(owner) == group and state not in "ZX":
            return True
    return False
