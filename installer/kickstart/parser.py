"""One command held against the table: which options it has, and what of it cannot be meant so."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from installer.kickstart.commands import BY_NAME, OPTIONS, SECTIONS
from installer.kickstart.diagnostics import Place, Report, quoted
from installer.kickstart.language import LISTS, Command, Effect, Kind, Option, Status, plain
from installer.kickstart.lexer import Line, Word
from installer.kickstart.values import Unusable, check

_ALIKE = 0.8
"""From here on a misspelt option is taken for the one it resembles, where its command allows guessing."""

_FAINTLY_ALIKE = 0.6
"""From here on the resemblance is worth a question."""

_LONGEST_NAME = 40
"""Characters; nothing longer is a misspelling of anything, and comparing takes long."""

_WORD = re.compile(r"(?:--|%)?[A-Za-z]{2}")
"""How everything begins that has a name in the table."""

_MOST_WORDS = 1000
"""Words of a command; the longest anybody has written has some twenty."""

_SHELL = (
    *("awk", "cat", "chkconfig", "chmod", "cp", "date", "do", "done", "echo", "esac", "esxcli"),
    *("esxcfg-firewall", "esxcfg-nics", "esxcfg-route", "esxcfg-vmknic", "esxcfg-vswitch"),
    *("exec", "exit", "export", "false", "fi", "for", "generate-certificates", "grep", "if"),
    *("ln", "localcli", "mkdir", "mv", "partedutil", "printf", "python", "rm", "sed", "set"),
    *("sh", "sleep", "test", "then", "touch", "true", "vim-cmd", "vim_cmd", "vmkfstools"),
    *("vmware", "vsish", "wget", "while"),
)
_IGNORED = (Effect.IGNORED, Effect.FOREIGN, Effect.ALIEN)


class Parsed(msgspec.Struct, frozen=True):
    """A command of the table with its options.

    ``options`` holds the value of every option by its name in the table, '' where it takes none or has
    none; all values are usable. ``rejected`` names options that were there with a value that is not.
    ``foreign`` is whether another product's options made the command mean nothing, ``broken`` whether its
    line could not be read.
    Values may be secret, so they are not in the repr.
    """

    command: Command
    place: Place
    options: dict[str, str]
    arguments: tuple[str, ...] = ()
    rejected: frozenset[str] = frozenset()
    foreign: bool = False
    broken: bool = False

    def __repr__(self) -> str:
        return f"<{self.command.name} at {self.place}>"

    def has(self, name: str) -> bool:
        """Whether the option is there, with a good value or not."""
        return name in self.options or name in self.rejected


def parse(line: Line, report: Report) -> Parsed | None:
    """The command of a line; None, and reported, when there is none of that name."""
    if not line.broken and len(line.words) > _MOST_WORDS:
        report.error(line.place, f"This line has more than {_MOST_WORDS} words.", "Is it a kickstart file?")
        line = msgspec.structs.replace(line, broken=True)
    if line.broken:
        known = BY_NAME.get(line.words[0].text.lower())
        return Parsed(known, line.place, {}, broken=True) if known else None
    command = _command(line, report)
    if command is None:
        return None
    if command.status is Status.LEGACY and command.options:
        report.warning(line.place, f"{command.name} is an older version's.", plain(command.help))
    elif command.status is Status.LEGACY:
        report.warning(
            line.place, f"{command.name} has no meaning here and is ignored.", _advice(command.help)
        )
        return Parsed(command, line.place, {})
    if command.status is Status.UNNEEDED:
        report.note(line.place, f"{command.name} is not needed here.", plain(command.help))
    return _Options(command, line, report).parse()


def _command(line: Line, report: Report) -> Command | None:
    name = line.words[0].text
    command = BY_NAME.get(name)
    if command is not None:
        return command
    folded = BY_NAME.get(name.lower())
    if folded is not None:
        report.warning(line.place, f"The command {quoted(name)} is written {quoted(name.lower())}.")
        return folded
    _unknown_command(line, report)
    return None


def _unknown_command(line: Line, report: Report) -> None:
    """Say what the line may be. Its text is not repeated: it may be a password that lost its ``rootpw``."""
    name = line.words[0].text
    where = "Shell commands belong into a section: %pre, %post or %firstboot."
    if name.lower() in _SHELL or name.startswith(("/", "./", "$")):
        report.warning(
            line.place, "A command for a shell stands among the installer's and is ignored.", where
        )
    elif name.startswith("--"):
        report.error(
            line.place,
            "The line begins with an option, and the line before does not continue.",
            "End the line before with a backslash.",
        )
    elif re.fullmatch(r"%[A-Za-z-]+", name):
        close = _close(name.lower(), SECTIONS, _FAINTLY_ALIKE)
        hint = f"Did you mean {close}?" if close else "There are %pre, %post and %firstboot."
        report.error(line.place, f"There is no section {quoted(name)}.", hint)
    elif name.startswith(("<%", "{{", "{%", "<", "@@", "[%")):
        report.error(
            line.place,
            "This is a line of a template, not of a kickstart file.",
            "Let the template's program make the file first.",
        )
    else:
        close = _close(name.lower(), tuple(BY_NAME), _FAINTLY_ALIKE)
        if close:
            report.error(line.place, f"There is no command {quoted(name)}.", f"Did you mean {close}?")
        else:
            report.error(line.place, "This line is no command of the installer.", where)


class _Options:
    """Walks over the words of one command."""

    def __init__(self, command: Command, line: Line, report: Report) -> None:
        self.command = command
        self.place = line.place
        self.words = list(line.words[1:])
        self.report = report
        self.options: dict[str, str] = {}
        self.arguments: list[str] = []
        self.rejected: set[str] = set()
        self.foreign: list[Option] = []

    def parse(self) -> Parsed:
        while self.words:
            word = self.words.pop(0)
            if self.is_option(word):
                self.option(word)
            else:
                self.arguments.append(word.text)
        is_foreign = self.is_foreign()
        self.say_foreign(whole=is_foreign)
        if not is_foreign and self.command.status is Status.USED:
            self.check_arguments()
        return Parsed(
            self.command,
            self.place,
            self.options,
            tuple(self.arguments),
            frozenset(self.rejected),
            foreign=is_foreign,
        )

    def is_option(self, word: Word) -> bool:
        """Whether a word is an option; in quotes only one that is known, and never beside a password."""
        if not word.text.startswith("-") or len(word.text) == 1:
            return False
        is_known = word.text.partition("=")[0].lower() in OPTIONS[self.command.name]
        return not word.quoted or (is_known and not self.command.secret)

    def option(self, word: Word) -> None:
        spelt, equals, value = word.text.partition("=")
        option = self.find(spelt)
        if option is None:
            return
        if option.kind is Kind.FLAG:
            if equals and option.effect is Effect.USED:
                self.reject(
                    option, f"{option.name} takes no value.", f"Write {option.name}, or leave it out."
                )
                return
        elif not value:
            value = self.following(option, equals=bool(equals))
        if option.kind in LISTS:
            value = self.rest_of_list(option, value)
        self.take(option, value)

    def find(self, spelt: str) -> Option | None:
        """The option that is meant; None, and reported, when there is none."""
        known = OPTIONS[self.command.name]
        option = known.get(spelt.lower())
        if option is not None:
            return option
        name = "--" + spelt.lstrip("-")
        option = known.get(name.lower())
        if option is not None:
            self.report.warning(self.place, f"{option.name} begins with two hyphens.")
            return option
        if self.command.status is Status.USED:
            return self.guess(name)
        return None

    def guess(self, name: str) -> Option | None:
        if self.command.secret:
            known = " or ".join(option.name for option in self.command.options[:1])
            self.report.error(
                self.place,
                f"{self.command.name} has an option it does not know (not repeated here).",
                f"Its option is {known}. Put a password that begins with a hyphen in quotes.",
            )
            return None
        names = tuple(option.name for option in self.command.options)
        meant = self.command.option(_close(name, names, _ALIKE))
        if meant is not None and self.command.guesses and meant.effect is Effect.USED:
            self.report.warning(
                self.place, f"{quoted(name)} is taken for {meant.name}.", "Correct the spelling."
            )
            return meant
        self.report.error(
            self.place, f"{self.command.name} has no option {quoted(name)}.", self.advice(name, names)
        )
        return None

    def advice(self, name: str, names: tuple[str, ...]) -> str:
        close = _close(name, names, _FAINTLY_ALIKE)
        if close:
            return f"Did you mean {close}?"
        others = sorted(command for command, options in OPTIONS.items() if name.lower() in options)
        if others:
            return f"It is an option of {', '.join(others)}."
        used = [option.name for option in self.command.options if option.effect is Effect.USED]
        return f"Its options are: {', '.join(used)}." if used else "It has none."

    def following(self, option: Option, *, equals: bool) -> str:
        """A value that stands behind a blank; '' when the next word is something else."""
        if len(self.words) > 1 and self.words[0].text == "=" and not self.words[0].quoted:
            del self.words[0]
        if not self.words or self.is_no_value(self.words[0]):
            return ""
        if option.optional and not equals and self.command.argument is not None:
            return ""
        if option.optional and option.effect is not Effect.USED:
            return ""
        self.report.warning(
            self.place,
            f"The value of {option.name} stands behind a blank.",
            f"Write {option.name}=VALUE.",
        )
        return self.words.pop(0).text

    def is_no_value(self, word: Word) -> bool:
        """Whether a word behind a blank is an option, or one that lost its hyphens."""
        if word.quoted:
            return False
        return word.text.startswith("-") or f"--{word.text.lower()}" in OPTIONS[self.command.name]

    def rest_of_list(self, option: Option, value: str) -> str:
        """The list again with what a blank after a comma has cut off."""
        joined = value
        while joined.endswith(",") and self.words and not self.words[0].text.startswith("--"):
            joined += self.words.pop(0).text
        if joined != value:
            self.report.warning(
                self.place, f"Blanks are in the list of {option.name}.", "Remove them, or put it in quotes."
            )
        return joined

    def take(self, option: Option, value: str) -> None:
        if option.effect in _IGNORED:
            self.foreign.append(option)
            self.options.setdefault(option.name, value)
            return
        if not value and not option.optional and option.kind not in (Kind.FLAG, Kind.VLAN):
            if option.effect is Effect.USED:
                self.reject(option, f"{option.name} needs a value.", f"Write {option.name}={option.kind}.")
            return
        if option.effect is Effect.UNNEEDED and self.command.status is Status.USED:
            self.report.note(self.place, f"{option.name} is not needed here.")
        if option.kind is Kind.VLAN and not value:
            self.report.warning(self.place, f"{option.name} is empty; there is no VLAN.", "Write 0 for none.")
        if not self.is_usable(option, value):
            return
        if self.options.get(option.name, value) != value and option.kind in LISTS:
            value = f"{self.options[option.name]},{value}"
        elif option.name in self.options:
            self.report.warning(
                self.place, f"{option.name} is there twice; the last one counts.", "Remove the other."
            )
        self.options[option.name] = value

    def is_usable(self, option: Option, value: str) -> bool:
        """Whether the value can be what the option takes; it is rejected when not."""
        if not value.isprintable():
            self.reject(
                option, f"{option.name}: {quoted(value)} has signs that do not print.", "Type it anew."
            )
            return False
        if option.kind is not Kind.FLAG:
            try:
                check(option.kind, value)
            except Unusable as problem:
                self.reject(option, f"{option.name}: {problem.message}", problem.hint)
                return False
        return True

    def reject(self, option: Option, message: str, hint: str) -> None:
        self.rejected.add(option.name)
        if self.command.secret:
            message, hint = f"{option.name} takes no value.", f"Write a blank after {option.name}."
        self.report.error(self.place, message, hint)

    def is_foreign(self) -> bool:
        """Whether other products' options leave nothing that means something here."""
        if any(option.effect is Effect.ALIEN for option in self.foreign):
            return True
        needed = self.command.one_of
        return (
            bool(needed)
            and any(option.effect is Effect.FOREIGN for option in self.foreign)
            and not any(name in self.options or name in self.rejected for name in needed)
        )

    def say_foreign(self, *, whole: bool) -> None:
        if whole:
            used = [option.name for option in self.command.options if option.effect is Effect.USED]
            self.report.warning(
                self.place,
                f"This {self.command.name} is another product's and is ignored as a whole.",
                f"Here its options are: {', '.join(used)}.",
            )
            return
        for option in self.foreign:
            self.report.warning(
                self.place, f"{option.name} has no meaning here and is ignored.", _advice(option.help)
            )

    def check_arguments(self) -> None:
        given, allowed = self.arguments, self.command.argument
        if given and given[0].lower() in self.command.sources:
            self.report.warning(
                self.place,
                f"{self.command.name} needs no source; the system comes from the medium that was started.",
                "Leave out what stands after it without hyphens.",
            )
            self.arguments = []
            return
        if allowed is None:
            if given:
                self.stray(given)
        elif len(given) < allowed.least:
            self.report.error(
                self.place,
                f"{self.command.name} needs {allowed.help}.",
                f"Write {self.command.name} {allowed.name}.",
            )
        elif len(given) > allowed.most:
            self.report.error(
                self.place,
                f"{self.command.name} takes one word, and there are {len(given)}.",
                "Put what belongs together in quotes.",
            )

    def stray(self, given: list[str]) -> None:
        """Words where none belong: an error where options would make a difference, else a warning."""
        what = "it" if self.command.secret else ", ".join(quoted(word) for word in given[:3])
        hint = f"Remove {what}, or write -- before an option and quotes around blanks."
        message = f"{self.command.name} takes only options."
        if self.command.options:
            self.report.error(self.place, message, hint)
        else:
            self.report.warning(self.place, message, f"Remove {what}.")


def _advice(help_: str) -> str:
    return f"{plain(help_)} Leave it out."


@lru_cache(maxsize=1000)
def _close(name: str, names: tuple[str, ...], cutoff: float) -> str:
    """The known name that resembles this one most; '' when none does."""
    if len(name) > _LONGEST_NAME or not _WORD.match(name):
        return ""
    from difflib import get_close_matches

    found = get_close_matches(name, names, n=1, cutoff=cutoff)
    return found[0] if found else ""
