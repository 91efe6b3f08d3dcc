"""The keyboard of the local console: 28 layouts under the names ESXi gives them.

Keymaps for loadkeys(8) are made from XKB descriptions when the image is built
(``python3 -m host.keyboard generate DIR``), so the image needs neither XKB nor its compiler.

What a password typed on a keyboard with another script means: Greek, Russian and Ukrainian maps start
with Latin letters where a US keyboard has them, because a password must be typed the same on the console,
over SSH and in a browser, and a masked field cannot show the script. Alt+Shift switches to the script
on the keys and back. A Japanese keyboard types Latin letters with its own places for the marks; kana
is left to input methods, which a console has none of.

In every map Alt+F1 leads to console 2, where the shell is, and Alt+F2 to console 1, where our screens
are: that is what these keys do on ESXi.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec

from host import paths
from host.config.model import DEFAULT_KEYBOARD
from host.errors import HostError

CONSOLE = Path("/dev/tty1")
"""Any console will do: the keymap is one for all of them."""

_TOGGLE = "grp:alt_shift_toggle"
_KEY_F1, _KEY_F2 = 59, 60


class Layout(msgspec.Struct, frozen=True):
    """A keyboard layout.

    ``name`` is ESXi's; ``xkb_layout``, ``xkb_variant``, ``xkb_options`` are what ckbcomp(1) takes; ``file``
    is the name of the keymap without its ``.map.gz``.
    """

    name: str
    xkb_layout: str
    xkb_variant: str
    file: str
    xkb_options: str = ""


LAYOUTS: tuple[Layout, ...] = (
    Layout("Belgian", "be", "", "be"),
    Layout("Brazilian", "br", "", "br"),
    Layout("Croatian", "hr", "", "hr"),
    Layout("Czechoslovakian", "cz", "", "cz"),
    Layout("Danish", "dk", "", "dk"),
    Layout("Estonian", "ee", "", "ee"),
    Layout("Finnish", "fi", "", "fi"),
    Layout("French", "fr", "", "fr"),
    Layout("German", "de", "", "de"),
    Layout("Greek", "us,gr", ",", "gr", _TOGGLE),
    Layout("Icelandic", "is", "", "is"),
    Layout("Italian", "it", "", "it"),
    Layout("Japanese", "jp", "", "jp"),
    Layout("Latin American", "latam", "", "latam"),
    Layout("Norwegian", "no", "", "no"),
    Layout("Polish", "pl", "", "pl"),
    Layout("Portuguese", "pt", "", "pt"),
    Layout("Russian", "us,ru", ",", "ru", _TOGGLE),
    Layout("Slovenian", "si", "", "si"),
    Layout("Spanish", "es", "", "es"),
    Layout("Swedish", "se", "", "se"),
    Layout("Swiss French", "ch", "fr", "ch-fr"),
    Layout("Swiss German", "ch", "de", "ch-de"),
    Layout("Turkish", "tr", "", "tr"),
    Layout("Ukrainian", "us,ua", ",", "ua", _TOGGLE),
    Layout("United Kingdom", "gb", "", "gb"),
    Layout(DEFAULT_KEYBOARD, "us", "", "us"),
    Layout("US Dvorak", "us", "dvorak", "us-dvorak"),
)

_ALIASES = {
    "default": DEFAULT_KEYBOARD,
    "ch": "Swiss German",
    "czech": "Czechoslovakian",
    "dvorak": "US Dvorak",
    "sg": "Swiss German",
    "sf": "Swiss French",
    "slovene": "Slovenian",
    "uk": "United Kingdom",
}
"""Other spellings found in kickstart files, beside the file names, which are understood too."""


def find(name: str) -> Layout:
    """The layout of that name.

    Case, runs of blanks, ``-`` and ``_`` do not matter. Besides ESXi's names, ``Default`` and the short
    codes of Linux (``us``, ``de``, ``ch-fr``, ``uk`` ...) are understood; ``find(name).name != name`` tells.
    Raises HostError for anything else.
    """
    wanted = _fold(name)
    wanted = _fold(_ALIASES.get(wanted, wanted))
    for layout in LAYOUTS:
        if wanted in (_fold(layout.name), _fold(layout.file)):
            return layout
    raise HostError(
        f'There is no keyboard layout "{name}".',
        hint="Choose one of: " + ", ".join(layout.name for layout in LAYOUTS) + ".",
    )


def keymap_path(name: str, directory: Path = paths.KEYMAPS) -> Path:
    """Where the keymap of the layout of that name is. Raises HostError for an unknown name."""
    return directory / f"{find(name).file}.map.gz"


def activate(name: str) -> None:
    """Make the layout of that name the one of all local consoles, now.

    On a machine without a virtual console there is nothing to do. Raises HostError when the name is unknown
    or the kernel does not take the keymap.
    """
    # Whoever only asks for a layout's name does not wait for what it takes to start a program.
    import logging

    from host.run import run

    keymap = keymap_path(name)
    if not CONSOLE.is_char_device():
        logging.getLogger(__name__).info("no local console: keyboard layout %s is not loaded", name)
        return
    run(["loadkeys", "--quiet", "--unicode", "--console", CONSOLE, keymap], timeout=60)


def generate(directory: Path) -> tuple[Path, ...]:
    """Make the keymaps of all layouts in ``directory``, with ckbcomp(1); equal inputs give equal bytes.

    Raises HostError when ckbcomp is missing or does not know a layout.
    """
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(_generate(layout, directory) for layout in LAYOUTS)


def _generate(layout: Layout, directory: Path) -> Path:
    import gzip

    from host.run import run

    argv = ["ckbcomp", "-layout", layout.xkb_layout, "-variant", layout.xkb_variant]
    if layout.xkb_options:
        argv += ["-option", layout.xkb_options]
    compiled = run(argv, timeout=60).stdout
    path = keymap_path(layout.name, directory)
    path.write_bytes(gzip.compress(_with_our_consoles(compiled).encode(), 9, mtime=0))
    return path


def _with_our_consoles(compiled: str) -> str:
    """The keymap without comments, and with the consoles of Alt+F1 and Alt+F2 exchanged.

    ckbcomp appends the build machine's /etc/console-setup/remap.inc, which by default is comments only.
    """
    lines = [line for line in compiled.splitlines() if line.strip() and not line.startswith("#")]
    return "".join(f"{_exchanged(line)}\n" for line in lines)


def _exchanged(line: str) -> str:
    if re.match(rf"keycode +{_KEY_F1} ", line):
        return re.sub(r"\bConsole_1\b", "Console_2", line)
    if re.match(rf"keycode +{_KEY_F2} ", line):
        return re.sub(r"\bConsole_2\b", "Console_1", line)
    return line


def _fold(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip())).casefold()


def main(argv: list[str]) -> int:
    """``generate DIR``: make all keymaps there. Used when the image is built."""
    if len(argv) != 2 or argv[0] != "generate":
        sys.stderr.write("usage: python3 -m host.keyboard generate DIR\n")
        return 2
    try:
        made = generate(Path(argv[1]))
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(made)} keymaps in {argv[1]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
