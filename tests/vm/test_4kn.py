"""An installation on a disk with sectors of 4096 bytes, on a machine with UEFI without Secure Boot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vm import walk
from tests.vm.conftest import Boot
from tools.qemu import Accel, Disk, Firmware, Machine, create_disk

pytestmark = pytest.mark.vm


def test_a_4kn_disk_is_installed_to_and_boots(iso: Path, accel: Accel, boot: Boot, tmp_path: Path) -> None:
    image = create_disk(tmp_path / "4kn.img", 16 << 30)
    disk = Disk(image, sector=4096)
    machine = boot(Machine(firmware=Firmware.UEFI, accel=accel, iso=iso, disks=(disk,), volatile=True))
    walk.install(machine.serial)
    machine.serial.press("enter")
    assert "GiB Memory" in walk.reach_splash(machine.serial)
