"""The network for fetching: which adapter, which settings, and what is said when it does not come up."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from host.config.files import File
from host.errors import HostError
from host.machine.model import Nic
from host.network.units import live_units
from installer.kickstart import network
from installer.kickstart.bootoptions import BootOptions, parse

A = Nic(name="ens3", mac="52:54:00:00:00:0a", pci="0000:00:03.0")
B = Nic(name="enp4s0", mac="52:54:00:00:00:0b", pci="0000:04:00.0", link=True)
C = Nic(name="eth0", mac="52:54:00:00:00:0c", link=True)
NICS = (A, B, C)


def adapter(text: str) -> Nic | None:
    return network.choose(parse(text).adapter, NICS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", B),
        ("ksdevice=link", B),
        ("ksdevice=vmnic0", A),
        ("netdevice=vmnic2", C),
        ("netdevice=vmnic3", None),
        ("ksdevice=52:54:00:00:00:0C", C),
        ("BOOTIF=01-52-54-00-00-00-0a", A),
        ("ksdevice=ens3", A),
        ("ksdevice=ens9", None),
    ],
)
def test_which_adapter(text: str, wanted: Nic | None) -> None:
    assert adapter(text) == wanted


def lines(files: Mapping[str, File], name: str) -> list[str]:
    return files[name].text.splitlines()


def test_a_static_address() -> None:
    options = parse("ip=192.0.2.5 netmask=255.255.255.0 gateway=192.0.2.1 nameserver=192.0.2.53,192.0.2.54")
    files = network.units(options, A)
    assert list(files) == ["05-ks.network"]
    text = lines(files, "05-ks.network")
    assert f"MACAddress={A.mac}" in text
    assert {"Address=192.0.2.5/24", "Gateway=192.0.2.1", "DHCP=no"} <= {*text}
    assert [line for line in text if line.startswith("DNS=")] == ["DNS=192.0.2.53", "DNS=192.0.2.54"]


def test_dhcp_in_a_vlan() -> None:
    files = network.units(parse("vlanid=20"), A)
    assert sorted(files) == ["05-ks-vlan.netdev", "05-ks-vlan.network", "05-ks.network"]
    assert "Id=20" in lines(files, "05-ks-vlan.netdev")
    port, vlan = lines(files, "05-ks.network"), lines(files, "05-ks-vlan.network")
    assert {f"MACAddress={A.mac}", "VLAN=ksvlan", "DHCP=no"} <= {*port}
    assert {"Name=ksvlan", "DHCP=yes"} <= {*vlan} and "ClientIdentifier=mac" in vlan


def test_given_name_servers_replace_those_of_dhcp() -> None:
    assert "UseDNS=no" in lines(network.units(parse("nameserver=192.0.2.53"), A), "05-ks.network")
    assert "UseDNS=no" not in lines(network.units(parse(""), A), "05-ks.network")


def test_our_units_come_before_the_one_for_every_adapter() -> None:
    """systemd-networkd takes the first file whose [Match] fits, by name, whatever the folder."""
    others = [Path(path).name for path in live_units()]
    ours = network.units(parse("vlanid=20 ip=192.0.2.5/24"), A)
    assert max(ours) < min(others)


def test_units_of_an_earlier_attempt_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(network, "run", lambda argv, **_: asked.append(argv))
    (tmp_path / "70-other.network").write_text("")
    network.apply(network.units(parse("vlanid=20"), A), tmp_path)
    network.apply(network.units(parse("ip=192.0.2.5/24"), A), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["05-ks.network", "70-other.network"]
    assert asked == [["networkctl", "reload"]] * 2


class Fake:
    """A system whose adapters change as a test says; waiting takes no longer than it must."""

    def __init__(self, nics: tuple[Nic, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        self.nics = nics
        self.applied: list[Mapping[str, File]] = []
        self.have: dict[str, tuple[str, ...]] = {}
        self.told: list[str] = []
        self.off: set[str] = set()
        monkeypatch.setattr(network, "_all", lambda interface: self.have.get(interface, ()))
        self.then: Callable[[str], object] = str

    def bring_up(self, options: BootOptions, *, ipv6: bool = False) -> network.Online:
        system = network.System(
            nics=lambda: self.nics,
            apply=self.applied.append,
            switched_on=lambda nic: nic.mac not in self.off,
            switched_on_wait=30,
            adapter_wait=0.3,
            link_wait=0.3,
            address_wait=0.3,
        )
        return network.bring_up(options, self._tell, ipv6=ipv6, system=system)

    def _tell(self, text: str) -> None:
        self.told.append(text)
        self.then(text)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    return Fake(NICS, monkeypatch)


def test_without_options_whatever_has_a_lease_will_do(fake: Fake) -> None:
    fake.have = {"eth0": ("169.254.1.1", "192.0.2.7")}
    assert fake.bring_up(parse("")) == network.Online(C, "eth0", "192.0.2.7")
    assert fake.applied == [] and fake.told == []


def test_ipv4_is_preferred_and_ipv6_taken_where_there_is_nothing_else(fake: Fake) -> None:
    fake.have = {"enp4s0": ("2001:db8::7",)}
    assert fake.bring_up(parse("")).address == "2001:db8::7"
    assert fake.told == ["Waiting for an address from DHCP."]
    fake.have = {"enp4s0": ("2001:db8::7", "192.0.2.7")}
    assert fake.bring_up(parse("")).address == "192.0.2.7"
    assert fake.bring_up(parse(""), ipv6=True).address == "2001:db8::7"


def test_the_chosen_adapter_gets_its_settings_and_is_waited_for(fake: Fake) -> None:
    def arrive(text: str) -> None:
        if "link" in text:
            fake.nics = (replace_link(A), B, C)
        if "address" in text:
            fake.have = {"ens3": ("192.0.2.5",)}

    fake.then = arrive
    online = fake.bring_up(parse("ksdevice=vmnic0 ip=192.0.2.5/24"))
    assert (online.interface, online.address) == ("ens3", "192.0.2.5")
    assert fake.told == [
        "Waiting for a link on vmnic0 (ens3, 52:54:00:00:00:0a).",
        "Waiting for the address on vmnic0 (ens3, 52:54:00:00:00:0a).",
    ]
    assert "05-ks.network" in fake.applied[0]


def replace_link(nic: Nic, **more: str) -> Nic:
    return msgspec.structs.replace(nic, link=True, **more)


def test_an_adapter_that_udev_renames_meanwhile_is_still_the_same(fake: Fake) -> None:
    def rename(_: str) -> None:
        fake.nics = (replace_link(A, name="vmnic0"), B, C)
        fake.have = {"vmnic0": ("192.0.2.5",)}

    fake.then = rename
    assert fake.bring_up(parse("ksdevice=vmnic0")).interface == "vmnic0"


def test_an_adapter_that_appears_late(fake: Fake) -> None:
    fake.nics = (B,)
    fake.have = {"ens3": ("192.0.2.5",)}

    def plug_in(_: str) -> None:
        fake.nics = (replace_link(A), B)

    fake.then = plug_in
    assert fake.bring_up(parse("ksdevice=52:54:00:00:00:0a")).nic.mac == A.mac
    assert fake.told == ["Waiting for network adapter 52:54:00:00:00:0a to appear."]


def test_the_time_for_a_link_begins_when_the_adapter_is_switched_on(fake: Fake) -> None:
    """The network's service may take longer than any cable."""
    fake.off = {A.mac}
    fake.have = {"ens3": ("192.0.2.5",)}

    def switch_on() -> None:
        fake.off = set()
        threading.Timer(0.1, plug_in).start()

    def plug_in() -> None:
        fake.nics = (replace_link(A), B)

    fake.then = lambda _: threading.Timer(1, switch_on).start()
    assert fake.bring_up(parse("ksdevice=vmnic0")).nic.mac == A.mac


