"""The initrd: busybox, a few tools, the drivers that reach a disk, and the root hash of one image."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from iso_build import cache, target
from iso_build.kernel import Kernel
from iso_build.release import EPOCH
from iso_build.root import PackageRoot
from iso_build.steps import Steps
from iso_build.verity import Verity
from kernel_config import modules

SOURCE = Path(__file__).parent / "initrd"
_CARRIED = Path(modules.__file__).parent / "tables/initrd.py"

APPLETS = (
    "cat", "chmod", "cmp", "cp", "cut", "dd", "find", "grep", "losetup", "ls", "mkdir", "modprobe", "mount",
    "mv", "printf", "readlink", "reboot", "rm", "sed", "sh", "sha256sum", "sleep", "sort", "stat",
    "switch_root", "tr", "umount", "xargs",
)  # fmt: skip
PROGRAMS = ("usr/sbin/dmsetup", "usr/sbin/blkid", "usr/sbin/e2fsck")


def drivers(steps: Steps, root: PackageRoot, kernel: Kernel) -> Path:
    """The part of the initrd that changes only with packages and kernel, as a compressed cpio archive."""
    content = cache.key(
        [root.key, kernel.key, " ".join(APPLETS), " ".join(PROGRAMS), Path(__file__), _CARRIED]
    )
    archive = cache.slot("initrd", content)
    if not archive.exists():
        with steps.step("initrd", "Building the initrd"):
            staging = archive.with_suffix(".staging")
            shutil.rmtree(staging, ignore_errors=True)
            _programs(steps, root.tree, staging)
            copy_modules(steps, root.tree, kernel, staging, carried(kernel))
            pack(steps, staging, archive)
            shutil.rmtree(staging)
    return archive


def initrd(steps: Steps, base: Path, image: Verity, output: Path) -> None:
    """The whole initrd for one image: the drivers, and a second archive with what is particular to it."""
    staging = output.with_suffix(".staging")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    for name, mode in (("init", 0o755), ("state.binds", 0o644)):
        shutil.copy(SOURCE / name, staging / name)
        (staging / name).chmod(mode)
    (staging / "image").write_text(
        f"root_hash={image.root_hash}\nsalt={image.salt}\n"
        f"data_bytes={image.data_bytes}\nfile_bytes={image.file_bytes}\n"
    )
    small = output.with_suffix(".small")
    pack(steps, staging, small)
    output.write_bytes(base.read_bytes() + small.read_bytes())
    small.unlink()
    shutil.rmtree(staging)


def _programs(steps: Steps, tree: Path, staging: Path) -> None:
    for folder in ("bin", "dev", "proc", "sys", "run", "newroot", "lib64", target.LIBRARIES):
        (staging / folder).mkdir(parents=True)
    # The kernel itself calls /sbin/modprobe, for file systems and their character sets.
    (staging / "sbin").symlink_to("bin")
    shutil.copy(tree / "usr/bin/busybox", staging / "bin/busybox")
    for applet in APPLETS:
        (staging / "bin" / applet).symlink_to("busybox")
    needed: set[Path] = set()
    for program in ("usr/bin/busybox", *PROGRAMS):
        shutil.copy(tree / program, staging / "bin" / Path(program).name)
        loader = target.command(tree, program)
        listing = steps.run([loader[0], *loader[1:3], "--list", loader[3]]).stdout
        needed.update(target.libraries(tree, listing))
    for library in sorted(needed):
        folder = "lib64" if library.name.startswith("ld-linux") else target.LIBRARIES
        shutil.copy(library, staging / folder / library.name)


def carried(kernel: Kernel) -> list[str]:
    """The modules of the initrd, relative to the folder of the kernel's modules."""
    return modules.initrd_modules((modules_folder(kernel) / "modules.dep").read_text())


def modules_folder(kernel: Kernel) -> Path:
    """Where the kernel's modules lie, unpacked."""
    return kernel.tree / "usr/lib/modules" / kernel.release


def copy_modules(steps: Steps, tree: Path, kernel: Kernel, staging: Path, files: Iterable[str]) -> Path:
    """Copy modules to where the initrd has them, with lists of these alone; returns that folder."""
    source = modules_folder(kernel)
    folder = staging / "lib/modules" / kernel.release
    for relative in files:
        place = folder / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / relative, place)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(source / name, folder / name)
    places: list[str | Path] = ["--basedir", staging, "--moduledir", "/lib/modules"]
    steps.run(target.command(tree, "usr/sbin/depmod", *places, kernel.release))
    for index in folder.glob("modules.*"):
        # busybox reads the text files; the indexes of kmod would only make the initrd larger.
        if index.name not in ("modules.dep", "modules.alias", "modules.builtin", "modules.symbols"):
            index.unlink()
    return folder


def pack(steps: Steps, folder: Path, output: Path) -> None:
    """A cpio archive of the folder, zstd-compressed, with equal bytes for equal contents."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    plain = output.with_suffix(".cpio")
    for name in names:
        os.utime(folder / name, (EPOCH, EPOCH), follow_symlinks=False)
    steps.run(
        [
            "cpio",
            "--create",
            "--format=newc",
            "--reproducible",
            "--owner=+0:+0",
            "--quiet",
            f"--file={plain}",
        ],
        cwd=folder,
        stdin="\n".join(names) + "\n",
    )
    steps.run(["zstd", "--quiet", "--force", "-19", "-T0", plain, "-o", output])
    plain.unlink()
