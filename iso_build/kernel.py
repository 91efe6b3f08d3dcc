"""The kernel in use: Debian's signed package or our own, checked, unpacked and reduced to what is kept."""

from __future__ import annotations

import lzma
import shutil
from dataclasses import dataclass
from pathlib import Path

from host.errors import HostError
from iso_build import cache, target
from iso_build.root import PackageRoot
from iso_build.steps import Steps
from kernel_config import check, modules

OWN = Path("build/kernel")
_RULES = (Path(__file__), Path(modules.__file__), Path(modules.__file__).parent / "tables/modules.py")


@dataclass(frozen=True)
class Kernel:
    """A kernel ready for the image: ``tree`` holds ``usr/lib/modules/<release>``, uncompressed."""

    key: str
    package: str
    version: str
    release: str
    image: Path
    tree: Path


def kernel(steps: Steps, root: PackageRoot, which: str) -> Kernel:
    """The kernel ``which`` ("debian" or "own"), from the cache or unpacked anew."""
    package = _package(root, which)
    content = cache.key([package.name, str(package.stat().st_size), *_RULES])
    folder = cache.slot("kernel", content)
    if not (folder / "ready").exists():
        with steps.step("kernel", f"Unpacking the kernel {package.name.split('_')[0]}"):
            shutil.rmtree(folder, ignore_errors=True)
            _unpack(steps, root.tree, package, folder)
    release = (folder / "ready").read_text().strip()
    name, version = package.name.split("_")[:2]
    return Kernel(content, name, version, release, folder / "vmlinuz", folder / "tree")


def _package(root: PackageRoot, which: str) -> Path:
    if which == "debian":
        return next((root.tree / "kernel").glob("linux-image-*.deb"))
    if which != "own":
        raise HostError(f"There is no kernel '{which}'.", hint="Use KERNEL=debian or KERNEL=own.")
    built = sorted(OWN.glob("linux-image-*.deb"), key=lambda path: path.stat().st_mtime)
    if not built:
        raise HostError("No kernel of our own has been built yet.", hint="Run: make kernel")
    return built[-1]


def _unpack(steps: Steps, tree: Path, package: Path, folder: Path) -> None:
    whole = folder / "whole"
    whole.mkdir(parents=True)
    steps.run(["dpkg-deb", "--extract", package, whole])
    image = next((whole / "boot").glob("vmlinuz-*"))
    release = image.name.removeprefix("vmlinuz-")
    _demand_options((whole / "boot" / f"config-{release}").read_text(), package.name)
    _keep_modules(_modules_folder(whole, release), folder / "tree" / "usr/lib/modules" / release)
    places: list[str | Path] = ["--basedir", folder / "tree", "--moduledir", "/usr/lib/modules"]
    steps.run(target.command(tree, "usr/sbin/depmod", *places, release))
    image.rename(folder / "vmlinuz")
    shutil.rmtree(whole)
    (folder / "ready").write_text(release)


def _modules_folder(whole: Path, release: str) -> Path:
    merged = whole / "usr/lib/modules" / release
    return merged if merged.exists() else whole / "lib/modules" / release


def _demand_options(config: str, package: str) -> None:
    missing = check.check(config)
    if missing:
        listed = "\n".join(f"  {m.option}: is {m.have}, must be {m.want} - {m.reason}" for m in missing)
        raise HostError(f"The kernel in {package} lacks what the appliance needs:\n{listed}")


def _keep_modules(source: Path, target: Path) -> None:
    """Copy the kept modules uncompressed: the squashfs compresses them, and loading them is quicker so."""
    for path in sorted(source.rglob("*")):
        relative = str(path.relative_to(source))
        if not path.is_file() or path.is_symlink():
            continue
        if not relative.startswith("kernel/"):
            if relative.startswith("modules.") and not relative.endswith(".bin"):
                _write(target / relative, path.read_bytes())
            continue
        name = relative.removesuffix(".xz").removesuffix(".zst")
        if modules.keep(name.removeprefix("kernel/")):
            data = path.read_bytes()
            if path.suffix == ".zst":
                raise HostError(
                    f"{path.name} is compressed with zstd.", hint="Build with uncompressed modules."
                )
            _write(target / name, lzma.decompress(data) if path.suffix == ".xz" else data)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
