"""The plan of an installation, in tasks and in words."""

from __future__ import annotations

from typing import Any

import pytest

from host.config.model import Ipv4, Ipv4Mode, ManagementNetwork
from host.errors import HostError
from host.machine.model import Content, Disk, Firmware, Machine
from host.scripts.model import Script
from installer.plan import describe, plan
from installer.spec import Datastore, InstallSpec, Spec, UpgradeSpec, from_json, to_json
from installer.tasks.configuration import host_config
from tests.unit.test_prechecks import GIB, disk, machine

HASH = "$6$secret$hash"
OLD = (
    Content(kind="bedplate", path="/dev/sda", size=100 * GIB),
    Content(kind="datastore", path="/dev/sda6", label="datastore1", size=90 * GIB),
)


def spec(on: Disk, **more: Any) -> InstallSpec:
    fields: dict[str, Any] = {"password_hash": HASH, **more}
    return InstallSpec(disk_id=on.id, disk_serial=on.serial, disk_size=on.size, **fields)


def with_disk(*disks: Disk, **more: Any) -> Machine:
    return machine(disks=disks, **more)


def titles(made: Machine, wanted: Spec) -> list[str]:
    return [type(task).__name__ for task in plan(made, wanted).tasks]


def test_a_fresh_installation_writes_the_loaders_after_everything_a_host_needs() -> None:
    assert titles(with_disk(disk()), spec(disk())) == [
        "VerifyTarget",
        "FreeDisk",
        "EraseDisk",
        "WritePartitions",
        "MakeFilesystems",
        "CopySystem",
        "VerifySystem",
        "WriteConfiguration",
        "MakeOwnDatastore",
        "WriteLoaders",
        "RegisterWithFirmware",
        "Seal",
    ]


def test_only_uefi_firmware_is_told() -> None:
    assert "RegisterWithFirmware" not in titles(with_disk(disk(), firmware=Firmware.BIOS), spec(disk()))


def test_keeping_the_datastore_writes_no_partition_table() -> None:
    old = disk(contents=OLD)
    tasks = titles(with_disk(old), spec(old, datastore=Datastore.PRESERVE))
    assert "WritePartitions" not in tasks
    assert "EraseDisk" not in tasks
    assert tasks.index("CheckKept") < tasks.index("EraseSystem")


def upgrade(on: Disk, **more: Any) -> UpgradeSpec:
    return UpgradeSpec(disk_id=on.id, disk_serial=on.serial, disk_size=on.size, **more)


def test_an_upgrade_switches_last_and_touches_state_only_for_first_boot_scripts() -> None:
    old = disk(contents=OLD)
    assert titles(with_disk(old), upgrade(old)) == [
        "VerifyTarget",
        "FreeDisk",
        "CheckInstalled",
        "WithdrawBank",
        "MakeBank",
        "CopySystem",
        "VerifySystem",
        "RenewLoaders",
        "Seal",
        "SwitchBank",
    ]
    script = Script(section="%post", body="true", file="ks.cfg", line=1)
    tasks = titles(with_disk(old), upgrade(old, post=(script,), first_boot=(script,)))
    assert tasks[-4:] == ["RunPostScript", "KeepFirstBootScripts", "Seal", "SwitchBank"]


def test_only_an_installation_is_upgraded() -> None:
    with pytest.raises(HostError, match="no installation of Bedplate"):
        plan(with_disk(disk()), upgrade(disk()))
    with pytest.raises(HostError, match="another one"):
        plan(with_disk(disk(contents=OLD, serial="Z2")), upgrade(disk()))


def test_an_upgrade_in_words() -> None:
    old = disk(contents=OLD, holders=("mounted at /mnt",))
    assert describe(with_disk(old), upgrade(old, installed="0.1.0", offered="0.2.0")) == (
        "Upgrade: from version 0.1.0 to version 0.2.0",
        "Disk: SEAGATE ST1000, 100 GiB, serial Z1",
        "      naa.5000c500a1b2c3d4",
        "Written: the bank that does not run; boot loaders that have changed",
        "Kept: all settings, datastore datastore1 (90 GiB)",
        "Stopped first: mounted at /mnt",
        "The new version is tried at the next start. If it does not report healthy, the installed one starts "
        "again.",
    )


@pytest.mark.parametrize("wanted", [spec(disk()), upgrade(disk(), installed="0.1.0")])
def test_a_spec_survives_the_way_to_the_engine(wanted: Spec) -> None:
    assert from_json(to_json(wanted)) == wanted


