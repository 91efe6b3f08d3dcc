"""How the management network is right now, read from the kernel and systemd's files. Starts no process."""

from __future__ import annotations

import socket
from enum import StrEnum
from pathlib import Path

import msgspec

from host.addresses import Addresses, addresses, is_link_local
from host.config.model import HostConfig, Ipv4Mode
from host.errors import HostError
from host.network.units import VMK

SYS = Path("/sys/class/net")
_ROUTES = Path("/proc/net/route")
_RESOLV = Path("/run/systemd/resolve/resolv.conf")
"""The name servers in use, whoever named them; the stub's own address is not among them."""

_ETHERNET = "1"
_RTF_GATEWAY = 0x2


class Origin(StrEnum):
    """Where an address comes from, as the splash shows it."""

    STATIC = "STATIC"
    DHCP = "DHCP"
    AUTO = "AUTO"
    """Made by the host itself: IPv6 from router advertisements, and link-local ones."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address of the host. ``netmask`` is a dotted quad for IPv4 and empty for IPv6."""

    address: str
    origin: Origin
    netmask: str = ""
    link_local: bool = False


class UplinkState(msgspec.Struct, frozen=True, kw_only=True):
    """A physical adapter.

    ``present`` is False for one that is configured and not in the machine; ``used`` says whether it is an
    uplink of vSwitch0. ``speed`` is in Mbit/s, 0 when unknown.
    """

    name: str
    mac: str
    driver: str = ""
    present: bool = True
    link: bool = False
    speed: int = 0
    full_duplex: bool = False
    used: bool = False


class ManagementState(msgspec.Struct, frozen=True, kw_only=True):
    """The management network. ``warnings`` are sentences for the splash, the gravest first."""

    link: bool = False
    ipv4: tuple[Address, ...] = ()
    ipv6: tuple[Address, ...] = ()
    gateway: str = ""
    dns: tuple[str, ...] = ()
    hostname: str = ""
    uplinks: tuple[UplinkState, ...] = ()
    warnings: tuple[str, ...] = ()


def state(config: HostConfig | None = None) -> ManagementState:
    """The present state; ``config`` is what it is compared with, by default the host's configuration.

    Where there is none (in a running installer) it is the state of the first adapter that has an address.
    """
    config = config or _configured()
    adapters = uplinks(config)
    interface = VMK if config else _first_addressed(adapters)
    found = addresses(interface) if interface else Addresses()
    ipv4, ipv6 = _ipv4(found, config), _ipv6(found)
    present = ManagementState(
        link=has_link(interface),
        ipv4=ipv4,
        ipv6=ipv6,
        gateway=gateway(interface),
        dns=name_servers(),
        hostname=socket.gethostname(),
        uplinks=adapters,
    )
    return msgspec.structs.replace(present, warnings=_warnings(present, config)) if config else present


def uplinks(config: HostConfig | None, sys: Path = SYS) -> tuple[UplinkState, ...]:
    """All physical adapters: the configured ones, whether they are there or not, then any others."""
    used = config.management.uplinks if config else ()
    named = {nic.name: nic.mac for nic in config.nics} if config else {}
    present = {path.name for path in sys.iterdir() if _is_physical(path)}
    names = sorted({*named, *used, *present}, key=_by_number)
    return tuple(
        _uplink(sys / name, name in used)
        if name in present
        else _absent(name, named.get(name, ""), name in used)
        for name in names
    )


def has_link(interface: str, sys: Path = SYS) -> bool:
    """Whether the interface is up and sees a carrier."""
    return _read(sys / interface / "carrier") == "1"


def own_macs(sys: Path = SYS) -> frozenset[str]:
    """The MAC addresses of all interfaces of this machine."""
    return frozenset(_read(path / "address") for path in sys.iterdir() if path.is_dir())


