"""Every wrong value is named, all at once, and no good one is."""

from __future__ import annotations

import ipaddress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.config import validate
from host.config.model import Dns, HostConfig, Ipv4, Ipv4Mode, ManagementNetwork, PortGroup, Uplink


def static(address: str, netmask: str = "255.255.255.0", gateway: str = "") -> dict[str, str]:
    ipv4 = Ipv4(mode=Ipv4Mode.STATIC, address=address, netmask=netmask, gateway=gateway)
    return validate.problems(ManagementNetwork(ipv4=ipv4), "host")


def test_a_default_configuration_is_good() -> None:
    assert validate.config_problems(HostConfig(uuid="1")) == {}


def test_all_wrong_fields_are_named_at_once() -> None:
    management = ManagementNetwork(
        uplinks=("vmnic0", "vmnic0"),
        vlan=4096,
        ipv4=Ipv4(mode=Ipv4Mode.STATIC, address="1.2.3", netmask="255.0.255.0", gateway="x"),
        dns=Dns(automatic=False, servers=("192.0.2.1", "nowhere"), suffixes=("ok.test", "-bad")),
    )
    fields = {"hostname", "uplinks", "vlan", "address", "netmask", "gateway", "dns2", "suffixes"}
    assert set(validate.problems(management, "-x")) == fields


@pytest.mark.parametrize(
    "name", ["localhost", "esx01", "esx01.example.com", "A-1", "9to5", "a" * 63, "3com.test"]
)
def test_good_host_names(name: str) -> None:
    assert validate.hostname_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-a",
        "a-",
        "a_b",
        "a b",
        "a..b",
        ".a",
        "a.",
        "a" * 64,
        "a." * 32 + "a",
        "ä",
        "10.0.0.1",
        "a\n",
        "a;b",
        "1",
    ],
)
def test_bad_host_names(name: str) -> None:
    assert validate.hostname_problem(name)


@pytest.mark.parametrize(
    ("address", "netmask", "gateway"),
    [
        ("192.168.1.10", "255.255.255.0", "192.168.1.1"),
        ("192.168.1.10", "255.255.255.0", ""),
        ("10.0.0.1", "255.0.0.0", "10.255.255.254"),
        ("192.0.2.0", "255.255.255.254", "192.0.2.1"),
        ("192.0.2.7", "255.255.255.255", ""),
        ("10.1.255.255", "255.0.0.0", "10.0.0.1"),
    ],
)
def test_good_addresses(address: str, netmask: str, gateway: str) -> None:
    assert static(address, netmask, gateway) == {}


@pytest.mark.parametrize(
    ("address", "netmask", "gateway", "fields"),
    [
        ("", "", "", {"address", "netmask"}),
        ("192.168.1", "255.255.255.0", "", {"address"}),
        ("192.168.1.256", "255.255.255.0", "", {"address"}),
        ("192.168.01.1", "255.255.255.0", "", {"address"}),
        ("192.168.1.1\n", "255.255.255.0", "", {"address"}),
        ("192.168.1.1\x00", "255.255.255.0", "", {"address"}),
        ("0.0.0.0", "255.255.255.0", "", {"address"}),
        ("127.0.0.1", "255.0.0.0", "", {"address"}),
        ("224.0.0.1", "255.255.255.0", "", {"address"}),
        ("255.255.255.255", "255.255.255.0", "", {"address"}),
        ("192.168.1.0", "255.255.255.0", "", {"address"}),
        ("192.168.1.255", "255.255.255.0", "", {"address"}),
        ("192.168.1.1", "0.0.0.0", "", {"netmask"}),
        ("192.168.1.1", "255.255.0.255", "", {"netmask"}),
        ("192.168.1.1", "24", "", {"netmask"}),
        ("192.168.1.1", "255.255.255.0", "192.168.2.1", {"gateway"}),
        ("192.168.1.1", "255.255.255.0", "192.168.1.1", {"gateway"}),
        ("192.168.1.1", "255.255.255.0", "192.168.1.0", {"gateway"}),
        ("192.168.1.1", "255.255.255.0", "192.168.1.255", {"gateway"}),
        ("192.168.1.1", "255.255.255.0", "::1", {"gateway"}),
        ("192.168.1.1", "255.255.255.255", "192.168.1.2", {"gateway"}),
    ],
)
def test_bad_addresses(address: str, netmask: str, gateway: str, fields: set[str]) -> None:
    assert set(static(address, netmask, gateway)) == fields


