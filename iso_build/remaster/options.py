"""Boot options that were given: what can stand in a boot menu, and what the installer makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from installer.kickstart import bootoptions
from kernel_config import cmdline

LONGEST = 2047
"""Bytes of a command line the kernel takes (COMMAND_LINE_SIZE of x86 is 2048)."""

_OURS = {
    "ks": "--ks gives the file, which goes into the ISO.",
    "bedplate.mode": "The menu decides what is started.",
    "bedplate.bank": "It belongs to installed hosts.",
    "bedplate.medium": "The mark of the medium is worked out.",
    "bedplate.trial": "It belongs to installed hosts.",
    "bedplate.given-up": "It belongs to installed hosts.",
}
"""Options that cannot be given, in lower case, and why."""

_OTHERS = ("bedplate.check", "bedplate.debug", "systemd.", "rd.", "module_blacklist", "nomodeset", "debug")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


@dataclass(frozen=True)
class Checked:
    """The options as words of a command line; with ``errors`` they cannot be used, ``warnings`` are told."""

    words: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check(given: Sequence[str], before: str) -> Checked:
    """Check options, one or several in a text, as the kernel reads them: double quotes keep blanks.

    ``before`` is the command line they are added to.
    """
    words: list[str] = []
    errors: list[str] = []
    warnings: list[str] = []
    for text in given:
        wrong = _unusable(text)
        if wrong:
            errors.append(f"{text!r}: {wrong}")
            continue
        for name, value in bootoptions.words(text):
            word = name if value is None else f"{name}={value}"
            refused = _refused(name)
            errors += [f"{word}: {refused}"] if refused else []
            warnings += _unknown(name)
            words.append(word)
    line = " ".join((before, *(f'"{word}"' if " " in word else word for word in words)))
    if len(line.encode()) > LONGEST:
        errors.append(f"The options are {len(line.encode()) - LONGEST} bytes too long for the kernel.")
    read = bootoptions.parse(line)
    errors += _told(read.problems)
    warnings += _told(read.notes)
    return Checked(tuple(words), tuple(errors), tuple(dict.fromkeys(warnings)))


def for_grub(word: str) -> str:
    """A word as GRUB's script takes it unchanged: between single quotes nothing has a meaning to it."""
    return word if _PLAIN.fullmatch(word) else f"'{word}'"


def _unusable(text: str) -> str:
    """Why a text cannot stand in a boot menu; '' when it can."""
    if not (text.isascii() and text.isprintable()):
        return "only printable ASCII can stand in a boot menu. In addresses, write other signs as %XX."
    if "'" in text or "\\" in text:
        return "GRUB hands on no single quotes and backslashes as they are. In addresses, write %27 and %5C."
    return "a double quote is missing." if text.count('"') % 2 else ""


def _refused(name: str) -> str:
    """Why an option cannot be given; '' when it can."""
    if name.lower() in _OURS:
        return f"this option is not given here. {_OURS[name.lower()]}"
    if not _NAME.fullmatch(name):
        return "this is no option. One looks like ip=192.0.2.10 or noverifyssl."
    return ""


def _unknown(name: str) -> list[str]:
    """A warning about an option that neither the installer nor our own menus know."""
    kernel = {word.partition("=")[0] for word in _known_to_kernel()}
    known = {*bootoptions.KNOWN, *_OURS}
    if name.lower() in known or name in kernel or name.startswith(_OTHERS):
        return []
    close = get_close_matches(name.lower(), bootoptions.KNOWN, 1, 0.75)
    meant = f" Did you mean {close[0]}?" if close else ""
    return [f"{name} is no option of the installer; the kernel gets it as it is.{meant}"]


def _known_to_kernel() -> Iterable[str]:
    """The kernel's own options as far as our menus use them."""
    yield from (parameter.text for parameter in (*cmdline.COMMON, *cmdline.HOST))
    for variant in cmdline.VARIANTS:
        yield from variant.add


def _told(problems: Iterable[bootoptions.Problem]) -> list[str]:
    return [f"{problem.message} {problem.hint}".strip() for problem in problems]
