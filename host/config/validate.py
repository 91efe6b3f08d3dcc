"""What is wrong with configured values, in words for the person who typed them.

Every function returns problems and raises nothing, so a form can show all of them at once. A check answers
with '' when the value is good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from host.config.model import HostConfig, Ipv4, Ipv4Mode, ManagementNetwork

VLAN_ALL = 4095
"""On a port group: all VLANs, tagged. On the management interface it means untagged, because that
interface only ever takes the untagged frames of such a trunk."""

HOSTNAME_LENGTH = 64
"""What Linux keeps as a host name (HOST_NAME_MAX), dots included."""

_OCTET = re.compile(r"0|[1-9][0-9]{0,2}", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_ADAPTER = re.compile(r"vmnic(0|[1-9][0-9]{0,3})")


def problems(management: ManagementNetwork, hostname: str) -> dict[str, str]:
    """All that is wrong with a management network, by form field.

    Fields are ``hostname``, ``uplinks``, ``vlan``, ``address``, ``netmask``, ``gateway``, ``dns1``,
    ``dns2`` ... and ``suffixes``. Addresses are only looked at when they are used (mode STATIC); kept ones
    of another mode may be anything.
    """
    found = {
        "hostname": hostname_problem(hostname),
        "uplinks": uplinks_problem(management.uplinks),
        "vlan": vlan_problem(management.vlan),
        **(ipv4_problems(management.ipv4) if management.ipv4.mode == Ipv4Mode.STATIC else {}),
        **{f"dns{n}": dns_problem(text) for n, text in enumerate(management.dns.servers, 1)},
        "suffixes": suffixes_problem(management.dns.suffixes),
    }
    return {field: text for field, text in found.items() if text}


def config_problems(config: HostConfig) -> dict[str, str]:
    """All that is wrong with a whole configuration; network fields as in ``problems``."""
    found = {
        **problems(config.management, config.hostname),
        "nics": _nics_problem(config),
        "port_groups": _port_groups_problem(config),
        "password_hash": _password_hash_problem(config.password_hash),
        "keyboard": "" if config.keyboard.isprintable() else "The keyboard layout's name is not text.",
    }
    return {field: text for field, text in found.items() if text}


def hostname_problem(name: str) -> str:
    """A host name is one or more labels as RFC 1123 allows them, with a domain or without."""
    if not name:
        return "Enter a host name."
    if len(name) > HOSTNAME_LENGTH:
        return f"A host name has at most {HOSTNAME_LENGTH} characters."
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return "A host name is made of letters, digits and hyphens, in parts separated by dots."
    if name.rsplit(".", 1)[-1].isdigit():
        return "The last part of a host name is not a number; this looks like an address."
    return ""


def vlan_problem(vlan: int) -> str:
    """VLAN ids of a management network run from 0 (untagged) to 4095 (untagged as well, see VLAN_ALL)."""
    return "" if 0 <= vlan <= VLAN_ALL else "A VLAN id is a number from 1 to 4094, or 0 for none."


def parse_vlan(text: str) -> int | None:
    """The VLAN id a person typed: empty means 0; None when it is not a number from 0 to 4095."""
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return None
    return None if vlan_problem(int(text)) else int(text)


def uplinks_problem(uplinks: Sequence[str]) -> str:
    """No uplink at all is allowed (a host without a network); a name twice or not of an adapter is not."""
    if len(set(uplinks)) != len(uplinks):
        return "A network adapter is listed twice."
    strange = [name for name in uplinks if not _ADAPTER.fullmatch(name)]
    return f"{strange[0]} is not the name of a network adapter." if strange else ""


def ipv4_problems(ipv4: Ipv4) -> dict[str, str]:
    """What is wrong with a static IPv4 configuration, by field. An empty gateway is allowed."""
    address = parse_ipv4(ipv4.address)
    prefix = prefix_length(ipv4.netmask)
    found = {
        "address": _address_problem(address, prefix),
        "netmask": "" if prefix is not None else "Enter a subnet mask such as 255.255.255.0.",
        "gateway": _gateway_problem(ipv4.gateway, address, prefix),
    }
    return {field: text for field, text in found.items() if text}


def dns_problem(text: str) -> str:
    """A DNS server is an IPv4 or IPv6 address of another machine."""
    four = parse_ipv4(text)
    six = _parse_ipv6(text) if four is None else None
    if four is None and six is None:
        return "Enter the IPv4 or IPv6 address of a DNS server."
    if (four is not None and _unusable(four)) or (six is not None and (six[0] == 0xFF or not any(six))):
        return "This is not the address of a single machine."
    return ""


def suffixes_problem(suffixes: Iterable[str]) -> str:
    """DNS suffixes are domain names, each once."""
    seen: set[str] = set()
    for suffix in suffixes:
        if not suffix or len(suffix) > 253 or not all(_LABEL.fullmatch(part) for part in suffix.split(".")):
            return f'"{suffix}" is not a domain name.'
        if suffix.lower() in seen:
            return f"{suffix} is listed twice."
        seen.add(suffix.lower())
    return ""


def parse_ipv4(text: str) -> int | None:
    """The address a dotted quad spells, as a number; None when it is none. Short forms are refused."""
    parts = text.split(".")
    if len(parts) != 4 or not all(_OCTET.fullmatch(part) for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return int.from_bytes(numbers, "big") if max(numbers) < 256 else None


def prefix_length(netmask: str) -> int | None:
    """The length of a contiguous netmask, 1 to 32; None when it is not one."""
    mask = parse_ipv4(netmask)
    if not mask:
        return None
    host_part = mask ^ 0xFFFFFFFF
    return 32 - host_part.bit_length() if host_part & (host_part + 1) == 0 else None


def _parse_ipv6(text: str) -> bytes | None:
    import socket

    try:
        return socket.inet_pton(socket.AF_INET6, text)
    except (OSError, ValueError):
        return None


def _unusable(address: int) -> bool:
    """Whether no single machine on a network can have this address (RFC 1122, 5735)."""
    first = address >> 24
    return first in (0, 127) or first >= 224


def _address_problem(address: int | None, prefix: int | None) -> str:
    if address is None:
        return "Enter an IPv4 address such as 192.168.1.10."
    if _unusable(address):
        return "A host cannot have this address."
    return _no_machine_problem(address, prefix)


def _no_machine_problem(address: int, prefix: int | None) -> str:
    """The first and the last address of a network are nobody's, but for links of two (RFC 3021)."""
    if prefix is None or prefix >= 31:
        return ""
    host_bits = (1 << (32 - prefix)) - 1
    if address & host_bits == 0:
        return "This is the address of the network itself, not of a host in it."
    if address & host_bits == host_bits:
        return "This is the broadcast address of the network."
    return ""


