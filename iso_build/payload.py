"""What every way to start takes along in its folder ``bedplate``: kernel, initrd, system image, manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from iso_build import image, initramfs, kernel, layer, root, software, verity
from iso_build.kernel import Kernel
from iso_build.release import PRODUCT, version
from iso_build.root import PackageRoot
from iso_build.steps import Steps
from iso_build.verity import Verity
from kernel_config import cmdline


@dataclass(frozen=True)
class Made:
    """A finished payload, and what it was made from. ``software`` lists the packages in the image."""

    packages: PackageRoot
    linux: Kernel
    build: str
    software: list[dict[str, str]]


def make(steps: Steps, which_kernel: str, mirror: str, work: Path, folder: Path) -> Made:
    """Make the files in ``folder``, which is new; what has not changed comes from the cache.

    ``work`` keeps what lies between. Raises HostError.
    """
    work.mkdir(parents=True, exist_ok=True)
    packages = root.package_root(steps, mirror)
    linux = kernel.kernel(steps, packages, which_kernel)
    base = image.base(steps, packages, linux)
    drivers = initramfs.drivers(steps, packages, linux)
    build = layer.build_id(packages, linux.key)
    folder.mkdir(parents=True)
    with steps.step("layer", "Adding Bedplate"):
        layer.layer(steps, packages, build, work / "layer")
        system = work / "system.img"
        image.append(steps, base, work / "layer", system)
    with steps.step("payload", "Sealing the image"):
        tree = verity.protect(steps, system)
        system.rename(folder / f"system-{tree.root_hash[:16]}.img")
        initramfs.initrd(steps, drivers, tree, folder / "initrd")
        shutil.copy(linux.image, folder / "vmlinuz")
        listed = software.installed(packages, linux)
        (folder / "software.cdx.json").write_text(software.cyclonedx(listed, build))
        _manifest(folder, tree, build)
    return Made(packages, linux, build, listed)


def _manifest(folder: Path, tree: Verity, build: str) -> None:
    """What an installation copies, and how to know that it arrived whole."""
    files = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            files[path.name] = {
                "size": path.stat().st_size,
                "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
            }
    manifest = {
        "product": PRODUCT,
        "version": version(),
        "build": build,
        "root_hash": tree.root_hash,
        "hash_offset": tree.data_bytes,
        "cmdline": list(cmdline.host()),
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
