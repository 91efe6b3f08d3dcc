"""A command line taken apart: which command of which program it names, and what it gives it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from commands import known, parse, usage
from commands.language import Call, Unmet, Usage, Verb
from commands.output import FORMATS
from commands.table import VERBS

ESXCLI = ("esxcli", "localcli")
"""One and the same here: there is no agent that one of them would go round."""

_HELP = ("--help", "-h", "-?")
_GLOBAL = ("--formatter", "--format-param")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A command and what it was given; or ``help``, a text that was asked for instead.

    ``formatter`` and ``fields`` say how the answer is printed (commands.output).
    """

    verb: Verb | None = None
    call: Call = Call({}, [])
    formatter: str = ""
    fields: tuple[str, ...] = ()
    help: str = ""


def understand(program: str, words: Sequence[str]) -> Asked:
    """What a command line asks for.

    Raises Usage for what is no command or not called like that, Unmet for what this host has not got.
    """
    if program in ESXCLI:
        return _esxcli(program, words)
    if program == "vim-cmd":
        return _vim_cmd(words)
    raise _unknown(program, words)


def _esxcli(program: str, words: Sequence[str]) -> Asked:
    settings, words = _globals(words)
    length = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    path, rest = tuple(words[:length]), words[length:]
    verbs = [verb for verb in VERBS if verb.program == "esxcli"]
    verb = next((verb for verb in verbs if tuple(verb.path.split()) == path), None)
    if any(word in _HELP for word in rest):
        return Asked(help=_help(program, path, verbs, verb))
    if verb is None:
        raise _no_such(program, path, verbs)
    call = parse.options(verb, rest)
    return msgspec.structs.replace(settings, verb=verb, call=call)


def _globals(words: Sequence[str]) -> tuple[Asked, list[str]]:
    """The options of esxcli itself, wherever they stand, and the other words.

    Raises Usage for a format that does not exist.
    """
    found = dict.fromkeys(_GLOBAL, "")
    others: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name not in found:
            others.append(word)
        elif equals or rest:
            found[name] = value if equals else rest.pop(0)
    formatter = found["--formatter"]
    if formatter and formatter not in FORMATS:
        raise Usage(f'--formatter is one of {", ".join(FORMATS)}, not "{formatter}".')
    fields = found["--format-param"].removeprefix("fields=").split(",")
    return Asked(formatter=formatter, fields=tuple(filter(None, fields))), others


def _vim_cmd(words: Sequence[str]) -> Asked:
    verbs = [verb for verb in VERBS if verb.program == "vim-cmd"]
    asks_for_help = bool(words) and words[0] in (*_HELP, "help")
    words = words[1:] if asks_for_help else words
    path = words[0].strip("/") if words else ""
    verb = next((verb for verb in verbs if verb.path == path), None)
    if asks_for_help or any(word in _HELP for word in words):
        return Asked(help=_help("vim-cmd", (path,) if path else (), verbs, verb))
    if verb is None:
        raise _no_such("vim-cmd", (path,) if path else (), verbs)
    return Asked(verb=verb, call=parse.arguments(verb, words[1:]))


def _help(program: str, path: tuple[str, ...], verbs: list[Verb], verb: Verb | None) -> str:
    if verb is not None:
        return usage.of_verb(verb)
    below = _below(path, verbs)
    if not below:
        raise _unknown(program, path)
    return usage.of_namespace(program, below, " ".join(path))


def _no_such(program: str, path: tuple[str, ...], verbs: list[Verb]) -> Usage | Unmet:
    """What to raise where the words name no command: with words too many, with too few, or altogether."""
    longer = [verb for verb in verbs if path[: len(verb.path.split())] == tuple(verb.path.split())]
    if longer:
        return Usage(f'"{path[len(longer[0].path.split())]}" is no option.', longer[0])
    below = _below(path, verbs)
    if below:
        return Usage("Which command?", text=usage.of_namespace(program, below, " ".join(path)))
    return _unknown(program, path)


def _unknown(program: str, words: Sequence[str]) -> Usage | Unmet:
    why = known.reason(program, words)
    if why:
        return Unmet(why)
    return Usage(f"There is no command {' '.join((program, *words))}.")


def _below(path: tuple[str, ...], verbs: list[Verb]) -> list[Verb]:
    """The commands of a namespace: all of them without one."""
    return [verb for verb in verbs if tuple(verb.path.replace("/", " ").split())[: len(path)] == path]
