"""Staged network settings: what is refused, with which words, and what a good value becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcui import draft
from dcui.draft import Draft
from host.config.model import Dns, Ipv4, Ipv4Mode, ManagementNetwork

START = Draft(ManagementNetwork(), "host1")
STATIC = Ipv4Mode.STATIC


def errors(address: str, netmask: str, gateway: str = "") -> dict[str, str]:
    return draft.ipv4_errors(STATIC, address, netmask, gateway)


@pytest.mark.parametrize(
    ("address", "netmask", "gateway"),
    [
        ("192.168.1.10", "255.255.255.0", "192.168.1.1"),
        (" 192.168.1.10 ", "24", ""),
        ("10.0.0.1", "/30", "10.0.0.2"),
        ("10.0.0.0", "31", "10.0.0.1"),
        ("10.0.0.5", "255.255.255.255", ""),
        ("169.254.10.1", "255.255.0.0", ""),
    ],
)
def test_good_settings(address: str, netmask: str, gateway: str) -> None:
    assert errors(address, netmask, gateway) == {}


@pytest.mark.parametrize(
    ("address", "netmask", "gateway", "wrong"),
    [
        ("", "", "", {"address", "netmask"}),
        ("192.168.1.256", "255.255.255.1", "192.168.1", {"address", "netmask", "gateway"}),
        ("192.168.1.10", "0.0.0.255", "", {"netmask"}),
        ("192.168.1.10", "255.0.255.0", "", {"netmask"}),
        ("192.168.1.10", "0", "", {"netmask"}),
        ("192.168.1.10", "33", "", {"netmask"}),
        ("192.168.1.0", "24", "", {"address"}),
        ("192.168.1.255", "24", "", {"address"}),
        ("127.0.0.1", "8", "", {"address"}),
        ("224.0.0.5", "24", "", {"address"}),
        ("0.0.0.0", "24", "", {"address"}),
        ("255.255.255.255", "24", "", {"address"}),
        ("192.168.1.10", "24", "192.168.2.1", {"gateway"}),
        ("192.168.1.10", "24", "192.168.1.10", {"gateway"}),
        ("192.168.1.10 1", "24", "", {"address"}),
        ("fe80::1", "64", "", {"address", "netmask"}),
        ("١٩٢.168.1.1", "٢٤", "", {"address", "netmask"}),
    ],
)
def test_all_errors_of_a_form_come_at_once(address: str, netmask: str, gateway: str, wrong: set[str]) -> None:
    assert set(errors(address, netmask, gateway)) == wrong


@pytest.mark.parametrize("mode", [Ipv4Mode.DHCP, Ipv4Mode.OFF])
def test_fields_out_of_use_are_not_checked(mode: Ipv4Mode) -> None:
    assert draft.ipv4_errors(mode, "rubbish", "", "") == {}


def test_a_mask_is_kept_as_a_dotted_quad() -> None:
    ipv4 = draft.with_ipv4(START, STATIC, " 10.1.2.3", "/20", "10.1.0.1 ").management.ipv4
    assert ipv4 == Ipv4(mode=STATIC, address="10.1.2.3", netmask="255.255.240.0", gateway="10.1.0.1")


def test_going_dynamic_keeps_the_static_values() -> None:
    static = draft.with_ipv4(START, STATIC, "10.1.2.3", "20", "10.1.0.1")
    back = draft.with_ipv4(static, Ipv4Mode.DHCP, "ignored", "", "").management.ipv4
    assert (back.mode, back.address) == (Ipv4Mode.DHCP, "10.1.2.3")


@pytest.mark.parametrize(("text", "vlan"), [("", 0), (" ", 0), ("0", 0), ("1", 1), (" 4094 ", 4094)])
def test_vlans(text: str, vlan: int) -> None:
    assert draft.vlan_errors(text) == {}
    assert draft.with_vlan(START, text).management.vlan == vlan


@pytest.mark.parametrize("text", ["4096", "-1", "1.5", "ten", "١"])
def test_refused_vlans(text: str) -> None:
    assert set(draft.vlan_errors(text)) == {"vlan"}


@pytest.mark.parametrize("name", ["host1", " esx-1.lab.example.com ", "a", "1host", "H" * 63])
def test_host_names(name: str) -> None:
    assert "hostname" not in draft.dns_errors(True, "", "", name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "-a", "a-", "a..b", "a_b", "a b", ".a", "10.0.0.1", "12", "ü", "h" * 64, "a." * 33 + "a"],
)
def test_refused_host_names(name: str) -> None:
    assert "hostname" in draft.dns_errors(True, "", "", name)


def test_dns() -> None:
    assert draft.dns_errors(True, "rubbish", "rubbish", "host1") == {}
    assert set(draft.dns_errors(False, "dns.example.com", "224.0.0.1", "")) == {
        "primary",
        "alternate",
        "hostname",
    }
    assert set(draft.dns_errors(False, "", "10.0.0.1", "host1")) == {"primary"}
    assert draft.dns_errors(False, "", "", "host1") == {}
    changed = draft.with_dns(START, False, "10.0.0.1", "fd00::53", " host2 ")
    assert changed.management.dns.servers == ("10.0.0.1", "fd00::53")
    assert changed.hostname == "host2"
    again = draft.with_dns(changed, True, "", "", "host2")
    assert again.management.dns.servers == ("10.0.0.1", "fd00::53")


def test_suffixes() -> None:
    assert draft.suffix_errors("lab.example.com, example.com.  corp") == {}
    assert draft.suffix_errors("-x lab") == {"suffixes": '"-x" is not a domain name.'}
    suffixes = draft.with_suffixes(START, "a.example, a.example b.example.").management.dns.suffixes
    assert suffixes == ("a.example", "b.example")


def test_no_uplink_is_refused() -> None:
    assert draft.uplink_errors(()) and not draft.uplink_errors(("vmnic1",))


def test_changes_are_named_one_by_one() -> None:
    new = draft.with_vlan(draft.with_ipv4(START, STATIC, "10.1.2.3", "20", "10.1.0.1"), "12")
    new = draft.with_dns(new, False, "10.0.0.1", "", "host2")
    assert draft.changes(START, new) == (
        "VLAN: Not set -> 12",
        "IPv4: dynamic -> 10.1.2.3/20 by 10.1.0.1",
        "DNS servers: automatic -> 10.0.0.1",
        "Host name: host1 -> host2",
    )
    assert draft.changes(new, new) == ()


def test_keeping_servers_that_a_lease_gave() -> None:
    assert draft.with_servers(START, ("10.0.0.1",)).management.dns == Dns(
        automatic=False, servers=("10.0.0.1",)
    )


@given(st.text(), st.text(), st.text())
def test_whatever_is_typed_is_either_refused_or_usable(address: str, netmask: str, gateway: str) -> None:
    if not errors(address, netmask, gateway):
        ipv4 = draft.with_ipv4(START, STATIC, address, netmask, gateway).management.ipv4
        assert draft.ipv4_words(ipv4).startswith(ipv4.address)
