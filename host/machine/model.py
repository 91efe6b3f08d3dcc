"""What a machine is made of, as plain data.

Probing fills these (host.machine.probe), ``dump`` and ``load`` write and read them as JSON, so a
machine recorded anywhere can stand in for the real one on a desk or in a test. Sizes are in bytes.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from host.errors import HostError


class Firmware(StrEnum):
    """How the machine started."""

    BIOS = "bios"
    UEFI = "uefi"


class Location(StrEnum):
    """Where a disk is attached; decides its group in lists and what ``--firstdisk`` matches.

    ``local`` disks are on the machine's own controllers (NVMe, SATA, SAS, RAID, virtio), ``remote``
    ones behind FC, iSCSI or FCoE, ``usb`` ones on USB or SD.
    """

    LOCAL = "local"
    REMOTE = "remote"
    USB = "usb"


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found on a disk: a file system, RAID member, partition table, earlier installation.

    ``kind`` is blkid's word for it (``xfs``, ``LVM2_member``, ``linux_raid_member``, ``ntfs`` ...) or one
    of ours: ``VMFS``, ``bedplate`` (an installed host), ``datastore`` (its XFS), ``unfinished`` (a
    datastore whose installation was cut off; nobody has used it). ``path`` is the device
    node it was found on, ``label`` its own name, ``size`` its size.
    """

    kind: str
    path: str
    label: str = ""
    size: int = 0


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """A whole disk.

    ``path`` is its present device node and may differ at the next boot; ``id`` is stable and spelled
    as ESXi spells it (``naa.``, ``eui.``, ``t10.``, ``mpx.``); ``aliases`` holds every other spelling that
    names it (``vml.``, Linux by-id names). ``sector`` is the logical sector size, ``driver`` the kernel
    driver of its controller. ``boot_medium`` marks the disk or CD this system was started from, which is
    never a target. ``holders`` are devices built on top of it (md, dm, mounts), in words.
    """

    path: str
    id: str
    vendor: str
    model: str
    serial: str
    size: int
    sector: int
    location: Location
    driver: str = ""
    transport: str = ""
    ssd: bool = False
    removable: bool = False
    read_only: bool = False
    boot_medium: bool = False
    aliases: tuple[str, ...] = ()
    contents: tuple[Content, ...] = ()
    holders: tuple[str, ...] = ()

    def holds(self, kind: str) -> bool:
        """Whether something of that kind is on it (see Content)."""
        return any(content.kind == kind for content in self.contents)


class Nic(msgspec.Struct, frozen=True, kw_only=True):
    """A physical network adapter. ``name`` is the kernel's present name, ``mac`` in lower case with colons.

    ``speed`` is in Mbit/s, 0 when unknown; ``link`` is whether a carrier is seen.
    """

    name: str
    mac: str
    driver: str = ""
    link: bool = False
    speed: int = 0
    description: str = ""
    pci: str = ""


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """The processors: ``cores`` physical cores over all ``packages``, ``threads`` logical ones.

    ``virtualization`` is ``vmx``, ``svm`` or empty when missing or switched off.
    """

    model: str
    packages: int
    cores: int
    threads: int
    virtualization: str = ""
    flags: tuple[str, ...] = ()


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A whole machine. ``memory`` is what the firmware gives, in bytes."""

    vendor: str
    product: str
    serial: str
    firmware: Firmware
    secure_boot: bool
    cpu: Cpu
    memory: int
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()


def to_json(machine: Machine) -> bytes:
    """The machine as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(machine), indent=2) + b"\n"


def dump(machine: Machine, path: Path) -> None:
    """Write the machine as indented JSON. Raises HostError when the file cannot be written."""
    try:
        path.write_bytes(to_json(machine))
    except OSError as error:
        raise HostError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error


def load(path: Path) -> Machine:
    """Read a recorded machine. Raises HostError when the file is not one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Machine)
    except (OSError, msgspec.DecodeError) as error:
        raise HostError(
            f"{path} is not a recorded machine: {error}",
            hint="`python3 -m installer.kickstart record FILE` writes one on a machine.",
        ) from error
