"""The table of the language for people and programs: help in a terminal, docs/kickstart.md, a JSON schema."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from host import keyboard
from host.errors import HostError
from installer.kickstart.commands import BY_NAME, COMMANDS
from installer.kickstart.language import Command, Effect, Kind, Option, Repeat, Status, plain

PAGE = Path(__file__).parent.parent.parent / "docs" / "kickstart.md"
_GENERATED = re.compile(r"(<!-- generated -->\n).*?(<!-- end -->)", re.DOTALL)
_WIDTH = 78

_REMARKS = {
    Effect.IGNORED: "Ignored with a warning.",
    Effect.FOREIGN: "Ignored with a warning.",
    Effect.ALIEN: "With it, the command is ignored with a warning.",
    Effect.UNNEEDED: "Accepted without effect.",
}


def help_text(name: str = "") -> str:
    """What can be written, or everything about one command. Raises HostError for an unknown one."""
    if not name:
        rows = (_row(_usage(command), command.help) for command in _ours())
        return "Commands (give one as an argument to read more):\n\n" + "".join(rows)
    command = BY_NAME.get(name.lower()) or BY_NAME.get(f"%{name.lower()}")
    if command is None:
        raise HostError(f"There is no command {name}.", hint=f"Commands are: {', '.join(sorted(BY_NAME))}.")
    lines = [_usage(command), "", *textwrap.wrap(plain(_about(command)), _WIDTH), ""]
    return "\n".join(lines) + "".join(
        _row(_option_usage(option), _option_about(option)) for option in command.options
    )


def page_part() -> str:
    """The part of docs/kickstart.md that is made from the table."""
    return "\n".join(
        (
            "## Commands\n",
            *(_command_part(command) for command in _ours() if not command.section),
            "## Sections\n",
            *(_command_part(command) for command in _ours() if command.section),
            "## Ignored\n",
            "Commands of ESX 4 and of Red Hat, ignored with a warning:\n",
            _legacy_table(),
            "## Keyboard layouts\n",
            ", ".join(f"`{layout.name}` ({layout.file})" for layout in keyboard.LAYOUTS) + ".\n",
        )
    )


def filled(text: str) -> str:
    """The page with its generated part written anew."""
    return _GENERATED.sub(lambda found: f"{found[1]}\n{page_part()}\n{found[2]}", text)


def schema() -> dict[str, Any]:
    """A JSON schema (2020-12) of the commands of a file, as ``check --json`` prints them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Commands of a kickstart file",
        "type": "array",
        "items": {"oneOf": [_command_schema(command) for command in COMMANDS if not command.section]},
    }


def _ours() -> tuple[Command, ...]:
    return tuple(command for command in COMMANDS if command.status is not Status.LEGACY)


def _usage(command: Command) -> str:
    argument = command.argument
    names = " | ".join((command.name, *command.aliases))
    words = [names] if argument is None or not argument.name else [names, argument.name]
    return " ".join(words)


def _option_usage(option: Option) -> str:
    names = " | ".join((option.name, *option.aliases))
    if option.kind is Kind.FLAG:
        return names
    return f"{names}[={option.kind}]" if option.optional else f"{names}={option.kind}"


def _about(command: Command) -> str:
    words = [command.help]
    if command.required:
        words.append("Required.")
    if command.one_of:
        count = "exactly one" if command.one_of in command.exclusive else "one"
        words.append(f"Needs {count} of: {', '.join(f'`{name}`' for name in command.one_of)}.")
    words += [
        f"{' and '.join(f'`{name}`' for name in group)} exclude each other."
        for group in command.exclusive
        if group != command.one_of
    ]
    if command.needs:
        words.append(f"Only together with {' or '.join(f'`{name}`' for name in command.needs)}.")
    if command.repeat is Repeat.ERROR:
        words.append("Once in a file.")
    elif command.repeat is Repeat.MANY:
        words.append("May be there several times.")
    return " ".join(words)


def _option_about(option: Option) -> str:
    words = [option.help, _REMARKS.get(option.effect, "")]
    if option.versions:
        words.append(f"(In the reference: {option.versions}.)")
    return " ".join(word for word in words if word)


def _row(left: str, right: str) -> str:
    wrapped = textwrap.wrap(plain(right), _WIDTH - 6)
    return f"  {left}\n" + "".join(f"      {line}\n" for line in wrapped)


def _command_part(command: Command) -> str:
    lines = [f"### `{_usage(command)}`\n", f"{_about(command)}\n"]
    if command.options:
        lines += ["| option | meaning |", "|---|---|"]
        lines += [
            f"| `{_cell(_option_usage(option))}` | {_cell(_option_about(option))} |"
            for option in command.options
        ]
        lines.append("")
    return "\n".join(lines)


def _legacy_table() -> str:
    rows = [command for command in COMMANDS if command.status is Status.LEGACY]
    known = [command for command in rows if not command.help.startswith("Red Hat")]
    others = ", ".join(f"`{command.name}`" for command in rows if command not in known)
    table = "".join(f"| `{command.name}` | {_cell(command.help)} |\n" for command in known)
    return f"| command | why |\n|---|---|\n{table}\nAnd: {others}.\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _command_schema(command: Command) -> dict[str, Any]:
    return {
        "type": "object",
        "description": plain(command.help),
        "required": ["command", "file", "line", "options"],
        "properties": {
            "command": {"const": command.name},
            "file": {"type": "string"},
            "line": {"type": "integer", "minimum": 1},
            "options": {
                "type": "object",
                "properties": {option.name: _option_schema(option) for option in command.options},
                "additionalProperties": False,
            },
            "arguments": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": False,
    }


def _option_schema(option: Option) -> dict[str, Any]:
    about = {"description": plain(_option_about(option))}
    if option.kind is Kind.FLAG:
        return {"const": True, **about}
    return {"type": "string", **about}
