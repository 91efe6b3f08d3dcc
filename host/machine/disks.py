"""The disks of the machine: what each is, how it is called, where it is attached and what is on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from host import boot, paths
from host.machine import ids
from host.machine.blocks import Block, Part, adapters, read_blocks
from host.machine.model import Content, Disk, Location

VMFS_TYPES = {"aa31e02a-400f-11db-9590-000c2911d1b8", "0xfb"}
"""Partition types of a VMFS datastore, in GPT and in MBR."""

SYSTEM_PARTS = frozenset({"bedplate-bios", "bedplate-esp", "bedplate-a", "bedplate-b", "bedplate-state"})
DATASTORE_PART = "bedplate-datastore"
UNFINISHED_PART = "bedplate-unfinished"
"""What an installation calls a datastore on another disk until the host starts; nobody has used it yet."""

_USB_ADAPTERS = 32
"""ESXi numbers USB adapters from here, so that sticks do not move the numbers of the others."""

_SYSTEM_MOUNTS = {"/", str(paths.MEDIUM), str(paths.STATE)}

_WORDS = {"VMFS_volume_member": "VMFS"}
"""blkid's words that we replace."""


def find_disks(*, loops: bool = False) -> tuple[Disk, ...]:
    """Every whole disk, by adapter, channel, target and LUN; the boot medium is marked.

    The kernel's names would be another order at every start: they go by which disk answered first.

    CDs, memory disks, card readers without a card and what is built on top of disks are left out; ``loops``
    takes loop devices in, for tests. Raises HostError when the note of the initrd cannot be read.
    """
    started = boot.load()
    return judge(read_blocks(loops=loops), adapters=adapters(), boot_devices=(started.disk, started.device))


def judge(
    blocks: Iterable[Block], *, adapters: Sequence[str] = (), boot_devices: Sequence[str] = ()
) -> tuple[Disk, ...]:
    """What the kernel's facts mean. ``adapters`` are the PCI addresses that vmhba numbers count."""
    blocks = tuple(blocks)
    places = _places(blocks, adapters)
    ordered = sorted(blocks, key=lambda block: places[block.path])
    named = [(block, _names(block, places[block.path]), places[block.path]) for block in ordered]
    seen = Counter(names[0] for _, names, _ in named)
    disks: dict[str, Disk] = {}
    for block, names, place in named:
        best = names[0]
        if seen[best] > 1 and not best.startswith(("naa.", "eui.")):
            # Sticks from one factory share a "serial number"; only their place tells them apart.
            names = (ids.mpx(place), *names)
        if names[0] in disks:
            disks[names[0]] = _with_path(disks[names[0]], block)
        else:
            disks[names[0]] = _disk(block, names, place, boot_devices)
    return tuple(disks.values())


def _disk(block: Block, names: tuple[str, ...], place: ids.Place, boot_devices: Sequence[str]) -> Disk:
    vml = ids.vml(names[0], block.model, block.serial, place)
    aliases = (*names[1:], vml, ids.mpx(place), *block.links)
    return Disk(
        path=block.path,
        id=names[0],
        vendor=_vendor(block),
        model=block.model,
        serial=block.serial,
        size=block.size,
        sector=block.sector,
        location=location_of(block),
        driver=block.driver,
        transport=_transport(block),
        ssd=not block.rotational,
        removable=block.removable,
        read_only=block.read_only,
        boot_medium=_is_boot_medium(block, boot_devices),
        aliases=tuple(dict.fromkeys(alias for alias in aliases if alias != names[0])),
        contents=_contents(block),
        holders=_holders(block),
    )


def _with_path(disk: Disk, block: Block) -> Disk:
    """The disk again, reached over one more path."""
    return msgspec.structs.replace(
        disk,
        aliases=(*disk.aliases, block.path),
        holders=tuple(dict.fromkeys((*disk.holders, *_holders(block)))),
    )


def _names(block: Block, place: ids.Place) -> tuple[str, ...]:
    """Every stable name of a disk, the one ESXi would show first."""
    if _transport(block) == "nvme":
        return _nvme_names(block)
    page83 = ids.from_page83(bytes.fromhex(block.page83))
    if not page83 and re.match(r"(naa|eui)\.[0-9a-f]+$", block.wwid):
        page83 = (block.wwid,)
    if _transport(block) == "sata":
        # On a SATA controller ESXi goes by model and serial number, also where the disk has a world-wide
        # name.
        exact = [name for name in page83 if name.startswith("t10.ATA")]
        made = [ids.ata(block.model, block.serial)] if block.serial else []
        return tuple(dict.fromkeys((*(exact or made), *page83))) or (ids.mpx(place),)
    if page83:
        return page83
    if block.serial:
        return (ids.by_serial(_vendor(block) or _transport(block).upper(), block.model, block.serial),)
    return (ids.mpx(place),)


def _nvme_names(block: Block) -> tuple[str, ...]:
    made = ids.nvme(block.model, block.serial, block.namespace)
    return (block.wwid.lower(), made) if block.wwid.lower().startswith("eui.") else (made,)


