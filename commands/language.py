"""What a verb is: its name, its options, what it prints and who does it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from host.errors import HostError

Value: TypeAlias = str | int | bool
Row: TypeAlias = tuple[Value, ...]


class Kind(StrEnum):
    """What an option takes; the names are what usage texts show. FLAG takes nothing."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    FLAG = ""


class Option(msgspec.Struct, frozen=True):
    """An option: ``long`` and ``short`` without hyphens, '' for no short one.

    ``many`` may be given several times.
    """

    long: str
    short: str
    kind: Kind
    help: str
    required: bool = False
    many: bool = False


class Argument(msgspec.Struct, frozen=True):
    """A word that vim-cmd takes by its place."""

    name: str
    help: str
    required: bool = True


class Layout(StrEnum):
    """How rows are printed.

    RECORD is one row, a line for each field; RECORDS the same for several; TABLE has a line for each row;
    PLAIN is the values alone. OBJECT is one row as vim-cmd prints the objects of the API.
    """

    NOTHING = "nothing"
    RECORD = "record"
    RECORDS = "records"
    TABLE = "table"
    PLAIN = "plain"
    OBJECT = "object"


class Call(msgspec.Struct, frozen=True):
    """A verb as it was called: its options by their long names, its arguments by theirs.

    ``notes`` takes sentences that are told on standard error, whatever the verb prints.
    """

    given: Mapping[str, Value | tuple[Value, ...]]
    notes: list[str]

    def text(self, name: str, default: str = "") -> str:
        """A TEXT option or an argument; ``default`` when it was not given."""
        value = self.given.get(name, default)
        return value if isinstance(value, str) else default

    def texts(self, name: str) -> tuple[str, ...]:
        """A TEXT option that may be given several times."""
        value = self.given.get(name, ())
        return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)

    def number(self, name: str) -> int | None:
        """A NUMBER option; None when it was not given."""
        value = self.given.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        """A BOOLEAN or FLAG option; None when it was not given."""
        value = self.given.get(name)
        return value if isinstance(value, bool) else None

    def note(self, text: str) -> None:
        """Tell a sentence."""
        self.notes.append(text)


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One command of ``program``: ``esxcli`` (and localcli) or ``vim-cmd``.

    ``path`` is how it is called: ``system hostname get``, ``hostsvc/enable_ssh``. ``does`` is the function
    that does it, as ``module:function`` below ``commands.verbs``; it gets a Call and returns the rows, in the
    order of ``fields``. ``structure`` is the name of a row in ``--formatter=keyvalue`` and ``xml``. ``live``
    says that it works in the installer, too.
    """

    program: str
    path: str
    help: str
    does: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    layout: Layout = Layout.NOTHING
    fields: tuple[str, ...] = ()
    structure: str = ""
    live: bool = False


class Usage(HostError):
    """The command was called in a way it does not know.

    ``verb`` is the one that was meant, if any; ``text`` is help in its place.
    """

    def __init__(self, message: str, verb: Verb | None = None, *, text: str = "") -> None:
        super().__init__(message)
        self.verb = verb
        self.text = text


class Unmet(HostError):
    """What was asked for was not done, because this host has not got it; the message is one sentence.

    Under a script of a kickstart file that is a warning, since such scripts were written for another product
    and go on; otherwise it is a failure.
    """
