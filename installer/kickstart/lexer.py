"""From lines to commands and sections.

The rules, which the manual of the reference leaves open and files in use settle:

* Blank lines and lines whose first sign is ``#`` are nothing. ``#`` at the start of a word comments out the
  rest of the line; inside a word it is a character like any other.
* Blanks separate words: also TABs, also in front, and with a warning those that only web pages have. Single
  and double quotes keep words together and may begin anywhere in one. A backslash takes the sign after it as
  it is: between double quotes a double quote or a backslash, outside of quotes also a blank, a single quote
  or ``#``. Any other backslash stays.
* A backslash at the end of a line continues the command on the next one, as a new word. Blanks after it
  are forgiven with a warning. A section header never continues a command.
* A section is everything from its header to the next header, kept as it is. A header is a known word with
  ``%`` at the start of a line, blanks before it allowed. ``%include`` and ``%end`` end a section, too, and
  commands follow. Between ``<<WORD`` and the line WORD of a shell script nothing is a header.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property

import msgspec

from installer.kickstart.commands import SECTIONS
from installer.kickstart.diagnostics import Place, Report

_ESCAPED = " \t\"'\\#"
_DASHES = ("\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}")
_INVISIBLE = ("\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}")
_CURLY_QUOTES = (
    "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}",
    "\N{RIGHT SINGLE QUOTATION MARK}",
)
_OUTSIDE = re.compile(r"[!$%&(-\[\]-~]+")
"""What needs no second look outside of quotes: ASCII without quotes, backslashes, ``#`` and blanks."""

_INDENT = "[ \t\N{ZERO WIDTH NO-BREAK SPACE}]*"
"""What may be before a header; the mark is where a file with one was put behind another."""
_HEADER = re.compile(rf"{_INDENT}(?:{'|'.join(map(re.escape, SECTIONS))})(?=\s|$)")
_AFTER_SECTION = re.compile(rf"{_HEADER.pattern}|{_INDENT}%include[ \t]+[^ \t]|{_INDENT}%end[ \t]*(?:#|$)")
_UNKNOWN_HEADER = re.compile(r"%(?!end$|include$)[a-z]+(?:-[a-z]+)*")
"""A header of no section we know. What is below it is none of the installer's commands either."""
_HEREDOC = re.compile(r"(?<!<)<<(-?)[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([A-Za-z_][\w.]*))")


class Word(msgspec.Struct, frozen=True):
    """A word without its quotes. ``quoted`` is whether a quote stood before its first sign."""

    text: str
    quoted: bool = False


class Line(msgspec.Struct, frozen=True):
    """A command with its words, from one line or several; ``place`` is the first, ``last`` the last of them.

    Of a ``broken`` one (reported) only the first word is what the file means. Words may be secret, so they
    are not in the repr.
    """

    place: Place
    last: int
    words: tuple[Word, ...]
    broken: bool = False

    def __repr__(self) -> str:
        return f"<line at {self.place}>"


class Block(msgspec.Struct, frozen=True):
    """A section: its header, and the text below it exactly as it is, with line feeds only."""

    header: Line
    body: str

    def __repr__(self) -> str:
        return f"<section at {self.header.place}>"


def lex(text: str, file: str, report: Report) -> tuple[Line | Block, ...]:
    """Everything in a text, in its order. What cannot be read is reported."""
    return tuple(_Lexer(text, file, report).items())


