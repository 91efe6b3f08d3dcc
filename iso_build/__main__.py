"""``python3 -m iso_build``: from packages to ``build/bedplate.iso``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

from host.errors import HostError
from iso_build import cache, grub, iso, payload
from iso_build.release import PRODUCT, version
from iso_build.steps import Steps, fail


def main() -> int:
    """Build the ISO; the command line and ``MIRROR`` and ``KERNEL`` in the environment say how."""
    parser = argparse.ArgumentParser(prog="iso_build", description="Build the installation ISO.")
    parser.add_argument("--out", type=Path, default=Path("build/bedplate.iso"), help="the ISO to write")
    parser.add_argument("--kernel", choices=("debian", "own"), default=os.environ.get("KERNEL") or "debian")
    parser.add_argument("--mirror", default=os.environ.get("MIRROR", ""), help="where packages come from")
    options = parser.parse_args()
    os.umask(0o022)  # modes of files are part of the image
    start = time.monotonic()
    options.out = options.out.resolve()
    print(f"Building {options.out}")
    try:
        with cache.locked():
            build(options.out, options.kernel, options.mirror)
    except HostError as error:
        return fail(error)
    size = options.out.stat().st_size
    print(f"{options.out}: {size / 1e6:.0f} MB, {time.monotonic() - start:.0f} s")
    return 0


def build(output: Path, which_kernel: str, mirror: str) -> None:
    """Build the ISO, step by step; what has not changed comes from the cache."""
    work = output.parent / "work"
    steps = Steps(output.parent / "logs")
    contents = work / "iso"
    shutil.rmtree(contents, ignore_errors=True)
    made = payload.make(steps, which_kernel, mirror, work, contents / "bedplate")
    (output.parent / "software.json").write_text(json.dumps(made.software, indent=1) + "\n")
    with steps.step("iso", "Writing the ISO"):
        tree = made.packages.tree
        _boot_files(steps, tree, contents, work, made.build)
        iso.write(steps, contents, work / "efi.img", tree / "usr/lib/grub/i386-pc/boot_hybrid.img", output)
    (output.parent / "times.json").write_text(json.dumps(steps.times, indent=1) + "\n")


def _boot_files(steps: Steps, tree: Path, contents: Path, work: Path, build_id: str) -> None:
    grub.bios(steps, tree, contents)
    grub.uefi(steps, tree, work / "efi.img")
    (contents / "boot/grub/grub.cfg").write_text(grub.menu(version()))
    # The file that Debian's signed GRUB for CDs looks for to find its medium.
    (contents / ".disk").mkdir()
    (contents / ".disk/info").write_text(f"{PRODUCT} {version()} {build_id}\n")


if __name__ == "__main__":
    sys.exit(main())
