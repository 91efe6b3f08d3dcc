"""Disks as other systems leave them: the first sectors of RAID, LVM, XFS and VMFS on an image file.

Written byte by byte where the real tools insist on block devices and root; every one is checked with blkid.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from host.run import run

MIB = 1 << 20
VMFS_PARTITION = "AA31E02A-400F-11DB-9590-000C2911D1B8"
"""GPT type of a VMFS partition (VMware's own, listed with sfdisk --list-types)."""


def raid(image: Path) -> None:
    """One half of a Linux RAID 1 with the superblock of version 1.2, 4 KiB from the start."""
    size = image.stat().st_size // 512 - 2048
    head = struct.pack(
        "<IIII16s32sQIIQIIi", 0xA92B4EFC, 1, 0, 0, b"0123456789abcdef", b"old:0", 0, 1, 0, size, 0, 2, 0
    )
    head += struct.pack("<IQIIII", 0, 0, 0, 0, 0, 0)
    head += struct.pack("<QQQQII16sBBHI", 2048, size, 8, 0, 0, 0, b"fedcba9876543210", 0, 0, 0, 0)
    tail = struct.pack("<32s2H", b"", 0, 1)
    state = struct.pack("<QQQ", 0, 1, 0xFFFFFFFFFFFFFFFF)
    blank = head + state + struct.pack("<II", 0, 2) + tail
    total = sum(word for (word,) in struct.iter_unpack("<I", blank))
    checksum = (total & 0xFFFFFFFF) + (total >> 32)
    write(image, 4096, head + state + struct.pack("<II", checksum, 2) + tail)
    seen(image, "linux_raid_member")


def lvm(image: Path) -> None:
    """A physical volume of LVM with nothing in it, labelled in the second sector."""
    areas = struct.pack("<QQQQQQQQ", MIB, 0, 0, 0, 4096, MIB - 4096, 0, 0)
    body = struct.pack("<I8s", 32, b"LVM2 001") + b"0123456789abcdef0123456789abcdef"
    body = (body + struct.pack("<Q", image.stat().st_size) + areas).ljust(512 - 20, b"\0")
    checksum = zlib.crc32(body, 0xF597A6CF ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    write(image, 512, b"LABELONE" + struct.pack("<QI", 1, checksum) + body)
    seen(image, "LVM2_member")


def xfs(image: Path) -> None:
    """An XFS file system on the whole disk, with a label."""
    run(["mkfs.xfs", "-q", "-f", "-L", "olddata", image])
    seen(image, "xfs")


def vmfs(image: Path) -> None:
    """A GPT with one VMFS datastore, as ESXi leaves it on a data disk."""
    run(["sfdisk", "--quiet", image], stdin=f"label: gpt\nstart=2048, type={VMFS_PARTITION}\n")
    write(image, 2 * MIB, bytes.fromhex("0dd001c0"))
    write(image, 3 * MIB, bytes.fromhex("5ef1ab2f"))
    seen(image, "VMFS_volume_member", offset=MIB)


def write(image: Path, offset: int, data: bytes) -> None:
    """Put bytes at a place of the image."""
    with image.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def seen(image: Path, kind: str, *, offset: int = 0) -> None:
    """Fail unless util-linux takes the image for what it is meant to be."""
    argv: list[str | Path] = [
        "blkid",
        "--probe",
        "--offset",
        str(offset),
        "--output",
        "value",
        "--match-tag",
        "TYPE",
        image,
    ]
    found = run(argv, check=False).stdout.strip()
    assert found == kind, f"{image.name} looks like {found!r}"
