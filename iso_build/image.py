"""The system image: packages and kernel modules as one squashfs, our own layer appended to it."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

from host.run import feeding
from iso_build import cache
from iso_build.kernel import Kernel
from iso_build.release import EPOCH
from iso_build.root import PackageRoot
from iso_build.steps import Steps
from iso_build.trim import LEFT_OUT, left_out

COMPRESSION = ("-comp", "zstd", "-b", "256K")
"""zstd at its default level, 15; sqfstar 4.5.1 misreads the option that would say so."""
_ROOT = ("-root-mode", "0755", "-root-time", str(EPOCH))
"""The root directory, which tar files do not tell sqfstar about."""

_DIRECTORIES = ("dev", "proc", "sys", "run", "tmp", "state", "vmfs/volumes", "var/log", "var/cache")


def base(steps: Steps, root: PackageRoot, kernel: Kernel) -> Path:
    """The squashfs of packages and kernel modules, from the cache or made anew."""
    content = cache.key([root.key, kernel.key, "\n".join(LEFT_OUT), Path(__file__)])
    image = cache.slot("base", content)
    if not image.exists():
        with steps.step("squashfs", "Compressing the packages"):
            partial = image.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            _compress(root, kernel, partial)
            partial.rename(image)
    return image


def append(steps: Steps, base_image: Path, layer: Path, output: Path) -> None:
    """Copy the base and append our layer to it."""
    shutil.copy(base_image, output)
    steps.run(
        ["mksquashfs", layer, output, "-no-progress", "-all-root", "-no-recovery"],
        env={"SOURCE_DATE_EPOCH": str(EPOCH)},
    )


def _compress(root: PackageRoot, kernel: Kernel, output: Path) -> None:
    """Feed sqfstar a tar file that is put together on the way: no copy of the root ever lies on the disk."""
    # The root directory belongs to who runs sqfstar; the owner of everything else is in the tar file. Not
    # unshare, which Ubuntu does not let everybody use.
    as_root = [] if os.geteuid() == 0 else ["fakeroot"]
    options = [*COMPRESSION, *_ROOT, "-no-progress", "-reproducible"]
    command: list[str | Path] = [*as_root, "sqfstar", *options, output]
    with (
        feeding(command, env={"SOURCE_DATE_EPOCH": str(EPOCH)}) as stdin,
        tarfile.open(fileobj=stdin, mode="w|", format=tarfile.PAX_FORMAT) as out,
    ):
        _write_packages(root, out)
        _write_modules(kernel, out)


def _write_packages(root: PackageRoot, out: tarfile.TarFile) -> None:
    with tarfile.open(root.tar) as packages:
        for member in _kept(packages):
            member.mtime = min(member.mtime, EPOCH)
            out.addfile(member, packages.extractfile(member) if member.isfile() else None)


def _kept(packages: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in packages:
        path = member.name.removeprefix("./").rstrip("/")
        if not path or path == "kernel" or path.startswith("kernel/"):
            continue
        if path in _DIRECTORIES or not left_out(path):
            yield member


def _write_modules(kernel: Kernel, out: tarfile.TarFile) -> None:
    for path in sorted(kernel.tree.rglob("*")):
        member = out.gettarinfo(path, arcname=f"./{path.relative_to(kernel.tree)}")
        if member.name in ("./usr", "./usr/lib"):
            continue
        member.mtime, member.uid, member.gid, member.uname, member.gname = EPOCH, 0, 0, "root", "root"
        member.mode = 0o755 if member.isdir() else 0o644
        if member.isfile():
            with path.open("rb") as file:
                out.addfile(member, file)
        else:
            out.addfile(member)
