"""``python -m tests.bench.fuzz --inputs 1000000``: kickstart files nobody would write, read and bound.

Each has a number and is made from it, so that one that fails can be made again: ``--first 4711 --inputs 1
--show``. Returns 1 when one failed. Says how many were tried in a second, and at the end how long the large
hostile ones of ``hostile`` take.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from host.machine.model import load
from tests.bench.fuzz.checks import check
from tests.bench.fuzz.hostile import HEAD, HOSTILE
from tests.bench.fuzz.inputs import corpus, made

MACHINES = Path(__file__).parents[2] / "machines"
SEED = "bedplate"
STEP = 50_000
"""After how many inputs there is a line about it."""


def main(argv: list[str] | None = None) -> int:
    """Make the inputs, and check or show them."""
    arguments = _arguments(argv)
    if arguments.show:
        texts = corpus()
        for number in range(arguments.first, arguments.first + arguments.inputs):
            sys.stdout.buffer.write(made(number, texts, arguments.seed))
        return 0
    started = time.perf_counter(), time.process_time()
    count = run(arguments.first, arguments.inputs, arguments.seed)
    wall, busy = time.perf_counter() - started[0], time.process_time() - started[1]
    print(f"{arguments.inputs} inputs: {_said(count)}.")
    print(
        f"{wall:.0f} s: {arguments.inputs / wall:.0f} a second, {arguments.inputs / busy:.0f} per CPU second."
    )
    for name, data in HOSTILE.items():
        begun = time.process_time()
        check(HEAD + data, load(sorted(MACHINES.glob("*.json"))[0]), corpus())
        print(f"{name}: {len(data) / 1e6:.1f} MB in {time.process_time() - begun:.1f} CPU seconds")
    return 1 if count["failed"] else 0


def run(first: int, inputs: int, seed: str) -> Counter[str]:
    """Check a range of inputs, each on one of the recorded machines; failures are printed."""
    texts = corpus()
    machines = [load(path) for path in sorted(MACHINES.glob("*.json"))]
    count: Counter[str] = Counter()
    for number in range(first, first + inputs):
        try:
            count[check(made(number, texts, seed), machines[number % len(machines)], texts)] += 1
        except Exception:  # noqa: BLE001  it is what is looked for
            count["failed"] += 1
            print(f"Input {number} of {seed}:\n{traceback.format_exc()}", flush=True)
        if (number + 1 - first) % STEP == 0:
            print(f"{number + 1}: {_said(count)}", flush=True)
    return count


def _said(count: Counter[str]) -> str:
    return ", ".join(f"{many} {what}" for what, many in sorted(count.items()))


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--show", action="store_true", help="print them, and check nothing")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
