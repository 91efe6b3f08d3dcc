"""The programs: what was called is done, and how that went is said, with the right exit code."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from commands import calls, output, usage
from commands.language import Call, Row, Unmet, Usage, Verb
from host import boot
from host.errors import HostError
from host.scripts import VARIABLE

_JOURNAL = "/dev/log"


def main(argv: Sequence[str]) -> int:
    """Do what was called, as the program ``argv[0]`` names; returns the exit code.

    What a command says goes to standard output; what went wrong, or should be known, to standard error.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[_Journal(Path(argv[0]).name)])
    try:
        code = _answered(Path(argv[0]).name, argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads this has seen enough. The interpreter must not complain about it at its end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def run(program: str, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Run a command; returns what it prints, and sentences for people.

    Raises Usage for what is no command, Unmet for what this host has not got, HostError for what failed.
    """
    asked = calls.understand(program, words)
    verb = asked.verb
    if verb is None:
        return asked.help, ()
    if not verb.live and boot.load().mode == "install":
        raise Unmet(f"{verb.program} {verb.path} works on the installed host only: put it into %firstboot.")
    rows = _do(verb, asked.call)
    return output.text(verb, rows, asked.formatter, asked.fields), asked.call.notes


def _answered(program: str, words: Sequence[str]) -> int:
    try:
        printed, notes = run(program, words)
    except Usage as error:
        about = usage.of_verb(error.verb) if error.verb else error.text
        sys.stderr.write(f"Error: {error.message}\n" + (f"\n{about}" if about else ""))
        return 1
    except Unmet as error:
        is_script = VARIABLE in os.environ
        sys.stderr.write(f"{'Warning' if is_script else 'Error'}: {error}\n")
        return 0 if is_script else 1
    except HostError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    sys.stdout.write(printed)
    sys.stderr.write("".join(f"{note}\n" for note in notes))
    return 0


def _do(verb: Verb, call: Call) -> Sequence[Row]:
    module, _, function = verb.does.partition(":")
    rows: Sequence[Row] = getattr(import_module(f"commands.verbs.{module}"), function)(call)
    return rows


class _Journal(logging.Handler):
    """What the modules of ``host`` log goes to the journal: a script reads what a command itself says."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def emit(self, record: logging.LogRecord) -> None:
        """As syslog(3) would say it; where nobody listens it is lost."""
        priority = 3 if record.levelno >= logging.ERROR else 4
        line = f"<{8 + priority}>{self._program}[{os.getpid()}]: {record.getMessage()}"
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.connect(_JOURNAL)
            journal.send(line.encode(errors="replace"))
