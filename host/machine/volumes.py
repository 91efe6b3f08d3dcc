"""File systems on CDs, sticks and disks that can be looked into: what and where they are. Only reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from host import boot, paths
from host.machine.blocks import Block, Part, read_blocks
from host.machine.disks import location_of
from host.machine.model import Location

_OPTICAL = re.compile(r"sr\d+")


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """A device that may hold a file system.

    ``kind`` is blkid's word for it, '' when nothing is known; ``device`` says in words what it is on.
    ``mounts`` is where it is mounted now. ``boot`` marks what this system was started from.
    """

    path: str
    device: str
    kind: str = ""
    label: str = ""
    optical: bool = False
    usb: bool = False
    boot: bool = False
    mounts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The volume for people: ``SanDisk Ultra (/dev/sdb1)``."""
        return f"{self.device} ({self.path})"


def find_volumes() -> tuple[Volume, ...]:
    """Every CD drive, and every file system on a disk, in an order that does not change between starts.

    That is the order of the places they are plugged in, and on a disk that of the partitions. Raises
    HostError when the initrd's note on the boot medium cannot be read.
    """
    started = boot.load()
    own = {started.device, started.disk} - {""}
    blocks = sorted(read_blocks(), key=lambda block: _by_place(block.sysfs))
    return (*_optical(own), *(volume for block in blocks for volume in volumes_of(block, own)))


def volumes_of(block: Block, own: set[str]) -> tuple[Volume, ...]:
    """The volumes of one disk: itself, where it holds a file system, and its partitions that do.

    A hybrid ISO on a stick is both: a file system on the whole stick, and partitions.
    """
    holders: list[Block | Part] = [block, *sorted(block.parts, key=lambda part: part.number)]
    name = " ".join(filter(None, (block.vendor, block.model))) or "Disk"
    return tuple(
        Volume(
            path=holder.path,
            device=name,
            kind=holder.kind,
            label=holder.label,
            usb=location_of(block) is Location.USB,
            boot=holder.path in own or str(paths.MEDIUM) in holder.mounts,
            mounts=tuple(mount for mount in holder.mounts if mount != "swap"),
        )
        for holder in holders
        if holder.kind
    )


def _optical(own: set[str]) -> tuple[Volume, ...]:
    """CD drives; without udev's word on what is in them, the kernel finds out when one is mounted."""
    import pyudev

    found = pyudev.Context().list_devices(subsystem="block", DEVTYPE="disk")
    drives = [device for device in found if _OPTICAL.fullmatch(device.sys_name)]
    return tuple(
        _drive(device, own) for device in sorted(drives, key=lambda device: _by_place(device.sys_path))
    )


def _drive(device: Any, own: set[str]) -> Volume:
    facts = dict(device.properties)
    words = [_text(Path(device.sys_path) / "device" / name) for name in ("vendor", "model")]
    return Volume(
        path=device.device_node,
        device=" ".join(filter(None, words)) or "CD drive",
        kind=facts.get("ID_FS_TYPE", ""),
        label=facts.get("ID_FS_LABEL", ""),
        optical=True,
        boot=device.device_node in own,
        mounts=(str(paths.MEDIUM),) if device.device_node in own and paths.MEDIUM.is_mount() else (),
    )


def _by_place(sysfs: str) -> list[tuple[int, int | str]]:
    """Sort key for paths below /sys/devices; the kernel's own name, which may change, comes last in them."""
    words = re.findall(r"\d+|\D+", sysfs)
    return [(0, int(word)) if word.isdigit() else (1, word) for word in words]


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
