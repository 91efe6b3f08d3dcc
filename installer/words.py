"""What a disk is called on a screen: enough to tell it from its twin."""

from __future__ import annotations

from collections.abc import Iterable

from host.machine.model import Content, Disk, Location
from host.storage.layout import GIB, gib

GROUPS: tuple[tuple[Location, str], ...] = (
    (Location.LOCAL, "Local Storage"),
    (Location.REMOTE, "Remote Storage"),
    (Location.USB, "USB and SD"),
)
"""The groups of the disk list, in their order."""

_KINDS = {
    "bedplate": "Bedplate installation",
    "datastore": "Bedplate datastore",
    "unfinished": "unfinished datastore",
    "VMFS": "VMFS datastore",
    "LVM2_member": "LVM physical volume",
    "linux_raid_member": "Linux RAID member",
    "ddf_raid_member": "RAID member (DDF)",
    "isw_raid_member": "RAID member (Intel)",
    "zfs_member": "ZFS pool member",
    "ceph_bluestore": "Ceph volume",
    "crypto_LUKS": "encrypted volume",
    "BitLocker": "BitLocker volume",
    "swap": "swap space",
    "vfat": "FAT file system",
    "ntfs": "NTFS file system",
    "xfs": "XFS file system",
    "btrfs": "Btrfs file system",
    "iso9660": "CD image",
    "gpt": "empty partition table (GPT)",
    "dos": "empty partition table (MBR)",
}


def name(disk: Disk) -> str:
    """Vendor and model, without saying the vendor twice."""
    if disk.model.lower().startswith(disk.vendor.lower()):
        return disk.model.strip() or "Unknown disk"
    return f"{disk.vendor} {disk.model}".strip() or "Unknown disk"


def serial(disk: Disk) -> str:
    """The serial number, or that there is none."""
    return disk.serial or "(no serial number)"


def size(disk: Disk) -> str:
    """The size, as it is written on the disk's label more or less."""
    return gib(disk.size)


def identity(disk: Disk) -> str:
    """A disk told from all others: model, size and serial number."""
    return f"{name(disk)}, {size(disk)}, serial {serial(disk)}"


def content(found: Content) -> str:
    """One thing on a disk: ``Bedplate datastore "datastore1", 100 GiB``."""
    kind = _KINDS.get(found.kind) or f"{found.kind} file system"
    label = f' "{found.label}"' if found.label else ""
    return f"{kind}{label}" + (f", {_size(found.size)}" if found.size and found.kind != "bedplate" else "")


def _size(size: int) -> str:
    return gib(size) if size >= GIB else f"{size / GIB * 1024:.0f} MiB"


def contents(disk: Disk) -> tuple[str, ...]:
    """What is on a disk, most telling first; empty for a blank one."""
    order = {"bedplate": 0, "VMFS": 1, "datastore": 2}
    ranked = sorted(disk.contents, key=lambda found: (order.get(found.kind, 3), -found.size))
    return tuple(content(found) for found in ranked)


def brief(disk: Disk) -> str:
    """What is on a disk in a few words."""
    found = contents(disk)
    if not found:
        return "in use: " + ", ".join(disk.holders) if disk.holders else "empty"
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return found[0] + more


def mark(disk: Disk) -> str:
    """The sign in front of a disk: ``@`` holds an installation, ``*`` a datastore, ``+`` other data."""
    kinds = {found.kind for found in disk.contents}
    if "bedplate" in kinds:
        return "@"
    if kinds & {"VMFS", "datastore"}:
        return "*"
    return "+" if disk.contents or disk.holders else " "


def attachment(disk: Disk) -> str:
    """How the disk is attached, for its details."""
    medium = "solid state" if disk.ssd else "rotating"
    return ", ".join(part for part in (disk.transport, disk.driver, medium) if part)


def listing(items: Iterable[str], bullet: str = "  - ") -> str:
    """Lines with bullets."""
    return "\n".join(f"{bullet}{item}" for item in items)
