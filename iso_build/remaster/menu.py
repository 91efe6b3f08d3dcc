"""The boot menu of a medium with a kickstart file: one block before the menu the ISO was built with.

BIOS and UEFI read the same file, so one change serves both. The rest of the menu stays: installing by hand,
and other options, are entries as before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from host import bootloader
from host.errors import HostError
from iso_build.remaster.options import for_grub

_BEGIN = (
    "# --- Installing by the kickstart file on this medium; python3 -m iso_build.remaster writes this anew.\n"
)
_END = "# --- The menu as it was built.\n"
_ENTRY = re.compile(
    r'^menuentry "(?P<title>[^"\n]+)" --id install \{\n(?:(?!^\}).*\n)*?\s+linux (?P<line>/\S+ .+)\n',
    re.MULTILINE,
)
_FIRST = re.compile(r"^(?:menuentry|submenu) ", re.MULTILINE)

_DISKS = " ".join(f"hd{number}" for number in range(16))

_INSTALL = """\
set default=kickstart
menuentry "@TITLE@ by @FILE@" --id kickstart {
    echo "Loading ..."
    linux @LINE@
    initrd /bedplate/initrd
}
"""

_ONCE = """\
# Where this medium has installed already, it starts what it has installed: a medium that is left in the
# machine must not erase the host at its next start.
for disk in @DISKS@; do
    if [ -z "$installed" -a -e "($disk,gpt2)/@MARK@" ]; then set installed=$disk; fi
done
if [ -n "$installed" ]; then
    set default=installed
    menuentry "Start the host that this medium has installed" --id installed {
        if [ "$grub_platform" = efi ]; then
            # shim looks for the rest on the device that root names, whatever device it is loaded from.
            set root=$installed,gpt2
            chainloader /EFI/BOOT/BOOTX64.EFI
        else
            set root=$installed
            chainloader +1
        fi
    }
fi
"""


def as_built(text: str) -> str:
    """The menu without what was written into it."""
    before, begin, rest = text.partition(_BEGIN)
    return before + rest.partition(_END)[2] if begin else text


def command_line(text: str) -> str:
    """What the entry for an installation starts the kernel with, kernel included. Raises HostError."""
    return _entry(text)["line"].strip()


def scripted(text: str, *, file: str, words: Sequence[str], mark: str, once: bool) -> str:
    """The menu with an entry, the default one, that adds ``words`` to the kernel's command line.

    With ``once``, a machine that the medium of that mark has installed starts from its disk by default.
    Raises HostError when the menu is not of our kind.
    """
    text = as_built(text)
    entry = _entry(text)
    first = _FIRST.search(text)
    assert first  # the entry is one
    line = " ".join((command_line(text), *(for_grub(word) for word in words)))
    block = _INSTALL + (_ONCE if once else "")
    blanks = {
        "TITLE": entry["title"],
        "FILE": file,
        "MARK": bootloader.mark_path(mark),
        "DISKS": _DISKS,
        "LINE": line,
    }
    for name, value in blanks.items():
        block = block.replace(f"@{name}@", value)
    return text[: first.start()] + _BEGIN + block + _END + text[first.start() :]


def _entry(text: str) -> re.Match[str]:
    entry = _ENTRY.search(text)
    if entry is None:
        raise HostError(
            "The ISO's boot menu is none that this program can change.",
            hint="Use the sources that the ISO was built from.",
        )
    return entry
