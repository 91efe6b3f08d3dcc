"""What must be in a file, what only once, and what excludes what. All of it from the table."""

from __future__ import annotations

from collections.abc import Sequence

from installer.kickstart.commands import COMMANDS, MODES
from installer.kickstart.diagnostics import Place, Report
from installer.kickstart.language import Repeat, Status
from installer.kickstart.parser import Parsed


def check(commands: Sequence[Parsed], report: Report, *, file: str, complete: bool) -> None:
    """Report everything about the file as a whole.

    ``complete`` is False when a file could not be read; what is missing is no error then.
    """
    kept = [one for one in commands if not one.foreign and one.command.status is not Status.LEGACY]
    if complete:
        _demand_required(kept, report, Place(file, 1))
        _demand_needed(kept, report)
    _check_mode(kept, report, Place(file, 1), complete=complete)
    _check_repeated(kept, report)
    autopart = any(one.command.name == "autopart" for one in commands)
    for one in kept:
        if not one.broken:
            _check_options(one, report, autopart=autopart)


def _demand_required(commands: Sequence[Parsed], report: Report, at: Place) -> None:
    there = {one.command.name for one in commands}
    for command in COMMANDS:
        if command.required and command.name not in there:
            names = " or ".join((command.name, *command.aliases))
            report.error(at, f"The file has no {names}.", f"Add it. {command.help}")


def _demand_needed(commands: Sequence[Parsed], report: Report) -> None:
    there = {one.command.name for one in commands}
    for one in commands:
        if one.command.needs and not there & set(one.command.needs):
            needed = " or ".join(one.command.needs)
            report.error(
                one.place,
                f"{one.command.name} needs {needed}, which is not there.",
                "Remove it, or add that.",
            )


def _check_mode(commands: Sequence[Parsed], report: Report, at: Place, *, complete: bool) -> None:
    found = [one for one in commands if one.command.name in MODES]
    if not found and complete:
        report.error(
            at,
            "The file does not say what to do: there is no install, upgrade or installorupgrade.",
            "Add for example: install --firstdisk --overwritevmfs (a datastore on the disk is lost then).",
        )
    for one in found[1:]:
        if one.command.name != found[0].command.name:
            report.error(
                one.place,
                f"{one.command.name} is here, and {found[0].command.name} in {found[0].place}.",
                "Keep one of them.",
            )


def _check_repeated(commands: Sequence[Parsed], report: Report) -> None:
    first: dict[str, Parsed] = {}
    for one in commands:
        before = first.setdefault(one.command.name, one)
        if before is one or one.command.repeat is Repeat.MANY:
            continue
        where = before.place
        if _say_the_same(before, one):
            report.warning(one.place, f"{one.command.name} is already in {where}, the same.", "Remove one.")
        elif _add_up(before, one):
            report.warning(
                one.place,
                f"{one.command.name} is already in {where}; the disks of both are erased.",
                "Write one, with commas between the disks.",
            )
        elif one.command.repeat is Repeat.ERROR:
            report.error(one.place, f"{one.command.name} is already in {where}.", "Keep one of them.")
        else:
            report.warning(
                one.place,
                f"{one.command.name} is already in {where}; the last one counts.",
                "Keep one of them.",
            )


def _say_the_same(first: Parsed, second: Parsed) -> bool:
    """Whether one of two commands may be left out. Not asked of broken ones: their options are not known."""
    if first.broken or second.broken or first.rejected or second.rejected:
        return False
    return first.options == second.options and first.arguments == second.arguments


def _add_up(first: Parsed, second: Parsed) -> bool:
    """Whether two commands only name disks, and say the same of their datastores."""
    return (
        first.command.name == "clearpart"
        and all(
            one.has("--drives") and one.options.keys() <= {"--drives", "--overwritevmfs", "--all"}
            for one in (first, second)
        )
        and ("--overwritevmfs" in first.options) is ("--overwritevmfs" in second.options)
    )


def _check_options(one: Parsed, report: Report, *, autopart: bool) -> None:
    command = one.command
    has_disk = any(one.has(name) for name in command.one_of) or (command.name == "install" and autopart)
    if command.one_of and not has_disk:
        report.error(
            one.place,
            f"{command.name} does not say which disk.",
            f"Add one of: {', '.join(command.one_of)}.",
        )
    for group in command.exclusive:
        both = [name for name in group if one.has(name)]
        if len(both) > 1:
            report.error(one.place, f"{' and '.join(both)} exclude each other.", "Keep one of them.")
