"""Help in a terminal, made from the table."""

from __future__ import annotations

import textwrap

from commands.language import Kind, Option, Verb

_WIDTH = 78


def of_verb(verb: Verb) -> str:
    """How one command is called."""
    words = [f"Usage: {verb.program} {verb.path}"]
    words += [f"[{each.name}]" if not each.required else each.name for each in verb.arguments]
    if verb.options:
        words.append("[options]")
    text = " ".join(words) + "\n\n" + _wrapped(verb.help, 2)
    if verb.options:
        text += "\nOptions:\n" + "".join(_row(spelled(each), described(each)) for each in verb.options)
    if verb.arguments:
        text += "\nArguments:\n" + "".join(_row(each.name, each.help) for each in verb.arguments)
    return text


def of_namespace(program: str, verbs: list[Verb], path: str = "") -> str:
    """The commands whose names begin with ``path``; all of the program by default."""
    options = "[--formatter=csv|json|keyvalue|xml] " if program in ("esxcli", "localcli") else ""
    title = f"Usage: {program} {options}{path}".rstrip()
    rows = "".join(_row(verb.path, verb.help) for verb in verbs)
    return f"{title} COMMAND\n\nCommands:\n{rows}"


def spelled(option: Option) -> str:
    """An option as it is written: ``-s | --server=TEXT``."""
    long = f"--{option.long}" + (f"={option.kind}" if option.kind is not Kind.FLAG else "")
    return f"-{option.short} | {long}" if option.short else long


def described(option: Option) -> str:
    """What an option means, and how often it is given."""
    words = [option.help]
    words += ["Required."] if option.required else []
    words += ["May be given several times."] if option.many else []
    return " ".join(words)


def _row(left: str, right: str) -> str:
    return f"  {left}\n{_wrapped(right, 6)}"


def _wrapped(text: str, indent: int) -> str:
    space = " " * indent
    return textwrap.fill(text, _WIDTH, initial_indent=space, subsequent_indent=space) + "\n"
