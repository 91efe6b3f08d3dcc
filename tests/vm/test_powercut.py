"""Power cuts during the installation: the next boot either installs again or runs, never something half.

The machine is saved once just before the installation starts; each cut begins from there.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vm import walk
from tests.vm.conftest import Boot
from tools.console import Console
from tools.lab import Lab
from tools.qemu import Accel, Disk, Machine, create_disk

pytestmark = pytest.mark.vm

MOMENTS = {
    "the start": r"Step \d+ of",
    "the partition table": r"Partitioning the disk|Making file systems",
    "the file systems": r"Making file systems|Copying the system",
    "half of the copy": r"\b[3-5]\d ?%",
    "the boot loaders": r"Installing the boot loaders|Writing the configuration|Finishing",
    "the end": r"Finishing|Installation Complete",
}
"""When the power goes: what the progress screen shows then."""


@pytest.fixture(scope="module")
def ready(iso: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine saved at the confirmation, to be continued as often as needed."""
    disk = create_disk(tmp_path_factory.mktemp("disk") / "disk.qcow2", 16 << 30, image="qcow2")
    machine = Machine(
        accel=accel,
        iso=iso,
        disks=(Disk(disk, image="qcow2"),),
        volatile=True,
    )
    lab = boot(machine)
    walk.reach_confirmation(lab.serial)
    assert lab.qemu.qmp.monitor("savevm ready") == ""
    lab.stop()
    return machine


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_power_cut(ready: Machine, boot: Boot, tmp_path: Path, moment: str) -> None:
    disk = replace(ready.disks[0], path=tmp_path / "disk.qcow2")
    shutil.copyfile(ready.disks[0].path, disk.path)
    machine = replace(ready, disks=(disk,))

    interrupted = boot(replace(machine, extra=("-loadvm", "ready")))
    interrupted.serial.press("f11")
    interrupted.serial.wait_text(MOMENTS[moment], walk.INSTALL)
    interrupted.kill()

    after = boot(machine)
    assert what_comes_up(after.serial) in ("installer", "host")
    after.stop()


def what_comes_up(console: Console) -> str:
    """What the machine turns out to be: installer or host, and a host only with everything working."""
    text = console.wait_text(r"\(Enter\) Continue|<F2> Customize System", walk.BOOT)
    if "<F2>" not in text:
        return "installer"
    walk.reach_splash(console)
    walk.log_in(console)
    console.wait_text("System Customization", walk.SCREEN)
    return "host"


def test_an_interrupted_installation_can_be_repeated(ready: Machine, boot: Boot, tmp_path: Path) -> None:
    disk = replace(ready.disks[0], path=tmp_path / "disk.qcow2")
    shutil.copyfile(ready.disks[0].path, disk.path)
    machine = replace(ready, disks=(disk,))
    interrupted: Lab = boot(replace(machine, extra=("-loadvm", "ready")))
    interrupted.serial.press("f11")
    interrupted.serial.wait_text(MOMENTS["half of the copy"], walk.INSTALL)
    interrupted.kill()

    again = boot(machine)
    walk.reach_disks(again.serial)
    again.serial.press("enter")
    again.serial.wait_text(r"Disk Is Not Empty|Bedplate Found", walk.SCREEN)
    walk.select(again.serial, "Install, overwrite")
    again.serial.press("enter")
    walk.answer_the_rest(again.serial)
    walk.finish(again.serial)
    again.serial.press("enter")
    assert "GiB Memory" in walk.reach_splash(again.serial)
