"""The host's name, and the name servers and search domains it asks."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from commands.language import Call, Row, Unmet, Usage
from host.config import store
from host.config.model import Dns, HostConfig, Ipv4Mode, Ipv6
from host.errors import HostError

_NETSTACK = "defaultTcpipStack"


def get(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The name and its parts."""
    name = store.load().config.hostname
    host, _, domain = name.partition(".")
    return ((domain, name, host),)


def set_name(call: Call) -> tuple[Row, ...]:
    """A whole name, or one of its parts; the other part stays."""
    fqdn, host, domain = call.text("fqdn"), call.text("host"), call.text("domain")
    if fqdn and (host or domain):
        raise Usage("Give --fqdn, or --host and --domain.")
    if not (fqdn or host or "domain" in call.given):
        raise Usage("Give --fqdn, --host or --domain.")

    def make(config: HostConfig) -> HostConfig:
        old_host, _, old_domain = config.hostname.partition(".")
        own_domain = domain if "domain" in call.given else old_domain
        name = fqdn or ".".join(filter(None, (host or old_host, "" if "." in host else own_domain)))
        return msgspec.structs.replace(config, hostname=name)

    _update(make)
    return ()


def list_servers(call: Call) -> tuple[Row, ...]:
    """The name servers in use, or those that are configured."""
    _default_stack(call)
    return ((", ".join(_servers(store.load().config)),),)


def add_server(call: Call) -> tuple[Row, ...]:
    """One more name server; those from DHCP become configured ones."""
    _default_stack(call)

    def make(config: HostConfig) -> HostConfig:
        servers = _servers(config)
        if _is_automatic(config):
            call.note("Name servers do not come from DHCP any more.")
        added = tuple(new for new in call.texts("server") if new not in servers)
        return _with_dns(config, automatic=False, servers=(*servers, *dict.fromkeys(added)))

    _update(make)
    return ()


def remove_server(call: Call) -> tuple[Row, ...]:
    """One name server less, or all of them."""
    _default_stack(call)
    doomed = call.text("server")
    if bool(doomed) == bool(call.flag("all")):
        raise Usage("Give --server or --all.")

    def make(config: HostConfig) -> HostConfig:
        servers = _servers(config)
        if doomed and doomed not in servers:
            raise HostError(f"{doomed} is not a name server of this host.")
        left = tuple(server for server in servers if doomed and server != doomed)
        return _with_dns(config, automatic=False, servers=left)

    _update(make)
    return ()


def list_domains(call: Call) -> tuple[Row, ...]:
    """The search domains that are configured."""
    _default_stack(call)
    return ((", ".join(store.load().config.management.dns.suffixes),),)


def add_domain(call: Call) -> tuple[Row, ...]:
    """One more search domain; one that is there already stays where it is."""
    _default_stack(call)

    def make(config: HostConfig) -> HostConfig:
        suffixes = config.management.dns.suffixes
        known = {suffix.lower() for suffix in suffixes}
        added = tuple(new for new in call.texts("domain") if new.lower() not in known)
        return _with_dns(config, suffixes=(*suffixes, *added))

    _update(make)
    return ()


def remove_domain(call: Call) -> tuple[Row, ...]:
    """One search domain less."""
    _default_stack(call)
    doomed = call.text("domain")

    def make(config: HostConfig) -> HostConfig:
        suffixes = config.management.dns.suffixes
        left = tuple(suffix for suffix in suffixes if suffix.lower() != doomed.lower())
        if left == suffixes:
            raise HostError(f"{doomed} is not a search domain of this host.")
        return _with_dns(config, suffixes=left)

    _update(make)
    return ()


def get_ip(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """Whether vmk0 uses IPv6."""
    return ((store.load().config.management.ipv6.enabled,),)


def set_ip(call: Call) -> tuple[Row, ...]:
    """IPv6 on or off, at once; ESXi does so at the next start."""
    wanted = bool(call.flag("ipv6-enabled"))

    def make(config: HostConfig) -> HostConfig:
        if not wanted and config.management.ipv4.mode is Ipv4Mode.OFF:
            raise HostError("IPv4 is off, so nobody would reach this host without IPv6.")
        management = msgspec.structs.replace(config.management, ipv6=Ipv6(enabled=wanted))
        return msgspec.structs.replace(config, management=management)

    _update(make)
    return ()


def _update(make: Callable[[HostConfig], HostConfig]) -> None:
    """None of these can lock anyone out, so there is nothing to confirm."""
    from host.network import commit

    commit.update(make)


def _with_dns(config: HostConfig, **changes: object) -> HostConfig:
    dns: Dns = msgspec.structs.replace(config.management.dns, **changes)
    return msgspec.structs.replace(config, management=msgspec.structs.replace(config.management, dns=dns))


def _is_automatic(config: HostConfig) -> bool:
    return config.management.dns.automatic and config.management.ipv4.mode is Ipv4Mode.DHCP


def _servers(config: HostConfig) -> tuple[str, ...]:
    from host.network.state import name_servers

    return name_servers() if _is_automatic(config) else config.management.dns.servers


def _default_stack(call: Call) -> None:
    if call.text("netstack", _NETSTACK) != _NETSTACK:
        raise Unmet(f"There is one network stack here, {_NETSTACK}.")
