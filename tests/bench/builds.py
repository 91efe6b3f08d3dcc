"""Measurements of the build: how large the ISO is, how long it takes from nothing and after one line."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from host.run import run
from tests.bench import peers
from tests.bench.result import Measurement
from tools.places import ROOT


def size(iso: Path) -> Measurement:
    """The ISO's size."""
    return Measurement("ISO size", "MB", (iso.stat().st_size / 1e6,), 200)


def build(tree: Path, cache: Path) -> float:
    """Seconds that one build of the ISO takes in a copy of the sources with a cache of its own."""
    begin = time.monotonic()
    run(
        [sys.executable, "-m", "iso_build"], cwd=tree, timeout=3000,
        env={"BEDPLATE_CACHE": str(cache), "KERNEL": "", "PYTHONPATH": str(tree)},
    )  # fmt: skip
    return time.monotonic() - begin


def cold_and_warm(work: Path) -> tuple[list[Measurement], Path]:
    """From nothing, against plain mmdebstrap and mksquashfs; after a changed line; and the stock tree."""
    tree, cache = work / "sources", work / "cache"
    for folder in (tree, cache):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns("build", ".git", "__pycache__", ".*_cache"))
    cold = build(tree, cache)
    with (tree / "dcui/facts.py").open("a") as source:
        source.write("\nCHANGED = True\n")
    changed = build(tree, cache)
    tar, fetched = peers.bootstrap(work)
    stock = peers.unpack(tar, work)
    packed = peers.squash(stock, work)
    rows = [
        Measurement(
            "cold ISO build",
            "s",
            (cold,),
            1.25,
            "mmdebstrap + mksquashfs of the same packages",
            (fetched + packed,),
        ),
        Measurement("one-line Python change → ISO", "s", (changed,), 15),
    ]
    shutil.rmtree(cache)
    return rows, stock
