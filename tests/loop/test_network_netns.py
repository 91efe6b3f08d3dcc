"""The network's layout and what is asked of it, on real links in network namespaces of their own.

A thread that has left the machine's network runs everything, so that the machine's own is never touched. One
veth pair is the cable: ``vmnic0`` in the host under test, ``wire`` in the machine at the other end.
"""

from __future__ import annotations

import select
from collections.abc import Iterator

import pytest

from host.config.model import HostConfig, ManagementNetwork, PortGroup, Uplink
from host.network import units
from host.network.system import owner
from host.network.watch import Watch
from host.run import CommandError, run
from tests.loop.netns import Namespace, move

pytestmark = pytest.mark.root

MAC = "52:54:00:00:00:0a"
THERE = "52:54:00:00:00:99"


@pytest.fixture
def there() -> Iterator[Namespace]:
    """The machine at the other end of the cable: 192.0.2.1 without a tag, 198.51.100.1 in VLAN 20."""
    namespace = Namespace()
    yield namespace
    namespace.close()


@pytest.fixture
def here(there: Namespace) -> Iterator[Namespace]:
    """The host under test, with ``vmnic0`` plugged in."""
    namespace = Namespace()
    namespace.ip(
        "link", "add", "vmnic0", "address", MAC, "type", "veth", "peer", "name", "wire", "address", THERE
    )
    move(namespace, "wire", there)
    namespace.ip("link", "set", "vmnic0", "up")
    there.ip("link", "set", "wire", "up")
    there.ip("addr", "add", "192.0.2.1/24", "dev", "wire")
    yield namespace
    namespace.close()


def _config(vlan: int, groups: tuple[int, ...] = ()) -> HostConfig:
    return HostConfig(
        uuid="1",
        nics=(Uplink(name="vmnic0", mac=MAC),),
        management=ManagementNetwork(vlan=vlan),
        port_groups=tuple(PortGroup(name=f"g{vlan}", vlan=vlan) for vlan in groups),
    )


class Plan:
    """What systemd-networkd reads, for ip(8) and bridge(8) to do the same."""

    def __init__(self, config: HostConfig) -> None:
        self._files = units.units(config)

    def values(self, name: str, section: str, key: str) -> list[str]:
        found, inside = [], False
        for line in self._files[f"{units.DIRECTORY}/{name}"].text.splitlines():
            if line.startswith("["):
                inside = line == f"[{section}]"
            elif inside and line.startswith(f"{key}="):
                found.append(line.partition("=")[2])
        return found

    def value(self, name: str, section: str, key: str) -> str:
        (value,) = self.values(name, section, key)
        return value


def _build(here: Namespace, config: HostConfig) -> None:
    """vSwitch0, its port and vmk0 as the rendered files have them."""
    plan = Plan(config)
    if plan.value("10-vmnic0.network", "Network", "Bridge") != "vSwitch0":
        raise AssertionError("vmnic0 is not a port of vSwitch0")
    filtering = {"yes": "1", "no": "0"}[plan.value("30-vSwitch0.netdev", "Bridge", "VLANFiltering")]
    pvid = plan.value("30-vSwitch0.netdev", "Bridge", "DefaultPVID")
    mac = plan.value("30-vSwitch0.netdev", "NetDev", "MACAddress")
    bridge = ["type", "bridge", "vlan_filtering", filtering, "vlan_default_pvid", pvid]
    here.ip("link", "add", "vSwitch0", "address", mac, *bridge)
    here.ip("link", "set", "vmnic0", "master", "vSwitch0")
    for ids in plan.values("10-vmnic0.network", "BridgeVLAN", "VLAN"):
        here.do(run, ["bridge", "vlan", "add", "dev", "vmnic0", "vid", ids])
    native = plan.value("10-vmnic0.network", "BridgeVLAN", "PVID")
    assert plan.value("10-vmnic0.network", "BridgeVLAN", "EgressUntagged") == native
    here.do(run, ["bridge", "vlan", "add", "dev", "vmnic0", "vid", native, "pvid", "untagged"])
    own = plan.value("30-vSwitch0.network", "BridgeVLAN", "VLAN")
    here.do(run, ["bridge", "vlan", "del", "dev", "vSwitch0", "vid", pvid, "self"])
    here.do(run, ["bridge", "vlan", "add", "dev", "vSwitch0", "vid", own, "self"])
    vmk = plan.value("40-vmk0.netdev", "VLAN", "Id")
    here.ip("link", "add", "link", "vSwitch0", "name", "vmk0", "type", "vlan", "id", vmk)
    for device in ("vSwitch0", "vmk0"):
        here.ip("link", "set", device, "up")


