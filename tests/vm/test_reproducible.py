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
    for output in (first, second):
        output.parent.mkdir()
        run([sys.executable, "-m", "iso_build", "--out", output], cwd=ROOT)
    assert filecmp.cmp(first, second, shallow=False), f"compare {first} with {second}"
