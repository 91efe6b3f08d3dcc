"""Two builds of the same inputs are the same bytes, wherever and whenever they are made."""

from __future__ import annotations

import filecmp
import sys
from pathlib import Path

import pytest

from host.run import run
from tools.places import ROOT

pytestmark = pytest.mark.vm


def test_two_builds_are_equal(tmp_path: Path) -> None:
    first, second = tmp_path / "one" / "bedplate.iso", tmp_path / "another place" / "bedplate.iso"
    for output, umask, zone in ((first, "022", "UTC"), (second, "077", "Asia/Tokyo")):
        output.parent.mkdir()
        command = [sys.executable, "-m", "iso_build", "--out", str(output)]
        run(["sh", "-c", f'umask {umask}; exec "$@"', "sh", *command], cwd=ROOT, env={"TZ": zone})
    assert filecmp.cmp(first, second, shallow=False), f"compare {first} with {second}"
