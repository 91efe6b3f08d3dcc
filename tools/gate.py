"""``make test``: everything that must hold, what fails soonest first, with the time each part took."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tools.places import BUILD, FAILURES, ISO, ROOT

REPORTS = BUILD / "test-reports"


@dataclass(frozen=True)
class Part:
    """A part of the gate: a module to run with the arguments. ``report`` is where pytest counts its tests."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    report: Path | None = None
    as_root: bool = False


def parts() -> list[Part]:
    """The parts, quick ones first."""
    return [
        Part("format", "ruff", ("format", "--check", "--quiet", ".")),
        Part("lint", "ruff", ("check", "--quiet", ".")),
        Part("types", "mypy", ("--no-error-summary", ".")),
        tests("unit", "not vm and not root", "-n", "2"),
        # Before the loop tests, some of which run the image's own busybox from the package root.
        Part("iso", "iso_build"),
        tests("loop", "root and not vm", as_root=True),
        tests("vm", "vm", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=25"),
    ]


def tests(name: str, marks: str, *more: str, as_root: bool = False) -> Part:
    """A run of pytest over the tests with these marks."""
    report = REPORTS / f"{name}.xml"
    arguments = ("-q", "-m", marks, f"--junit-xml={report}", *more)
    return Part(f"tests: {name}", "pytest", arguments, report, as_root)


def main() -> int:
    """Run all parts until one fails; returns the exit code."""
    begin = time.monotonic()
    passed = 0
    times: list[tuple[str, float]] = []
    for part in parts():
        print(f"== {part.name}", flush=True)
        start = time.monotonic()
        code = run(part)
        times.append((part.name, time.monotonic() - start))
        if code:
            print(f"\nFailed: {part.name}. To run it alone: {shlex.join(command(part))}")
            if FAILURES.exists():
                print(f"What the machines showed is in {FAILURES.relative_to(ROOT)}/")
            return 1
        passed += count(part.report)
    print("\n" + "\n".join(f"{seconds:7.1f} s  {name}" for name, seconds in times))
    print(f"\n{passed} passed in {(time.monotonic() - begin) / 60:.1f} min")
    return 0


def command(part: Part) -> list[str]:
    """The part's command line; tests of loop devices and mounts run as root."""
    argv = [sys.executable, "-m", part.module, *part.arguments]
    if part.as_root and os.geteuid() != 0:
        return ["sudo", "--preserve-env=PATH,CI,BEDPLATE_CACHE", *argv]
    return argv


def run(part: Part) -> int:
    """Run a part on this terminal; returns its exit code, where no test at all is a failure too."""
    if part.report:
        REPORTS.mkdir(parents=True, exist_ok=True)
        part.report.unlink(missing_ok=True)
    environment = {**os.environ, "BEDPLATE_ISO": str(ISO)}
    argv = command(part)
    return subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment, check=False).returncode


def count(report: Path | None) -> int:
    """How many tests of a finished part passed."""
    if report is None:
        return 0
    return sum(passed(suite.attrib) for suite in ElementTree.parse(report).getroot().iter("testsuite"))


def passed(numbers: dict[str, str]) -> int:
    """Passed tests of a suite, by the numbers pytest writes down."""
    lost: Sequence[str] = ("failures", "errors", "skipped")
    return int(numbers["tests"]) - sum(int(numbers[name]) for name in lost)


if __name__ == "__main__":
    sys.exit(main())
