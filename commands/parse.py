"""Words of a command line made into the values a verb asks for."""

from __future__ import annotations

from collections.abc import Sequence

from commands.language import Call, Kind, Option, Usage, Value, Verb

_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1", "enable", "enabled"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", "disable", "disabled"), False),
}


def options(verb: Verb, words: Sequence[str]) -> Call:
    """The options of an esxcli command: ``--opt=value``, ``--opt value``, ``-o value``, ``-ovalue``.

    Raises Usage for one that is unknown or missing, or whose value is none.
    """
    given: dict[str, Value | tuple[Value, ...]] = {}
    rest = list(words)
    while rest:
        option, value = _split(verb, rest.pop(0))
        if option.kind is Kind.FLAG:
            if value is not None:
                raise Usage(f"{_name(option)} takes no value.", verb)
            given[option.long] = True
            continue
        if value is None:
            if not rest or _is_option(verb, rest[0]):
                raise Usage(f"{_name(option)} needs a value.", verb)
            value = rest.pop(0)
        given[option.long] = _with(given, option, _value(verb, option, value))
    for option in verb.options:
        if option.required and option.long not in given:
            raise Usage(f"{_name(option)} is missing.", verb)
    return Call(given, [])


def arguments(verb: Verb, words: Sequence[str]) -> Call:
    """The arguments of a vim-cmd command, by their places. Raises Usage when there are too few or many.

    One that has no arguments takes none.
    """
    least = sum(argument.required for argument in verb.arguments)
    if not least <= len(words) <= len(verb.arguments):
        raise Usage(f"{verb.path} takes {_count(least, len(verb.arguments))}, not {len(words)}.", verb)
    return Call(
        {argument.name: word for argument, word in zip(verb.arguments, words, strict=False)},
        [],
    )


def _split(verb: Verb, word: str) -> tuple[Option, str | None]:
    """The option a word names, and the value that is in the same word."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        for option in verb.options:
            if option.long == name:
                return option, value if equals else None
        raise Usage(f"There is no option --{name}.", verb)
    if len(word) < 2 or word[0] != "-":
        raise Usage(f'"{word}" is no option.', verb)
    for option in verb.options:
        if option.short == word[1]:
            return option, word[2:].removeprefix("=") if len(word) > 2 else None
    raise Usage(f"There is no option -{word[1]}.", verb)


def _is_option(verb: Verb, word: str) -> bool:
    """Whether a word in the place of a value is an option instead; a negative number is none."""
    try:
        _split(verb, word)
    except Usage:
        return False
    return True


def _with(
    given: dict[str, Value | tuple[Value, ...]], option: Option, value: Value
) -> Value | tuple[Value, ...]:
    before = given.get(option.long, ())
    return (*before, value) if option.many and isinstance(before, tuple) else value


def _value(verb: Verb, option: Option, text: str) -> Value:
    if option.kind is Kind.BOOLEAN:
        if text.lower() not in _BOOLEANS:
            raise Usage(f'{_name(option)} is true or false, not "{text}".', verb)
        return _BOOLEANS[text.lower()]
    if option.kind is Kind.NUMBER:
        try:
            return int(text, 0)
        except ValueError:
            raise Usage(f'{_name(option)} is a number, not "{text}".', verb) from None
    return text


def _name(option: Option) -> str:
    return f"-{option.short}|--{option.long}" if option.short else f"--{option.long}"


def _count(least: int, most: int) -> str:
    words = str(most) if least == most else f"{least} to {most}"
    return f"{'no' if most == 0 else words} argument{'' if most == 1 else 's'}"
