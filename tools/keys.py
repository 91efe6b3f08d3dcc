"""The keys of a keyboard, as a serial terminal sends them and as QEMU's monitor names them."""

from __future__ import annotations

from host.errors import HostError

SERIAL: dict[str, bytes] = {
    "enter": b"\r",
    "esc": b"\x1b",
    "tab": b"\t",
    "backtab": b"\x1b[Z",
    "backspace": b"\x7f",
    "space": b" ",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "insert": b"\x1b[2~",
    "delete": b"\x1b[3~",
    "pgup": b"\x1b[5~",
    "pgdn": b"\x1b[6~",
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "f9": b"\x1b[20~",
    "f10": b"\x1b[21~",
    "f11": b"\x1b[23~",
    "f12": b"\x1b[24~",
    "ctrl-c": b"\x03",
    "ctrl-d": b"\x04",
}
"""What xterm sends for each key; single characters stand for themselves."""

_NAMED = {
    "enter": "ret",
    "esc": "esc",
    "tab": "tab",
    "backtab": "shift-tab",
    "backspace": "backspace",
    "space": "spc",
    " ": "spc",
    "pgup": "pgup",
    "pgdn": "pgdn",
    "-": "minus",
    "=": "equal",
    "[": "bracket_left",
    "]": "bracket_right",
    ";": "semicolon",
    "'": "apostrophe",
    "`": "grave_accent",
    "\\": "backslash",
    ",": "comma",
    ".": "dot",
    "/": "slash",
}
_SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


def serial(name: str) -> bytes:
    """The bytes a terminal sends for a named key or a single character.

    Raises HostError for a name that is neither.
    """
    if name in SERIAL:
        return SERIAL[name]
    if len(name) == 1:
        return name.encode()
    raise HostError(f"There is no key named {name!r}.", hint=f"Known: {', '.join(SERIAL)}.")


def monitor(name: str) -> tuple[str, ...]:
    """The QEMU key codes pressed together for a key, a character of a US keyboard, or ``alt-f1``."""
    if name in _SHIFTED:
        return ("shift", *monitor(_SHIFTED[name]))
    if len(name) == 1 and name.isalpha() and name.isupper():
        return ("shift", name.lower())
    if name in _NAMED:
        return tuple(_NAMED[name].split("-"))
    return tuple(name.split("-"))