@given(st.integers(1, 2**32 - 1), st.integers(1, 32))
def test_a_gateway_is_good_exactly_when_it_is_in_the_network(gateway: int, prefix: int) -> None:
    network = ipaddress.ip_network("198.51.100.77/32").supernet(new_prefix=prefix)
    text = str(ipaddress.ip_address(gateway))
    first = gateway >> 24
    usable = first not in (0, 127) and first < 224 and text != "198.51.100.77"
    found = static("198.51.100.77", str(network.netmask), text)
    ends = (network.network_address, network.broadcast_address) if prefix < 31 else ()
    there = ipaddress.ip_address(gateway) in network and ipaddress.ip_address(gateway) not in ends
    assert ("gateway" not in found) == (usable and there)


@given(st.integers(0, 2**32 - 1))
def test_netmasks_are_contiguous(mask: int) -> None:
    text = str(ipaddress.ip_address(mask))
    bits = f"{mask:032b}"
    expected = None if "01" in bits or mask == 0 else bits.count("1")
    assert validate.prefix_length(text) == expected


def test_addresses_that_are_not_used_may_be_anything() -> None:
    management = ManagementNetwork(ipv4=Ipv4(mode=Ipv4Mode.DHCP, address="old", netmask="?", gateway="?"))
    assert validate.problems(management, "host") == {}


@pytest.mark.parametrize("server", ["192.0.2.53", "2001:db8::53", "fe80::1", "::ffff:192.0.2.1", "::1"])
def test_good_dns_servers(server: str) -> None:
    assert validate.dns_problem(server) == ""


@pytest.mark.parametrize(
    "server", ["", "dns.example.com", "0.0.0.0", "::", "ff02::fb", "192.0.2.53:53", "fe80::1%e"]
)
def test_bad_dns_servers(server: str) -> None:
    assert validate.dns_problem(server)


@pytest.mark.parametrize(
    "suffixes", [("a b",), ("",), ("a..b",), ("x", "X"), ("a." * 127 + "aa",), ("a\nDNS=192.0.2.66",)]
)
def test_bad_suffixes(suffixes: tuple[str, ...]) -> None:
    assert validate.suffixes_problem(suffixes)


@pytest.mark.parametrize(("text", "vlan"), [("", 0), ("0", 0), (" 20 ", 20), ("4095", 4095), ("007", 7)])
def test_typed_vlans(text: str, vlan: int) -> None:
    assert validate.parse_vlan(text) == vlan


@pytest.mark.parametrize("text", ["-1", "4096", "x", "1.5", "²", "00020", "1 2", "0x1"])
def test_typed_vlans_that_are_none(text: str) -> None:
    assert validate.parse_vlan(text) is None


@pytest.mark.parametrize(
    "uplinks", [("eth0",), ("vmnic",), ("vmnic01",), ("vmnic0/x",), ("vmnic0", "vmnic0")]
)
def test_bad_uplinks(uplinks: tuple[str, ...]) -> None:
    assert validate.uplinks_problem(uplinks)


@pytest.mark.parametrize("uplinks", [(), ("vmnic0",), ("vmnic1", "vmnic10")])
def test_good_uplinks(uplinks: tuple[str, ...]) -> None:
    assert validate.uplinks_problem(uplinks) == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nics": (Uplink(name="vmnic0", mac="00:00:00:00:00:01"),) * 2}, "nics"),
        ({"nics": (Uplink(name="vmnic0", mac="00:00:00:00:00:0A"),)}, "nics"),
        ({"nics": (Uplink(name="eth0", mac="00:00:00:00:00:0a"),)}, "nics"),
        ({"port_groups": (PortGroup(name="a"), PortGroup(name="a"))}, "port_groups"),
        ({"port_groups": (PortGroup(name=""),)}, "port_groups"),
        ({"port_groups": (PortGroup(name="a", vlan=4096),)}, "port_groups"),
        ({"password_hash": "$6$a:0:0"}, "password_hash"),
        ({"password_hash": "$6$a\nroot2::0:"}, "password_hash"),
        ({"keyboard": "US\nX=1"}, "keyboard"),
    ],
)
def test_the_rest_of_a_configuration(change: dict[str, object], field: str) -> None:
    config = msgspec.structs.replace(HostConfig(uuid="1"), **change)
    assert set(validate.config_problems(config)) == {field}
