"""What the installer says about disks that are not simply empty, and when there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vm import signatures, walk
from tests.vm.conftest import Boot
from tools.console import Console
from tools.lab import Lab
from tools.qemu import Accel, Disk, Machine, create_disk

pytestmark = pytest.mark.vm

GIB = 1 << 30

CROWD: dict[str, tuple[str, int, int, Callable[[Path], None] | None]] = {
    "TWIN-A": ("TWIN", 16, 512, None),
    "TWIN-B": ("TWIN", 16, 512, None),
    "OLD-RAID": ("RAIDDISK", 17, 512, signatures.raid),
    "OLD-LVM": ("LVMDISK", 18, 512, signatures.lvm),
    "OLD-XFS": ("XFSDISK", 19, 512, signatures.xfs),
    "OLD-VMFS": ("VMFSDISK", 20, 512, signatures.vmfs),
    "SMALL": ("SMALLDISK", 7, 512, None),
    "ADVANCED": ("FOURKDISK", 21, 4096, None),
}
"""Serial number → model, GiB, bytes of a sector, and what was on the disk before."""


@pytest.fixture(scope="module")
def crowd(iso: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A machine with all those disks, at the list of disks."""
    folder = tmp_path_factory.mktemp("crowd")
    disks = []
    for serial, (model, size, sector, prepare) in CROWD.items():
        image = create_disk(folder / f"{serial}.img", size * GIB)
        if prepare:
            prepare(image)
        disks.append(Disk(image, serial=serial, model=model, sector=sector))
    machine = boot(Machine(accel=accel, iso=iso, disks=tuple(disks), volatile=True))
    walk.reach_disks(machine.serial)
    return machine


def go_to(console: Console, serial: str) -> str:
    """Select the disk with that serial number, wherever the selection stands; returns its details (F1).

    The details are asked for at every disk: they are of the disk that is selected once all keys before
    have been dealt with, however late the list is drawn.
    """
    console.press("home")
    for _ in range(len(CROWD) + 1):
        console.press("f1")
        text = console.wait_text(r"Disk Details[\s\S]+Device[\s\S]+\(Enter\) OK", walk.SCREEN)
        console.press("enter")
        console.wait_gone(r"Disk Details", walk.SCREEN)
        if re.search(rf"Serial +{serial}\b", text):
            return text
        console.press("down")
    raise AssertionError(f"no disk {serial} in the list:\n{console.text}")


def test_twins_are_told_apart_by_serial(crowd: Lab) -> None:
    for serial in ("TWIN-A", "TWIN-B"):
        text = go_to(crowd.serial, serial)
        assert serial in text and "TWIN" in text and "16" in text


@pytest.mark.parametrize(
    ("serial", "word"),
    [
        ("OLD-RAID", "Linux RAID member"),
        ("OLD-LVM", "LVM physical volume"),
        ("OLD-XFS", "XFS file system"),
        ("OLD-VMFS", "VMFS datastore"),
    ],
)
def test_what_is_on_a_disk_is_named(crowd: Lab, serial: str, word: str) -> None:
    assert re.search(word, go_to(crowd.serial, serial))


@pytest.mark.parametrize("serial", ["OLD-RAID", "OLD-LVM", "OLD-XFS", "OLD-VMFS"])
def test_a_disk_with_data_needs_an_explicit_choice(crowd: Lab, serial: str) -> None:
    go_to(crowd.serial, serial)
    crowd.serial.press("enter")
    text = crowd.serial.wait_text(r"(Disk Is Not Empty|VMFS Datastore Found)[\s\S]+\(Enter\) OK", walk.SCREEN)
    assert serial in text and "everything on this disk is erased" in text
    walk.back(crowd.serial, r"Select a Disk to Install")


def test_a_small_disk_is_refused_with_the_size_needed(crowd: Lab) -> None:
    go_to(crowd.serial, "SMALL")
    crowd.serial.press("enter")
    text = crowd.serial.wait_text(r"Disk Cannot Be Used[\s\S]+\(Enter\) OK", walk.SCREEN)
    assert re.search(r"at least\s+│?\s*8(\.0)? GiB|8(\.0)? GiB are needed", text), text
    crowd.serial.press("enter")
    crowd.serial.wait_gone(r"Disk Cannot Be Used", walk.SCREEN)


def test_a_bios_cannot_start_from_a_4kn_disk_and_is_told_so(crowd: Lab) -> None:
    go_to(crowd.serial, "ADVANCED")
    crowd.serial.press("enter")
    text = crowd.serial.wait_text(r"Disk Cannot Be Used[\s\S]+\(Enter\) OK", walk.SCREEN)
    assert "UEFI" in text
    crowd.serial.press("enter")
    crowd.serial.wait_gone(r"Disk Cannot Be Used", walk.SCREEN)


def test_the_boot_medium_is_not_offered(crowd: Lab) -> None:
    crowd.serial.press("home")
    assert "sr0" not in crowd.serial.text and "DVD" not in crowd.serial.text


def test_a_disk_plugged_in_appears(crowd: Lab, tmp_path: Path) -> None:
    image = create_disk(tmp_path / "late.img", 33 * GIB)
    monitor = crowd.qemu.qmp.monitor
    monitor(f"drive_add 0 if=none,id=late,format=raw,cache=unsafe,file={image}")
    crowd.qemu.qmp.command(
        "device_add", driver="scsi-hd", bus="scsi.0", drive="late", id="late-device", vendor="ACME",
        product="LATEDISK", serial="LATE",
    )  # fmt: skip
    # Wherever the new disk stands in the list, F1 on one disk after the other comes to it.
    for _ in range(5):
        if _has(crowd.serial, "LATE"):
            return
    raise AssertionError(f"the new disk is not in the list:\n{crowd.serial.text}")


def _has(console: Console, serial: str) -> bool:
    try:
        return bool(go_to(console, serial))
    except AssertionError:
        return False


def test_no_disk_at_all(iso: Path, accel: Accel, boot: Boot) -> None:
    machine = boot(Machine(accel=accel, iso=iso, disks=(), volatile=True))
    console = machine.serial
    walk.reach_installer(console)
    console.press("enter")
    console.wait_text(r"\(F11\) Accept and Continue", walk.SCREEN)
    console.press("f11")
    text = console.wait_text(r"No disk was found[\s\S]+\(F5\)", walk.BOOT)
    assert "Rescan" in text, "a disk can still be plugged in"
    machine.stop()
