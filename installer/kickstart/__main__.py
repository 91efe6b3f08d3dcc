"""Kickstart files at a desk: nothing is run, nothing is changed.

``python3 -m installer.kickstart check | explain | match | record | convert | help | docs | schema``; ``-h``
after one of them says more. Ends with 0 when the file can be used (a disk matches), 1 when it cannot, 2 when
there is nothing to look at. docs/kickstart.md has the JSON.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host.errors import HostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from installer.kickstart.explained import Explained
    from installer.kickstart.reading import Reading

_OLDEST = (3, 11)
"""The first Python that knows all that is used here."""

_LOGS = Path("/var/log")
"""Where an installed host has what its installation left."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; see the module's text for the exit code."""
    if sys.version_info < _OLDEST:
        print(_advice(f"Python {'.'.join(map(str, _OLDEST))} or newer"), file=sys.stderr)
        return 2
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except HostError as error:
        print(error, file=sys.stderr)
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "host", "installer"):
            raise
        print(_advice(f"the package python3-{name}"), file=sys.stderr)
    return 2


def _advice(missing: str) -> str:
    return (
        f"{sys.executable} lacks {missing}. Install that, or run make setup and use build/venv/bin/python "
        "in place of python3."
    )


def _parser() -> argparse.ArgumentParser:
    # The width is given because asking the terminal for it loads modules that nothing else here needs.
    def formatter(prog: str) -> argparse.HelpFormatter:
        return argparse.HelpFormatter(prog, width=80)

    parser = argparse.ArgumentParser(
        prog="python3 -m installer.kickstart",
        description="Kickstart files: check one, see what it would do, read about them.",
        formatter_class=formatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about, formatter_class=formatter)
        made.set_defaults(command=run)
        return made

    check = command("check", _check, "say everything there is to say about files")
    check.add_argument("files", nargs="+", metavar="FILE", help="a kickstart file")
    check.add_argument("--paranoid", action="store_true", help="every warning is an error")
    _add_machine(check)
    _add_json(check)

    explain = command("explain", _explain, "say what a file would do, and why")
    explain.add_argument("file", metavar="FILE", help="the kickstart file")
    _add_machine(explain)
    _add_json(explain)

    match = command("match", _match, "say which disk of a machine a name or list of filters means")
    match.add_argument("choice", metavar="FILTER", help="what stands after --firstdisk= or --disk=")
    match.add_argument("--ignoressd", action="store_true", help="pass solid state disks over")
    _add_machine(match, required=True)
    _add_json(match)

    record = command("record", _record, "write this machine down, for --machine")
    record.add_argument("file", nargs="?", type=Path, metavar="FILE", help="else: standard output")

    convert = command("convert", _convert, "write the file that repeats an installation")
    convert.add_argument(
        "source",
        nargs="?",
        type=Path,
        default=_LOGS,
        metavar="FROM",
        help="a folder with what an installation left (/var/log), or what the engine was given (JSON)",
    )
    convert.add_argument("--output", type=Path, metavar="FILE", help="else: standard output")
    _add_machine(convert)

    about = command("help", _help, "the commands, or one of them")
    about.add_argument("name", nargs="?", default="", metavar="COMMAND")

    docs = command("docs", _docs, "print the generated part of docs/kickstart.md")
    docs.add_argument("--write", action="store_true", help="write it into the page instead")

    command("schema", _schema, "print a JSON schema of the commands")
    return parser


