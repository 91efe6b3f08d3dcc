"""The ISO's boot loaders: GRUB for BIOS, shim and Debian's signed GRUB for UEFI, one menu for both."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from iso_build import target
from iso_build.release import EPOCH
from iso_build.steps import Steps
from kernel_config import cmdline

MENU = Path(__file__).parent / "grub.cfg"

BIOS_MODULES = (
    "biosdisk", "iso9660", "part_gpt", "part_msdos", "ext2", "fat", "normal", "linux", "search",
    "search_fs_file", "search_label", "serial", "terminal", "test", "echo", "sleep", "configfile", "chain",
    "reboot", "halt", "regexp", "loadenv", "minicmd", "cat", "ls", "keystatus", "read",
)  # fmt: skip


_OPTION = """    menuentry "Install: {title}" {{
        echo "Loading ..."
        linux /bedplate/vmlinuz {words}
        initrd /bedplate/initrd
    }}
"""


def menu(version: str) -> str:
    """The boot menu, with an entry for every variant of the kernel command line."""
    options = "".join(
        _OPTION.format(title=title, words=" ".join(words))
        for title, words in [
            ("check this medium first", (*cmdline.install(), "bedplate.check")),
            *((variant.title, cmdline.install(variant)) for variant in cmdline.VARIANTS),
        ]
    )
    text = MENU.read_text().replace("@VERSION@", version).replace("@INSTALL@", " ".join(cmdline.install()))
    return text.replace("    @OPTIONS@\n", options)


def bios(steps: Steps, tree: Path, iso: Path) -> None:
    """Write the El Torito image for BIOS into the ISO's tree."""
    folder = iso / "boot/grub"
    folder.mkdir(parents=True, exist_ok=True)
    steps.run(
        target.command(
            tree, "usr/bin/grub-mkimage",
            "--directory", tree / "usr/lib/grub/i386-pc", "--format", "i386-pc-eltorito",
            "--prefix", "/boot/grub", "--output", folder / "bios.img", *BIOS_MODULES,
        )
    )  # fmt: skip


def uefi(steps: Steps, tree: Path, image: Path) -> None:
    """Make the EFI system partition of the ISO: shim under the name firmware looks for, and what it loads."""
    staging = image.with_suffix(".staging")
    shutil.rmtree(staging, ignore_errors=True)
    loaders = {
        "BOOTX64.EFI": "usr/lib/shim/shimx64.efi.signed",
        "grubx64.efi": "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
        "mmx64.efi": "usr/lib/shim/mmx64.efi.signed",
    }
    folder = staging / "EFI/BOOT"
    folder.mkdir(parents=True)
    for name, source in loaders.items():
        shutil.copy(tree / source, folder / name)
    for path in (*folder.iterdir(), folder, folder.parent):
        os.utime(path, (EPOCH, EPOCH))
    image.unlink(missing_ok=True)
    kibibytes = sum(path.stat().st_size for path in folder.iterdir()) // 1024 + 512
    steps.run(["mkfs.vfat", "--invariant", "-C", "-n", "BEDPLATE", "-i", "b0070001", image, str(kibibytes)])
    steps.run(
        ["mcopy", "-i", image, "-s", "-m", staging / "EFI", "::/"],
        env={"SOURCE_DATE_EPOCH": str(EPOCH), "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"},
    )
    shutil.rmtree(staging)
