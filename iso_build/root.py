"""The package root: Debian packages by mmdebstrap, as one tar file kept by content hash."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from iso_build import cache
from iso_build.packages import PACKAGES, SUITE
from iso_build.release import EPOCH
from iso_build.steps import Steps
from kernel_config import bootstrap

HOOKS = Path(__file__).parent / "hooks"
KERNEL_PACKAGE = "linux-image-amd64"

_FETCH_KERNEL = (
    # The image's kernel is unpacked by us, not installed: its maintainer scripts would make an initrd
    # that nobody boots. The meta package names the present version.
    'set -eu; export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"; version=$(apt-cache depends '
    + KERNEL_PACKAGE
    + " | sed -n 's/.*Depends: \\(linux-image-[0-9].*\\)/\\1/p' | head -n 1);"
    ' mkdir -p "$1/kernel"; cd "$1/kernel"; apt-get download "$version"'
)


@dataclass(frozen=True)
class PackageRoot:
    """A finished package root: ``tar`` has every file, ``tree`` some of them unpacked for the build."""

    key: str
    tar: Path
    tree: Path


def package_root(steps: Steps, mirror: str) -> PackageRoot:
    """The package root for the present table of packages, from the cache or made anew."""
    content = cache.key(
        [SUITE, mirror, "\n".join(PACKAGES), HOOKS, str(EPOCH), _FETCH_KERNEL, *bootstrap.INHERITED]
    )
    folder = cache.slot("root", content)
    root = PackageRoot(content, folder / "root.tar", folder / "tree")
    if not root.tree.exists():
        folder.mkdir(exist_ok=True)
        with steps.step("packages", f"Installing {len(PACKAGES)} Debian packages and what they need"):
            _bootstrap(steps, root.tar, mirror)
        with steps.step("unpack", "Unpacking the package root"):
            _unpack(steps, root)
    return root


def _bootstrap(steps: Steps, tar: Path, mirror: str) -> None:
    partial = tar.with_suffix(".partial.tar")
    partial.unlink(missing_ok=True)
    done = steps.run(
        [
            "mmdebstrap",
            "--variant=minbase",
            "--components=main",
            "--aptopt=APT::Install-Recommends false",
            "--dpkgopt=force-unsafe-io",
            f"--include={','.join(PACKAGES)}",
            f"--customize-hook={_FETCH_KERNEL}",
            f"--customize-hook={HOOKS / 'customize.sh'}",
            SUITE,
            partial,
            *([mirror] if mirror else []),
        ],
        env={"SOURCE_DATE_EPOCH": str(EPOCH), "TMPDIR": os.environ.get("TMPDIR", "/var/tmp")},
        inherit=bootstrap.INHERITED,
    )
    bootstrap.demand_mounts(done.stderr)
    partial.rename(tar)


def _unpack(steps: Steps, root: PackageRoot) -> None:
    """Unpack what the build itself reads or runs; ownership and devices are of no interest here."""
    partial = root.tree.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    places = ["dev", "proc", "sys"]
    excluded = [f"--exclude=./{place}" for place in places]
    steps.run(["tar", "--extract", "--no-same-owner", *excluded, "--file", root.tar, "--directory", partial])
    partial.rename(root.tree)
