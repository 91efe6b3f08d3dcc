"""The initrd reads the boot options for fetching as the installer does: the same lines, both compared."""

from __future__ import annotations

import ipaddress
import shlex
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from installer.kickstart import bootoptions
from iso_build.netboot.archive import SCRIPTS

pytestmark = pytest.mark.processes

LINES = [
    "quiet console=ttyS0,115200n8",
    "ip=192.0.2.10 netmask=255.255.255.0 gateway=192.0.2.1 nameserver=192.0.2.2",
    "ip=192.0.2.10/24",
    "IP=192.0.2.10/30 Gateway=192.0.2.9",
    "ip=192.0.2.10/31",
    "ip=192.0.2.10/32",
    "ip=192.0.2.10:192.0.2.1:192.0.2.1:255.255.255.0",
    "ip=192.0.2.10:192.0.2.1:192.0.2.1:255.255.255.0:host:eth0:off",
    "ip=:::::eth0:dhcp",
    "ip=dhcp",
    "ip=192.0.2.10::192.0.2.1:255.255.255.0 netmask=255.255.0.0 gateway=192.0.9.1",
    "ip=192.0.2.10 netmask=0.0.0.255",
    "ip=192.0.2.10 netmask=255.0.255.0",
    "ip=192.0.2.10 netmask=0.0.0.0",
    "ip=192.0.2.10/0",
    "ip=192.0.2.10/33",
    "ip=192.0.2.10/024",
    "ip=192.0.2.0/24",
    "ip=192.0.2.255/24",
    "ip=192.0.2.10",
    "ip=192.0.2.010/24",
    "ip=192.0.2.10.1/24",
    "ip=192.0.2.300/24",
    "ip=2001:db8::1/64",
    "ip=192.0.2.10/24 gateway=198.51.100.1",
    "ip=192.0.2.10/24 gateway=nonsense",
    "netmask=255.255.255.0",
    "gateway=192.0.2.1",
    "ip=",
    "vlanid=",
    "vlanid=0",
    "vlanid=20",
    "vlanid=4094",
    "vlanid=4095",
    "vlanid=00020",
    "vlanid=-1",
    "vlanid=x",
    "nameserver=192.0.2.1,192.0.2.2",
    '"nameserver=192.0.2.1, 192.0.2.2"',
    'nameserver="192.0.2.1 2001:db8::1"',
    "nameserver=::1,fe80::1,2001:db8:0:1:2:3:4:5,::ffff:192.0.2.1,::",
    "nameserver=1::2::3",
    "nameserver=1:2:3:4:5:6:7",
    "nameserver=1:2:3:4:5:6:7:8:9",
    "nameserver=1::2:3:4:5:6:7:8",
    "nameserver=12345::1",
    "nameserver=192.0.2.1,,",
    "nameserver=ns.example",
    "ksdevice=vmnic0",
    "netdevice=VMNIC12",
    "ksdevice=eth3",
    "ksdevice=vmnic00001",
    "ksdevice=52:54:00:AA:BB:CC",
    "ksdevice=52-54-00-aa-bb-cc",
    "ksdevice=01-52-54-00-aa-bb-cc",
    "ksdevice=52:54:00:aa:bb",
    "ksdevice=eno1",
    "ksdevice=enp3s0f0np0",
    "ksdevice=averyveryverylongname",
    "ksdevice=3com",
    "ksdevice=link",
    "ksdevice=bootif BOOTIF=01-52-54-00-aa-bb-cc",
    "ksdevice=bootif",
    "netdevice=BootIF bootif=52:54:00:aa:bb:cc",
    "BOOTIF=01-52-54-00-AA-BB-CC",
    "BOOTIF=01:52:54:00:aa:bb:cc",
    "BOOTIF=20-52-54-00-aa-bb-cc",
    "BOOTIF=nonsense",
    "BOOTIF=nonsense ksdevice=vmnic1",
    "ksdevice=vmnic1 netdevice=vmnic2",
    "ksdevice=VMNIC1 netdevice=vmnic1",
    "ksdevice=vmnic1 ksdevice=vmnic2",
    "ip=192.0.2.10/24 ip=dhcp",
    "ksdevice='vmnic1'",
    "ip",
    'ip="192.0.2.10/24',
]


def read(line: str) -> dict[str, str]:
    """What the initrd makes of a command line, as its shell would see it."""
    told = subprocess.run(
        ["busybox", "awk", "-f", SCRIPTS / "options.awk"],
        input=line + "\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stderr == ""
    words = shlex.split(told.stdout)
    return dict(word.split("=", 1) for word in words)


def normal(nameservers: str) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_address(text)) for text in nameservers.split())


