"""Three palettes with the same roles: two-tone colour, high contrast, and none at all.

Roles that mark the place of work (focus, fields, titles) are spelled with ``standout`` over black, so that
a terminal that ignores colour still shows them in reverse video.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Look(NamedTuple):
    """Foreground and background, for 16 colours and, where it looks better, for 256."""

    fg: str
    bg: str
    fg_high: str = ""
    bg_high: str = ""


# Dark gray is bold black to a terminal of 8 colours, and invisible on black where bold does not brighten.
COLOUR: Mapping[str, Look] = {
    # the screen behind boxes and the strips at its edges
    "backdrop": Look("light gray", "black", "g70", "g15"),
    "banner": Look("brown,standout", "black", "#fb0,standout", "g11"),
    "footer": Look("light gray", "black", "g50", "g15"),
    # the two halves of a two-tone screen
    "upper": Look("black", "brown", "g11", "#fb0"),
    "upper strong": Look("black", "brown", "g11,bold", "#fb0"),
    "upper warning": Look("dark red", "brown", "#800,bold", "#fb0"),
    "lower": Look("light gray", "black", "g85", "g19"),
    "lower key": Look("white", "black", "g100,bold", "g19"),
    # boxes and what is in them
    "border": Look("dark gray", "light gray", "g50", "g89"),
    "title": Look("brown,standout", "black", "#fb0,standout", "g11"),
    "text": Look("black", "light gray", "g11", "g89"),
    "strong": Look("black,bold", "light gray", "g0,bold", "g89"),
    "header": Look("dark blue", "light gray", "#008,bold", "g89"),
    "dim": Look("dark gray", "light gray", "g50", "g89"),
    "focus": Look("brown,standout", "black", "#fb0,standout", "g11"),
    "focus dim": Look("light gray", "black", "g66,standout", "g11"),
    "warning": Look("dark red", "light gray", "#a40,bold", "g89"),
    "error": Look("dark red", "light gray", "#a00,bold", "g89"),
    "good": Look("dark green", "light gray", "#060,bold", "g89"),
    "key": Look("dark blue", "light gray", "#008,bold", "g89"),
    "key label": Look("black", "light gray", "g11", "g89"),
    "field": Look("light gray,standout", "black", "g100,standout", "g11"),
    "field focus": Look("brown,standout", "black", "#fd6,standout", "g11"),
    "field off": Look("dark gray", "light gray", "g62", "g89"),
    "bar": Look("brown,standout", "black", "#fb0,standout", "g11"),
    "bar rest": Look("dark gray", "light gray", "g66", "g89"),
}

CONTRAST: Mapping[str, Look] = {
    **dict.fromkeys(COLOUR, Look("white", "black")),
    **dict.fromkeys(
        ("banner", "title", "focus", "field focus", "bar", "upper", "upper strong"),
        Look("white,standout", "black"),
    ),
    **dict.fromkeys(("key", "lower key", "header", "strong"), Look("yellow", "black")),
    "upper warning": Look("white,standout,underline", "black"),
    "focus dim": Look("white,standout", "black"),
    "field": Look("white,underline", "black"),
    "error": Look("yellow,underline", "black"),
    "warning": Look("yellow,underline", "black"),
}

MONO: Mapping[str, Look] = {
    **dict.fromkeys(COLOUR, Look("default", "default")),
    **dict.fromkeys(
        ("banner", "title", "focus", "field focus", "bar", "focus dim"),
        Look("default,standout", "default"),
    ),
    **dict.fromkeys(
        ("strong", "header", "key", "lower key", "upper strong", "upper warning", "warning", "error"),
        Look("default,bold", "default"),
    ),
    "field": Look("default,underline", "default"),
}

PALETTES: Mapping[str, Mapping[str, Look]] = {"colour": COLOUR, "contrast": CONTRAST, "mono": MONO}

_WITHOUT_COLOUR = ("vt1", "vt5", "dumb", "unknown")


def choose(term: str) -> str:
    """The palette that suits a terminal type."""
    if term.startswith(_WITHOUT_COLOUR) or term.endswith(("-m", "-mono")) or not term:
        return "mono"
    return "colour"


def entries(name: str) -> list[tuple[str, str, str, str, str, str]]:
    """The palette as urwid registers it."""
    return [
        (role, look.fg, look.bg, "default", look.fg_high or look.fg, look.bg_high or look.bg)
        for role, look in PALETTES[name].items()
    ]
