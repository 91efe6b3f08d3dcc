"""What starts is there, and the first boot unit waits for what its scripts need."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from host import paths
from host.scripts import firstboot
from iso_build.layer import STARTED, SYSTEM

UNITS = SYSTEM / "units"
OURS = sorted(unit for units in STARTED.values() for unit in units if unit.startswith("bedplate-"))


def lines(unit: str) -> list[str]:
    return (UNITS / unit).read_text().splitlines()


@pytest.mark.parametrize("unit", OURS)
def test_a_unit_that_starts_has_a_file_and_a_program(unit: str) -> None:
    for line in lines(unit):
        words = line.removeprefix("ExecStart=").split()
        if line.startswith("ExecStart=/usr/bin/python3"):
            assert find_spec(words[words.index("-m") + 1]) is not None


def test_first_boot_scripts_start_only_while_some_wait() -> None:
    queue: Path = paths.FIRST_BOOT / firstboot.QUEUE
    assert f"ConditionDirectoryNotEmpty={queue}" in lines("bedplate-firstboot.service")


def test_first_boot_scripts_come_after_what_they_talk_to_and_hold_nobody_up() -> None:
    after = {
        word
        for line in lines("bedplate-firstboot.service")
        if line.startswith("After=")
        for word in line.removeprefix("After=").split()
    }
    assert {
        "bedplate-hostd.service",
        "bedplate-datastores.service",
        "libvirtd.socket",
        "systemd-networkd.service",
    } <= after
    assert not [line for line in lines("bedplate-firstboot.service") if line.startswith("Before=")]
    for path in UNITS.glob("*.service"):
        if path.name != "bedplate-firstboot.service":
            assert "bedplate-firstboot" not in path.read_text(), path.name