def _transport(block: Block) -> str:
    """How the disk is attached: nvme, sata, sas, usb, sd, virtio, scsi, fc, iscsi, fcoe, loop."""
    for pattern, transport in (
        (r"/nvme", "nvme"),
        (r"/usb\d", "usb"),
        (r"/mmc_host/", "sd"),
        (r"/session\d+/", "iscsi"),
        (r"/rport-", "fc"),
        (r"/ata\d+/", "sata"),
        (r"/end_device-", "sas"),
        (r"/virtual/block/loop", "loop"),
    ):
        if re.search(pattern, block.sysfs):
            return "fcoe" if transport == "fc" and re.search(r"fcoe|/ctlr_", block.sysfs) else transport
    return "virtio" if block.name.startswith("vd") else "scsi"


def location_of(block: Block) -> Location:
    """Where a disk is attached, from how it is reached."""
    transport = _transport(block)
    if transport in {"usb", "sd"}:
        return Location.USB
    # NVMe over fabrics says how it is reached; a local one says "pcie" or nothing.
    fabric = transport == "nvme" and block.transport not in {"", "pcie"}
    return Location.REMOTE if fabric or transport in {"iscsi", "fc", "fcoe"} else Location.LOCAL


def _vendor(block: Block) -> str:
    """The vendor as inquiry data has it; virtio gives a PCI number, which says nothing to a person."""
    if re.fullmatch(r"0x[0-9a-f]+", block.vendor):
        return "VirtIO" if block.name.startswith("vd") else ""
    return {"sata": "ATA", "nvme": "NVMe", "loop": "Loop", "virtio": "VirtIO"}.get(
        _transport(block), block.vendor
    )


def _places(blocks: Iterable[Block], adapters: Sequence[str]) -> dict[str, ids.Place]:
    """Where each disk is plugged in: numbers that stay as long as nobody moves a card or a cable."""
    blocks = tuple(blocks)
    usb = sorted({block.controller for block in blocks if _transport(block) == "usb"})
    other = sorted({block.controller for block in blocks if _pci_address(block, adapters) is None} - set(usb))

    def adapter(block: Block) -> int:
        if block.controller in usb:
            return _USB_ADAPTERS + usb.index(block.controller)
        address = _pci_address(block, adapters)
        if address is not None:
            return adapters.index(address)
        return len(adapters) + other.index(block.controller)

    def place(block: Block) -> ids.Place:
        _, channel, target, lun = block.hctl
        if _transport(block) == "sata":
            channel, target = 0, block.port
        if _transport(block) == "nvme":
            target = block.namespace - 1
        if _transport(block) == "loop":
            target = int(block.name.removeprefix("loop"))
        return ids.Place(adapter(block), channel, target, lun)

    return {block.path: place(block) for block in blocks}


def _pci_address(block: Block, adapters: Sequence[str]) -> str | None:
    parts = Path(block.controller).parts
    return next((part for part in reversed(parts) if part in adapters), None)


def _is_boot_medium(block: Block, boot_devices: Sequence[str]) -> bool:
    nodes = {block.path, *(part.path for part in block.parts)}
    mounts = {*block.mounts, *(mount for part in block.parts for mount in part.mounts)}
    return bool(nodes & set(boot_devices) or mounts & _SYSTEM_MOUNTS)


def _holders(block: Block) -> tuple[str, ...]:
    found: list[str] = []
    owners: tuple[Block | Part, ...] = (block, *block.parts)
    for owner in owners:
        found += owner.holders
        found += ["swap" if mount == "swap" else f"mounted at {mount}" for mount in owner.mounts]
    return tuple(dict.fromkeys(found))


def _contents(block: Block) -> tuple[Content, ...]:
    """What is on the disk, as a person would name it; a bare partition table counts when nothing else is
    there.
    """
    found: list[Content] = []
    names = {part.name for part in block.parts}
    installed = {"bedplate-a", "bedplate-state"} <= names
    if installed:
        found.append(Content(kind="bedplate", path=block.path, size=block.size))
    if block.kind and not block.table:
        found.append(_content(block.kind, block.path, block.label, block.size))
    elif "_raid_member" in block.kind:
        # A firmware RAID keeps its partition table on the members, too.
        found.append(_content(block.kind, block.path, block.label, block.size))
    for part in block.parts:
        if not (installed and part.name in SYSTEM_PARTS):
            found += _part_contents(part)
    if not found and block.table:
        found.append(Content(kind=block.table, path=block.path, size=block.size))
    return tuple(found)


def _part_contents(part: Part) -> list[Content]:
    if part.type in VMFS_TYPES or part.kind.startswith("VMFS"):
        return [Content(kind="VMFS", path=part.path, label=part.label or part.name, size=part.size)]
    if part.name == UNFINISHED_PART:
        return [Content(kind="unfinished", path=part.path, label=part.label, size=part.size)]
    if part.name == DATASTORE_PART and part.kind == "xfs":
        return [Content(kind="datastore", path=part.path, label=part.label, size=part.size)]
    return [_content(part.kind, part.path, part.label or part.name, part.size)] if part.kind else []


def _content(kind: str, path: str, label: str, size: int) -> Content:
    return Content(kind=_WORDS.get(kind, kind), path=path, label=label, size=size)
