"""The boot loaders that firmware fetches: GRUB for BIOS, shim and Debian's signed GRUB for UEFI."""

from __future__ import annotations

import shutil
from pathlib import Path

from iso_build import target
from iso_build.steps import Steps

BIOS = "bios/grub.pxe"

BIOS_MODULES = (
    "pxe", "tftp", "http", "normal", "configfile", "linux", "regexp", "test", "true", "echo", "sleep",
    "serial", "terminal", "terminfo", "minicmd", "reboot", "halt", "ls", "cat", "read",
)  # fmt: skip

UEFI = {
    "efi/bootx64.efi": "usr/lib/shim/shimx64.efi.signed",
    "efi/grubx64.efi": "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
    "efi/mmx64.efi": "usr/lib/shim/mmx64.efi.signed",
}
"""Names in the folder, and where the packages have them. shim asks for grubx64.efi where it came from."""


def write(steps: Steps, tree: Path, folder: Path) -> None:
    """Put the loaders into the folder. Debian's GRUB looks for ``/grub/grub.cfg``, and so does ours."""
    (folder / BIOS).parent.mkdir(parents=True)
    steps.run(
        target.command(
            tree, "usr/bin/grub-mkimage",
            "--directory", tree / "usr/lib/grub/i386-pc", "--format", "i386-pc-pxe",
            "--prefix", "/grub", "--output", folder / BIOS, *BIOS_MODULES,
        )
    )  # fmt: skip
    for name, source in UEFI.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / source, folder / name)