class _Lexer:
    """Walks over the lines once; ``at`` is the index of the next one."""

    def __init__(self, text: str, file: str, report: Report) -> None:
        self.lines = text.split("\n")
        self.ends_in_line_feed = self.lines[-1] == ""
        if self.ends_in_line_feed:
            self.lines.pop()
        self.file = file
        self.report = report
        self.at = 0

    def items(self) -> list[Line | Block]:
        found: list[Line | Block] = []
        while self.at < len(self.lines):
            start = self.at
            line = self.command()
            if line is None:
                continue
            name = line.words[0].text.lower()
            if name in SECTIONS or _UNKNOWN_HEADER.fullmatch(name):
                found.append(Block(line, self.body()))
            elif name == "%end":
                self.end(start, closes=bool(found) and isinstance(found[-1], Block))
            else:
                found.append(line)
        return found

    @cached_property
    def marks(self) -> _Marks:
        """Only looked for when a section may be text of a script: most files have none of these."""
        return _Marks(self.lines)

    def end(self, line: int, *, closes: bool) -> None:
        if closes:
            self.report.warning(
                self.place(line), "ESXi has no %end; commands are read again from here.", "Leave it out."
            )
        else:
            self.report.warning(
                self.place(line), "There is no section for this %end to close.", "Leave it out."
            )

    def place(self, line: int) -> Place:
        return Place(self.file, line + 1)

    def command(self) -> Line | None:
        """The command that begins at this line; None when there is none."""
        start = self.at
        words: list[Word] = []
        more = True
        while more and self.at < len(self.lines):
            if self.at > start and _HEADER.match(self.lines[self.at]):
                self.report.warning(
                    self.place(self.at - 1), "The backslash at the end leads into a section.", "Leave it out."
                )
                return self.line(start, words)
            reader = _Words(self.lines[self.at])
            self.at += 1
            more = reader.read()
            words += reader.words
            self.remark(reader, start)
            if reader.quote:
                self.report.error(
                    self.place(self.at - 1),
                    f"A quote ({reader.quote}) is opened here and not closed on this line.",
                    "Close it, or put the text in quotes of the other kind.",
                )
                self.skip_continued(more)
                return self.line(start, words, broken=True)
        if more:
            self.report.warning(self.place(self.at - 1), "The file ends in a backslash.", "Leave it out.")
        return self.line(start, words)

    def line(self, start: int, words: list[Word], *, broken: bool = False) -> Line | None:
        return Line(self.place(start), self.at, tuple(words), broken) if words else None

    def remark(self, reader: _Words, start: int) -> None:
        """What looks right in an editor and is not."""
        here = self.place(self.at - 1)
        if reader.blanks_after_backslash:
            self.report.warning(
                here, "Blanks follow the backslash; it is taken to continue the line.", "Remove them."
            )
        if reader.has_odd_blanks:
            self.report.warning(
                here, "There is a blank that is none of the keyboard's.", "Type the blanks of this line anew."
            )
        if reader.has_curly_quotes:
            self.report.warning(
                here,
                "Typographic quotation marks are characters like any other.",
                "Use ' or \" to keep words together.",
            )
        if reader.has_long_dashes:
            self.report.warning(here, "A long dash is taken for two hyphens.", "Write -- before an option.")
        if self.at - 1 > start and not reader.words:
            self.report.warning(here, "A continued line is empty.", "Remove the backslash before it.")

    def skip_continued(self, more: bool) -> None:
        """Leave out the lines that belong to a command that cannot be read."""
        while more and self.at < len(self.lines) and not _HEADER.match(self.lines[self.at]):
            reader = _Words(self.lines[self.at])
            self.at += 1
            more = reader.read()

    def body(self) -> str:
        start = self.at
        heredocs = _Heredocs(self.lines, lambda: self.marks)
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if _AFTER_SECTION.match(line):
                if not heredocs.hold(self.at):
                    break
                self.report.warning(
                    self.place(self.at),
                    "This looks like a section, and is text of the script around it (<<).",
                    "If it is meant to be a section, close the text before it.",
                )
            heredocs.see(self.at)
            self.at += 1
        if self.at == start:
            return ""
        text = "\n".join(self.lines[start : self.at])
        return text + "\n" if self.at < len(self.lines) or self.ends_in_line_feed else text


