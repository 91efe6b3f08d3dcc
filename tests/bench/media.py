"""ISOs for measuring: ours with another menu, so that every peer starts through the same GRUB at once."""

from __future__ import annotations

from pathlib import Path

from host.run import run

SERIAL = """
if serial --unit=0 --speed=115200; then
    terminal_input console serial
    terminal_output console serial
fi
"""


def remix(iso: Path, output: Path, menu: str, files: dict[str, Path]) -> Path:
    """A copy of the ISO with another boot menu and more files (path in the ISO → file)."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    config = output.with_suffix(".cfg")
    config.write_text(menu)
    maps: list[str | Path] = ["-map", config, "/boot/grub/grub.cfg"]
    for place, file in files.items():
        maps += ["-map", file, place]
    run(["xorriso", "-indev", iso, "-outdev", output, "-boot_image", "any", "replay", *maps], timeout=300)
    return output


def without_countdown(iso: Path, output: Path) -> Path:
    """The ISO as it is, but the menu does not wait."""
    found = output.with_suffix(".found")
    found.unlink(missing_ok=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/boot/grub/grub.cfg", found])
    return remix(iso, output, found.read_text().replace("set timeout=5", "set timeout=0"), {})


def booting(iso: Path, output: Path, kernel: str, files: dict[str, Path]) -> Path:
    """The ISO's GRUB starting something else at once; ``kernel`` holds GRUB's linux and initrd lines."""
    return remix(iso, output, f"{SERIAL}set timeout=0\nmenuentry peer {{\n{kernel}\n}}\n", files)
