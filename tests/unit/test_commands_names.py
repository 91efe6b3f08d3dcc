"""esxcli names the host, its name servers and search domains, and switches IPv6."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from host.config.model import Dns, Ipv4, Ipv4Mode, ManagementNetwork
from host.network import state
from tests.unit.commands_host import Answer, CommandHost, make_host

STATIC = Ipv4(mode=Ipv4Mode.STATIC, address="192.0.2.10", netmask="255.255.255.0", gateway="192.0.2.1")
DONE = Answer(0, "", "")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandHost:
    return make_host(tmp_path, monkeypatch, capsys)


@pytest.fixture
def static(host: CommandHost) -> CommandHost:
    dns = Dns(automatic=False, servers=("192.0.2.53",), suffixes=("example.org",))
    network = ManagementNetwork(ipv4=STATIC, dns=dns)
    host.save(msgspec.structs.replace(host.config, management=network))
    return host


def dns(host: CommandHost, *words: str) -> Answer:
    return host.call("esxcli", "network", "ip", "dns", *words)


class TestHostName:
    def test_get(self, host: CommandHost) -> None:
        assert host.call("esxcli", "system", "hostname", "get") == Answer(
            0,
            "   Domain Name: example.org\n"
            "   Fully Qualified Domain Name: esx1.example.org\n"
            "   Host Name: esx1\n",
            "",
        )

    @pytest.mark.parametrize(
        ("options", "name"),
        [
            (["--fqdn=esx7.lab.example.net"], "esx7.lab.example.net"),
            (["--fqdn", "esx7"], "esx7"),
            (["-f", "esx7.example.net"], "esx7.example.net"),
            (["--host=esx7"], "esx7.example.org"),
            (["-H", "esx7", "-d", "lab"], "esx7.lab"),
            (["--domain", "example.net"], "esx1.example.net"),
            (["--domain="], "esx1"),
            (["--host=esx7.lab.example.net"], "esx7.lab.example.net"),
        ],
    )
    def test_set(self, host: CommandHost, options: list[str], name: str) -> None:
        assert host.call("esxcli", "system", "hostname", "set", *options) == DONE
        assert host.config.hostname == name
        assert [config.hostname for config in host.applied.used] == [name]

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--host=not a name"], "made of letters"),
            (["--fqdn=192.0.2.1"], "looks like an address"),
            (["--fqdn=" + "a" * 60 + ".example.org"], "at most 64 characters"),
            ([], "Give --fqdn"),
            (["--fqdn=a.b", "--host=a"], "Give --fqdn, or"),
        ],
    )
    def test_what_cannot_be_a_name(self, host: CommandHost, options: list[str], said: str) -> None:
        before = host.config
        answer = host.call("esxcli", "system", "hostname", "set", *options)
        assert (answer.code, answer.out) == (1, "")
        assert said in answer.err
        assert (host.config, host.applied.used) == (before, [])


class TestNameServers:
    def test_list(self, static: CommandHost) -> None:
        assert dns(static, "server", "add", "-s", "2001:db8::53") == DONE
        assert dns(static, "server", "list") == Answer(0, "   DNSServers: 192.0.2.53, 2001:db8::53\n", "")
        assert static.applied.used[-1] == static.config

    def test_several_at_once_and_none_twice(self, static: CommandHost) -> None:
        words = ["--server=192.0.2.54", "--server", "192.0.2.53", "--server=192.0.2.54"]
        assert dns(static, "server", "add", *words, "--netstack=defaultTcpipStack") == DONE
        assert static.config.management.dns.servers == ("192.0.2.53", "192.0.2.54")

    def test_those_from_dhcp_stay(self, host: CommandHost, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(state.name_servers, "__defaults__", (host.folder / "resolv.conf",))
        (host.folder / "resolv.conf").write_text("nameserver 198.51.100.1\nsearch example.com\n")
        assert dns(host, "server", "list").out == "   DNSServers: 198.51.100.1\n"
        answer = dns(host, "server", "add", "--server=192.0.2.53")
        assert answer == Answer(0, "", "Name servers do not come from DHCP any more.\n")
        expected = Dns(automatic=False, servers=("198.51.100.1", "192.0.2.53"))
        assert host.config.management.dns == expected

    def test_remove(self, static: CommandHost) -> None:
        dns(static, "server", "add", "--server=192.0.2.54")
        assert dns(static, "server", "remove", "--server=192.0.2.53") == DONE
        assert static.config.management.dns.servers == ("192.0.2.54",)
        assert dns(static, "server", "remove", "--all") == DONE
        assert static.config.management.dns.servers == ()
        assert dns(static, "server", "list").out == "   DNSServers: \n"

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["add", "--server=ns1.example.org"], "Enter the IPv4 or IPv6 address of a DNS server."),
            (["remove", "--server=192.0.2.99"], "192.0.2.99 is not a name server of this host."),
            (["remove"], "Give --server or --all."),
            (["remove", "--all", "--server=192.0.2.53"], "Give --server or --all."),
            (["add"], "-s|--server is missing."),
            (["add", "-s", "192.0.2.9", "--netstack=vmotion"], "There is one network stack here"),
        ],
    )
    def test_refused(self, static: CommandHost, words: list[str], said: str) -> None:
        before = static.config
        answer = dns(static, "server", *words)
        assert (answer.code, answer.out) == (1, "")
        assert said in answer.err
        assert (static.config, static.applied.used) == (before, [])


class TestSearchDomains:
    def test_add_list_remove(self, static: CommandHost) -> None:
        assert dns(static, "search", "add", "--domain=lab.example.org", "-d", "Example.ORG") == DONE
        listed = dns(static, "search", "list")
        assert listed == Answer(0, "   DNSSearch Domains: example.org, lab.example.org\n", "")
        assert dns(static, "search", "remove", "--domain", "EXAMPLE.org") == DONE
        assert static.config.management.dns.suffixes == ("lab.example.org",)
        assert dns(static, "search", "remove", "-d", "example.org").code == 1

    def test_name_servers_from_dhcp_stay_so(self, host: CommandHost) -> None:
        assert dns(host, "search", "add", "--domain=example.net") == DONE
        assert host.config.management.dns == Dns(automatic=True, suffixes=("example.net",))

    def test_what_is_no_domain(self, static: CommandHost) -> None:
        answer = dns(static, "search", "add", "--domain=no domain")
        assert (answer.code, static.applied.used) == (1, [])
        assert '"no domain" is not a domain name.' in answer.err


class TestIpv6:
    @pytest.mark.parametrize(("word", "on"), [("false", False), ("0", False), ("OFF", False), ("yes", True)])
    def test_switch(self, host: CommandHost, word: str, on: bool) -> None:
        assert host.call("esxcli", "network", "ip", "set", "--ipv6-enabled", word) == DONE
        assert host.config.management.ipv6.enabled is on
        shown = f"   IPv6 Enabled: {str(on).lower()}\n"
        assert host.call("localcli", "network", "ip", "get") == Answer(0, shown, "")

    def test_without_ipv4_it_stays(self, host: CommandHost) -> None:
        network = ManagementNetwork(ipv4=Ipv4(mode=Ipv4Mode.OFF))
        host.save(msgspec.structs.replace(host.config, management=network))
        answer = host.call("esxcli", "network", "ip", "set", "-e", "0")
        assert answer.code == 1
        assert "IPv4 is off" in answer.err
        assert host.config.management.ipv6.enabled
