"""The whole of a file: its %pre scripts are run, then what it includes is read, and so on in every file.

Who reads and who runs scripts is given by the caller. At a desk nothing runs, so files that only %pre can
write are missing; that is said, and what may come from them is not demanded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

import msgspec

from host.errors import HostError
from installer.kickstart.diagnostics import Place, Report, printable, quoted
from installer.kickstart.lexer import Block, Line, lex
from installer.kickstart.parser import Parsed, parse
from installer.kickstart.script import Section, SectionKind
from installer.kickstart.sections import section
from installer.kickstart.text import to_text

Reader = Callable[[str], bytes]
"""Reads a file by its path or address. Raises HostError when it cannot."""

RunPre = Callable[[Section], None]
"""Runs a %pre script to its end. Raises HostError when it fails."""

DEEPEST = 16
"""How many files may include each other in a row."""

MOST = 200
"""How many files may be read in all; a few that each include the next one twice would be millions."""

_LONGEST_NAME = 4096
"""Characters of a file's name that messages repeat; no path is longer (PATH_MAX)."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|(?:cdrom|usb|volume|file):/", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")


class Evaluated(msgspec.Struct):
    """What was found in the file and all it includes, in the order of the text.

    ``includes`` are the names of included files as they are written, ``unread`` the places of those that only
    the machine has; ``lost`` is whether a file or line could not be read.
    """

    commands: list[Parsed] = msgspec.field(default_factory=list)
    sections: list[Section] = msgspec.field(default_factory=list)
    includes: list[str] = msgspec.field(default_factory=list)
    unread: list[str] = msgspec.field(default_factory=list)
    lost: bool = False
    read: int = 0


def evaluate(location: str, report: Report, *, reader: Reader, run_pre: RunPre | None) -> Evaluated:
    """Read ``location`` and all it includes. Without ``run_pre`` no script is run (the desk).

    Raises HostError when ``location`` itself cannot be read; everything else is reported.
    """
    return _Evaluator(report, reader, run_pre).whole(location)


def resolve(base: str, name: str) -> str:
    """Where the file ``name`` is that is included by the one at ``base``, both paths or addresses."""
    if _ADDRESS.match(name):
        return name
    if name.startswith("/"):
        return posixpath.normpath(name)
    folder = base.partition("?")[0]
    folder = folder[: folder.rfind("/") + 1]
    return folder + name if _ADDRESS.match(base) else posixpath.normpath(folder + name)


def shown(location: str) -> str:
    """A path or address as messages name it: without a user's name and password, and fit for a terminal."""
    return printable(_CREDENTIALS.sub("", location), _LONGEST_NAME)


class _Evaluator:
    def __init__(self, report: Report, reader: Reader, run_pre: RunPre | None) -> None:
        self.report = report
        self.reader = reader
        self.run_pre = run_pre
        self.result = Evaluated()
        self.pre_text = ""
        self.ran = run_pre is not None

    def whole(self, location: str) -> Evaluated:
        self.file(location, self.reader(location), ())
        return self.result

    def file(self, location: str, data: bytes, above: tuple[str, ...]) -> None:
        """One file: look at all of it, run its %pre, then follow its includes."""
        self.result.read += 1
        name = shown(location)
        self.report.reading(name)
        text = to_text(data, name, self.report)
        self.result.lost |= text is None
        items = self.items(lex(text or "", name, self.report))
        for item in items:
            if isinstance(item, Section) and item.kind is SectionKind.PRE:
                self.pre(item)
        for item in items:
            if isinstance(item, Section):
                self.result.sections.append(item)
            elif item is not None and item.command.name == "%include":
                self.include(item, (*above, location))
            elif item is not None:
                self.result.commands.append(item)

    def items(self, found: tuple[Line | Block, ...]) -> list[Parsed | Section | None]:
        """Every command and section, as far as it is of use."""
        made: list[Parsed | Section | None] = []
        for item in found:
            if self.report.is_full():
                self.result.lost = True
                place = item.header.place if isinstance(item, Block) else item.place
                self.report.error(
                    place,
                    "There is so much to say about this file that the rest of it is not looked at.",
                    "Is it a kickstart file?",
                )
                break
            made.append(self.item(item))
        return made

    def item(self, item: Line | Block) -> Parsed | Section | None:
        return section(item, self.report) if isinstance(item, Block) else parse(item, self.report)

    def pre(self, script: Section) -> None:
        """Run a script, unless this is a desk or the file is wrong already: it may change something."""
        self.pre_text += script.body
        if self.run_pre is None or self.report.has_errors():
            self.ran = False
            return
        try:
            self.run_pre(script)
        except HostError as error:
            if script.ignore_failure:
                self.report.warning(script.place, f"%pre failed: {error.message}", error.hint)
            else:
                self.report.error(script.place, f"%pre failed: {error.message}", error.hint)

    def include(self, command: Parsed, above: tuple[str, ...]) -> None:
        if len(command.arguments) != 1:
            return
        name = command.arguments[0]
        self.result.includes.append(shown(name))
        location = resolve(above[-1], name)
        if self.is_refused(command.place, location, above):
            return
        if not self.ran and self.is_on_machine_only(name):
            self.unread(command.place, location)
            return
        try:
            data = self.reader(location)
        except HostError as error:
            self.result.lost = True
            self.report.error(
                command.place,
                f"Nothing is included here. {shown(error.message)}",
                error.hint or "Correct the path, or have %pre write the file.",
            )
            return
        self.file(location, data, above)

    def is_refused(self, place: Place, location: str, above: tuple[str, ...]) -> bool:
        reason = ""
        if location in above:
            reason = "The file includes itself."
        elif len(above) >= DEEPEST:
            reason = f"More than {DEEPEST} files include each other."
        elif self.result.read >= MOST:
            reason = f"More than {MOST} files are included."
        if reason:
            self.report.error(place, f"{quoted(shown(location))}: {reason}", "Remove this line.")
        return bool(reason)

    def is_on_machine_only(self, name: str) -> bool:
        """Whether a file is one that only the machine has: absolute, at an address, or made by %pre."""
        return bool(_ADDRESS.match(name)) or name.startswith("/") or name in self.pre_text

    def unread(self, place: Place, location: str) -> None:
        self.result.unread.append(shown(location))
        self.report.note(
            place,
            f"{quoted(shown(location))} is known only on the machine; what it says is not checked.",
            "Commands that are missing here may come from there.",
        )
