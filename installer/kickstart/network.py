"""Brings one network adapter up to fetch a kickstart file with, through systemd-networkd.

The running installer asks DHCP on every adapter anyway (host.network.units.live_units). What the boot options
want differently is written as runtime units that sort before that one and are gone with the next start.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from host.addresses import addresses, is_link_local
from host.config import tree
from host.config.files import File
from host.errors import HostError
from host.machine.model import Nic
from host.machine.nics import find_nics, in_pci_order
from host.network.watch import Watch
from host.run import CommandError, run
from installer.kickstart.bootoptions import Adapter, BootOptions, Choice

UNITS = Path("/run/systemd/network")
VLAN = "ksvlan"
"""The interface of ``vlanid=``; an adapter's own name with a number behind it may be too long for one."""

PREFIX = "05-ks"
"""Sorts before the unit that has every adapter ask DHCP."""

ADAPTER_WAIT = 30.0
"""Seconds for an adapter to appear: drivers load firmware, and USB takes up to ten."""

SWITCHED_ON_WAIT = 60.0
"""Seconds for systemd-networkd to switch an adapter on; before that none has a link."""

LINK_WAIT = 30.0
"""Seconds for a link: a port negotiates for up to ten, longer behind a media converter."""

ADDRESS_WAIT = 60.0
"""Seconds for an address: a port with spanning tree forwards nothing for 30, and DHCP asks again after 4, 12,
28 and 60 (RFC 2131, 4.1).
"""

_PREFERRED = 50
"""Metric of the chosen adapter's routes; those of the others that got a lease have 1024."""


@dataclass(frozen=True)
class Online:
    """The network is there: over this adapter, by this interface, with this address."""

    nic: Nic
    interface: str
    address: str


@dataclass(frozen=True)
class System:
    """What of the running system is used; tests put their own in.

    ``apply`` has systemd-networkd take these files (by name) and follow them.
    """

    nics: Callable[[], tuple[Nic, ...]] = lambda: in_pci_order(find_nics())
    apply: Callable[[Mapping[str, File]], None] = lambda files: apply(files)
    switched_on: Callable[[Nic], bool] = lambda nic: _switched_on(nic)
    switched_on_wait: float = SWITCHED_ON_WAIT
    adapter_wait: float = ADAPTER_WAIT
    link_wait: float = LINK_WAIT
    address_wait: float = ADDRESS_WAIT


REAL = System()

_NET = Path("/sys/class/net")
_IFF_UP = 1
"""netdevice(7)."""


def bring_up(
    options: BootOptions, tell: Callable[[str], None], *, ipv6: bool = False, system: System = REAL
) -> Online:
    """Have the network that the boot options ask for, and wait until it is there.

    ``tell`` gets a sentence for everything that is waited for. With ``ipv6`` an IPv6 address is waited for,
    otherwise an IPv4 one is preferred. Raises HostError naming the adapter, its link and what DHCP did.
    """
    with Watch() as watch:
        nics = _wait_for_adapter(options, watch, tell, system)
        chosen = _chosen(options, nics, watch, system)
        if chosen is None:
            return _any_online(nics, watch, tell, ipv6, system)
        files = units(options, chosen)
        if files:
            system.apply(files)
        _wait_for_link(chosen, nics, watch, tell, system)
        address = _wait_for_address(options, chosen, watch, tell, ipv6, system)
        return Online(_now(chosen, system), _interface(options, chosen, system), address)


def choose(adapter: Adapter | None, nics: tuple[Nic, ...]) -> Nic | None:
    """The adapter that is meant, of ``nics`` in PCI order; None while it is not there.

    Without a choice, or with ``link``, that is the first one with a link.
    """
    if adapter is None or adapter.choice is Choice.LINK:
        return next((nic for nic in nics if nic.link), None)
    if adapter.choice is Choice.VMNIC:
        number = int(adapter.value)
        return nics[number] if number < len(nics) else None
    wanted = adapter.value
    return next((nic for nic in nics if wanted in (nic.mac, nic.name)), None)


def title(nic: Nic, nics: tuple[Nic, ...]) -> str:
    """An adapter for people: ``vmnic0 (ens3, 52:54:00:00:00:01)``."""
    number = [other.mac for other in nics].index(nic.mac)
    return f"vmnic{number} ({nic.name}, {nic.mac})"


