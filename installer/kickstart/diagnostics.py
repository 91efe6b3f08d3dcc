"""What is said about a kickstart file: where, how bad, what, and what to do about it.

Nothing here ever holds a password: whoever reports about a command with a secret in it leaves its words out.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

_QUOTED = 100
"""How many characters of a file's text a message repeats."""

_LONGEST = 10_000
"""Characters of a message or hint. A list of disks is long; a name in a file may have no end."""


MOST = 1000
"""How many things are said about a file; nobody reads more, and it is no kickstart file."""


class Severity(StrEnum):
    """An error keeps the installation from starting; a warning does under ``paranoid``; a note never does."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(msgspec.Struct, frozen=True):
    """A line of a file; lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said about a file: ``message`` is what is so, ``hint`` what to do (may be empty)."""

    severity: Severity
    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message} {self.hint}".rstrip()


class Report:
    """Collects diagnostics while a file is read; nobody stops at the first."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._files: list[str] = []

    def reading(self, file: str) -> None:
        """Files are sorted in the order they are first read in."""
        if file not in self._files:
            self._files.append(file)

    def error(self, at: Place, message: str, hint: str = "") -> None:
        """What keeps the installation from starting."""
        self._add(Severity.ERROR, at, message, hint)

    def warning(self, at: Place, message: str, hint: str = "") -> None:
        """What is probably not meant so."""
        self._add(Severity.WARNING, at, message, hint)

    def note(self, at: Place, message: str, hint: str = "") -> None:
        """What is worth knowing and no reason to stop, not even under ``paranoid``."""
        self._add(Severity.NOTE, at, message, hint)

    def has_errors(self) -> bool:
        """Whether anything so far keeps the installation from starting."""
        return any(one.severity is Severity.ERROR for one in self._found)

    def is_full(self) -> bool:
        """Whether so much has been said that looking further is of no use."""
        return len(self._found) >= MOST

    def diagnostics(self, *, paranoid: bool = False) -> tuple[Diagnostic, ...]:
        """Everything said, each once, by position; under ``paranoid`` warnings are errors."""
        ordered = sorted(dict.fromkeys(self._found), key=lambda one: (self._files.index(one.file), one.line))
        return tuple(_sharpened(one) if paranoid else one for one in ordered)

    def _add(self, severity: Severity, at: Place, message: str, hint: str) -> None:
        self.reading(at.file)
        self._found.append(
            Diagnostic(
                severity=severity,
                file=at.file,
                line=at.line,
                message=printable(message, _LONGEST),
                hint=printable(hint, _LONGEST),
            )
        )


def failed(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether there is an error among them."""
    return any(one.severity is Severity.ERROR for one in diagnostics)


def quoted(text: str) -> str:
    """Text of a file as a message may repeat it: short, and nothing a terminal would obey."""
    return f'"{printable(text, _QUOTED)}"'


def printable(text: str, longest: int) -> str:
    """At most so many characters, none of which a terminal would obey."""
    if len(text) <= longest and text.isprintable():
        return text
    safe = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[:longest]
    )
    return safe if len(text) <= longest else f"{safe}…"


def _sharpened(one: Diagnostic) -> Diagnostic:
    if one.severity is not Severity.WARNING:
        return one
    return msgspec.structs.replace(one, severity=Severity.ERROR)
