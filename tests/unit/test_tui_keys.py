"""Keys as terminals send them, all the way from bytes to names."""

from __future__ import annotations

import pytest
import urwid
from urwid.display import escape

from tui import keys


def decode(data: bytes) -> list[str]:
    """What the program sees of bytes that arrive at once."""
    urwid.set_encoding("utf-8")
    codes, found = list(data), []
    while codes:
        events, codes = escape.process_keyqueue(codes, False)
        found += events
    return keys.normalise(found)


XTERM = ["OP", "OQ", "OR", "OS", "[15~", "[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~"]
VT220 = ["[11~", "[12~", "[13~", "[14~", *XTERM[4:]]
LINUX = ["[[A", "[[B", "[[C", "[[D", "[[E", *XTERM[5:]]
DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "="]
VT100_PLUS = [*DIGITS[:10], "!", "@"]


@pytest.mark.parametrize("terminal", [XTERM, VT220, LINUX, DIGITS, VT100_PLUS])
def test_function_keys(terminal: list[str]) -> None:
    for number, sequence in enumerate(terminal, start=1):
        assert decode(b"\x1b" + sequence.encode()) == [f"f{number}"]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"\x1b", ["esc"]),
        (b"\x1by", ["esc", "y"]),
        (b"\x1b\x1b", ["esc", "esc"]),
        (b"\x1b\r", ["esc", "enter"]),
        (b"\x1b2\x1b2", ["f2", "f2"]),
        (b"2", ["2"]),
        (b"\x1b\t", ["shift tab"]),
        (b"\x1b[Z", ["shift tab"]),
        (b"\x1b[A\x1bOB", ["up", "down"]),
        (b"\x7f\x08", ["backspace", "backspace"]),
        (b"\r\n", ["enter", "enter"]),
        (b"\x0c", ["ctrl l"]),
        ("é".encode(), ["é"]),
        (b"\x1b[24;80R", []),
        (b"\x1b[M !!", []),
    ],
)
def test_other_keys(data: bytes, names: list[str]) -> None:
    assert decode(data) == names


def test_every_function_key_has_an_alias() -> None:
    assert {f"f{number}" for number in range(1, 13)} == set(keys.ESC_ALIASES.values())


@pytest.mark.parametrize(
    ("key", "shown"), [("f2", "F2"), ("enter", "Enter"), ("page up", "PgUp"), ("y", "Y"), (" ", "Space")]
)
def test_display(key: str, shown: str) -> None:
    assert keys.display(key) == shown
