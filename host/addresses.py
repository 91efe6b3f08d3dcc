"""Addresses of an interface. The one place that knows netifaces, which nobody maintains any more."""

from __future__ import annotations

import msgspec


class Ipv4Address(msgspec.Struct, frozen=True):
    """An IPv4 address and its netmask, both dotted quads."""

    address: str
    netmask: str


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """All addresses of one interface, without prefix length or zone except ``ipv4``'s netmask."""

    ipv4: tuple[Ipv4Address, ...] = ()
    ipv6_global: tuple[str, ...] = ()
    ipv6_link_local: tuple[str, ...] = ()


def addresses(interface: str) -> Addresses:
    """The addresses the interface has now; none when there is no such interface."""
    import netifaces

    try:
        found = netifaces.ifaddresses(interface)
    except ValueError:
        return Addresses()
    ipv6 = [entry["addr"].partition("%")[0] for entry in found.get(netifaces.AF_INET6, ())]
    return Addresses(
        ipv4=tuple(
            Ipv4Address(entry["addr"], entry.get("netmask", "255.255.255.255"))
            for entry in found.get(netifaces.AF_INET, ())
            if "addr" in entry
        ),
        ipv6_global=tuple(address for address in ipv6 if not is_link_local(address)),
        ipv6_link_local=tuple(address for address in ipv6 if is_link_local(address)),
    )


def is_link_local(address: str) -> bool:
    """Whether an address, IPv4 or IPv6, only means something on its own link (RFC 3927, 4291)."""
    if ":" in address:
        first = address.partition(":")[0].lower()
        return len(first) == 4 and first[:3] in ("fe8", "fe9", "fea", "feb")
    return address.startswith("169.254.")
