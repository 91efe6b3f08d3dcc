"""What the kernel's facts about disks mean: names, places, contents, what is left out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from host.machine.blocks import Block, Part
from host.machine.disks import judge
from host.machine.model import Content, Disk, Location

GIB = 1024**3
PCI = "/sys/devices/pci0000:00/0000:00"
ADAPTERS = ("0000:00:1f.2", "0000:01:00.0", "0000:02:00.0", "0000:03:00.0")


def sata(**more: Any) -> Block:
    fields: dict[str, Any] = {
        "name": "sda",
        "path": "/dev/sda",
        "sysfs": f"{PCI}:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sda",
        "size": 500 * GIB,
        "sector": 512,
        "vendor": "ATA",
        "model": "Samsung SSD 870",
        "serial": "S62ANJ0R123456A",
        "bus": "ata",
        "driver": "ahci",
        "controller": f"{PCI}:1f.2",
        "hctl": (2, 0, 0, 0),
        "port": 2,
        **more,
    }
    return Block(**fields)


def nvme(**more: Any) -> Block:
    fields: dict[str, Any] = {
        "name": "nvme0n1",
        "path": "/dev/nvme0n1",
        "sysfs": f"{PCI}:1d.0/0000:01:00.0/nvme/nvme0/nvme0n1",
        "size": 1000 * GIB,
        "sector": 512,
        "model": "Samsung SSD 980 PRO 1TB",
        "serial": "S5GXNF0R123456",
        "wwid": "eui.0025385b21404321",
        "transport": "pcie",
        "driver": "nvme",
        "controller": f"{PCI}:1d.0/0000:01:00.0",
        **more,
    }
    return Block(**fields)


def usb(name: str = "sdc", port: str = "1-2", serial: str = "4C530001", **more: Any) -> Block:
    fields: dict[str, Any] = {
        "name": name,
        "path": f"/dev/{name}",
        "sysfs": f"{PCI}:14.0/usb1/{port}/{port}:1.0/host6/target6:0:0/6:0:0:0/block/{name}",
        "size": 16 * GIB,
        "sector": 512,
        "vendor": "SanDisk",
        "model": "Ultra Fit",
        "serial": serial,
        "removable": True,
        "driver": "usb-storage",
        "controller": f"{PCI}:14.0/usb1/{port}/{port}:1.0",
        "hctl": (6, 0, 0, 0),
        **more,
    }
    return Block(**fields)


def virtio(name: str = "vda", slot: str = "0000:03:00.0", **more: Any) -> Block:
    fields: dict[str, Any] = {
        "name": name,
        "path": f"/dev/{name}",
        "sysfs": f"/sys/devices/pci0000:00/{slot}/virtio1/block/{name}",
        "size": 32 * GIB,
        "sector": 512,
        "vendor": "0x1af4",
        "driver": "virtio_blk",
        "controller": f"/sys/devices/pci0000:00/{slot}/virtio1",
        **more,
    }
    return Block(**fields)


def one(block: Block, **more: Any) -> Disk:
    (disk,) = judge([block], adapters=ADAPTERS, **more)
    return disk


def test_a_sata_disk_goes_by_model_and_serial_and_keeps_its_other_names() -> None:
    disk = one(sata(wwid="naa.5002538f00000001", links=("ata-Samsung_SSD_870_S62ANJ0R123456A",)))
    assert disk.id.startswith("t10.ATA_____Samsung_SSD_870_____")
    assert disk.id.endswith("S62ANJ0R123456A")
    assert "naa.5002538f00000001" in disk.aliases
    assert "ata-Samsung_SSD_870_S62ANJ0R123456A" in disk.aliases
    assert "mpx.vmhba0:C0:T2:L0" in disk.aliases
    assert any(alias.startswith("vml.0100") for alias in disk.aliases)
    assert disk.id not in disk.aliases
    assert (disk.location, disk.transport) == (Location.LOCAL, "sata")


def test_nvme_names() -> None:
    assert one(nvme()).id == "eui.0025385b21404321"
    bare = one(nvme(wwid="nvme.144d-5335-01", namespace=2))
    assert bare.id.startswith("t10.NVMe____Samsung_SSD_980_PRO_1TB_")
    assert bare.id.endswith("00000002")


def test_virtio_without_serial_goes_by_its_place_and_with_one_by_that() -> None:
    first, second = judge([virtio(), virtio("vdb", "0000:02:00.0")], adapters=ADAPTERS)
    assert (first.id, second.id) == ("mpx.vmhba2:C0:T0:L0", "mpx.vmhba3:C0:T0:L0")
    assert (first.path, second.path) == ("/dev/vdb", "/dev/vda"), "by place, not by the kernel's names"
    assert one(virtio(serial="disk-7")).id == "t10.VirtIO__disk2D7"


def test_the_place_does_not_depend_on_other_disks() -> None:
    alone = one(virtio())
    among = judge([sata(), nvme(), usb(), virtio()], adapters=ADAPTERS)
    assert alone.id in {disk.id for disk in among if disk.path == alone.path}


def test_sticks_that_share_a_serial_number_stay_apart() -> None:
    first, second = judge([usb("sdc", "1-2"), usb("sdd", "1-3")], adapters=ADAPTERS)
    assert first.id == "mpx.vmhba32:C0:T0:L0"
    assert second.id == "mpx.vmhba33:C0:T0:L0"
    assert (first.location, first.removable) == (Location.USB, True)


def test_two_paths_to_one_lun_are_one_disk() -> None:
    def path(name: str, host: int) -> Block:
        where = f"{PCI}:02.0/host{host}/rport-{host}:0-0/target{host}:0:0/{host}:0:0:0/block/{name}"
        return sata(
            name=name, path=f"/dev/{name}", sysfs=where, wwid="naa.6005076300810001", hctl=(host, 0, 0, 0)
        )

    (disk,) = judge([path("sda", 1), path("sdb", 2)], adapters=ADAPTERS)
    assert (disk.id, disk.path) == ("naa.6005076300810001", "/dev/sda")
    assert "/dev/sdb" in disk.aliases


@pytest.mark.parametrize(
    ("sysfs", "transport", "location"),
    [
        ("/host3/session1/target3:0:0/3:0:0:0/block/sdb", "iscsi", Location.REMOTE),
        ("/host3/rport-3:0-0/target3:0:0/3:0:0:0/block/sdb", "fc", Location.REMOTE),
        ("/net/eth4/ctlr_2/host3/rport-3:0-0/target3:0:0/3:0:0:0/block/sdb", "fcoe", Location.REMOTE),
        ("/host0/port-0:0/end_device-0:0/target0:0:0/0:0:0:0/block/sdb", "sas", Location.LOCAL),
        ("/host0/target0:2:0/0:2:0:0/block/sdb", "scsi", Location.LOCAL),
        ("/mmc_host/mmc0/mmc0:0001/block/mmcblk0", "sd", Location.USB),
    ],
)
def test_where_a_disk_is_attached(sysfs: str, transport: str, location: Location) -> None:
    disk = one(sata(sysfs=f"{PCI}:02.0{sysfs}", bus="scsi"))
    assert (disk.transport, disk.location) == (transport, location)


def test_nvme_over_a_network_is_remote() -> None:
    disk = one(nvme(sysfs="/sys/devices/virtual/nvme-fabrics/ctl/nvme0/nvme0n1", transport="tcp"))
    assert disk.location is Location.REMOTE


def part(number: int, **more: Any) -> Part:
    fields: dict[str, Any] = {"path": f"/dev/sda{number}", "number": number, "start": 0, "size": GIB, **more}
    return Part(**fields)


def bedplate() -> tuple[Part, ...]:
    names = ("bedplate-bios", "bedplate-esp", "bedplate-a", "bedplate-b", "bedplate-state")
    kinds = ("", "vfat", "ext4", "", "ext4")
    system = tuple(part(i, name=n, kind=k) for i, (n, k) in enumerate(zip(names, kinds, strict=True), 1))
    return (*system, part(6, name="bedplate-datastore", kind="xfs", label="datastore1"))


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"table": "gpt"}, [("gpt", "")]),
        ({"kind": "xfs", "label": "data"}, [("xfs", "data")]),
        ({"kind": "linux_raid_member", "label": "nas:0"}, [("linux_raid_member", "nas:0")]),
        ({"kind": "isw_raid_member", "table": "dos"}, [("isw_raid_member", "")]),
        ({"table": "gpt", "parts": bedplate()}, [("bedplate", ""), ("datastore", "datastore1")]),
        ({"table": "gpt", "parts": bedplate()[:5]}, [("bedplate", "")]),
        ({"table": "dos", "parts": (part(1, type="0xfb"),)}, [("VMFS", "")]),
        (
            {"table": "gpt", "parts": (part(3, type="aa31e02a-400f-11db-9590-000c2911d1b8"),)},
            [("VMFS", "")],
        ),
        (
            {"table": "gpt", "parts": (part(3, kind="VMFS_volume_member"),)},
            [("VMFS", "")],
        ),
        (
            {"table": "gpt", "parts": (part(1, kind="ntfs", label="Windows"), part(2, kind="LVM2_member"))},
            [("ntfs", "Windows"), ("LVM2_member", "")],
        ),
        # A datastore whose installation was cut off: nobody has used it, whatever is in it by now.
        ({"table": "gpt", "parts": (part(1, name="bedplate-unfinished"),)}, [("unfinished", "")]),
        # An XFS of ours on a disk that holds no host is a datastore all the same.
        ({"table": "gpt", "parts": bedplate()[5:]}, [("datastore", "datastore1")]),
    ],
)  # fmt: skip
def test_contents(facts: dict[str, Any], found: list[tuple[str, str]]) -> None:
    contents = one(sata(**facts)).contents
    assert [(content.kind, content.label) for content in contents] == found
    assert all(isinstance(content, Content) and content.size for content in contents)


def test_the_boot_medium_is_known_by_disk_by_partition_and_by_what_is_mounted() -> None:
    block = usb(parts=(part(1, path="/dev/sdc1"),))
    assert not one(block).boot_medium
    assert one(block, boot_devices=("/dev/sdc", "")).boot_medium
    assert one(block, boot_devices=("", "/dev/sdc1")).boot_medium
    mounted = part(1, path="/dev/sdc1", mounts=("/run/bedplate/medium",))
    assert one(msgspec.structs.replace(block, parts=(mounted,))).boot_medium


def test_holders_are_named_once() -> None:
    parts = (
        part(1, holders=("md127 (raid1)",)),
        part(2, holders=("md127 (raid1)",), mounts=("/mnt", "swap")),
    )
    assert one(sata(parts=parts)).holders == ("md127 (raid1)", "mounted at /mnt", "swap")
