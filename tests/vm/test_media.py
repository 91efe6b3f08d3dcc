"""The medium: as a USB stick, cut short, and with a damaged block."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from host.run import run
from kernel_config import cmdline
from tests.vm import walk
from tests.vm.conftest import Boot
from tools.qemu import Accel, Bus, Disk, Machine, create_disk

pytestmark = pytest.mark.vm


@pytest.fixture
def target(tmp_path: Path) -> Disk:
    return Disk(create_disk(tmp_path / "disk.img", 16 << 30))


def test_the_iso_on_a_usb_stick(iso: Path, accel: Accel, boot: Boot, target: Disk) -> None:
    """By BIOS; under Secure Boot a stick installs in test_remaster."""
    stick = Disk(iso, serial="STICK", bus=Bus.USB, read_only=True)
    machine = boot(Machine(accel=accel, disks=(target, stick), boot=("disk1", "disk0"), volatile=True))
    text = walk.reach_disks(machine.serial)
    assert "TESTDISK" in text
    assert "STICK" not in text and "QEMU HARDDISK" not in text, "the medium is never offered"
    machine.stop()


def system_image(iso: Path) -> tuple[int, int]:
    """Where the system image lies in the ISO: first byte and size."""
    report = run(["xorriso", "-indev", iso, "-find", "/bedplate", "-name", "system-*", "-exec", "report_lba"])
    row = next(line for line in report.stdout.splitlines() if "system-" in line)
    block, size = row.split(":", 1)[1].split(",")[1], row.split(",")[3]
    return int(block) * 2048, int(size)


def test_a_medium_cut_short_says_so(
    iso: Path, accel: Accel, boot: Boot, target: Disk, tmp_path: Path
) -> None:
    """A copy to a stick that ended early: the system image begins, but its end is not there."""
    first, size = system_image(iso)
    short = tmp_path / "short.iso"
    shutil.copyfile(iso, short)
    with short.open("r+b") as file:
        file.truncate(first + size // 2)
    machine = boot(Machine(accel=accel, iso=short, disks=(target,), volatile=True))
    machine.serial.wait_said(r"(?i)damaged|incomplete|cannot be read|truncated", walk.BOOT)
    machine.stop()


def test_a_damaged_block_says_so(iso: Path, accel: Accel, boot: Boot, target: Disk, tmp_path: Path) -> None:
    """The first block of the system image: the kernel cannot mount it, and the screen says what is wrong."""
    first, _ = system_image(iso)
    damaged = tmp_path / "damaged.iso"
    shutil.copyfile(iso, damaged)
    with damaged.open("r+b") as file:
        file.seek(first + 100)
        file.write(bytes(3900))
    machine = boot(Machine(accel=accel, iso=damaged, disks=(target,), volatile=True))
    machine.serial.wait_said(r"(?i)damaged|cannot be read", walk.BOOT)
    machine.stop()


def test_a_medium_without_an_image_says_so(
    iso: Path, accel: Accel, boot: Boot, target: Disk, tmp_path: Path
) -> None:
    """Kernel and initrd come from the ISO, but its system image is gone."""
    files = {name: tmp_path / name for name in ("vmlinuz", "initrd")}
    for name, path in files.items():
        run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", f"/bedplate/{name}", path])
    machine = boot(
        Machine(
            accel=accel, disks=(target,), kernel=files["vmlinuz"], initrd=files["initrd"],
            append=" ".join(cmdline.install()), volatile=True,
        )
    )  # fmt: skip
    machine.serial.wait_text(r"system image was not found[\s\S]+connect the medium", walk.BOOT)
    machine.stop()
