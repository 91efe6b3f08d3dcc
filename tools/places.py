"""Where the tools keep what they make. The only place that spells these paths."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The clone."""

BUILD = ROOT / "build"
"""Everything that is made; ignored by git and gone after ``make clean``."""

ISO = BUILD / "bedplate.iso"
VENV = BUILD / "venv"
FAILURES = BUILD / "test-failures"
"""Screens, transcripts and pictures of machines whose test failed."""

MACHINE = BUILD / "machine"
"""The virtual machine of ``make run``: its disk and its firmware's variables."""

FIRMWARE = Path("/usr/share/OVMF")
