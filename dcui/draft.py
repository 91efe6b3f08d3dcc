"""Staged edits of the management network: checked field by field, applied as one change.

Nothing here touches the host or the screen. Every check returns all errors of a form at once, as a
mapping from the field's name to a sentence; an empty mapping means the values are good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, ip_address

import msgspec

from host.config.model import Dns, HostConfig, Ipv4, Ipv4Mode, ManagementNetwork

Errors = dict[str, str]

LARGEST_VLAN = 4094
ALL_VLANS = 4095
LONGEST_HOSTNAME = 64
"""HOST_NAME_MAX of Linux, see gethostname(2)."""

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Draft:
    """The management network and host name as they would become."""

    management: ManagementNetwork
    hostname: str

    @staticmethod
    def of(config: HostConfig) -> Draft:
        """What is configured now."""
        return Draft(config.management, config.hostname)


def with_uplinks(draft: Draft, uplinks: Iterable[str]) -> Draft:
    """The draft on other adapters, in the order given."""
    return _with(draft, uplinks=tuple(uplinks))


def with_vlan(draft: Draft, text: str) -> Draft:
    """The draft on another VLAN; the text must have passed vlan_errors."""
    return _with(draft, vlan=int(text.strip() or 0))


def with_ipv4(draft: Draft, mode: Ipv4Mode, address: str, netmask: str, gateway: str) -> Draft:
    """The draft with other IPv4 settings; the values must have passed ipv4_errors.

    Fields that are not in use keep what was configured before.
    """
    if mode is not Ipv4Mode.STATIC:
        return _with(draft, ipv4=msgspec.structs.replace(draft.management.ipv4, mode=mode))
    settings = Ipv4(
        mode=mode,
        address=address.strip(),
        netmask=str(IPv4Interface((0, _length(netmask) or 0)).netmask),
        gateway=gateway.strip(),
    )
    return _with(draft, ipv4=settings)


def with_servers(draft: Draft, servers: Iterable[str]) -> Draft:
    """The draft with fixed DNS servers."""
    dns = msgspec.structs.replace(draft.management.dns, automatic=False, servers=tuple(servers))
    return _with(draft, dns=dns)


def with_dns(draft: Draft, automatic: bool, primary: str, alternate: str, hostname: str) -> Draft:
    """The draft with other DNS settings; the values must have passed dns_errors."""
    dns = draft.management.dns
    if automatic:
        dns = msgspec.structs.replace(dns, automatic=True)
    else:
        servers = tuple(each.strip() for each in (primary, alternate) if each.strip())
        dns = Dns(automatic=False, servers=servers, suffixes=dns.suffixes)
    return Draft(msgspec.structs.replace(draft.management, dns=dns), hostname.strip())


def with_suffixes(draft: Draft, text: str) -> Draft:
    """The draft with other search suffixes; the text must have passed suffix_errors."""
    dns = msgspec.structs.replace(draft.management.dns, suffixes=_words(text))
    return _with(draft, dns=dns)


def uplink_errors(uplinks: Iterable[str]) -> Errors:
    """At least one adapter has to carry the management network."""
    return {} if tuple(uplinks) else {"uplinks": "Select at least one adapter with the space bar."}


def vlan_errors(text: str) -> Errors:
    """Empty for none, or one VLAN."""
    text = text.strip()
    if not text or (text.isascii() and text.isdigit() and 0 <= int(text) <= LARGEST_VLAN):
        return {}
    if text == str(ALL_VLANS):
        return {"vlan": "4095 (all VLANs) is for port groups; management needs one VLAN."}
    return {"vlan": f"Enter a number from 1 to {LARGEST_VLAN}, or leave it empty for none."}


def ipv4_errors(mode: Ipv4Mode, address: str, netmask: str, gateway: str) -> Errors:
    """Only static settings have fields to get wrong. The gateway may be empty."""
    if mode is not Ipv4Mode.STATIC:
        return {}
    errors = {
        "address": _host_problem(address, required=True),
        "netmask": _netmask_problem(netmask),
        "gateway": _host_problem(gateway, required=False),
    }
    if not errors["address"] and not errors["netmask"]:
        interface = IPv4Interface((address.strip(), _length(netmask) or 0))
        errors["address"] = _edge_problem(interface.ip, interface)
        if gateway.strip() and not errors["gateway"]:
            errors["gateway"] = _gateway_problem(IPv4Address(gateway.strip()), interface)
    return {name: text for name, text in errors.items() if text}


def dns_errors(automatic: bool, primary: str, alternate: str, hostname: str) -> Errors:
    """Servers are checked when they are fixed, the host name always."""
    errors = {"hostname": hostname_problem(hostname)}
    if not automatic:
        errors["primary"] = _server_problem(primary)
        errors["alternate"] = _server_problem(alternate)
        if not primary.strip() and alternate.strip():
            errors["primary"] = "Enter the first server here; the alternate is asked when it fails."
    return {name: text for name, text in errors.items() if text}


def suffix_errors(text: str) -> Errors:
    """Domain names separated by spaces or commas, or nothing."""
    wrong = [word for word in _words(text) if not _is_name(word)]
    return {"suffixes": f"Not a domain name: {', '.join(wrong)}"} if wrong else {}


def hostname_problem(text: str) -> str:
    """Why this cannot be a host name, short or fully qualified; empty when it can."""
    text = text.strip()
    if not text:
        return "Enter a host name."
    if len(text) > LONGEST_HOSTNAME:
        return f"At most {LONGEST_HOSTNAME} characters."
    if text.replace(".", "").isdigit():
        return "A name of digits only would be taken for an address."
    if not _is_name(text):
        return "Letters, digits and hyphens only; parts are joined by dots."
    return ""


def changes(old: Draft, new: Draft) -> tuple[str, ...]:
    """What differs, one line each, for the question before it is applied."""
    before, after = old.management, new.management
    pairs = (
        ("Network adapters", ", ".join(before.uplinks), ", ".join(after.uplinks)),
        ("VLAN", vlan_words(before.vlan), vlan_words(after.vlan)),
        ("IPv4", ipv4_words(before.ipv4), ipv4_words(after.ipv4)),
        ("DNS servers", dns_words(before.dns), dns_words(after.dns)),
        ("Host name", old.hostname, new.hostname),
        ("DNS suffixes", suffix_words(before.dns), suffix_words(after.dns)),
    )
    return tuple(f"{title}: {now} -> {then}" for title, now, then in pairs if now != then)


def vlan_words(vlan: int) -> str:
    """A VLAN as a person reads it."""
    return str(vlan) if vlan else "Not set"


def ipv4_words(ipv4: Ipv4) -> str:
    """IPv4 settings in a few words; the gateway is part of it."""
    if ipv4.mode is Ipv4Mode.OFF:
        return "disabled"
    if ipv4.mode is Ipv4Mode.DHCP:
        return "dynamic"
    length = IPv4Interface(f"{ipv4.address}/{ipv4.netmask}").network.prefixlen
    return f"{ipv4.address}/{length} by {ipv4.gateway or 'no gateway'}"


def dns_words(dns: Dns) -> str:
    """Where names are resolved, in a few words."""
    return "automatic" if dns.automatic else ", ".join(dns.servers) or "none"


def suffix_words(dns: Dns) -> str:
    """The search suffixes in a line."""
    return " ".join(dns.suffixes) or "none"


def _with(draft: Draft, **fields: object) -> Draft:
    return Draft(msgspec.structs.replace(draft.management, **fields), draft.hostname)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.rstrip(".") for word in re.split(r"[\s,]+", text) if word))


def _is_name(text: str) -> bool:
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.split("."))


def _host_problem(text: str, *, required: bool) -> str:
    text = text.strip()
    if not text:
        return "Enter an address, such as 192.168.1.10." if required else ""
    try:
        address = IPv4Address(text)
    except ValueError:
        return "Four numbers from 0 to 255 joined by dots."
    if address.is_loopback or address.is_multicast or address.is_reserved or text.startswith("0."):
        return "This address cannot belong to a host."
    return ""


def _netmask_problem(text: str) -> str:
    if not text.strip():
        return "Enter a mask, such as 255.255.255.0 or 24."
    length = _length(text)
    if length is None:
        return "Not a subnet mask; for example 255.255.255.0 or 24."
    return "" if length else "This mask has no network part."


def _length(netmask: str) -> int | None:
    """The number of network bits in a mask written as a dotted quad, ``24`` or ``/24``."""
    text = netmask.strip().removeprefix("/")
    if text.isascii() and text.isdigit():
        return int(text) if int(text) <= 32 else None
    try:
        hosts = int(IPv4Address(text)) ^ 0xFFFFFFFF
    except ValueError:
        return None
    return None if hosts & (hosts + 1) else 32 - hosts.bit_length()


def _edge_problem(address: IPv4Address, interface: IPv4Interface) -> str:
    network = interface.network
    if network.prefixlen >= 31:
        return ""
    if address == network.network_address:
        return "With this mask it is the address of the network itself."
    if address == network.broadcast_address:
        return "With this mask it is the broadcast address."
    return ""


def _gateway_problem(gateway: IPv4Address, interface: IPv4Interface) -> str:
    if gateway == interface.ip:
        return "The gateway is another machine; this is the host's own address."
    if gateway not in interface.network:
        return f"Not in the host's network {interface.network}."
    return _edge_problem(gateway, interface)


def _server_problem(text: str) -> str:
    if not text.strip():
        return ""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return "Enter an address, not a name."
    if address.is_multicast or address.is_unspecified:
        return "This address cannot belong to a server."
    return ""
