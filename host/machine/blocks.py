"""Block devices as the kernel and udev know them: raw facts, copied out at once and not yet judged.

Everything here reads; what the facts mean is decided in host.machine.disks. udev's database is used where it
knows a device; a device it has not handled (no udev running, or not yet) is read with ``blkid`` and
``wipefs``.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from host.run import run

SYS = Path("/sys")
PROC = Path("/proc")

_UDEV_WORDS = {
    "TYPE": "ID_FS_TYPE",
    "LABEL": "ID_FS_LABEL",
    "PTTYPE": "ID_PART_TABLE_TYPE",
    "PART_ENTRY_NAME": "ID_PART_ENTRY_NAME",
    "PART_ENTRY_TYPE": "ID_PART_ENTRY_TYPE",
    "PART_ENTRY_UUID": "ID_PART_ENTRY_UUID",
}
"""blkid's words for what udev's database holds, as udev spells them."""

_BETWEEN = {"scsi", "nvme", "nvme-subsystem", "block", "mmc", ""}
"""Kernel subsystems of the devices between a disk and its controller."""

_VIRTUAL = re.compile(r"(loop|ram|zram|dm-|md|nbd|rbd|drbd|fd|sr|mtdblock|bcache|pmem)\d")
_NOT_A_DISK = re.compile(r"mmcblk\d+(boot\d+|rpmb)$")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A partition; ``start`` and ``size`` in bytes, ``type`` and ``uuid`` in lower case."""

    path: str
    number: int
    start: int
    size: int
    name: str = ""
    type: str = ""
    uuid: str = ""
    kind: str = ""
    label: str = ""
    holders: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A whole disk in the kernel's words.

    ``sysfs`` is its real path below /sys/devices, ``driver`` and ``controller`` the driver and the sysfs
    path of what it is attached to, ``hctl`` its SCSI address, ``page83`` the device identification page in
    hex, ``wwid`` the kernel's own unique name for it. ``table`` is the kind of partition table.
    """

    name: str
    path: str
    sysfs: str
    size: int
    sector: int
    removable: bool = False
    read_only: bool = False
    rotational: bool = False
    model: str = ""
    vendor: str = ""
    serial: str = ""
    wwid: str = ""
    page83: str = ""
    bus: str = ""
    transport: str = ""
    namespace: int = 1
    driver: str = ""
    controller: str = ""
    hctl: tuple[int, int, int, int] = (0, 0, 0, 0)
    port: int = 0
    links: tuple[str, ...] = ()
    table: str = ""
    kind: str = ""
    label: str = ""
    parts: tuple[Part, ...] = ()
    holders: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()


def read_blocks(*, loops: bool = False) -> tuple[Block, ...]:
    """Every disk of the machine, in the order of the kernel's names.

    CD drives, floppies, memory disks, and what is built on top of disks (md, LVM, multipath) are left out,
    and so are card readers without a card. ``loops`` takes loop devices in, for tests.
    """
    import pyudev

    context = pyudev.Context()
    devices = [
        device
        for device in context.list_devices(subsystem="block", DEVTYPE="disk")
        if _is_disk(device.sys_name, Path(device.sys_path), loops=loops)
    ]
    parts = {device.sys_path: _partitions(context, device) for device in devices}
    known = _Known([device for disk in devices for device in (disk, *parts[disk.sys_path])])
    blocks = [_block(device, parts[device.sys_path], known) for device in devices]
    return tuple(sorted(blocks, key=lambda block: _natural(block.name)))


def adapters() -> tuple[str, ...]:
    """The storage controllers on PCI, as addresses in bus order: what vmhba numbers count."""
    devices = (SYS / "bus/pci/devices").glob("*")
    return tuple(sorted(device.name for device in devices if _text(device / "class").startswith("0x01")))


def mounts_by_device() -> dict[str, list[str]]:
    """Where block devices are mounted or used as swap, by ``major:minor``."""
    found: dict[str, list[str]] = {}
    for line in _text(PROC / "self/mountinfo").splitlines():
        fields = line.split(" ")
        found.setdefault(fields[2], []).append(_unescape_octal(fields[4]))
    for line in _text(PROC / "swaps").splitlines()[1:]:
        path = Path(_unescape_octal(line.split()[0]))
        number = _text(SYS / "class/block" / path.resolve().name / "dev")
        if number:
            found.setdefault(number, []).append("swap")
    return found


def describe_holder(name: str) -> str:
    """A device built on a disk, in words: ``md127 (raid1)``, ``LVM vg0-root``, ``multipath mpatha``."""
    holder = SYS / "class/block" / name
    if name.startswith("md"):
        level = _text(holder / "md/level")
        return f"{name} ({level})" if level else name
    kind = _text(holder / "dm/uuid").partition("-")[0]
    title = _text(holder / "dm/name") or name
    words = {"LVM": "LVM", "mpath": "multipath", "CRYPT": "encrypted volume", "DMRAID": "RAID"}
    return f"{words.get(kind, 'device mapper')} {title}" if name.startswith("dm-") else name


class _Known:
    """What is on each device: from udev's database, or read from the device itself."""

    def __init__(self, devices: Iterable[Any]) -> None:
        self._found: dict[str, Mapping[str, str]] = {}
        unread = []
        for device in devices:
            if device.is_initialized:
                self._found[device.device_node] = dict(device.properties)
            else:
                unread.append(device.device_node)
        if unread:
            self._found.update(read_signatures(unread))

    def get(self, path: str) -> Mapping[str, str]:
        return self._found.get(path, {})


