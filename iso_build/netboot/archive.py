"""``initrd.net``: what the initrd lacks when there is no medium; the boot loader loads it right behind it.

An archive of its own, so that starting from a CD or a disk neither reads nor unpacks it: the drivers of
network adapters, a few more tools of busybox, what fetches the system, and the manifest it is checked by.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from iso_build import cache, initramfs
from iso_build.kernel import Kernel
from iso_build.root import PackageRoot
from iso_build.steps import Steps
from kernel_config import modules

SCRIPTS = initramfs.SOURCE / "netboot"
_TABLE = Path(modules.__file__).parent / "tables/netboot.py"

APPLETS = ("awk", "ip", "ssl_client", "tftp", "udhcpc", "wget")
_MODES = {"fetch": 0o644, "lease": 0o755, "options.awk": 0o644}


def write(steps: Steps, base: Path, payload: Path, output: Path) -> None:
    """Write the archive for the payload in that folder: the drivers, and what is particular to it."""
    staging = output.with_suffix(".staging")
    shutil.rmtree(staging, ignore_errors=True)
    place = staging / "netboot"
    place.mkdir(parents=True)
    for name, mode in _MODES.items():
        shutil.copy(SCRIPTS / name, place / name)
        (place / name).chmod(mode)
    shutil.copy(payload / "manifest.json", place / "manifest.json")
    (place / "files").write_text(file_list((payload / "manifest.json").read_text()))
    small = output.with_suffix(".small")
    initramfs.pack(steps, staging, small)
    output.write_bytes(base.read_bytes() + small.read_bytes())
    small.unlink()
    shutil.rmtree(staging)


def file_list(manifest: str) -> str:
    """The files of a manifest for a shell to read, a line each: SHA-256, size in bytes, name."""
    files = json.loads(manifest)["files"]
    return "".join(f"{file['sha256']} {file['size']} {name}\n" for name, file in files.items())


def drivers(steps: Steps, root: PackageRoot, kernel: Kernel) -> Path:
    """The part that changes only with packages and kernel, as a compressed cpio archive."""
    rules = (Path(initramfs.__file__), _TABLE)
    kept = cache.slot("netboot", cache.key([root.key, kernel.key, " ".join(APPLETS), *rules]))
    if not kept.exists():
        with steps.step("drivers", "Packing the drivers of network adapters"):
            staging = kept.with_suffix(".staging")
            shutil.rmtree(staging, ignore_errors=True)
            (staging / "bin").mkdir(parents=True)
            for applet in APPLETS:
                (staging / "bin" / applet).symlink_to("busybox")
            _modules(steps, root.tree, kernel, staging)
            initramfs.pack(steps, staging, kept)
            shutil.rmtree(staging)
    return kept


def _modules(steps: Steps, tree: Path, kernel: Kernel, staging: Path) -> None:
    """The lists are of both archives' modules, since they replace those of the initrd; the files are not."""
    there = initramfs.carried(kernel)
    more = modules.netboot_modules((initramfs.modules_folder(kernel) / "modules.dep").read_text())
    folder = initramfs.copy_modules(steps, tree, kernel, staging, [*there, *more])
    for relative in there:
        (folder / relative).unlink()