def _skip_without_switches(here: Namespace) -> None:
    """Bridges and VLANs are modules that the kernel of a build machine may lack; the appliance's has them."""
    for kind in (("type", "bridge"), ("link", "vmnic0", "type", "vlan", "id", "4000")):
        where = kind[: kind.index("type")]
        try:
            here.ip("link", "add", *where, "name", "probe", *kind[len(where) :])
        except CommandError as error:
            pytest.skip(
                f"this machine's kernel has no {kind[-1] if where == () else 'vlan'}: {error.message}"
            )
        here.ip("link", "delete", "dev", "probe")


class TestLayout:
    """Which frames reach the host, the machines on its switch, and the wire."""

    @pytest.fixture(autouse=True)
    def vlan_20_there(self, here: Namespace, there: Namespace) -> None:
        _skip_without_switches(here)
        there.ip("link", "add", "link", "wire", "name", "v20", "type", "vlan", "id", "20")
        there.ip("link", "set", "v20", "up")
        there.ip("addr", "add", "198.51.100.1/24", "dev", "v20")

    @pytest.mark.parametrize(
        ("vlan", "groups"), [(0, ()), (4095, ()), (0, (4094, 20)), (20, ()), (20, (4094, 4093))]
    )
    def test_the_host_is_in_the_management_vlan_alone(
        self, here: Namespace, vlan: int, groups: tuple[int, ...]
    ) -> None:
        _build(here, _config(vlan, groups))
        for address in ("192.0.2.10/24", "198.51.100.10/24"):
            here.ip("addr", "add", address, "dev", "vmk0")
        assert here.reaches("192.0.2.1", "vmk0") == (vlan != 20)
        assert here.reaches("198.51.100.1", "vmk0") == (vlan == 20)

    @pytest.mark.parametrize("vlan", [0, 20])
    def test_the_host_has_the_uplinks_address(self, here: Namespace, there: Namespace, vlan: int) -> None:
        _build(here, _config(vlan))
        here.ip("addr", "add", "192.0.2.10/24", "dev", "vmk0")
        here.ip("addr", "add", "198.51.100.10/24", "dev", "vmk0")
        via, address = ("v20", "198.51.100.10") if vlan else ("wire", "192.0.2.10")
        assert there.reaches(address, via)
        neighbours = there.do(run, ["ip", "neigh", "show", address]).stdout
        assert MAC in neighbours

    def test_a_machine_without_a_vlan_is_on_the_untagged_network(self, here: Namespace) -> None:
        _build(here, _config(20))
        machine = Namespace()
        try:
            here.ip("link", "add", "tap0", "type", "veth", "peer", "name", "eth0")
            move(here, "eth0", machine)
            here.ip("link", "set", "tap0", "master", "vSwitch0", "up")
            machine.ip("link", "set", "eth0", "up")
            machine.ip("addr", "add", "192.0.2.20/24", "dev", "eth0")
            machine.ip("addr", "add", "198.51.100.20/24", "dev", "eth0")
            assert machine.reaches("192.0.2.1", "eth0")
            assert not machine.reaches("198.51.100.1", "eth0")
        finally:
            machine.close()


def test_an_address_somebody_has_is_found(here: Namespace) -> None:
    here.ip("link", "set", "vmnic0", "down")
    here.ip("link", "set", "vmnic0", "name", "vmk0")
    here.ip("link", "set", "vmk0", "up")
    assert here.do(owner, "192.0.2.1") == THERE
    assert here.do(owner, "192.0.2.200") == ""


def test_changes_of_links_and_addresses_are_noticed(here: Namespace) -> None:
    with here.do(Watch) as watch:
        watch.drain()
        assert not watch.drain()
        for change in (
            ("addr", "add", "192.0.2.10/24", "dev", "vmnic0"),
            ("route", "add", "default", "via", "192.0.2.1"),
            ("link", "set", "vmnic0", "down"),
        ):
            here.ip(*change)
            assert select.select([watch], [], [], 30)[0], change
            assert watch.drain()


def test_waiting_ends_when_it_is_so(here: Namespace, there: Namespace) -> None:
    seen: list[bool] = []

    def condition() -> bool:
        if not seen:
            there.ip("link", "set", "wire", "down")
        seen.append("NO-CARRIER" in here.do(run, ["ip", "link", "show", "vmnic0"]).stdout)
        return seen[-1]

    with here.do(Watch) as watch:
        assert watch.wait_for(condition, 60)
        assert not watch.wait_for(lambda: False, 0)