def gateway(interface: str, routes: Path = _ROUTES) -> str:
    """The IPv4 default gateway through the interface, '' when there is none (proc_net_route(5))."""
    best: tuple[int, str] | None = None
    for line in _read(routes).splitlines()[1:]:
        name, destination, address, flags, _, _, metric, mask, *_ = line.split()
        if name == interface and destination == mask == "00000000" and int(flags, 16) & _RTF_GATEWAY:
            candidate = (int(metric), socket.inet_ntoa(bytes.fromhex(address)[::-1]))
            best = min(best, candidate) if best else candidate
    return best[1] if best else ""


def name_servers(resolv: Path = _RESOLV) -> tuple[str, ...]:
    """The DNS servers in use, in order."""
    lines = (line.split() for line in _read(resolv).splitlines())
    return tuple(words[1] for words in lines if len(words) > 1 and words[0] == "nameserver")


def _ipv4(found: Addresses, config: HostConfig | None) -> tuple[Address, ...]:
    """An address that is not the configured one comes from DHCP: nothing else gives any."""
    ipv4 = config.management.ipv4 if config else None
    fixed = ipv4.address if ipv4 and ipv4.mode == Ipv4Mode.STATIC else ""

    def origin(address: str) -> Origin:
        if is_link_local(address):
            return Origin.AUTO
        return Origin.STATIC if address == fixed else Origin.DHCP

    result = [
        Address(
            address=entry.address,
            netmask=entry.netmask,
            origin=origin(entry.address),
            link_local=is_link_local(entry.address),
        )
        for entry in found.ipv4
    ]
    return tuple(sorted(result, key=lambda address: address.link_local))


def _ipv6(found: Addresses) -> tuple[Address, ...]:
    return (
        *(Address(address=text, origin=Origin.AUTO) for text in found.ipv6_global),
        *(Address(address=text, origin=Origin.AUTO, link_local=True) for text in found.ipv6_link_local),
    )


def _warnings(present: ManagementState, config: HostConfig) -> tuple[str, ...]:
    used = [adapter for adapter in present.uplinks if adapter.used]
    missing = [adapter.name for adapter in used if not adapter.present]
    found = [f"{name} is not in this machine." for name in missing]
    if not used:
        found.insert(0, "The management network has no network adapter.")
    elif not any(adapter.link for adapter in used):
        found.insert(0, "No network adapter of the management network has a link.")
    else:
        found += _address_warnings(present, config)
    return tuple(found)


def _address_warnings(present: ManagementState, config: HostConfig) -> list[str]:
    mode = config.management.ipv4.mode
    usable = [address for address in present.ipv4 if not address.link_local]
    if mode == Ipv4Mode.OFF or usable:
        return []
    if mode == Ipv4Mode.STATIC:
        return [f"The address {config.management.ipv4.address} is not in use yet."]
    if present.ipv4:
        return ["No DHCP server answered; the host gave itself an address."]
    return ["Waiting for an address from a DHCP server."]


def _configured() -> HostConfig | None:
    from host.config import store

    try:
        return store.load().config
    except HostError:
        return None


def _first_addressed(adapters: tuple[UplinkState, ...]) -> str:
    return next((adapter.name for adapter in adapters if addresses(adapter.name).ipv4), "")


def _uplink(path: Path, used: bool) -> UplinkState:
    speed = _read(path / "speed")
    driver = path / "device/driver"
    return UplinkState(
        name=path.name,
        mac=_read(path / "address"),
        driver=driver.readlink().name if driver.is_symlink() else "",
        link=_read(path / "carrier") == "1",
        speed=int(speed) if speed.isdigit() else 0,
        full_duplex=_read(path / "duplex") == "full",
        used=used,
    )


def _absent(name: str, mac: str, used: bool) -> UplinkState:
    return UplinkState(name=name, mac=mac, present=False, used=used)


def _is_physical(path: Path) -> bool:
    """The same adapters as host.machine.nics finds: wired, and no virtual functions."""
    return (
        (path / "device").exists()
        and _read(path / "type") == _ETHERNET
        and not (path / "wireless").exists()
        and not (path / "phy80211").exists()
        and not (path / "device/physfn").exists()
    )


def _by_number(name: str) -> tuple[str, int]:
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1)


def _read(path: Path) -> str:
    """A file of /sys or /proc; '' when it is not there or has nothing to say (an adapter that is down)."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""