def read_signatures(paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """What is on each device, read from the device itself; keys are udev's (``ID_FS_TYPE`` ...).

    A device that carries several signatures at once gets all their kinds, joined with ``+``.
    """
    found = read_blkid(paths)
    # blkid keeps silent about a device with contradicting signatures; wipefs lists them all.
    silent = [
        path for path, facts in found.items() if not {"ID_FS_TYPE", "ID_PART_TABLE_TYPE"} & facts.keys()
    ]
    for path, kinds in _all_signatures(silent).items():
        found[path]["ID_FS_TYPE"] = "+".join(kinds)
    return found


def read_blkid(paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """What blkid finds on each device; nothing for a blank one, and for one with contradicting signatures."""
    left = list(paths)
    found: dict[str, dict[str, str]] = {path: {} for path in left}
    while left:
        answer = run(["blkid", "-p", "-o", "export", *left], check=False, reads_only=True).stdout
        told = _parse_export(answer)
        found.update(told)
        # blkid stops at the first device about which it has nothing to say.
        silent = next((number for number, path in enumerate(left) if path not in told), len(left))
        left = left[silent + 1 :]
    return found


def _parse_export(answer: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in answer.splitlines():
        key, _, value = line.partition("=")
        if key == "DEVNAME":
            current = found.setdefault(value, {})
        elif key in _UDEV_WORDS:
            current[_UDEV_WORDS[key]] = "".join(shlex.split(value))
    return found


def _all_signatures(paths: list[str]) -> dict[str, list[str]]:
    if not paths:
        return {}
    answer = run(["wipefs", "--json", *paths], check=False, reads_only=True).stdout
    found: dict[str, list[str]] = {}
    for signature in json.loads(answer or "{}").get("signatures", []):
        kinds = found.setdefault(_device_of(signature["device"], paths), [])
        if signature["type"] not in kinds:
            kinds.append(signature["type"])
    return found


def _device_of(name: str, paths: list[str]) -> str:
    return next((path for path in paths if path.rpartition("/")[2] == name.rpartition("/")[2]), name)


def _is_disk(name: str, sysfs: Path, *, loops: bool) -> bool:
    if _VIRTUAL.match(name) and not (loops and name.startswith("loop")):
        return False
    if _NOT_A_DISK.match(name) or _text(sysfs / "hidden") == "1":
        return False
    return _number(sysfs / "size") > 0


def _partitions(context: Any, disk: Any) -> list[Any]:
    found = context.list_devices(subsystem="block", DEVTYPE="partition", parent=disk)
    return sorted(found, key=lambda part: _number(Path(part.sys_path) / "partition"))


def _block(device: Any, parts: Iterable[Any], known: _Known) -> Block:
    sysfs = Path(device.sys_path)
    facts = known.get(device.device_node)
    ask = _asker(device, facts)
    controller = _controller(device)
    mounts = mounts_by_device()
    return Block(
        name=device.sys_name,
        path=device.device_node,
        sysfs=device.sys_path,
        size=_number(sysfs / "size") * 512,
        sector=_number(sysfs / "queue/logical_block_size") or 512,
        removable=_text(sysfs / "removable") == "1",
        read_only=_text(sysfs / "ro") == "1",
        rotational=_text(sysfs / "queue/rotational") == "1",
        model=ask("device/model", "ID_MODEL") or ask("device/name", "ID_NAME"),
        vendor=ask("device/vendor", "ID_VENDOR"),
        serial=_serial(device, ask),
        wwid=_text(sysfs / "wwid") or _text(sysfs / "device/wwid"),
        page83=_binary(sysfs / "device/vpd_pg83").hex(),
        bus=facts.get("ID_BUS", ""),
        transport=_text(sysfs / "device/transport") or _text(sysfs / "device/address_family"),
        namespace=_number(sysfs / "nsid") or 1,
        driver=_driver(controller),
        controller=str(controller.sys_path) if controller is not None else "",
        hctl=_hctl(device.sys_path),
        port=_port(device.sys_path),
        links=tuple(sorted(Path(link).name for link in device.device_links if "/by-id/" in link)),
        table=facts.get("ID_PART_TABLE_TYPE", ""),
        kind=_kind(facts),
        label=_decoded(facts, "ID_FS_LABEL"),
        parts=tuple(_part(part, known, mounts) for part in parts),
        holders=_holders(sysfs),
        mounts=tuple(mounts.get(_text(sysfs / "dev"), ())),
    )


def _part(device: Any, known: _Known, mounts: Mapping[str, list[str]]) -> Part:
    sysfs = Path(device.sys_path)
    facts = known.get(device.device_node)
    return Part(
        path=device.device_node,
        number=_number(sysfs / "partition"),
        start=_number(sysfs / "start") * 512,
        size=_number(sysfs / "size") * 512,
        name=_decoded(facts, "ID_PART_ENTRY_NAME"),
        type=facts.get("ID_PART_ENTRY_TYPE", "").lower(),
        uuid=facts.get("ID_PART_ENTRY_UUID", "").lower(),
        kind=_kind(facts),
        label=_decoded(facts, "ID_FS_LABEL"),
        holders=_holders(sysfs),
        mounts=tuple(mounts.get(_text(sysfs / "dev"), ())),
    )


def _kind(facts: Mapping[str, str]) -> str:
    several = facts.get("ID_FS_AMBIVALENT", "")
    if several:
        return "+".join(word.split(":")[1] for word in several.split() if ":" in word)
    return facts.get("ID_FS_TYPE", "")


def _asker(device: Any, facts: Mapping[str, str]) -> Callable[[str, str], str]:
    """Ask sysfs first, because udev replaces blanks; its database second."""
    sysfs = Path(device.sys_path)

    def ask(attribute: str, key: str) -> str:
        return _text(sysfs / attribute) or _decoded(facts, key)

    return ask


def _serial(device: Any, ask: Callable[[str, str], str]) -> str:
    sysfs = Path(device.sys_path)
    backing = _text(sysfs / "loop/backing_file")
    if backing:
        return Path(backing).name
    page80 = _binary(sysfs / "device/vpd_pg80")[4:].decode(errors="replace").strip(" \0")
    return (
        page80
        or _text(sysfs / "serial")
        or ask("device/serial", "ID_SCSI_SERIAL")
        or ask("device/serial", "ID_SERIAL_SHORT")
    )


def _controller(device: Any) -> Any | None:
    """The device a disk hangs on: the nearest ancestor with a driver that is not part of the disk itself."""
    for ancestor in _ancestors(device):
        if ancestor.subsystem not in _BETWEEN and ancestor.driver:
            return ancestor
    return None


def _ancestors(device: Any) -> Iterator[Any]:
    yield from device.ancestors
    # An NVMe disk that may have several paths hangs on a virtual subsystem; its first path leads on.
    for path in sorted(Path(device.sys_path).parent.glob("nvme[0-9]*")):
        if path.is_symlink():
            import pyudev

            yield from pyudev.Devices.from_path(device.context, str(path.resolve())).ancestors


def _driver(controller: Any | None) -> str:
    return str(controller.driver) if controller is not None else ""


def _hctl(sysfs: str) -> tuple[int, int, int, int]:
    match = re.search(r"/(\d+):(\d+):(\d+):(\d+)/block/", sysfs)
    if match is None:
        return (0, 0, 0, 0)
    host, channel, target, lun = (int(word) for word in match.groups())
    return (host, channel, target, lun)


def _port(sysfs: str) -> int:
    """The number of a SATA port on its controller, from 0; other disks have 0."""
    match = re.search(r"^(.*)/ata(\d+)/", sysfs)
    if match is None:
        return 0
    numbers = sorted(int(path.name[3:]) for path in Path(match[1]).glob("ata[0-9]*"))
    return numbers.index(int(match[2])) if int(match[2]) in numbers else 0


def _holders(sysfs: Path) -> tuple[str, ...]:
    return tuple(sorted(describe_holder(path.name) for path in (sysfs / "holders").glob("*")))


def _decoded(facts: Mapping[str, str], key: str) -> str:
    """A udev property; its ``_ENC`` form keeps blanks and other signs as ``\\x20``."""
    encoded = facts.get(f"{key}_ENC", "") or facts.get(key, "")
    return re.sub(r"\\x([0-9a-f]{2})", lambda hit: chr(int(hit[1], 16)), encoded).strip()


def _unescape_octal(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda hit: chr(int(hit[1], 8)), text)


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Sort key: ``sdb`` before ``sdaa``, ``nvme2n1`` before ``nvme10n1``."""
    words = re.findall(r"\d+|\D+", name)
    return [(0, int(word)) if word.isdigit() else (len(word), word) for word in words]


def _text(path: Path) -> str:
    """A sysfs attribute; empty where it is missing or the driver refuses to say."""
    try:
        return path.read_text(errors="replace").strip(" \n\0")
    except OSError:
        return ""


def _number(path: Path) -> int:
    text = _text(path)
    return int(text) if text.isdigit() else 0


def _binary(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