class _Words:
    """Splits one line into words; after ``read``, ``quote`` is the quote that was left open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Word] = []
        self.quote = ""
        self.blanks_after_backslash = False
        self.has_curly_quotes = False
        self.has_long_dashes = False
        self.has_odd_blanks = False
        self._word: list[str] | None = None
        self._quoted = False

    def read(self) -> bool:
        """Read the line; True when it is continued on the next one."""
        at, text = 0, self.text
        last = len(text.rstrip()) - 1
        while at < len(text):
            plain = None if self.quote else _OUTSIDE.match(text, at)
            if plain:
                self._add(plain[0])
                at = plain.end()
                continue
            sign = text[at]
            if sign == "\\" and at == last:
                self.blanks_after_backslash = at + 1 < len(text)
                self._finish()
                return True
            if self.quote:
                at += self._inside(at)
            elif sign.isspace() or sign in _INVISIBLE:
                self.has_odd_blanks |= sign not in " \t"
                self._finish()
                at += 1
            elif sign == "#" and self._word is None:
                break
            else:
                at += self._outside(at)
        self._finish()
        return False

    def _inside(self, at: int) -> int:
        """One sign between quotes; returns how many characters it took."""
        sign, following = self.text[at], self.text[at + 1 : at + 2]
        if sign == self.quote:
            self.quote = ""
            return 1
        if sign == "\\" and self.quote == '"' and following in ('"', "\\"):
            self._add(following)
            return 2
        self._add(sign)
        return 1

    def _outside(self, at: int) -> int:
        sign, following = self.text[at], self.text[at + 1 : at + 2]
        if sign in "\"'":
            if self._word is None:
                self._word, self._quoted = [], True
            self.quote = sign
            return 1
        if sign == "\\" and following and following in _ESCAPED:
            self._add(following)
            return 2
        self.has_curly_quotes |= sign in _CURLY_QUOTES
        if self._word is None and sign in _DASHES and following.isalpha():
            self.has_long_dashes = True
            self._add("--")
            return 1
        self._add(sign)
        return 1

    def _add(self, sign: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(sign)

    def _finish(self) -> None:
        if self._word is not None:
            self.words.append(Word("".join(self._word), self._quoted))
        self._word, self._quoted = None, False


class _Marks:
    """Where in a file the texts of shell scripts (``<<WORD``) begin and may end, by their words."""

    def __init__(self, lines: list[str]) -> None:
        self.opened: dict[str, list[int]] = defaultdict(list)
        self.closed: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for at, line in enumerate(lines):
            for word, _ in _opened(line):
                self.opened[word].append(at)
        for at, line in enumerate(lines):
            for word, dash in ((line, False), (line.lstrip("\t"), True)):
                if word in self.opened:
                    self.closed[word, dash].append(at)

    def ends(self, word: str, *, dash: bool, at: int) -> bool:
        """Whether a text that is open at line ``at`` really ends somewhere.

        One whose end is missing would swallow the rest of the file; so would one that ends at the end of
        another text with the same word.
        """
        end = _next(self.closed[word, dash], at)
        again = _next(self.opened[word], at)
        return end is not None and (again is None or again >= end)


class _Heredocs:
    """Follows ``<<WORD`` through a script, so that its text is not taken for sections."""

    def __init__(self, lines: list[str], marks: Callable[[], _Marks]) -> None:
        self.lines = lines
        self.marks = marks
        self.open: list[tuple[str, bool]] = []

    def see(self, at: int) -> None:
        """Take in one line of the script."""
        line = self.lines[at]
        if not self.open:
            self.open = _opened(line)
        elif _closes(line, *self.open[0]):
            del self.open[0]

    def hold(self, at: int) -> bool:
        """Whether this line is inside such a text."""
        if not self.open:
            return False
        word, dash = self.open[0]
        return self.marks().ends(word, dash=dash, at=at)


def _opened(line: str) -> list[tuple[str, bool]]:
    """The texts that begin after this line of a script: the word that ends each, and whether TABs before it
    do not count.
    """
    if "<<" not in line or line.lstrip().startswith("#"):
        return []
    return [(a or b or c, bool(dash)) for dash, a, b, c in _HEREDOC.findall(line)]


def _closes(line: str, word: str, dash: bool) -> bool:
    return (line.lstrip("\t") if dash else line) == word


def _next(places: list[int], at: int) -> int | None:
    """The first of these lines that is not before ``at``."""
    index = bisect_left(places, at)
    return places[index] if index < len(places) else None