def compare(line: str) -> None:
    wanted, got = bootoptions.parse(line), read(line)
    problems = got["problems"].splitlines()
    if wanted.problems:
        assert len(problems) == len(wanted.problems), (problems, wanted.problems)
        return
    assert problems == []
    adapter = wanted.adapter
    assert (got["choice"], got["adapter"]) == ((adapter.choice, adapter.value) if adapter else ("", ""))
    address = wanted.address
    if address is None:
        assert got["address"] == ""
    else:
        found = (got["address"], int(got["prefix"]), got["gateway"])
        assert found == (address.address, address.prefix, address.gateway)
    assert normal(got["nameservers"]) == wanted.nameservers
    assert int(got["vlan"]) == wanted.vlan


@pytest.mark.parametrize("line", LINES)
def test_the_initrd_understands_what_the_installer_understands(line: str) -> None:
    compare(line)


numbers = some.sampled_from(["0", "1", "9", "10", "192", "255", "256", "01", "2"])
dotted = some.lists(numbers, min_size=3, max_size=5).map(".".join)
masks = some.sampled_from(["255.255.255.0", "255.0.0.0", "24", "8", "32", "0", "255.255.255.254", "1.2.3.4"])
addresses = some.one_of(
    dotted,
    some.tuples(dotted, masks).map("/".join),
    some.tuples(dotted, dotted, dotted, masks).map(":".join),
    some.sampled_from(["dhcp", "", "::1", "a:b:c", ":::", "1:2:3:4"]),
)
sixes = some.lists(some.sampled_from(["", "1", "ab", "ffff", "0", "12345", "g", "1.2.3.4"]), max_size=9)
adapters = some.sampled_from(
    ["vmnic0", "eth12", "link", "bootif", "ens3", "", "52:54:00:00:00:01", "01-52-54-00-00-00-01", "x y", "é"]
)
options = some.one_of(
    addresses.map("ip={}".format),
    masks.map("netmask={}".format),
    dotted.map("gateway={}".format),
    some.lists(some.one_of(dotted, sixes.map(":".join)), max_size=3).map(
        lambda each: f"nameserver={','.join(each)}"
    ),
    some.sampled_from(["0", "1", "4094", "4095", "x", ""]).map("vlanid={}".format),
    adapters.map('ksdevice="{}"'.format),
    adapters.map("netdevice={}".format),
    some.sampled_from(["01-52-54-00-00-00-02", "525400000002", "", "01"]).map("BOOTIF={}".format),
    some.sampled_from(["quiet", "ks=http://192.0.2.1/ks.cfg", "IP=192.0.2.77/24", "splash="]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.lists(options, max_size=5))
def test_any_mixture_of_options_means_the_same_to_both(each: list[str]) -> None:
    compare(" ".join(each))


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("http://192.0.2.1/bedplate/", "http://192.0.2.1/bedplate/"),
        ("http://192.0.2.1:8080/a/b", "http://192.0.2.1:8080/a/b/"),
        ("HTTP://deploy.example", "http://deploy.example/"),
        ("https://[2001:db8::1]:81/x//", "https://[2001:db8::1]:81/x/"),
        ("tftp://192.0.2.1/bedplate", "tftp://192.0.2.1/bedplate/"),
    ],
)
def test_the_source_is_a_folder(given_: str, wanted: str) -> None:
    got = read(f"quiet bedplate.source={given_} ip=dhcp")
    assert (got["source"], got["problems"]) == (wanted, "")


@pytest.mark.parametrize(
    "text",
    [
        *("192.0.2.1/bedplate", "ftp://192.0.2.1/", "http://", "http:///x", "http://a/?x=1", "http://a/#x"),
        *("http://me:secret@a/", "http://a/'x", "http://a/\\x", "http://a/x;y'z", "/bedplate"),
    ],
)
def test_what_is_no_source_is_refused(text: str) -> None:
    got = read(f"bedplate.source={text}")
    assert got["source"] == "" and "bedplate.source=" in got["problems"]


def test_nothing_on_the_command_line_becomes_a_command() -> None:
    line = "bedplate.source=http://x/$(reboot) ip=';reboot;' ksdevice=`reboot` vlanid='\"'\"'"
    got = read(line)
    assert set(got) == {
        *("source", "choice", "adapter", "address", "prefix", "gateway", "nameservers", "vlan", "problems")
    }
