"""The layout of the management network as files of systemd-networkd."""

from __future__ import annotations

import configparser
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.config.model import Dns, HostConfig, Ipv4, Ipv4Mode, Ipv6, ManagementNetwork, PortGroup, Uplink
from host.network import units

NICS = tuple(Uplink(name=f"vmnic{n}", mac=f"52:54:00:00:00:0{n}") for n in range(3))
STATIC = Ipv4(mode=Ipv4Mode.STATIC, address="192.0.2.10", netmask="255.255.255.0", gateway="192.0.2.1")


def config(**management: Any) -> HostConfig:
    return HostConfig(uuid="1", hostname="esx01", nics=NICS, management=ManagementNetwork(**management))


def lines(wanted: HostConfig, name: str) -> list[str]:
    return units.units(wanted)[f"{units.DIRECTORY}/{name}"].text.splitlines()


def names(wanted: HostConfig) -> set[str]:
    return {path.removeprefix(f"{units.DIRECTORY}/") for path in units.units(wanted)}


def vlans(wanted: HostConfig, name: str) -> set[int]:
    found: set[int] = set()
    for line in lines(wanted, name):
        if line.startswith("VLAN=") and line[5].isdigit():
            first, _, last = line[5:].partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def test_every_file_parses() -> None:
    for wanted in (config(), config(uplinks=("vmnic0", "vmnic1"), vlan=20, ipv4=STATIC), config(uplinks=())):
        for path, file in (units.units(wanted) | units.live_units()).items():
            parser = configparser.ConfigParser(strict=False, allow_no_value=False)
            parser.read_string(file.text)
            assert parser.sections(), path


@pytest.mark.parametrize(
    ("ipv4", "link_local", "without"),
    [
        (Ipv4(), "yes", "ipv4"),
        (STATIC, "ipv6", "no"),
        (Ipv4(mode=Ipv4Mode.OFF), "ipv6", "no"),
    ],
)
def test_ipv6_off_leaves_ipv4_as_it_is(ipv4: Ipv4, link_local: str, without: str) -> None:
    on, off = (
        lines(config(ipv4=ipv4, ipv6=Ipv6(enabled=enabled)), "40-vmk0.network") for enabled in (True, False)
    )
    assert {f"LinkLocalAddressing={link_local}", "IPv6AcceptRA=yes", "[IPv6AcceptRA]", "[DHCPv6]"} <= set(on)
    assert {f"LinkLocalAddressing={without}", "IPv6AcceptRA=no"} <= set(off)
    assert not {"[IPv6AcceptRA]", "[DHCPv6]"} & set(off)
    kept = [line for line in on if line.startswith(("DHCP=", "Address=", "Gateway=", "ClientIdentifier="))]
    assert [line for line in off if line in kept] == kept


def test_adapters_are_named_by_address_and_nothing_that_borrows_it() -> None:
    link = lines(config(), "10-vmnic1.link")
    assert "MACAddress=52:54:00:00:00:01" in link
    assert "Name=vmnic1" in link
    assert {"Type=ether", "Kind=!*"} <= set(link)


def test_only_uplinks_are_ports_of_the_switch() -> None:
    wanted = config(uplinks=("vmnic1",))
    assert "Bridge=vSwitch0" in lines(wanted, "10-vmnic1.network")
    for other in ("10-vmnic0.network", "10-vmnic2.network", "90-other.network"):
        assert not any(line.startswith(("Bridge=", "Bond=", "DHCP=")) for line in lines(wanted, other))


def test_switch_and_host_have_the_first_uplinks_address() -> None:
    wanted = config(uplinks=("vmnic2", "vmnic1"))
    for name in ("20-bond0.netdev", "30-vSwitch0.netdev", "40-vmk0.netdev"):
        assert "MACAddress=52:54:00:00:00:02" in lines(wanted, name)


def test_an_uplink_nobody_knows_the_address_of_still_works() -> None:
    wanted = config(uplinks=("vmnic7",))
    assert "Bridge=vSwitch0" in lines(wanted, "10-vmnic7.network")
    assert not any(line.startswith("MACAddress") for line in lines(wanted, "30-vSwitch0.netdev"))