def test_the_addresses_of_a_vlan_are_those_of_its_interface(fake: Fake) -> None:
    fake.have = {"ksvlan": ("192.0.2.5",), "enp4s0": ("198.51.100.1",)}
    online = fake.bring_up(parse("vlanid=20"))
    assert (online.nic, online.interface, online.address) == (B, "ksvlan", "192.0.2.5")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("ksdevice=vmnic7", r"no vmnic7. It has vmnic0 \(ens3, .*vmnic2 \(eth0", "ksdevice="),
        ("ksdevice=vmnic0", r"^vmnic0 \(ens3, 52:54:00:00:00:0a\) has no link\.", r"vmnic1 \(enp4s0"),
        ("ksdevice=vmnic1", r"vmnic1 .* has a link, but no DHCP server answered within 0\.3 s", "vlanid="),
        ("vlanid=20", r"vmnic1 .* no DHCP server answered in VLAN 20", "that VLAN is the right one"),
        ("ksdevice=vmnic1 ip=192.0.2.5/24", "did not take the address 192.0.2.5", "journalctl"),
        ("", r"No DHCP server answered on vmnic1 .*vmnic2", "ip="),
    ],
)
def test_errors_name_adapter_link_and_dhcp(fake: Fake, text: str, message: str, hint: str) -> None:
    with pytest.raises(HostError, match=message) as error:
        fake.bring_up(parse(text))
    assert re.search(hint, error.value.hint)


@pytest.mark.parametrize("text", ["", "vlanid=20"])
def test_without_any_link_every_adapter_is_named(fake: Fake, text: str) -> None:
    fake.nics = (A,)
    with pytest.raises(HostError, match=r"No network adapter has a link: vmnic0 \(ens3"):
        fake.bring_up(parse(text))


def test_a_machine_without_adapters(fake: Fake) -> None:
    fake.nics = ()
    with pytest.raises(HostError, match="no network adapter. It has none that"):
        fake.bring_up(parse(""))