def units(options: BootOptions, nic: Nic) -> dict[str, File]:
    """The files of systemd-networkd for this adapter, by name."""
    match = ["[Match]", f"MACAddress={nic.mac}", "Type=ether", "Kind=!*", "", *_NO_WAIT]
    if not options.vlan:
        return _as_files({f"{PREFIX}.network": [*match, *_addresses(options)]})
    return _as_files(
        {
            f"{PREFIX}-vlan.netdev": [
                *["[NetDev]", f"Name={VLAN}", "Kind=vlan", "", "[VLAN]", f"Id={options.vlan}"]
            ],
            f"{PREFIX}.network": [*match, "[Network]", f"VLAN={VLAN}", *_QUIET],
            f"{PREFIX}-vlan.network": ["[Match]", f"Name={VLAN}", "", *_NO_WAIT, *_addresses(options)],
        }
    )


def apply(files: Mapping[str, File], folder: Path = UNITS) -> None:
    """Write the units, in place of any of an earlier attempt, and have them followed. Raises HostError."""
    try:
        tree.write(files, folder, (f"{PREFIX}*",))
    except OSError as error:
        raise HostError(f"The network cannot be set up: {error}.") from error
    try:
        run(["networkctl", "reload"], timeout=60)
    except CommandError as error:
        raise HostError(
            f"systemd-networkd does not take the settings: {error.message}", hint=error.hint
        ) from error


_NO_WAIT = ["[Link]", "RequiredForOnline=no", ""]
_QUIET = ["DHCP=no", "LinkLocalAddressing=no", "IPv6AcceptRA=no"]


def _addresses(options: BootOptions) -> list[str]:
    """``Domains=~.`` has every name asked over this adapter, whatever the others were told."""
    lines = ["[Network]", "Domains=~.", *(f"DNS={server}" for server in options.nameservers)]
    if options.address is None:
        own = [] if not options.nameservers else ["UseDNS=no"]
        return [
            *lines,
            *["DHCP=yes", "LinkLocalAddressing=ipv6", "IPv6AcceptRA=yes", ""],
            *["[DHCPv4]", "ClientIdentifier=mac", f"RouteMetric={_PREFERRED}", *own],
            *["", "[IPv6AcceptRA]", f"RouteMetric={_PREFERRED}", *own],
        ]
    fixed = options.address
    lines += [*_QUIET, f"Address={fixed.address}/{fixed.prefix}"]
    if fixed.gateway:
        lines += ["", "[Route]", f"Gateway={fixed.gateway}", f"Metric={_PREFERRED}"]
    return lines


def _as_files(files: dict[str, list[str]]) -> dict[str, File]:
    note = "# Written by Bedplate from the boot options, for fetching the kickstart file.\n"
    return {name: File(note + "\n".join(lines) + "\n") for name, lines in files.items()}


def _chosen(options: BootOptions, nics: tuple[Nic, ...], watch: Watch, system: System) -> Nic | None:
    """None where any adapter with a lease will do."""
    if options.adapter is not None or options.vlan or options.address is not None:
        found = choose(options.adapter, nics)
        if found is None:
            watch.wait_for(lambda: choose(options.adapter, system.nics()) is not None, system.link_wait)
            found = choose(options.adapter, system.nics())
        if found is None:
            raise _no_link(nics)
        return found
    return None


def _wait_for_adapter(
    options: BootOptions, watch: Watch, tell: Callable[[str], None], system: System
) -> tuple[Nic, ...]:
    """The adapters, once there is the one that is meant."""
    wanted = options.adapter
    named = wanted is not None and wanted.choice is not Choice.LINK

    def there() -> bool:
        nics = system.nics()
        return choose(wanted, nics) is not None if named else bool(nics)

    if not there():
        tell(f"Waiting for {_spelled(wanted)} to appear.")
        if not watch.wait_for(there, system.adapter_wait):
            present = system.nics()
            names = ", ".join(title(nic, present) for nic in present)
            raise HostError(
                f"This machine has no {_spelled(wanted)}. "
                + (f"It has {names}." if names else "It has none that this version has a driver for."),
                hint="Name one of them with ksdevice=." if names else "Use another source than the network.",
            )
    return system.nics()


def _wait_for_link(
    nic: Nic, nics: tuple[Nic, ...], watch: Watch, tell: Callable[[str], None], system: System
) -> None:
    if _now(nic, system).link:
        return
    tell(f"Waiting for a link on {title(nic, nics)}.")
    watch.wait_for(lambda: system.switched_on(_now(nic, system)), system.switched_on_wait)
    if not watch.wait_for(lambda: _now(nic, system).link, system.link_wait):
        others = [title(other, nics) for other in system.nics() if other.mac != nic.mac and other.link]
        raise HostError(
            f"{title(nic, nics)} has no link.",
            hint="See whether the cable is plugged in and the switch port is on."
            + (f" A link is on {', '.join(others)}: choose it with ksdevice=." if others else ""),
        )


