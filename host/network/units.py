"""The management network as files of systemd-networkd and udev (systemd.link(5), .netdev(5), .network(5)).

How it is put together::

    vmnic0 ─┐                      ┌─ vmk0 (a VLAN interface: the host's own addresses)
            ├─ [bond0] ─ vSwitch0 ─┤
    vmnic1 ─┘                      └─ virtual machines

``vSwitch0`` is a bridge that knows VLANs. Every VLAN arrives tagged on the uplink and stays tagged; frames
without a tag belong to one more VLAN inside the bridge, the native one, whose id nothing else uses.
``vmk0`` takes the management VLAN off the bridge, or the native one when there is none. It has the MAC
address of the first uplink, so that a DHCP reservation made for the machine keeps working. With more than
one uplink, ``bond0`` uses the first one that has a link.

One thing this cannot do: frames that arrive tagged with the very id that is used inside for untagged ones
are taken as untagged. That id is 4094, or the next lower one that is not configured anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from host.config.files import GENERATED, File
from host.config.model import HostConfig, Ipv4Mode, ManagementNetwork
from host.config.validate import VLAN_ALL, prefix_length

VSWITCH = "vSwitch0"
VMK = "vmk0"
BOND = "bond0"

DIRECTORY = "etc/systemd/network"
"""Belongs to rendering alone: a file there that is not rendered is removed."""

_HIGHEST = 4094
_PHYSICAL = ["[Match]", "Type=ether", "Kind=!*"]
_QUIET = ["LinkLocalAddressing=no", "IPv6AcceptRA=no"]


def units(config: HostConfig) -> dict[str, File]:
    """All files of systemd-networkd for this configuration, by path below the root."""
    macs = {nic.name: nic.mac for nic in config.nics}
    uplinks = config.management.uplinks
    port = BOND if len(uplinks) > 1 else "".join(uplinks)
    mac = management_mac(config)
    files = {f"10-{name}.link": _name_link(name, address) for name, address in macs.items()}
    files |= {
        f"10-{name}.network": _adapter_network(config, name, uplinks) for name in sorted({*macs, *uplinks})
    }
    if port == BOND:
        files["20-bond0.netdev"] = _bond_netdev(mac)
        files["20-bond0.network"] = _port_network(config, BOND)
    files["30-vSwitch0.netdev"] = _vswitch_netdev(config, mac)
    files["30-vSwitch0.network"] = _vswitch_network(config)
    files["40-vmk0.netdev"] = _vmk_netdev(config, mac)
    files["40-vmk0.network"] = _vmk_network(config)
    files["90-other.network"] = [*_PHYSICAL, "", *_no_wait(), "", "[Network]", *_QUIET]
    return _as_files(files)


def live_units() -> dict[str, File]:
    """For a running installer: every adapter asks for an address by itself, so that the network is there to
    help.
    """
    lines = [
        *_PHYSICAL,
        "",
        *_no_wait(),
        "",
        "[Network]",
        "DHCP=yes",
        "LinkLocalAddressing=yes",
        "IPv6AcceptRA=yes",
    ]
    return _as_files({"80-live.network": [*lines, "", "[DHCPv4]", "ClientIdentifier=mac"]})


def native_vid(config: HostConfig) -> int:
    """The VLAN id that stands for untagged frames inside the bridge: the highest one not configured
    anywhere.
    """
    used = {config.management.vlan, *(group.vlan for group in config.port_groups)}
    return next(vid for vid in range(_HIGHEST, 0, -1) if vid not in used)


def management_vid(config: HostConfig) -> int:
    """The VLAN id of ``vmk0`` inside the bridge."""
    vlan = config.management.vlan
    return native_vid(config) if vlan in (0, VLAN_ALL) else vlan


def management_mac(config: HostConfig) -> str:
    """The MAC address of ``vSwitch0`` and ``vmk0``: the first uplink's, '' when that is unknown."""
    macs = {nic.name: nic.mac for nic in config.nics}
    uplinks = config.management.uplinks
    return macs.get(uplinks[0], "") if uplinks else ""


def is_named(hostname: str) -> bool:
    """Whether this host name is one of its own, worth telling a DHCP server."""
    return hostname not in ("", "localhost", "localhost.localdomain")


def _as_files(files: dict[str, list[str]]) -> dict[str, File]:
    return {f"{DIRECTORY}/{name}": File(GENERATED + "\n".join(lines) + "\n") for name, lines in files.items()}


def _no_wait() -> list[str]:
    return ["[Link]", "RequiredForOnline=no"]


def _name_link(name: str, mac: str) -> list[str]:
    """The name is bound to the address. vSwitch0, vmk0 and bond0 borrow it and are not meant, hence Kind."""
    return [
        *["[Match]", f"MACAddress={mac}", "Type=ether", "Kind=!*", ""],
        *["[Link]", f"Name={name}", "MACAddressPolicy=none"],
    ]


