"""``python3 -m installer.kickstart check FILE [--machine FILE] [--json] | help [COMMAND] | docs | schema``.

Checks a kickstart file at a desk: nothing is run, nothing is changed. Ends with 0 when the file can be used,
1 when it cannot, 2 when there is nothing to check.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from host.errors import HostError

if TYPE_CHECKING:
    from installer.kickstart.bind import Bound
    from installer.kickstart.diagnostics import Diagnostic
    from installer.kickstart.reading import Reading


def main(argv: list[str] | None = None) -> int:
    """Run one command; see the module's text for the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except HostError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m installer.kickstart", description="Kickstart files: check one, read about them."
    )
    commands = parser.add_subparsers(required=True)

    check = commands.add_parser("check", help="say everything there is to say about a file")
    check.add_argument("file", help="the kickstart file")
    check.add_argument(
        "--machine", type=Path, metavar="FILE", help="a recorded machine: what would be done there"
    )
    check.add_argument("--json", action="store_true", help="for programs")
    check.set_defaults(command=_check)

    about = commands.add_parser("help", help="the commands, or one of them")
    about.add_argument("name", nargs="?", default="", metavar="COMMAND")
    about.set_defaults(command=_help)

    docs = commands.add_parser("docs", help="print the generated part of docs/kickstart.md")
    docs.add_argument("--write", action="store_true", help="write it into the page instead")
    docs.set_defaults(command=_docs)

    schema = commands.add_parser("schema", help="print a JSON schema of the commands")
    schema.set_defaults(command=_schema)
    return parser


def _check(arguments: argparse.Namespace) -> int:
    from installer.kickstart.diagnostics import failed
    from installer.kickstart.reading import from_disk, read

    reading = read(arguments.file, reader=from_disk)
    said, bound, plan = _on(arguments.machine, reading)
    (_print_json if arguments.json else _print)(arguments.file, reading, said, bound, plan)
    return 1 if failed(said) else 0


def _on(file: Path | None, reading: Reading) -> tuple[tuple[Diagnostic, ...], Bound | None, list[str]]:
    """Everything said, with what a machine adds, what would be done there, and that in words."""
    from host.machine.model import load
    from installer.kickstart.bind import bind
    from installer.kickstart.report import bound_lines

    if file is None:
        return reading.diagnostics, None, []
    machine = load(file)
    if reading.script is None:
        return reading.diagnostics, None, []
    binding = bind(reading.script, machine)
    said = (*reading.diagnostics, *binding.diagnostics)
    if binding.bound is None:
        return said, None, []
    return said, binding.bound, bound_lines(binding.bound, machine)


def _print(
    file: str, reading: Reading, said: tuple[Diagnostic, ...], bound: Bound | None, plan: list[str]
) -> None:
    from installer.kickstart.report import script_lines, summary

    del bound
    for one in said:
        print(one)
    print(f"{file}: {summary(said)}.")
    for line in script_lines(reading.script) if reading.script else ():
        print(f"  {line}")
    for line in plan:
        print(f"  {line}")


def _print_json(
    file: str, reading: Reading, said: tuple[Diagnostic, ...], bound: Bound | None, plan: list[str]
) -> None:
    from installer.kickstart.report import as_json

    del file
    made = as_json(said, commands=reading.commands, script=reading.script, bound=bound, plan=plan)
    print(json.dumps(made, indent=2, ensure_ascii=False))


def _help(arguments: argparse.Namespace) -> int:
    from installer.kickstart.manual import help_text

    print(help_text(arguments.name), end="")
    return 0


def _docs(arguments: argparse.Namespace) -> int:
    from installer.kickstart.manual import PAGE, filled, page_part

    if arguments.write:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(page_part(), end="")
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    from installer.kickstart.manual import schema

    del arguments
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