def _add_machine(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument(
        "--machine", type=Path, required=required, metavar="FILE", help="a recorded machine (see record)"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def _check(arguments: argparse.Namespace) -> int:
    """Look at every file; one that cannot be read does not keep the others from being looked at."""
    codes, made = [], []
    for file in arguments.files:
        try:
            one = _looked_at(file, arguments.machine, paranoid=arguments.paranoid)
            if arguments.json:
                made.append(_checked_json(file, one))
            else:
                _print_checked(file, one)
            codes.append(1 if one.failed else 0)
        except HostError as error:
            print(error, file=sys.stderr)
            codes.append(2)
    if made:
        _print_json(made if len(arguments.files) > 1 else made[0])
    return max(codes)


def _looked_at(file: str, machine: Path | None, *, paranoid: bool = False) -> Explained:
    """A file, on a machine if there is one. Raises HostError when either cannot be read."""
    from installer.kickstart.explained import explained

    reading = _read(file, paranoid=paranoid)
    if machine is None:
        return explained(reading, None)
    from host.machine.model import load

    return explained(reading, load(machine))


def _read(file: str, *, paranoid: bool = False) -> Reading:
    """Read a file at the desk: no script is run, and no password is hashed, which takes long on purpose."""
    from installer.kickstart.reading import from_disk, not_hashed, read

    return read(file, reader=from_disk, hasher=not_hashed, paranoid=paranoid)


def _print_checked(file: str, one: Explained) -> None:
    from installer.kickstart.report import bound_lines, script_lines

    _print_said(file, one)
    script = one.reading.script
    for line in script_lines(script) if script else ():
        print(f"  {line}")
    if one.bound is not None and one.machine is not None:
        for line in bound_lines(one.bound, one.machine):
            print(f"  {line}")


def _print_said(file: str, one: Explained) -> None:
    from installer.kickstart.report import summary

    for said in one.diagnostics:
        print(said)
    print(f"{file}: {summary(one.diagnostics)}.")


def _checked_json(file: str, one: Explained) -> dict[str, Any]:
    from installer.kickstart.report import as_json, bound_lines

    made = as_json(
        one.diagnostics,
        commands=one.reading.commands,
        script=one.reading.script,
        bound=one.bound,
        plan=bound_lines(one.bound, one.machine) if one.bound and one.machine else (),
    )
    return {"file": file, **made}


def _explain(arguments: argparse.Namespace) -> int:
    from installer.kickstart.explaining import as_json, as_words

    one = _looked_at(arguments.file, arguments.machine)
    if arguments.json:
        _print_json(as_json(one))
    else:
        _print_said(arguments.file, one)
        _print_lines(("", *as_words(one)))
    return 1 if one.failed else 0


def _match(arguments: argparse.Namespace) -> int:
    from host.machine.model import load
    from installer.kickstart import matching

    machine = load(arguments.machine)
    choice = matching.as_choice(arguments.choice, machine, ignore_ssd=arguments.ignoressd)
    found = matching.verdicts(choice, machine)
    if arguments.json:
        _print_json(matching.as_json(choice, found))
    else:
        _print_lines((f"{choice.words}:", *(matching.lines(choice, found) or ["The machine has no disks."])))
    return 0 if matching.chosen(found) else 1


def _record(arguments: argparse.Namespace) -> int:
    from host.machine.model import dump, to_json
    from host.machine.probe import probe

    machine = probe()
    if arguments.file is None:
        print(to_json(machine).decode(), end="")
    else:
        dump(machine, arguments.file)
    return 0


def _convert(arguments: argparse.Namespace) -> int:
    from installer.kickstart.converting import converted, write
    from installer.kickstart.reading import not_hashed, read

    text = converted(arguments.source, arguments.machine)
    reading = read(str(arguments.source), reader=lambda _: text.encode(), hasher=not_hashed)
    for said in reading.diagnostics:
        print(said, file=sys.stderr)
    if arguments.output is None:
        print(text, end="")
    else:
        write(arguments.output, text)
    return 0 if reading.script else 1


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
    _print_json(schema())
    return 0


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(line)


def _print_json(made: Any) -> None:
    import json

    print(json.dumps(made, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    # msgspec prefers typing_extensions for names that typing itself has here. Where something else has
    # brought that library along, loading it would be a fifth of a check.
    sys.modules.setdefault("typing_extensions", None)  # type: ignore[arg-type]
    gc.disable()  # loading makes no garbage and much to look through: a tenth of the time of a check
    sys.exit(main())
