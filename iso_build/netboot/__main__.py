"""``python3 -m iso_build.netboot``: the folder for network boot, ``build/netboot``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from host.errors import HostError
from iso_build import cache, payload
from iso_build.netboot import archive, loaders, samples
from iso_build.netboot.publish import publish
from iso_build.steps import Steps, fail

WORK = Path("build")


def main() -> int:
    """Make the folder; the command line and ``MIRROR`` and ``KERNEL`` in the environment say how."""
    parser = argparse.ArgumentParser(
        prog="iso_build.netboot", description="Make the folder for network boot."
    )
    parser.add_argument("--out", type=Path, default=WORK / "netboot", help="the folder to make or renew")
    parser.add_argument("--url", default="", help="the web address it will have, for menus and settings")
    parser.add_argument("--kernel", choices=("debian", "own"), default=os.environ.get("KERNEL") or "debian")
    parser.add_argument("--mirror", default=os.environ.get("MIRROR", ""), help="where packages come from")
    options = parser.parse_args()
    os.umask(0o022)
    start = time.monotonic()
    output = options.out.resolve()
    print(f"Making {output}")
    try:
        menus = dict(samples.texts(options.url))
        with cache.locked():
            changed = build(output, menus, options.kernel, options.mirror)
    except HostError as error:
        return fail(error)
    for name in changed:
        print(f"{name} was changed by somebody and stays; the new one is {name}.new")
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"{output}: {size / 1e6:.0f} MB, {time.monotonic() - start:.0f} s; how to go on is in README.txt")
    return 0


def build(output: Path, menus: dict[str, str], which_kernel: str, mirror: str) -> list[str]:
    """Make the folder, step by step; returns the menus that somebody has changed. Raises HostError."""
    work = WORK.resolve() / "work"
    steps = Steps(WORK.resolve() / "logs")
    folder = work / "netboot"
    shutil.rmtree(folder, ignore_errors=True)
    made = payload.make(steps, which_kernel, mirror, work, folder / "bedplate")
    drivers = archive.drivers(steps, made.packages, made.linux)
    with steps.step("netboot", "Laying out the folder"):
        ours = folder / "bedplate"
        archive.write(steps, drivers, ours, ours / "initrd.net")
        loaders.write(steps, made.packages.tree, folder)
        for name, text in menus.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        changed = publish(folder, output, menus)
    shutil.rmtree(folder)
    return changed


if __name__ == "__main__":
    sys.exit(main())
