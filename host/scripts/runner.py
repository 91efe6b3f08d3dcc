"""Runs the body of a script as those for ESXi expect it: by busybox, in ``/``, with an empty input."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from host import paths
from host.errors import HostError
from host.logs import printable
from host.run import CommandError, Ended, follow, open_private, run
from host.scripts import VARIABLE
from host.scripts.model import Interpreter, Outcome, Result, Script

log = logging.getLogger(__name__)

SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where scripts find programs, before what busybox brings (wget, vi, nc ...), which fills the gaps."""

_COMMANDS = {
    Interpreter.BUSYBOX: ("busybox", "ash"),
    Interpreter.PYTHON: ("python3",),
    Interpreter.BASH: ("bash",),
}


@dataclass(frozen=True)
class Surroundings:
    """Where scripts run.

    Their bodies lie in ``work`` while they run, where only root can read them. Programs are looked for in
    ``search``, then in ``applets``, which is made when it is needed. ``cwd`` is where they begin.
    """

    work: Path = paths.SCRIPTS
    applets: Path = paths.APPLETS
    search: str = SEARCH
    cwd: Path = Path("/")


REAL = Surroundings()


def _nobody(text: str) -> None:
    """Where nobody wants to see the lines."""


def run_script(
    script: Script,
    *,
    log_file: Path,
    said: Callable[[str], None] = _nobody,
    stop: Callable[[], bool] = lambda: False,
    environment: Mapping[str, str] | None = None,
    surroundings: Surroundings = REAL,
) -> Outcome:
    """Run one script to its end; never raises for what the script does.

    Its output goes to ``log_file`` as it is, between a line that says which script begins and one that says
    how it ended; ``said`` gets it line by line without control characters. ``stop`` is asked several times a
    second; once it says yes, the script and all it started in its process group are ended. ``environment``
    is added to the script's, which is not that of the caller. Raises OSError when ``log_file`` cannot be
    written.
    """
    note(log_file, f"{script.title} begins ({script.interpreter})")
    started = time.monotonic()
    try:
        with _body(script, surroundings.work) as path:
            ended = follow(
                _command(script, path),
                output=log_file,
                said=lambda line: said(printable(line)),
                environment={**_environment(surroundings), VARIABLE: script.section, **(environment or {})},
                cwd=surroundings.cwd,
                timeout=script.timeout,
                stop=stop,
            )
        outcome = _judge(script, ended, time.monotonic() - started)
    except CommandError as error:
        outcome = _not_started(script, str(error))
    except OSError as error:
        outcome = _not_started(script, f"{error}.")
    note(log_file, outcome.text)
    log.log(logging.INFO if outcome.ok else logging.WARNING, "%s", outcome.text)
    return outcome


def note(log_file: Path, text: str) -> None:
    """Write a line of our own between what scripts say. Raises OSError."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with open_private(log_file) as file:
        file.write(f"=== {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n".encode())


def _applets(surroundings: Surroundings) -> Path:
    """The folder with a link to busybox for each of its tools. Raises HostError and OSError."""
    place = surroundings.applets
    if not place.is_dir():
        program = shutil.which("busybox", path=surroundings.search)
        if program is None:
            raise HostError("busybox is missing.")
        names = run([program, "--list"], reads_only=True, timeout=30).stdout.split()
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
        fresh.chmod(0o755)
        for name in names:
            (fresh / name).symlink_to(program)
        fresh.rename(place)
    return place


def _environment(surroundings: Surroundings) -> dict[str, str]:
    """What a script may count on, wherever it runs; nothing of the program that runs it leaks in."""
    search = surroundings.search
    try:
        search += f":{_applets(surroundings)}"
    except (HostError, OSError) as error:
        log.warning("scripts go without busybox's tools: %s", error)
    return {
        "PATH": search,
        "HOME": "/root",
        "USER": "root",
        "LOGNAME": "root",
        "SHELL": "/bin/sh",
        "TERM": "dumb",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        # Lines appear when they are printed, though the output is no terminal.
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def _body(script: Script, work: Path) -> Iterator[Path]:
    """The body as a file that only its owner may read and run."""
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="script-", dir=work))
    try:
        path = folder / script.section.removeprefix("%")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o700)
            file.write(script.body.encode(errors="surrogateescape"))
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(script: Script, path: Path) -> list[str | Path]:
    if script.interpreter is Interpreter.NONE:
        return [path] if script.body.startswith("#!") else [*_COMMANDS[Interpreter.BUSYBOX], path]
    return [*_COMMANDS[script.interpreter], path]


def _judge(script: Script, ended: Ended, seconds: float) -> Outcome:
    how, result = _in_words(script, ended)
    return Outcome(
        result=result,
        text=f"{script.title} {how} after {seconds:.1f} s.",
        code=ended.returncode,
        seconds=seconds,
    )


def _in_words(script: Script, ended: Ended) -> tuple[str, Result]:
    if ended.late:
        return f"was ended because its {script.timeout:g} s were over,", Result.LATE
    if ended.stopped:
        return "was stopped", Result.STOPPED
    if ended.returncode == 0:
        return "ended well", Result.DONE
    if ended.returncode < 0:
        return f"was ended by {_signal_name(-ended.returncode)}", Result.FAILED
    return f"failed with exit status {ended.returncode}", Result.FAILED


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _not_started(script: Script, reason: str) -> Outcome:
    return Outcome(result=Result.NOT_STARTED, text=f"{script.title} could not be started: {reason}")
