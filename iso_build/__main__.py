"""``python3 -m iso_build``: from packages to ``build/bedplate.iso``."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

from host.errors import HostError
from iso_build import cache, grub, image, initramfs, iso, kernel, layer, root, software, verity
from iso_build.release import PRODUCT, version
from iso_build.steps import Steps, fail
from kernel_config import cmdline


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
    work.mkdir(parents=True, exist_ok=True)
    steps = Steps(output.parent / "logs")

    packages = root.package_root(steps, mirror)
    linux = kernel.kernel(steps, packages, which_kernel)
    base = image.base(steps, packages, linux)
    drivers = initramfs.drivers(steps, packages, linux)
    build_id = layer.build_id(packages, linux.key)

    contents = work / "iso"
    shutil.rmtree(contents, ignore_errors=True)
    payload = contents / "bedplate"
    payload.mkdir(parents=True)
    with steps.step("layer", "Adding Bedplate"):
        layer.layer(steps, packages, build_id, work / "layer")
        system = work / "system.img"
        image.append(steps, base, work / "layer", system)
    with steps.step("payload", "Sealing the image"):
        tree = verity.protect(steps, system)
        system = system.rename(payload / f"system-{tree.root_hash[:16]}.img")
        initramfs.initrd(steps, drivers, tree, payload / "initrd")
        shutil.copy(linux.image, payload / "vmlinuz")
        _lists(packages, linux, build_id, output.parent, payload)
        _manifest(payload, tree, build_id)
    with steps.step("iso", "Writing the ISO"):
        _boot_files(steps, packages, contents, work, build_id)
        hybrid = packages.tree / "usr/lib/grub/i386-pc/boot_hybrid.img"
        iso.write(steps, contents, work / "efi.img", hybrid, output)
    (output.parent / "times.json").write_text(json.dumps(steps.times, indent=1) + "\n")


def _lists(
    packages: root.PackageRoot, linux: kernel.Kernel, build_id: str, beside: Path, payload: Path
) -> None:
    listed = software.installed(packages, linux)
    (payload / "software.cdx.json").write_text(software.cyclonedx(listed, build_id))
    (beside / "software.json").write_text(json.dumps(listed, indent=1) + "\n")


def _manifest(payload: Path, tree: verity.Verity, build_id: str) -> None:
    """What an installation copies, and how to know that it arrived whole."""
    files = {}
    for path in sorted(payload.iterdir()):
        with path.open("rb") as file:
            files[path.name] = {
                "size": path.stat().st_size,
                "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
            }
    manifest = {
        "product": PRODUCT,
        "version": version(),
        "build": build_id,
        "root_hash": tree.root_hash,
        "hash_offset": tree.data_bytes,
        "cmdline": list(cmdline.host()),
        "files": files,
    }
    (payload / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def _boot_files(steps: Steps, packages: root.PackageRoot, contents: Path, work: Path, build_id: str) -> None:
    grub.bios(steps, packages.tree, contents)
    grub.uefi(steps, packages.tree, work / "efi.img")
    (contents / "boot/grub/grub.cfg").write_text(grub.menu(version()))
    # The file that Debian's signed GRUB for CDs looks for to find its medium.
    (contents / ".disk").mkdir()
    (contents / ".disk/info").write_text(f"{PRODUCT} {version()} {build_id}\n")


if __name__ == "__main__":
    sys.exit(main())
