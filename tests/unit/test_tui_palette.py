"""Palettes that do not drift apart and that every terminal can show."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import urwid

from tui import palette

ROOT = Path(__file__).parents[2]


def test_all_palettes_have_the_same_roles() -> None:
    assert {frozenset(roles) for roles in palette.PALETTES.values()} == {frozenset(palette.COLOUR)}


@pytest.mark.parametrize("name", palette.PALETTES)
def test_urwid_understands_every_entry(name: str) -> None:
    for role, fg, bg, mono, fg_high, bg_high in palette.entries(name):
        urwid.AttrSpec(fg, bg, 16)
        urwid.AttrSpec(fg_high, bg_high, 256)
        assert role and mono


def test_mono_has_no_colour() -> None:
    words = {word for look in palette.MONO.values() for word in f"{look.fg},{look.bg}".split(",")}
    assert words <= {"default", "standout", "bold", "underline"}


@pytest.mark.parametrize("name", palette.PALETTES)
def test_the_place_of_work_stands_out_without_colour(name: str) -> None:
    for role in ("focus", "field focus"):
        assert "standout" in palette.PALETTES[name][role].fg


@pytest.mark.parametrize(
    ("term", "name"),
    [("linux", "colour"), ("vt220", "colour"), ("xterm-256color", "colour"), ("screen", "colour"),
     ("vt100", "mono"), ("vt102", "mono"), ("vt52", "mono"), ("dumb", "mono"), ("xterm-mono", "mono"),
     ("", "mono")],
)  # fmt: skip
def test_choice_by_terminal(term: str, name: str) -> None:
    assert palette.choose(term) == name


def test_no_module_uses_a_role_that_does_not_exist() -> None:
    """Roles are plain strings for urwid; this finds the misspelled ones in text markup."""
    used = {}
    for folder in ("tui", "installer/screens", "dcui"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.keyword)
                    and node.arg == "role"
                    and isinstance(node.value, ast.Constant)
                ):
                    used[str(node.value.value)] = path.name
    assert {role: where for role, where in used.items() if role not in palette.COLOUR} == {}
