"""The physical network adapters, in the order that vmnic numbers follow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from host.machine.model import Nic

SYS = Path("/sys")
_ETHERNET = "1"
_PCI = re.compile(r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$")


def find_nics() -> tuple[Nic, ...]:
    """Every wired adapter with hardware behind it, in PCI order; no bridges, VLANs, tunnels, virtual
    functions.

    The link of an adapter that is switched off cannot be seen and counts as down.
    """
    import pyudev

    context = pyudev.Context()
    found = [
        (_order(path), _nic(context, path))
        for path in (SYS / "class/net").glob("*")
        if _is_physical(path) and _text(path / "address") not in {"", "00:00:00:00:00:00"}
    ]
    return tuple(nic for _, nic in sorted(found, key=lambda pair: pair[0]))


def in_pci_order(nics: Iterable[Nic]) -> tuple[Nic, ...]:
    """Adapters by PCI address, the others after them by MAC; adapters of one function keep their order."""
    return tuple(sorted(nics, key=lambda nic: (not nic.pci, nic.pci or nic.mac)))


def _is_physical(path: Path) -> bool:
    return (
        (path / "device").exists()
        and _text(path / "type") == _ETHERNET
        and not (path / "wireless").exists()
        and not (path / "phy80211").exists()
        and not (path / "device/physfn").exists()
    )


def _nic(context: Any, path: Path) -> Nic:
    link = _text(path / "carrier") == "1"
    speed = _text(path / "speed")
    return Nic(
        name=path.name,
        mac=_text(path / "address").lower(),
        driver=(path / "device/driver").resolve().name if (path / "device/driver").exists() else "",
        link=link,
        speed=int(speed) if link and speed.isdigit() else 0,
        description=_description(context, path),
        pci=_pci(path),
    )


def _pci(path: Path) -> str:
    """The address of the PCI function behind an adapter; empty for one on USB or another bus."""
    device = (path / "device").resolve()
    if "/usb" in str(device):
        return ""
    return next((part for part in reversed(device.parts) if _PCI.match(part)), "")


def _order(path: Path) -> tuple[bool, str, int, int]:
    """PCI address first; several ports of one function follow their own numbers."""
    pci = _pci(path)
    port, index = _text(path / "dev_port"), _text(path / "ifindex")
    return (not pci, pci or path.name, int(port or 0), int(index or 0))


def _description(context: Any, path: Path) -> str:
    """Maker and model as the hardware database names them; empty without the database."""
    import pyudev

    device = pyudev.Devices.from_path(context, str((path / "device").resolve()))
    for candidate in (device, *device.ancestors):
        vendor = candidate.properties.get("ID_VENDOR_FROM_DATABASE", "")
        model = candidate.properties.get("ID_MODEL_FROM_DATABASE", "")
        if model:
            return f"{vendor} {model}".strip()
        if candidate.subsystem in {"pci", "usb"}:
            break
    return ""


def _text(path: Path) -> str:
    """A sysfs attribute; empty where the kernel refuses to say, as it does for a link switched off."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