def test_more_uplinks_are_a_bond_with_the_first_one_preferred() -> None:
    wanted = config(uplinks=("vmnic1", "vmnic0"))
    assert "Mode=active-backup" in lines(wanted, "20-bond0.netdev")
    assert "Bridge=vSwitch0" in lines(wanted, "20-bond0.network")
    assert {"Bond=bond0", "PrimarySlave=yes"} <= set(lines(wanted, "10-vmnic1.network"))
    assert "Bond=bond0" in lines(wanted, "10-vmnic0.network")
    assert "PrimarySlave=yes" not in lines(wanted, "10-vmnic0.network")
    assert not any(line.startswith("Bridge=") for line in lines(wanted, "10-vmnic0.network"))
    assert "20-bond0.netdev" not in names(config())


def test_without_an_uplink_the_switch_is_there_for_machines() -> None:
    assert {"30-vSwitch0.netdev", "40-vmk0.netdev"} <= names(config(uplinks=()))


@pytest.mark.parametrize(("vlan", "vid"), [(0, 4094), (4095, 4094), (20, 20), (4094, 4094)])
def test_the_management_vlan(vlan: int, vid: int) -> None:
    wanted = config(vlan=vlan)
    assert f"Id={vid}" in lines(wanted, "40-vmk0.netdev")
    assert vlans(wanted, "30-vSwitch0.network") == {vid}


@given(st.integers(0, 4095), st.sets(st.integers(0, 4095), max_size=6))
def test_the_native_vlan_is_nobodys_and_all_others_pass(vlan: int, groups: set[int]) -> None:
    wanted = msgspec.structs.replace(
        config(vlan=vlan), port_groups=tuple(PortGroup(name=f"g{n}", vlan=n) for n in groups)
    )
    native = units.native_vid(wanted)
    assert 0 < native <= 4094
    assert native not in {vlan, *groups}
    assert vlans(wanted, "10-vmnic0.network") == set(range(1, 4095)) - {native}
    assert {f"PVID={native}", f"EgressUntagged={native}"} <= set(lines(wanted, "10-vmnic0.network"))
    assert f"DefaultPVID={native}" in lines(wanted, "30-vSwitch0.netdev")


def test_dhcp() -> None:
    network = lines(config(), "40-vmk0.network")
    assert {"DHCP=ipv4", "ClientIdentifier=mac", "Hostname=esx01", "LinkLocalAddressing=yes"} <= set(network)
    assert "UseDNS=yes" in network
    assert "UseHostname=no" in network


def test_a_host_without_a_name_tells_none() -> None:
    network = lines(msgspec.structs.replace(config(), hostname="localhost"), "40-vmk0.network")
    assert "SendHostname=no" in network
    assert not any(line.startswith("Hostname=") for line in network)


def test_dhcp_with_own_name_servers() -> None:
    dns = Dns(automatic=False, servers=("192.0.2.53", "2001:db8::53"), suffixes=("a.test", "b.test"))
    network = lines(config(dns=dns), "40-vmk0.network")
    assert {"DNS=192.0.2.53", "DNS=2001:db8::53", "Domains=a.test b.test"} <= set(network)
    assert "UseDNS=yes" not in network


def test_kept_name_servers_are_not_used_while_they_come_from_dhcp() -> None:
    network = lines(config(dns=Dns(servers=("192.0.2.53",))), "40-vmk0.network")
    assert not any(line.startswith("DNS=") for line in network)


def test_static() -> None:
    network = lines(config(ipv4=STATIC, dns=Dns(servers=("192.0.2.53",))), "40-vmk0.network")
    assert {"Address=192.0.2.10/24", "Gateway=192.0.2.1", "DHCP=no", "DNS=192.0.2.53"} <= set(network)


def test_static_without_a_gateway() -> None:
    network = lines(config(ipv4=msgspec.structs.replace(STATIC, gateway="")), "40-vmk0.network")
    assert not any(line.startswith("Gateway") for line in network)


def test_ipv4_off_keeps_ipv6() -> None:
    network = lines(config(ipv4=msgspec.structs.replace(STATIC, mode=Ipv4Mode.OFF)), "40-vmk0.network")
    assert {"DHCP=no", "LinkLocalAddressing=ipv6", "IPv6AcceptRA=yes"} <= set(network)
    assert not any(line.startswith(("Address", "Gateway")) for line in network)
