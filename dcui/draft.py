"""Staged edits of the management network: checked as a form, applied as one change.

Nothing here touches the host or the screen. Checks return all errors of a form at once, as a mapping from
the field's name to a sentence; an empty mapping means the values are good. What is good is decided by
host.config.validate; here it is only brought from what people type to what is configured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from host.config import validate
from host.config.model import Dns, HostConfig, Ipv4, Ipv4Mode, ManagementNetwork

Errors = dict[str, str]


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
    return _with(draft, vlan=validate.parse_vlan(text) or 0)


def with_ipv4(draft: Draft, mode: Ipv4Mode, address: str, netmask: str, gateway: str) -> Draft:
    """The draft with other IPv4 settings; the values must have passed ipv4_errors.

    Fields that are not in use keep what was configured before.
    """
    if mode is Ipv4Mode.STATIC:
        return _with(draft, ipv4=_static(address, netmask, gateway))
    return _with(draft, ipv4=msgspec.structs.replace(draft.management.ipv4, mode=mode))


def with_servers(draft: Draft, servers: Iterable[str]) -> Draft:
    """The draft with fixed DNS servers."""
    dns = msgspec.structs.replace(draft.management.dns, automatic=False, servers=tuple(servers))
    return _with(draft, dns=dns)


def with_dns(draft: Draft, automatic: bool, primary: str, alternate: str, hostname: str) -> Draft:
    """The draft with other DNS settings; the values must have passed dns_errors."""
    dns = msgspec.structs.replace(draft.management.dns, automatic=automatic)
    if not automatic:
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
    if validate.parse_vlan(text) is None:
        return {"vlan": "Enter a number from 1 to 4094, or leave it empty for none."}
    return {}


def ipv4_errors(mode: Ipv4Mode, address: str, netmask: str, gateway: str) -> Errors:
    """Only static settings have fields to get wrong. The gateway may be empty."""
    if mode is not Ipv4Mode.STATIC:
        return {}
    return validate.ipv4_problems(_static(address, netmask, gateway))


def dns_errors(automatic: bool, primary: str, alternate: str, hostname: str) -> Errors:
    """Servers are checked when they are fixed, the host name always."""
    errors = {}
    if not automatic:
        servers = {"primary": primary.strip(), "alternate": alternate.strip()}
        errors = {name: validate.dns_problem(text) for name, text in servers.items() if text}
        if servers["alternate"] and not servers["primary"]:
            errors["primary"] = "Enter the first server here; the alternate is asked when it fails."
    errors["hostname"] = validate.hostname_problem(hostname.strip())
    return {name: text for name, text in errors.items() if text}


def suffix_errors(text: str) -> Errors:
    """Domain names separated by spaces or commas, or nothing."""
    problem = validate.suffixes_problem(_words(text))
    return {"suffixes": problem} if problem else {}


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
    return f"{ipv4.address}/{validate.prefix_length(ipv4.netmask)} by {ipv4.gateway or 'no gateway'}"


def dns_words(dns: Dns) -> str:
    """Where names are resolved, in a few words."""
    return "automatic" if dns.automatic else ", ".join(dns.servers) or "none"


def suffix_words(dns: Dns) -> str:
    """The search suffixes in a line."""
    return " ".join(dns.suffixes) or "none"


def _with(draft: Draft, **fields: object) -> Draft:
    return Draft(msgspec.structs.replace(draft.management, **fields), draft.hostname)


def _static(address: str, netmask: str, gateway: str) -> Ipv4:
    return Ipv4(
        mode=Ipv4Mode.STATIC, address=address.strip(), netmask=_dotted(netmask), gateway=gateway.strip()
    )


def _dotted(netmask: str) -> str:
    """A mask as it is, or for a length such as ``24`` or ``/24`` the mask it stands for."""
    text = netmask.strip()
    length = text.removeprefix("/")
    if not (length.isascii() and length.isdigit() and int(length) <= 32):
        return text
    bits = 0xFFFFFFFF ^ (0xFFFFFFFF >> int(length))
    return ".".join(str(part) for part in bits.to_bytes(4, "big"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.rstrip(".") for word in re.split(r"[\s,]+", text) if word))
