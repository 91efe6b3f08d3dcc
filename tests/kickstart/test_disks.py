"""Which disk is meant."""

from __future__ import annotations

from typing import Any

import pytest

from host.machine.model import Content, Disk, Location
from installer.kickstart import disks, drivers
from installer.kickstart.script import DiskChoice
from tests.kickstart.support import machine
from tests.unit.test_prechecks import GIB, disk
from tests.unit.test_prechecks import machine as made

RACK = machine("rack")
BOSS, PERC, EMPTY, LUN = "/dev/sdc", "/dev/sda", "/dev/sdb", "/dev/sdd"
NVME, STICK = "/dev/nvme0n1", "/dev/sde"


def path(found: Disk | None) -> str:
    return found.path if found else ""


def first(*filters: str, **more: Any) -> str:
    return path(disks.first(DiskChoice(filters=filters, **more), RACK).disk)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("naa.6d0946606b3a5c002a1b3c4d5e6f7081", PERC),
        ("NAA.6D0946606B3A5C002A1B3C4D5E6F7082", EMPTY),
        ("mpx.vmhba2:C2:T1:L0", EMPTY),
        ("vml.02000000006d0946606b3a5c002a1b3c4d5e6f7081504552432048", PERC),
        ("eui.36483331545029100025384500000001", NVME),
        ("t10.ATA_____DELLBOSS_VD_____________________________4e1a2b3c4d5e6f70____", BOSS),
        ("t10.ATA_____DELLBOSS_VD_4e1a2b3c4d5e6f70", BOSS),
        ("ata-DELLBOSS_VD_4e1a2b3c4d5e6f70", BOSS),
        ("wwn-0x6d0946606b3a5c002a1b3c4d5e6f7082", EMPTY),
        ("/dev/nvme0n1", NVME),
        ("sde", STICK),
        ("naa.6d0946606b3a5c002a1b3c4d5e6f708", ""),
        ("DELLBOSS VD", ""),
    ],
)
def test_by_name(name: str, found: str) -> None:
    assert [one.path for one in disks.named(name, RACK.disks)] == ([found] if found else [])


def test_a_name_that_two_disks_share() -> None:
    assert len(disks.named("naa.5002538f12345134", machine("twins").disks)) == 2


def test_links_have_signs_that_udev_escapes() -> None:
    odd = disk(aliases=(r"usb-A\x2fB_1",))
    assert disks.named("usb-A/B_1", [odd]) == disks.named(r"usb-A\x2fB_1", [odd]) == (odd,)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("local", "remote", "usb"), BOSS),
        (("remote", "local"), LUN),
        (("usb",), STICK),
        (("USB",), STICK),
        (("esx",), PERC),
        (("localesx",), PERC),
        (("remoteesx",), ""),
        (("remoteesx", "usb"), STICK),
        (("DELLBOSS VD",), BOSS),
        (("dellboss  vd",), BOSS),
        (("ATA DELLBOSS",), BOSS),
        (("PERC H755",), PERC),
        (("DELL",), BOSS),
        (("BOSS",), ""),
        (("Dell Ent NVMe",), NVME),
        (("PM1735",), NVME),
        (("megaraid_sas",), PERC),
        (("lsi_mr3",), PERC),
        (("vmw_ahci",), BOSS),
        (("nvme_pcie",), NVME),
        (("qlnativefc",), LUN),
        (("usb-storage", "hpsa", "local"), STICK),
        (("hpsa", "mptsas", "local"), BOSS),
        (("nothing",), ""),
        ((), ""),
    ],
)
def test_first(filters: tuple[str, ...], found: str) -> None:
    assert first(*filters) == found


def test_no_solid_state_disk() -> None:
    assert first("local", ignore_ssd=True) == PERC
    assert first("remote", ignore_ssd=True) == ""


def test_disks_that_are_taken() -> None:
    perc = next(one for one in RACK.disks if one.path == PERC)
    choice = DiskChoice(filters=("megaraid_sas",))
    assert path(disks.first(choice, RACK, {perc.id}).disk) == EMPTY


def test_what_cannot_be_used_is_passed_over_and_said() -> None:
    small = disk(path="/dev/sda", id="mpx.vmhba0:C0:T0:L0", size=GIB)
    locked = disk(path="/dev/sdb", id="mpx.vmhba0:C0:T1:L0", read_only=True)
    medium = disk(path="/dev/sdc", id="mpx.vmhba0:C0:T2:L0", boot_medium=True)
    good = disk(path="/dev/sdd", id="mpx.vmhba0:C0:T3:L0")
    found = disks.first(DiskChoice(filters=("local",)), made(disks=(good, medium, locked, small)))
    assert found.disk == good
    assert [one.path for one, _ in found.passed] == ["/dev/sda", "/dev/sdb"]
    assert "8 GiB" in found.passed[0][1]


def test_order_is_where_disks_are_plugged_in() -> None:
    unknown = disk(path="/dev/sda", id="naa.1")
    ten = disk(path="/dev/sdb", id="mpx.vmhba10:C0:T0:L0")
    two = disk(path="/dev/sdc", id="naa.2", aliases=("mpx.vmhba2:C0:T10:L0",))
    one = disk(path="/dev/sdd", id="naa.3", aliases=("mpx.vmhba2:C0:T9:L0",))
    assert disks.in_place_order((unknown, ten, two, one)) == (one, two, ten, unknown)


def test_what_is_an_installation_and_what_a_datastore() -> None:
    def holds(**content: Any) -> tuple[bool, bool]:
        one = disk(contents=(Content(path="/dev/sda1", **content),))
        return disks.holds_esx(one), disks.holds_datastore(one)

    assert holds(kind="bedplate") == (True, False)
    assert holds(kind="vfat", label="BOOTBANK1") == (True, False)
    assert holds(kind="VMFS") == (False, True)
    assert holds(kind="datastore") == (False, True)
    assert holds(kind="vfat", label="BOOT") == (False, False)


def test_drivers_have_known_names_in_both_worlds() -> None:
    assert drivers.of_linux("lsi_msgpt3") >= {"mpt3sas"}
    assert drivers.of_linux("vmkusb") == {"vmkusb", "usb-storage", "uas"}
    assert "virtio_blk" in drivers.of_linux("virtio_blk")
    assert "usb_storage" in drivers.of_linux("usb-storage")


def test_sata_is_local_here() -> None:
    assert disks.fits("local", disk(location=Location.LOCAL, transport="sata"))
