"""The one door through which every process is started.

Commands are argument lists, never shell strings. Secrets go to standard input, marked as such, and
are neither logged nor shown. Dry run lives here and nowhere else: in a dry run a command that would
change something is logged and reported as having succeeded with no output.
"""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
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
    cwd: Path | None = None,
    reads_only: bool = False,
) -> Result:
    """Run a command to its end and return what it printed.

    ``stdin`` is logged with the command, ``secret`` goes to standard input too but is never logged;
    give one or the other. ``timeout`` is in seconds. ``env`` is added to the environment, in which
    messages are always untranslated. ``reads_only`` commands are started in a dry run as well.

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
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
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
