"""What a script of a kickstart file is, and how running one ended."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Interpreter(StrEnum):
    """What reads the body of a script.

    ``NONE`` leaves it to the body's own first line (``#!``), and to busybox where that names nothing.
    """

    BUSYBOX = "busybox"
    PYTHON = "python"
    BASH = "bash"
    NONE = "none"


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One ``%pre``, ``%post`` or ``%firstboot`` section.

    ``file`` and ``line`` are where its header stands. ``timeout`` is in seconds, None for no limit. The body
    may hold passwords: it is never logged, nor shown by ``repr``.
    """

    section: str
    body: str
    file: str
    line: int
    interpreter: Interpreter = Interpreter.BUSYBOX
    timeout: float | None = None
    ignore_failure: bool = False

    @property
    def title(self) -> str:
        """The script in words: ``%post, ks.cfg:40``."""
        return f"{self.section}, {self.file}:{self.line}"

    def __repr__(self) -> str:
        return f"<Script {self.title}>"


class Result(StrEnum):
    """How a script ended.

    ``NOT_STARTED`` is for an interpreter that is missing or a body that could not be written;
    ``STOPPED`` for one that was ended because the machine went down or the installation was given up.
    """

    DONE = "done"
    FAILED = "failed"
    LATE = "late"
    NOT_STARTED = "not started"
    STOPPED = "stopped"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a script.

    ``code`` is its exit status (negative when a signal ended it, None when it never ran), ``seconds`` how
    long it took, ``text`` one sentence with where it stands, for people.
    """

    result: Result
    text: str
    code: int | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it did what it was there for."""
        return self.result is Result.DONE
