"""``make bench``: the budgets, each as a ratio against its floor or peer in the same run.

Name parts to measure only those: size, keys, check, first, builds, installed. Results of the others are kept.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from host.errors import HostError
from host.run import run
from iso_build.cache import directory
from tests.bench import builds, desk, keys, machines, peers
from tests.bench.result import Measurement, read_json, write_json, write_page
from tools.accel import choose
from tools.places import BUILD, ISO, ROOT

RESULTS = BUILD / "bench.json"
PAGE = ROOT / "docs/benchmarks.md"


def main(names: list[str]) -> int:
    """Measure; returns 1 only when something could not be measured, not when a budget is missed."""
    work = directory() / "bench"
    work.mkdir(exist_ok=True)
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"There is no part {', '.join(unknown)}. Known: {', '.join(PARTS)}.", file=sys.stderr)
        return 1
    try:
        for name in names or list(PARTS):
            print(f"== {name}", flush=True)
            keep(PARTS[name](work))
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def keep(rows: list[Measurement]) -> None:
    """Add to what is known, show it, and write it down."""
    known = {row.name: row for row in read_json(RESULTS)}
    for row in rows:
        known[row.name] = row
        print(
            f"  {row.name}: {row.value:.3g} {row.unit}, score {row.score:.3g}, goal {row.goal:g}", flush=True
        )
    write_json(RESULTS, list(known.values()), machine())
    write_page(PAGE, list(known.values()), machine())


def machine() -> str:
    """What this was measured on."""
    rows = Path("/proc/cpuinfo").read_text().splitlines()
    models = [row.split(":", 1)[1].strip() for row in rows if row.startswith("model name")]
    model = models[0] if models else platform.machine()
    accel = choose(ISO if ISO.exists() else None).accel
    return f"{os.cpu_count()} CPUs ({model}), QEMU with {accel}"


def the_iso() -> Path:
    """A fresh ISO."""
    run([sys.executable, "-m", "iso_build"], cwd=ROOT, timeout=3000)
    return ISO


def size(_: Path) -> list[Measurement]:
    """How large the ISO is."""
    return [builds.size(the_iso())]


def build(work: Path) -> list[Measurement]:
    """How long builds take; leaves the stock Debian's disk for the machines."""
    rows, stock = builds.cold_and_warm(work)
    peers.disk(stock, work)
    return rows


def first(work: Path) -> list[Measurement]:
    """How soon the installer shows."""
    iso = the_iso()
    return [machines.first_screen(iso, choose(iso).accel, work)]


def installed(work: Path) -> list[Measurement]:
    """The installation, and the host that comes of it."""
    iso = the_iso()
    accel = choose(iso).accel
    if not (work / "stock.img").exists():
        tar, _ = peers.bootstrap(work)
        peers.disk(peers.unpack(tar, work), work)
    row, disk = machines.installed(accel, iso, work)
    return [row, *machines.splash_and_memory(accel, iso, disk, work)]


PARTS: dict[str, Callable[[Path], list[Measurement]]] = {
    "size": size,
    "keys": keys.key_to_screen,
    "check": desk.check,
    "first": first,
    "builds": build,
    "installed": installed,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
