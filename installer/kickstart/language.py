"""What an entry in the table of the language looks like. The table itself is in ``commands`` and ``legacy``.

From the table come the parser, the help, the JSON schema and the tables of docs/kickstart.md, so that
none of them tells something else.
"""

from __future__ import annotations

from enum import Enum, StrEnum

import msgspec


class Kind(StrEnum):
    """What an option's value is; the text is what help and manual call it."""

    FLAG = ""
    TEXT = "TEXT"
    SECONDS = "SECONDS"
    BOOLEAN = "true|false"
    DISK = "DISK"
    DISKS = "DISK,DISK…"
    FILTERS = "FILTER,FILTER…"
    BOOTPROTO = "dhcp|static"
    ADDRESS = "ADDRESS"
    NETMASK = "NETMASK"
    SERVERS = "ADDRESS,ADDRESS"
    ADAPTER = "vmnicN|MAC"
    HOSTNAME = "NAME"
    VLAN = "ID"
    INTERPRETER = "busybox|python|bash"


LISTS = frozenset({Kind.DISKS, Kind.FILTERS, Kind.SERVERS})
"""Kinds whose values are separated by commas."""


class Effect(Enum):
    """What comes of an option.

    FOREIGN ones are another product's: a command that has them and none of the options it needs here is left
    out as a whole. With an ALIEN one it always is.
    """

    USED = "used"
    IGNORED = "ignored, with a warning"
    UNNEEDED = "accepted, not needed here"
    FOREIGN = "another product's, ignored with a warning"
    ALIEN = "another product's, the command is ignored with a warning"


class Repeat(Enum):
    """What it means when a command is there more than once."""

    LAST = "the last one counts, with a warning"
    ERROR = "an error"
    MANY = "each counts"


class Status(Enum):
    """What becomes of a command."""

    USED = "used"
    UNNEEDED = "accepted, not needed here"
    LEGACY = "ignored with a warning"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An option. ``name`` begins with two dashes and is in ESXi's spelling; case does not matter in files.

    ``optional`` values may be left out. ``versions`` says since or until when the reference has it.
    """

    name: str
    help: str
    kind: Kind = Kind.FLAG
    aliases: tuple[str, ...] = ()
    optional: bool = False
    effect: Effect = Effect.USED
    versions: str = ""


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """What stands after a command without dashes: ``least`` to ``most`` words."""

    name: str
    help: str
    least: int = 1
    most: int = 1


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command, or the header of a section when the name begins with ``%`` and it is no include.

    ``required`` commands must be in every file. ``needs`` names commands of which one must be there, too.
    Of the options in ``one_of`` there must be one; of each group in ``exclusive`` at most one. ``guesses``
    allows taking a misspelt option for what it resembles; never where that decides which disk loses its
    data. ``secret`` commands are not repeated in messages. ``sources`` are words of older versions after
    the command, ignored with a warning.
    """

    name: str
    help: str
    aliases: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    argument: Argument | None = None
    status: Status = Status.USED
    repeat: Repeat = Repeat.LAST
    required: bool = False
    needs: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    sources: tuple[str, ...] = ()
    section: bool = False
    guesses: bool = True
    secret: bool = False
    versions: str = ""

    def option(self, name: str) -> Option | None:
        """The option of that name or alias, in any case."""
        folded = name.lower()
        return next((one for one in self.options if folded in _names(one)), None)


def plain(text: str) -> str:
    """A text of the table without its marks for the manual."""
    return text.replace("`", "")


def _names(option: Option) -> tuple[str, ...]:
    return tuple(name.lower() for name in (option.name, *option.aliases))
