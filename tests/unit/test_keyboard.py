"""The 28 layouts: their names, their keymaps, and what can be typed on them."""

from __future__ import annotations

import gzip
import re
import string
import subprocess
from pathlib import Path

import pytest

from host import keyboard, run
from host.config.model import DEFAULT_KEYBOARD
from host.errors import HostError

NAMES = """Belgian, Brazilian, Croatian, Czechoslovakian, Danish, Estonian, Finnish, French, German, Greek,
Icelandic, Italian, Japanese, Latin American, Norwegian, Polish, Portuguese, Russian, Slovenian, Spanish,
Swedish, Swiss French, Swiss German, Turkish, Ukrainian, United Kingdom, US Default, US Dvorak"""

DEAD = {
    "dead_grave": "`",
    "dead_acute": "'",
    "dead_circumflex": "^",
    "dead_tilde": "~",
    "dead_diaeresis": '"',
}
"""What a dead key types before a blank."""

PLAIN, SHIFT, ALTGR, ALT = 0, 1, 2, 8
"""Columns of a full keymap, as keymaps(5) numbers the modifiers."""


def test_the_names_are_those_of_the_reference() -> None:
    assert [layout.name for layout in keyboard.LAYOUTS] == re.split(r",\s+", NAMES)


def test_files_are_unique() -> None:
    assert len({layout.file for layout in keyboard.LAYOUTS}) == 28


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("US Default", "US Default"),
        ("us default", "US Default"),
        ("  US   Default ", "US Default"),
        ("Default", "US Default"),
        ("us", "US Default"),
        ("German", "German"),
        ("GERMAN", "German"),
        ("de", "German"),
        ("gb", "United Kingdom"),
        ("uk", "United Kingdom"),
        ("ch", "Swiss German"),
        ("ch-fr", "Swiss French"),
        ("swiss_french", "Swiss French"),
        ("Latin-American", "Latin American"),
        ("dvorak", "US Dvorak"),
        ("Czech", "Czechoslovakian"),
    ],
)
def test_find(asked: str, name: str) -> None:
    assert keyboard.find(asked).name == name


@pytest.mark.parametrize("layout", keyboard.LAYOUTS, ids=lambda layout: layout.file)
def test_every_name_and_file_finds_its_layout(layout: keyboard.Layout) -> None:
    assert keyboard.find(layout.name) is layout
    assert keyboard.find(layout.name.upper()) is layout
    assert keyboard.find(layout.file) is layout


def test_every_alias_finds_a_layout_and_hides_none() -> None:
    files = {layout.file for layout in keyboard.LAYOUTS}
    for alias in keyboard._ALIASES:
        assert keyboard.find(alias)
        assert alias not in files


@pytest.mark.parametrize("name", ["", "Klingon", "../etc/passwd", "USDefault"])
def test_unknown_names_are_told_what_there_is(name: str) -> None:
    with pytest.raises(HostError) as error:
        keyboard.find(name)
    assert "Belgian" in error.value.hint


def test_keymap_path() -> None:
    assert keyboard.keymap_path("Swiss French", Path("/maps")) == Path("/maps/ch-fr.map.gz")


def test_without_a_console_there_is_nothing_to_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[object] = []
    monkeypatch.setattr("host.run.run", lambda argv, **_: started.append(argv))
    monkeypatch.setattr(keyboard, "CONSOLE", tmp_path / "tty1")
    keyboard.activate("German")
    assert not started


@pytest.mark.processes
def test_activate_hands_the_keymap_to_loadkeys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "loadkeys"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/arguments\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(keyboard, "CONSOLE", Path("/dev/null"))
    keyboard.activate("de")
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert arguments[-3:] == ["--console", "/dev/null", "/usr/local/share/bedplate/keymaps/de.map.gz"]


