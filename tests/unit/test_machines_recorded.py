"""Every recorded machine is one a plan can be made for, or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.machine.model import load
from installer.plan import describe
from installer.prechecks import check, refusal
from installer.spec import InstallSpec

MACHINES = sorted((Path(__file__).parent.parent / "machines").glob("*.json"))


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.stem)
def test_recorded(path: Path) -> None:
    machine = load(path)
    assert len({disk.id for disk in machine.disks}) == len(machine.disks)
    for finding in check(machine, None):
        assert finding.text
    for disk in machine.disks:
        if refusal(disk, machine.firmware):
            assert any(finding.level == "error" for finding in check(machine, disk))
            continue
        spec = InstallSpec(
            disk_id=disk.id, disk_serial=disk.serial, disk_size=disk.size, password_hash="x", erase=True
        )
        assert any(disk.id in line for line in describe(machine, spec))


def test_there_are_some() -> None:
    assert len(MACHINES) > 5