def _wait_for_address(
    options: BootOptions,
    nic: Nic,
    watch: Watch,
    tell: Callable[[str], None],
    ipv6: bool,
    system: System,
) -> str:
    name = title(nic, system.nics())
    vlan = f" in VLAN {options.vlan}" if options.vlan else ""
    fixed = options.address

    def usable(six: bool) -> str:
        return _usable(_interface(options, nic, system), six)

    if not usable(ipv6):
        tell(f"Waiting for {'the address' if fixed else 'an address from DHCP'} on {name}{vlan}.")
    if fixed is not None:
        if watch.wait_for(
            lambda: fixed.address in _all(_interface(options, nic, system)), system.address_wait
        ):
            return fixed.address
        raise HostError(
            f"{name}{vlan} did not take the address {fixed.address} within {system.address_wait:g} s.",
            hint="See journalctl -u systemd-networkd in the shell (Alt+F1).",
        )
    watch.wait_for(lambda: bool(usable(ipv6)), system.address_wait)
    # Without an answer by IPv4 there may still be an IPv6 address, from a router.
    address = usable(ipv6) or usable(not ipv6)
    if not address:
        raise _no_lease(f"{name} has a link, but no DHCP server answered{vlan}", options, system)
    return address


def _any_online(
    nics: tuple[Nic, ...], watch: Watch, tell: Callable[[str], None], ipv6: bool, system: System
) -> Online:
    """Whichever adapter gets an address first; every one of them asks."""

    def found(six: bool) -> list[Online]:
        each = ((nic, _usable(nic.name, six)) for nic in system.nics())
        return [Online(nic, nic.name, address) for nic, address in each if address]

    if not found(ipv6):
        tell("Waiting for an address from DHCP.")
        watch.wait_for(lambda: any(map(system.switched_on, system.nics())), system.switched_on_wait)
        if not watch.wait_for(lambda: any(nic.link for nic in system.nics()), system.link_wait):
            raise _no_link(nics)
        watch.wait_for(lambda: bool(found(ipv6)), system.address_wait)
    online = found(ipv6) or found(not ipv6)
    if online:
        return online[0]
    linked = ", ".join(title(nic, nics) for nic in system.nics() if nic.link)
    raise _no_lease(f"No DHCP server answered on {linked or 'any adapter'}", BootOptions(), system)


def _now(nic: Nic, system: System) -> Nic:
    """The adapter as it is now: udev may have named it only after it was looked for."""
    return next((each for each in system.nics() if each.mac == nic.mac), nic)


def _switched_on(nic: Nic) -> bool:
    """Whether the adapter is administratively up."""
    try:
        return bool(int((_NET / nic.name / "flags").read_text(), 16) & _IFF_UP)
    except (OSError, ValueError):  # gone, or renamed just now
        return False


def _interface(options: BootOptions, nic: Nic, system: System) -> str:
    return VLAN if options.vlan else _now(nic, system).name


def _no_link(nics: tuple[Nic, ...]) -> HostError:
    names = ", ".join(title(nic, nics) for nic in nics)
    return HostError(
        f"No network adapter has a link: {names}.",
        hint="See whether a cable is plugged in and the switch port is on.",
    )


def _no_lease(what: str, options: BootOptions, system: System) -> HostError:
    vlan = "vlanid=" if not options.vlan else "whether that VLAN is the right one"
    return HostError(
        f"{what} within {system.address_wait:g} s.",
        hint=f"See {vlan} and ksdevice=, or give an address with ip=, netmask=, gateway= and nameserver=.",
    )


def _spelled(adapter: Adapter | None) -> str:
    if adapter is None or adapter.choice is Choice.LINK:
        return "network adapter"
    if adapter.choice is Choice.VMNIC:
        return f"vmnic{adapter.value}"
    return f"network adapter {adapter.value}"


def _all(interface: str) -> tuple[str, ...]:
    found = addresses(interface)
    return (*(entry.address for entry in found.ipv4), *found.ipv6_global)


def _usable(interface: str, ipv6: bool) -> str:
    """An address that leads beyond the link, '' when there is none."""
    version = 6 if ipv6 else 4
    usable = (each for each in _all(interface) if not is_link_local(each))
    return next((each for each in usable if ipaddress.ip_address(each).version == version), "")
