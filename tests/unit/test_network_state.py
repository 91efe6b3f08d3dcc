"""What is read from /sys, /proc and systemd's files about the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from host.addresses import Addresses, Ipv4Address, addresses, is_link_local
from host.config.model import HostConfig, Ipv4, Ipv4Mode, ManagementNetwork, Uplink
from host.network import state
from host.network.state import Origin

NICS = tuple(Uplink(name=f"vmnic{n}", mac=f"52:54:00:00:00:{n:02}") for n in (0, 2, 10))
CONFIG = HostConfig(uuid="1", hostname="esx01", nics=NICS)
STATIC = Ipv4(mode=Ipv4Mode.STATIC, address="192.0.2.10", netmask="255.255.255.0")


def add(sys: Path, name: str, *, physical: bool = True, **files: str) -> None:
    (sys / name).mkdir(parents=True)
    for file, text in {"type": "1", "address": "52:54:00:00:00:99", **files}.items():
        (sys / name / file).write_text(text + "\n")
    if physical:
        (sys / name / "device").mkdir()
        (sys / name / "device/driver").symlink_to("/sys/bus/pci/drivers/ixgbe")


@pytest.fixture
def sys(tmp_path: Path) -> Path:
    add(tmp_path, "vmnic0", carrier="1", speed="10000", duplex="full", address="52:54:00:00:00:00")
    add(tmp_path, "vmnic2", carrier="0", speed="-1", duplex="unknown", address="52:54:00:00:00:02")
    add(tmp_path, "enp9s0", address="52:54:00:00:00:77")
    add(tmp_path, "vSwitch0", physical=False, carrier="1")
    add(tmp_path, "lo", physical=False, type="772")
    add(tmp_path, "ib0", type="32")
    return tmp_path


def test_adapters_are_configured_ones_then_others_by_number(sys: Path) -> None:
    found = state.uplinks(CONFIG, sys)
    assert [adapter.name for adapter in found] == ["enp9s0", "vmnic0", "vmnic2", "vmnic10"]
    by_name = {adapter.name: adapter for adapter in found}
    assert by_name["vmnic0"] == state.UplinkState(
        name="vmnic0",
        mac="52:54:00:00:00:00",
        driver="ixgbe",
        link=True,
        speed=10000,
        full_duplex=True,
        used=True,
    )
    assert (by_name["vmnic2"].link, by_name["vmnic2"].speed, by_name["vmnic2"].used) == (False, 0, False)
    assert (by_name["vmnic10"].present, by_name["vmnic10"].mac) == (False, "52:54:00:00:00:10")


def test_without_a_configuration_all_adapters_are_shown(sys: Path) -> None:
    assert [adapter.name for adapter in state.uplinks(None, sys)] == ["enp9s0", "vmnic0", "vmnic2"]


def test_an_adapter_that_is_down_has_no_link(sys: Path) -> None:
    assert state.has_link("vmnic0", sys)
    assert not state.has_link("enp9s0", sys)
    assert not state.has_link("none", sys)


def test_own_addresses(sys: Path) -> None:
    assert {"52:54:00:00:00:00", "52:54:00:00:00:77"} <= state.own_macs(sys)


HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


@pytest.mark.parametrize(
    ("routes", "gateway"),
    [
        ("", ""),
        ("vmk0\t00000000\t010200C0\t0003\t0\t0\t1024\t00000000\t0\t0\t0\n", "192.0.2.1"),
        ("vmk1\t00000000\t010200C0\t0003\t0\t0\t1024\t00000000\t0\t0\t0\n", ""),
        ("vmk0\t000200C0\t00000000\t0001\t0\t0\t1024\t00FFFFFF\t0\t0\t0\n", ""),
        (
            "vmk0\t00000000\t020200C0\t0003\t0\t0\t1024\t00000000\t0\t0\t0\n"
            "vmk0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
            "192.0.2.1",
        ),
    ],
)
def test_the_gateway(tmp_path: Path, routes: str, gateway: str) -> None:
    (tmp_path / "route").write_text(HEADER + routes)
    assert state.gateway("vmk0", tmp_path / "route") == gateway


def test_name_servers_in_order(tmp_path: Path) -> None:
    resolv = tmp_path / "resolv.conf"
    assert state.name_servers(resolv) == ()
    resolv.write_text(
        "# comment\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch a.test\nnameserver\n"
    )
    assert state.name_servers(resolv) == ("192.0.2.53", "2001:db8::53")


FOUND = Addresses(
    ipv4=(Ipv4Address("169.254.7.7", "255.255.0.0"), Ipv4Address("192.0.2.10", "255.255.255.0")),
    ipv6_global=("2001:db8::10",),
    ipv6_link_local=("fe80::1",),
)


@pytest.fixture
def present(sys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """state.state() on a machine made of files, with the addresses given."""

    def of(config: HostConfig, found: Addresses) -> state.ManagementState:
        adapters = state.uplinks(config, sys)
        monkeypatch.setattr(state, "uplinks", lambda _: adapters)
        monkeypatch.setattr(state, "addresses", lambda _: found)
        return state.state(config)

    assert tmp_path
    return of


def with_ipv4(ipv4: Ipv4) -> HostConfig:
    return msgspec.structs.replace(CONFIG, management=ManagementNetwork(ipv4=ipv4))


@pytest.mark.parametrize(("ipv4", "origin"), [(STATIC, Origin.STATIC), (Ipv4(), Origin.DHCP)])
def test_where_addresses_come_from(present: Any, ipv4: Ipv4, origin: Origin) -> None:
    found = present(with_ipv4(ipv4), FOUND)
    assert [(address.address, address.origin) for address in found.ipv4] == [
        ("192.0.2.10", origin),
        ("169.254.7.7", Origin.AUTO),
    ]
    assert [(address.address, address.link_local) for address in found.ipv6] == [
        ("2001:db8::10", False),
        ("fe80::1", True),
    ]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("management", "found", "words"),
    [
        (ManagementNetwork(), Addresses(), "Waiting for an address"),
        (ManagementNetwork(), Addresses(ipv4=FOUND.ipv4[:1]), "No DHCP server answered"),
        (ManagementNetwork(ipv4=STATIC), Addresses(), "192.0.2.10 is not in use"),
        (ManagementNetwork(uplinks=()), FOUND, "has no network adapter"),
        (ManagementNetwork(uplinks=("vmnic2",)), FOUND, "has a link"),
        (ManagementNetwork(uplinks=("vmnic0", "vmnic10")), FOUND, "vmnic10 is not in this machine"),
    ],
)
def test_warnings(present: Any, management: ManagementNetwork, found: Addresses, words: str) -> None:
    warnings = present(msgspec.structs.replace(CONFIG, management=management), found).warnings
    assert words in warnings[0]


def test_switched_off_is_no_warning(present: Any) -> None:
    assert present(with_ipv4(Ipv4(mode=Ipv4Mode.OFF)), Addresses()).warnings == ()


def test_addresses_of_the_loopback() -> None:
    found = addresses("lo")
    assert Ipv4Address("127.0.0.1", "255.0.0.0") in found.ipv4
    assert found.ipv6_link_local == ()


def test_an_interface_that_is_not_there_has_no_addresses() -> None:
    assert addresses("none") == Addresses()


@pytest.mark.parametrize("address", ["169.254.1.1", "fe80::1", "febf::1", "FE80::1"])
def test_link_local(address: str) -> None:
    assert is_link_local(address)


@pytest.mark.parametrize("address", ["169.25.4.1", "192.0.2.1", "fec0::1", "2001:db8::1", "fe8::1", "::1"])
def test_not_link_local(address: str) -> None:
    assert not is_link_local(address)