def test_the_disk_is_found_by_any_of_its_names() -> None:
    named = disk(aliases=("vml.0200000000", "mpx.vmhba0:C0:T0:L0"))
    wanted = InstallSpec(disk_id="vml.0200000000", disk_serial="Z1", disk_size=100 * GIB, password_hash=HASH)
    assert plan(with_disk(named), wanted).disk == named


@pytest.mark.parametrize(
    ("disks", "wanted", "words"),
    [
        ((), {}, "not there"),
        ((disk(serial="Z2"),), {}, "another one"),
        ((disk(size=101 * GIB),), {}, "another one"),
        ((disk(), disk(path="/dev/sdb")), {}, "2 disks"),
        ((disk(boot_medium=True),), {}, "started from"),
        ((disk(contents=OLD),), {}, "not empty: an installation of Bedplate, datastore datastore1"),
        ((disk(),), {"datastore": Datastore.PRESERVE}, "no datastore that could be kept"),
        ((disk(contents=OLD[:1]),), {"datastore": Datastore.PRESERVE}, "no datastore that could be kept"),
    ],
)
def test_refused(disks: tuple[Disk, ...], wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(HostError, match=words):
        plan(with_disk(*disks), spec(disk(), **wanted))


def test_in_words() -> None:
    old = disk(contents=OLD, holders=("md127 (raid1)",))
    network = ManagementNetwork(
        vlan=42, ipv4=Ipv4(mode=Ipv4Mode.STATIC, address="192.0.2.7", netmask="255.255.255.0")
    )
    lines = describe(with_disk(old), spec(old, erase=True, hostname="esx01", management=network))
    text = "\n".join(lines)
    assert lines == (
        "Disk: SEAGATE ST1000, 100 GiB, serial Z1",
        "      naa.5000c500a1b2c3d4",
        "Erased for good: an installation of Bedplate, datastore datastore1 (90 GiB)",
        "Stopped first: md127 (raid1)",
        "Partitions (GPT):",
        "  1 bedplate-bios           1 MiB  boot loader for BIOS",
        "  2 bedplate-esp          256 MiB  boot loader for UEFI, bank state (FAT32)",
        "  3 bedplate-a              1 GiB  system (ext4)",
        "  4 bedplate-b              1 GiB  room for the next version",
        "  5 bedplate-state          4 GiB  host configuration and logs (ext4)",
        "  6 bedplate-datastore   93.7 GiB  datastore1 (XFS)",
        "Starts by BIOS and by UEFI; this machine uses UEFI.",
        "Host name: esx01; keyboard: US Default",
        "Management network: vmnic0, VLAN 42, 192.0.2.7 255.255.255.0",
    )
    assert HASH not in text


def test_in_words_with_the_datastore_kept() -> None:
    old = disk(contents=OLD)
    text = "\n".join(describe(with_disk(old), spec(old, datastore=Datastore.PRESERVE)))
    assert "Kept: datastore datastore1 (90 GiB)" in text
    assert "Erased for good: an installation of Bedplate\n" in text
    assert "unchanged  datastore, kept" in text


def test_in_words_without_a_datastore() -> None:
    small = disk(size=10 * GIB)
    assert "No datastore: the disk is smaller than 12 GiB." in describe(with_disk(small), spec(small))
    text = describe(with_disk(disk(sector=4096)), spec(disk(sector=4096), datastore=Datastore.NONE))
    assert "No datastore is created, as asked for." in text
    assert "Starts by UEFI only, because the disk has sectors of 4096 bytes." in text


def test_lines_fit_a_terminal() -> None:
    old = disk(contents=OLD)
    assert max(map(len, describe(with_disk(old), spec(old, erase=True)))) <= 80


def test_adapters_are_named_in_pci_order() -> None:
    from host.machine.model import Nic

    nics = (
        Nic(name="eth1", mac="52:54:00:00:00:03", pci="0000:05:00.0"),
        Nic(name="usb0", mac="52:54:00:00:00:01"),
        Nic(name="eth0", mac="52:54:00:00:00:02", pci="0000:03:00.1"),
    )
    config = host_config(machine(nics=nics), spec(disk(), vm_port_group=False), uuid="u")
    assert [(uplink.name, uplink.mac[-1]) for uplink in config.nics] == [
        ("vmnic0", "2"),
        ("vmnic1", "3"),
        ("vmnic2", "1"),
    ]
    assert config.port_groups == ()
    assert config.password_hash == HASH