def _gateway_problem(text: str, address: int | None, prefix: int | None) -> str:
    if not text:
        return ""
    gateway = parse_ipv4(text)
    if gateway is None:
        return "Enter the IPv4 address of the gateway, or leave it empty."
    if _unusable(gateway):
        return "A gateway cannot have this address."
    if address is None or prefix is None:
        return ""
    if gateway == address:
        return "The gateway cannot be this host's own address."
    if (gateway ^ address) >> (32 - prefix):
        return "The gateway is not in the network of the address and subnet mask."
    return _no_machine_problem(gateway, prefix)


def _nics_problem(config: HostConfig) -> str:
    names = [nic.name for nic in config.nics]
    macs = [nic.mac for nic in config.nics]
    if len(set(names)) != len(names) or len(set(macs)) != len(macs):
        return "Two network adapters have the same name or MAC address."
    for nic in config.nics:
        if not _ADAPTER.fullmatch(nic.name):
            return f"{nic.name} is not the name of a network adapter."
        if not _MAC.fullmatch(nic.mac):
            return f'"{nic.mac}" is not a MAC address in lower case with colons.'
    return ""


def _port_groups_problem(config: HostConfig) -> str:
    names = [group.name for group in config.port_groups]
    if len(set(names)) != len(names):
        return "Two port groups have the same name."
    for group in config.port_groups:
        if not group.name or len(group.name) > 80 or not group.name.isprintable():
            return "A port group needs a name of 1 to 80 characters."
        if vlan_problem(group.vlan):
            return f"Port group {group.name}: {vlan_problem(group.vlan)}"
    return ""


def _password_hash_problem(text: str) -> str:
    return "" if text.isascii() and text.isprintable() and ":" not in text else "This is not a password hash."
