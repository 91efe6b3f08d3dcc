"""Stable disk ids as ESXi spells them.

The forms, from what ESXi hosts print (``esxcli storage core device list``):

* ``naa.<hex>`` - SCSI and SAS disks, LUNs: the NAA designator of inquiry page 83;
* ``eui.<hex>`` - NVMe: the namespace's EUI-64 or NGUID;
* ``t10.<vendor><text>`` - the T10 designator; blanks become ``_`` and other signs their two hex digits, so
  that a WDC ``WD10EZEX-00B`` reads ``t10.ATA_____WDC_WD10EZEX2D00B...``;
* ``mpx.vmhba<A>:C<c>:T<t>:L<l>`` - nothing but the place it is plugged in tells the disk;
* ``vml.<hex>`` - an older spelling made of the same facts, still found in scripts.

Pure functions; host.machine.disks gathers what goes in.
"""

from __future__ import annotations

from typing import NamedTuple

NAA, EUI, T10 = 3, 2, 1
"""Designator types of SCSI page 83 (SPC-4, 7.8.6)."""


class Place(NamedTuple):
    """Where a disk is plugged in: the number of its adapter, then channel, target and LUN."""

    adapter: int
    channel: int = 0
    target: int = 0
    lun: int = 0

    def __str__(self) -> str:
        return f"vmhba{self.adapter}:C{self.channel}:T{self.target}:L{self.lun}"


def designators(page83: bytes) -> tuple[tuple[int, bytes], ...]:
    """The designators of the logical unit in a device identification page, as (type, value)."""
    found = []
    length = int.from_bytes(page83[2:4], "big")
    at, end = 4, min(len(page83), 4 + length)
    while at + 4 <= end:
        association, kind, size = (page83[at + 1] >> 4) & 3, page83[at + 1] & 15, page83[at + 3]
        value = page83[at + 4 : at + 4 + size]
        if association == 0 and len(value) == size:
            found.append((kind, value))
        at += 4 + size
    return tuple(found)


def escape(text: bytes) -> str:
    """Text as it stands in a ``t10.`` name: letters, digits, dots stay, blanks become ``_``, the rest hex."""
    return "".join(_escape(byte) for byte in text)


def ata(model: str, serial: str) -> str:
    """The name of an ATA disk: model filled to 40 characters, serial to 20, as its T10 designator is."""
    return "t10." + escape(f"{'ATA':<8}{model:<40}{serial:>20}".encode())


def nvme(model: str, serial: str, namespace: int) -> str:
    """The name of an NVMe namespace that has neither EUI-64 nor NGUID."""
    text = f"{'NVMe':<8}{model:<40}{serial:<20}".encode()
    return f"t10.{escape(text)}{namespace:08x}"


def by_serial(vendor: str, model: str, serial: str) -> str:
    """The name of a disk known by its serial number only (USB, SD, virtio)."""
    text = f"{vendor[:8]:<8}{model.strip()}".encode()
    return "t10." + escape(text) + ("_" if model.strip() else "") + escape(serial.strip().encode())


def mpx(place: Place) -> str:
    """The name of a disk nothing tells but its place."""
    return f"mpx.{place}"


def from_page83(page83: bytes) -> tuple[str, ...]:
    """Every name that a device identification page gives, the best one first: NAA, EUI, T10."""
    names: dict[int, list[str]] = {NAA: [], EUI: [], T10: []}
    for kind, value in designators(page83):
        if kind == NAA:
            names[NAA].append("naa." + value.hex())
        elif kind == EUI:
            names[EUI].append("eui." + value.hex())
        elif kind == T10:
            names[T10].append("t10." + escape(value.rstrip(b"\0")))
    # A longer NAA identifier (with vendor extension) tells LUNs apart that share the short one.
    return (*sorted(names[NAA], key=len, reverse=True), *names[EUI], *names[T10])


def vml(name: str, model: str, serial: str, place: Place) -> str:
    """The ``vml.`` spelling of a disk: kind, LUN, its unique bytes, six letters of the model; all in hex."""
    kind, _, rest = name.partition(".")
    tail = f"{model:<6}"[:6].encode(errors="replace").hex()
    if kind in {"naa", "eui"}:
        return f"vml.0200{place.lun:02x}0000{rest}{tail}"
    if kind == "mpx":
        flat = f"vmhba{place.adapter}:{place.target}:{place.lun}"
        return f"vml.0000{place.lun:02x}0000{flat.encode().hex()}"
    return f"vml.0100{place.lun:02x}0000{f'{serial:<20}'[:20].encode(errors='replace').hex()}{tail}"


def _escape(byte: int) -> str:
    sign = chr(byte)
    if sign == " " or not byte:
        return "_"
    if sign.isascii() and (sign.isalnum() or sign in "._"):
        return sign
    return f"{byte:02X}"
