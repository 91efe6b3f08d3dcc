"""What is built: product, version, and the one time stamp of every file in it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

PRODUCT = "Bedplate"
SOURCE = Path(__file__).parent.parent

EPOCH = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
"""Seconds since 1970 that every file of the image is dated with. It belongs to the version and changes
with it, not with each commit: otherwise no cached layer could ever be used again."""


def version() -> str:
    """The version, from pyproject.toml: the only place that has it."""
    return str(tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]["version"])