def test_wrong_use_of_the_program_says_how(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert keyboard.main([]) == 2
    assert keyboard.main(["generate"]) == 2
    assert keyboard.main(["delete", str(tmp_path)]) == 2
    assert "generate DIR" in capsys.readouterr().err


@pytest.mark.processes
class TestKeymaps:
    @pytest.fixture(scope="class")
    def maps(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        directory = tmp_path_factory.mktemp("keymaps")
        assert len(keyboard.generate(directory)) == 28
        return directory

    def test_equal_inputs_give_equal_bytes(self, maps: Path, tmp_path: Path) -> None:
        for layout in keyboard.LAYOUTS[:3]:
            again = keyboard._generate(layout, tmp_path)
            assert again.read_bytes() == keyboard.keymap_path(layout.name, maps).read_bytes()

    @pytest.mark.parametrize("layout", keyboard.LAYOUTS, ids=lambda layout: layout.file)
    def test_the_kernel_tools_accept_it(self, maps: Path, layout: keyboard.Layout) -> None:
        path = keyboard.keymap_path(layout.name, maps)
        parsed = subprocess.run(["loadkeys", "-q", "-u", "-p", path], capture_output=True, check=False)
        assert (parsed.returncode, parsed.stderr) == (0, b"")

    @pytest.mark.parametrize("layout", keyboard.LAYOUTS, ids=lambda layout: layout.file)
    def test_every_ascii_character_can_be_typed_at_once(self, maps: Path, layout: keyboard.Layout) -> None:
        typed = {character for row in rows(maps, layout).values() for character in characters(row)}
        assert set(string.printable.strip() + " ") - typed == set()

    @pytest.mark.parametrize("layout", keyboard.LAYOUTS, ids=lambda layout: layout.file)
    def test_alt_f1_leads_to_the_shell_and_alt_f2_back(self, maps: Path, layout: keyboard.Layout) -> None:
        keys = rows(maps, layout)
        assert [keys[code][ALT] for code in (59, 60, 61, 88)] == [
            "Console_2",
            "Console_1",
            "Console_3",
            "Console_12",
        ]
        assert [keys[code][PLAIN] for code in (59, 60, 88)] == ["F1", "F2", "F12"]

    @pytest.mark.parametrize(
        ("name", "key", "plain", "shift"),
        [
            ("US Default", 21, "y", "Y"),
            ("German", 21, "z", "Z"),
            ("French", 16, "a", "A"),
            ("French", 2, "&", "1"),
            ("US Dvorak", 16, "'", '"'),
            ("Greek", 30, "a", "A"),
            ("Russian", 30, "a", "A"),
            ("Ukrainian", 30, "a", "A"),
            ("Japanese", 3, "2", '"'),
            ("Swiss French", 40, "à", "ä"),
            ("Swiss German", 40, "ä", "à"),
            ("United Kingdom", 3, "2", '"'),
            ("Turkish", 23, "ı", "I"),
            ("Brazilian", 39, "ç", "Ç"),
        ],
    )
    def test_what_a_key_types(self, maps: Path, name: str, key: int, plain: str, shift: str) -> None:
        row = rows(maps, keyboard.find(name))[key]
        assert (character(row[PLAIN]), character(row[SHIFT])) == (plain, shift)

    @pytest.mark.parametrize(("name", "letter"), [("Greek", "α"), ("Russian", "ф"), ("Ukrainian", "ф")])
    def test_the_script_on_the_keys_is_one_toggle_away(self, maps: Path, name: str, letter: str) -> None:
        keys = rows(maps, keyboard.find(name))
        assert letter in {character(symbol) for symbol in keys[30][16:]}
        assert "ShiftL_Lock" in keys[42]

    def test_a_layout_the_compiler_does_not_know_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(run.CommandError):
            keyboard._generate(keyboard.Layout(DEFAULT_KEYBOARD, "nowhere", "", "us"), tmp_path)


def rows(directory: Path, layout: keyboard.Layout) -> dict[int, list[str]]:
    """The keys of a map that are written out for all modifiers."""
    text = gzip.decompress(keyboard.keymap_path(layout.name, directory).read_bytes()).decode()
    found: dict[int, list[str]] = {}
    columns: dict[int, dict[str, str]] = {}
    for line in text.splitlines():
        if match := re.match(r"keycode +(\d+) = (.*)", line):
            found[int(match[1])] = match[2].split()
        elif match := re.match(r"((?:\w+ )+)keycode +(\d+) = (\S+)", line):
            columns.setdefault(int(match[2]), {})[match[1].strip()] = match[3]
    for code, named in columns.items():
        found[code] = [
            named.get("plain", "VoidSymbol"),
            named.get("shift", "VoidSymbol"),
            named.get("altgr", "VoidSymbol"),
            named.get("altgr shift", "VoidSymbol"),
            *(symbol for name, symbol in named.items() if "shiftl" in name.split()),
        ]
    return found


def characters(row: list[str]) -> set[str]:
    return {character(symbol) for symbol in row[:4]}


def character(symbol: str) -> str:
    if symbol in DEAD:
        return DEAD[symbol]
    match = re.fullmatch(r"\+?U\+([0-9a-f]{4})", symbol)
    return chr(int(match[1], 16)) if match else symbol