def _adapter_network(config: HostConfig, name: str, uplinks: tuple[str, ...]) -> list[str]:
    """An uplink is a port of the switch; any other adapter is only brought up, to see whether it has a
    link.
    """
    if name not in uplinks:
        return ["[Match]", f"Name={name}", "Type=ether", "", *_no_wait(), "", "[Network]", *_QUIET]
    if len(uplinks) == 1:
        return _port_network(config, name)
    primary = ["PrimarySlave=yes"] if name == uplinks[0] else []
    return ["[Match]", f"Name={name}", "", *_no_wait(), "", "[Network]", f"Bond={BOND}", *primary]


def _port_network(config: HostConfig, name: str) -> list[str]:
    native = native_vid(config)
    return [
        *["[Match]", f"Name={name}", "", *_no_wait(), "", "[Network]", f"Bridge={VSWITCH}", *_QUIET, ""],
        *["[BridgeVLAN]", f"PVID={native}", f"EgressUntagged={native}"],
        *(f"VLAN={ids}" for ids in _all_but(native)),
    ]


def _all_but(native: int) -> Iterable[str]:
    for first, last in ((1, native - 1), (native + 1, _HIGHEST)):
        if first <= last:
            yield f"{first}-{last}" if first < last else f"{first}"


def _bond_netdev(mac: str) -> list[str]:
    return [
        *["[NetDev]", f"Name={BOND}", "Kind=bond", *_mac(mac), ""],
        *["[Bond]", "Mode=active-backup", "MIIMonitorSec=100ms", "PrimaryReselectPolicy=better"],
    ]


def _vswitch_netdev(config: HostConfig, mac: str) -> list[str]:
    """Without STP, so that a port forwards at once. Without snooping: nobody here asks who listens."""
    return [
        *["[NetDev]", f"Name={VSWITCH}", "Kind=bridge", *_mac(mac), ""],
        *["[Bridge]", "VLANFiltering=yes", f"DefaultPVID={native_vid(config)}"],
        *["STP=no", "ForwardDelaySec=0", "MulticastSnooping=no"],
    ]


def _vswitch_network(config: HostConfig) -> list[str]:
    return [
        *["[Match]", f"Name={VSWITCH}", "", *_no_wait(), ""],
        *["[Network]", *_QUIET, "ConfigureWithoutCarrier=yes", f"VLAN={VMK}", ""],
        *["[BridgeVLAN]", f"VLAN={management_vid(config)}"],
    ]


def _vmk_netdev(config: HostConfig, mac: str) -> list[str]:
    return ["[NetDev]", f"Name={VMK}", "Kind=vlan", *_mac(mac), "", "[VLAN]", f"Id={management_vid(config)}"]


def _mac(mac: str) -> list[str]:
    return [f"MACAddress={mac}"] if mac else []


def _vmk_network(config: HostConfig) -> list[str]:
    """The host's own addresses.

    With DHCP, LinkLocalAddressing=yes gives 169.254.x.y after some attempts without an answer, as ESXi has
    it, and goes on asking. The addresses stay while networkd itself is restarted.
    """
    network = config.management
    automatic = network.dns.automatic and network.ipv4.mode == Ipv4Mode.DHCP
    use = "yes" if network.dns.automatic else "no"
    lines = ["[Match]", f"Name={VMK}", "", "[Network]", *_addresses(network)]
    if not automatic:
        lines += [f"DNS={server}" for server in network.dns.servers]
    if network.dns.suffixes:
        lines += ["Domains=" + " ".join(network.dns.suffixes)]
    if network.ipv4.mode == Ipv4Mode.DHCP:
        lines += ["", *_dhcp(config.hostname, automatic)]
    if not network.ipv6.enabled:
        return lines
    return [
        *lines,
        *["", "[DHCPv6]", f"UseDNS={use}", f"UseDomains={use}"],
        *["", "[IPv6AcceptRA]", f"UseDNS={use}", f"UseDomains={use}"],
    ]


def _addresses(network: ManagementNetwork) -> list[str]:
    ipv4, six = network.ipv4, network.ipv6.enabled
    advertised = f"IPv6AcceptRA={'yes' if six else 'no'}"
    if ipv4.mode == Ipv4Mode.DHCP:
        link_local = f"LinkLocalAddressing={'yes' if six else 'ipv4'}"
        return [advertised, "DHCP=ipv4", link_local, "KeepConfiguration=dynamic-on-stop"]
    lines = [advertised, "DHCP=no", f"LinkLocalAddressing={'ipv6' if six else 'no'}"]
    if ipv4.mode == Ipv4Mode.STATIC:
        lines += [f"Address={ipv4.address}/{prefix_length(ipv4.netmask) or 32}"]
        lines += [f"Gateway={ipv4.gateway}"] if ipv4.gateway else []
    return lines


def _dhcp(hostname: str, automatic: bool) -> list[str]:
    """The identifier is the MAC address, because reservations and firmware (PXE) go by it.

    A name the server gives is not taken: systemd-networkd may only set one through polkit, which the
    appliance does without.
    """
    use = "yes" if automatic else "no"
    return [
        *["[DHCPv4]", "ClientIdentifier=mac", f"UseDNS={use}", f"UseDomains={use}", "UseHostname=no"],
        *(["SendHostname=yes", f"Hostname={hostname}"] if is_named(hostname) else ["SendHostname=no"]),
    ]
