"""Keys as every terminal sends them, made one set of names.

urwid already knows what xterm, VT220, rxvt and the Linux console send for function keys. Added here are
the aliases for lines that swallow function keys: Esc then a digit, as the VT100+ convention of serial
service consoles has it (Esc 1 .. Esc 9 = F1 .. F9, Esc 0 = F10, Esc ! or Esc - = F11, Esc @ or Esc = = F12).
"""

from __future__ import annotations

from collections.abc import Iterable

ESC_WAIT = 0.35
"""Seconds after Esc in which a following key may still make an alias of it."""

ESC_ALIASES: dict[str, str] = {
    **{str(number): f"f{number}" for number in range(1, 10)},
    "0": "f10",
    "-": "f11",
    "!": "f11",
    "=": "f12",
    "@": "f12",
}

ALIAS_HELP = "Esc then 1-9 0 - = stands for F1-F12"
"""For lines that swallow function keys."""

_META = "meta "


def normalise(keys: Iterable[object]) -> list[str]:
    """The keys with aliases resolved; mouse events and terminal replies are dropped.

    A key that arrived right after Esc and is no alias counts as Esc followed by that key, because it was
    typed fast, not because anybody holds a Meta key here.
    """
    normal: list[str] = []
    for key in keys:
        if isinstance(key, str):
            normal.extend(_split_meta(key))
    return normal


def _split_meta(key: str) -> list[str]:
    if not key.startswith(_META):
        return [key]
    rest = key.removeprefix(_META)
    if rest in ESC_ALIASES:
        return [ESC_ALIASES[rest]]
    if rest == "tab":  # what the Linux console sends for Shift+Tab
        return ["shift tab"]
    if len(rest) == 1 or rest in {"enter", "backspace"}:
        return ["esc", rest]
    return [key]


def display(key: str) -> str:
    """How a key is written in a key bar: ``f2`` as ``F2``, ``enter`` as ``Enter``."""
    return {"up": "Up", "down": "Down", " ": "Space", "page up": "PgUp", "page down": "PgDn"}.get(
        key, key[:1].upper() + key[1:]
    )
