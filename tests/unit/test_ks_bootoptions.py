"""The kernel command line: every spelling, and all mistakes at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies

from host.errors import HostError
from installer.kickstart import bootoptions, location
from installer.kickstart.bootoptions import Adapter, Address, Choice, parse
from installer.kickstart.location import Ftp, Labelled, LocalFile, Location, Nfs, Optical, Usb, Web

PLACES: list[tuple[str, Location]] = [
    ("cdrom:/KS.CFG", Optical("/KS.CFG")),
    ("cdrom:/DIR/KS.CFG", Optical("/DIR/KS.CFG")),
    ("cdrom://KS.CFG", Optical("/KS.CFG")),
    ("cdrom:KS.CFG", Optical("/KS.CFG")),
    ("cdrom:/../../etc/passwd", Optical("/etc/passwd")),
    ("cdrom", Optical("/ks.cfg")),
    ("usb", Usb("/ks.cfg")),
    ("usb:", Usb("/ks.cfg")),
    ("USB:/esx/host1.cfg", Usb("/esx/host1.cfg")),
    ("volume", Labelled("/ks.cfg")),
    ("volume:/a/b.cfg", Labelled("/a/b.cfg")),
    ("file:///etc/ks.cfg", LocalFile("/etc/ks.cfg")),
    ("file://etc/vmware/weasel/ks.cfg", LocalFile("/etc/vmware/weasel/ks.cfg")),
    ("file:/ks.cfg", LocalFile("/ks.cfg")),
    ("http://192.0.2.1/ks.cfg", Web("http://192.0.2.1/ks.cfg")),
    ("HTTP://deploy.example:8080/a/ks.cfg", Web("http://deploy.example:8080/a/ks.cfg")),
    ("https://deploy.example/ks?mac=1&x=2", Web("https://deploy.example/ks?mac=1&x=2")),
    ("https://deploy.example/?host=1", Web("https://deploy.example/?host=1")),
    ("http://[2001:db8::1]:81/ks.cfg", Web("http://[2001:db8::1]:81/ks.cfg")),
    ("http://me:p%40ss@deploy/ks.cfg", Web("http://deploy/ks.cfg", "me", "p@ss")),
    ("ftp://deploy/ks.cfg", Ftp("ftp://deploy/ks.cfg")),
    ("ftp://me:secret@deploy:2121/ks.cfg", Ftp("ftp://deploy:2121/ks.cfg", "me", "secret")),
    ("nfs://nas/export/ks.cfg", Nfs("nas", "/export/ks.cfg")),
    ("nfs://nas:/export/ks/host1.cfg", Nfs("nas", "/export/ks/host1.cfg")),
    ("nfs://[2001:db8::1]:/export/ks.cfg", Nfs("[2001:db8::1]", "/export/ks.cfg")),
]


@pytest.mark.parametrize(("text", "wanted"), PLACES, ids=[text for text, _ in PLACES])
def test_places(text: str, wanted: Location) -> None:
    options = parse(f"BOOT_IMAGE=/vmlinuz quiet ks={text} bedplate.mode=install")
    assert (options.location, options.problems) == (wanted, ())


@pytest.mark.parametrize(
    "text",
    [
        *("ks.cfg", "/ks.cfg", "sftp://host/ks.cfg", "usbstick", "file:", "file:///", "http:/host/ks.cfg"),
        *("http://", "http:///ks.cfg", "http://host", "http://host/", "http://host:x/ks.cfg", "ftp://h"),
        *("nfs://", "nfs://nas", "nfs://nas:2049/x/ks.cfg", "nfs:/nas/ks.cfg", "http://[::1/ks.cfg"),
    ],
)
def test_what_is_no_place_is_refused_with_advice(text: str) -> None:
    options = parse(f"ks={text}")
    (problem,) = options.problems
    assert options.location is None
    assert text in problem.message and "cdrom:/PATH" in problem.hint


def test_passwords_in_addresses_are_never_shown() -> None:
    place = location.parse("http://me:hidden@deploy/ks.cfg")
    assert "hidden" not in f"{place!r} {location.describe(place)}"
    with pytest.raises(HostError) as error:
        location.parse("http://me:hidden@deploy:port/ks.cfg")
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("place", "name", "wanted"),
    [
        ("usb:/esx/ks.cfg", "net.cfg", Usb("/esx/net.cfg", "/dev/sdb1")),
        ("usb:/esx/ks.cfg", "../net.cfg", Usb("/net.cfg", "/dev/sdb1")),
        ("usb:/esx/ks.cfg", "/tmp/DiskConfig", LocalFile("/tmp/DiskConfig")),
        ("usb:/esx/ks.cfg", "http://a/b", Web("http://a/b")),
        ("http://me:pw@h/a/ks.cfg?x=1", "net.cfg", Web("http://h/a/net.cfg", "me", "pw")),
        ("https://h/ks?x=1", "sub/net.cfg", Web("https://h/sub/net.cfg")),
        ("ftp://h/a/ks.cfg", "net.cfg", Ftp("ftp://h/a/net.cfg")),
        ("nfs://nas/a/ks.cfg", "net.cfg", Nfs("nas", "/a/net.cfg")),
        ("file:///a/ks.cfg", "usb", LocalFile("/a/usb")),
        ("file:///a/ks.cfg", "cdrom:/x", Optical("/x")),
    ],
)
def test_what_a_file_includes_lies_beside_it(place: str, name: str, wanted: Location) -> None:
    found = location.parse(place)
    if isinstance(found, Usb):
        found = Usb(found.path, "/dev/sdb1")
    assert location.beside(found, name) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("link", Adapter(Choice.LINK)),
        ("vmnic0", Adapter(Choice.VMNIC, "0")),
        ("VMNIC12", Adapter(Choice.VMNIC, "12")),
        ("eth1", Adapter(Choice.VMNIC, "1")),
        ("52:54:00:AA:bb:01", Adapter(Choice.MAC, "52:54:00:aa:bb:01")),
        ("52-54-00-aa-bb-01", Adapter(Choice.MAC, "52:54:00:aa:bb:01")),
        ("01-52-54-00-aa-bb-01", Adapter(Choice.MAC, "52:54:00:aa:bb:01")),
        ("enp3s0f1", Adapter(Choice.NAME, "enp3s0f1")),
        ("bootif", Adapter(Choice.MAC, "52:54:00:99:99:99")),
    ],
)
@pytest.mark.parametrize("key", ["ksdevice", "netdevice", "KSDEVICE"])
def test_adapters(key: str, text: str, wanted: Adapter) -> None:
    options = parse(f"{key}={text} BOOTIF=01-52-54-00-99-99-99")
    assert (options.adapter, options.problems) == (wanted, ())


def test_pxe_alone_names_the_adapter() -> None:
    assert parse("BOOTIF=01-52-54-00-AA-BB-01").adapter == Adapter(Choice.MAC, "52:54:00:aa:bb:01")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ip=192.0.2.5 netmask=255.255.255.0", Address("192.0.2.5", 24)),
        ("ip=192.0.2.5/25 gateway=192.0.2.1", Address("192.0.2.5", 25, "192.0.2.1")),
        ("ip=192.0.2.5 netmask=24 gateway=192.0.2.1", Address("192.0.2.5", 24, "192.0.2.1")),
        ("ip=192.0.2.5:192.0.2.9:192.0.2.1:255.255.255.0", Address("192.0.2.5", 24, "192.0.2.1")),
        ("ip=192.0.2.5::192.0.2.1:255.255.255.0:esx:eth0:off", Address("192.0.2.5", 24, "192.0.2.1")),
        ("ip=192.0.2.5:: :255.255.255.0 netmask=255.255.0.0", None),
        ("ip=dhcp", None),
        ("bootproto=dhcp", None),
        ("", None),
    ],
)
def test_addresses(text: str, wanted: Address | None) -> None:
    assert parse(text).address == wanted


def test_the_rest_of_the_network() -> None:
    options = parse("nameserver=192.0.2.53,2001:db8::53 vlanid=20 noverifyssl runweasel")
    assert options.nameservers == ("192.0.2.53", "2001:db8::53")
    assert (options.vlan, options.verify, options.start) == (20, False, True)
    assert parse("vlanid=0").vlan == 0 and parse("").verify


MISTAKES = [
    ("ip=192.0.2.5", "needs netmask="),
    ("ip=192.0.2.300 netmask=255.255.255.0", "ip=192.0.2.300"),
    ("ip=192.0.2.5 netmask=0.0.0.255", "netmask=0.0.0.255"),
    ("ip=192.0.2.5 netmask=255.0.255.0", "netmask=255.0.255.0"),
    ("ip=192.0.2.5 netmask=0", "netmask=0"),
    ("ip=192.0.2.255 netmask=255.255.255.0", "192.0.2.255"),
    ("ip=192.0.2.5 netmask=255.255.255.0 gateway=198.51.100.1", "198.51.100.1 is not in"),
    ("ip=2001:db8::5 netmask=24", "ip=2001:db8::5 is no IPv4"),
    ("netmask=255.255.255.0", "without ip="),
    ("gateway=192.0.2.1", "without ip="),
    ("nameserver=dns.example", "dns.example"),
    ("vlanid=4095", "vlanid=4095"),
    ("vlanid=-1", "vlanid=-1"),
    ("vlanid=²", "vlanid="),
    ("ksdevice=", "ksdevice= has no value"),
    ("ks", "ks= has no value"),
    ("ksdevice=not*a*name", "not*a*name"),
    ("ksdevice=vmnic0 netdevice=vmnic1", "two adapters"),
    ("ksdevice=bootif", "no BOOTIF="),
    ("BOOTIF=20-52-54-00-99-99-99", "BOOTIF="),
    ("systemMediaSize=huge", "systemMediaSize=huge"),
]


@pytest.mark.parametrize(("text", "words"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_each_mistake_is_told_with_what_to_do(text: str, words: str) -> None:
    (problem,) = parse(text).problems
    assert words in problem.message and problem.hint


def test_all_mistakes_are_told_at_once() -> None:
    options = parse("ks=foo ip=1.2.3 netmask=999 nameserver=x vlanid=x ksdevice=a/b systemMediaSize=x")
    assert len(options.problems) == 7


def test_quotes_keep_blanks() -> None:
    assert parse('ks="usb:/my host.cfg" quiet').location == Usb("/my host.cfg")
    assert parse('"ks=usb:/my host.cfg" quiet').location == Usb("/my host.cfg")


def test_the_last_one_wins_and_that_is_said() -> None:
    options = parse("ks=cdrom:/KS.CFG runweasel ks=usb")
    assert options.location == Usb("/ks.cfg")
    assert not options.problems and "twice" in options.notes[0].message
    assert parse("ks=usb ks=usb").notes == ()


@pytest.mark.parametrize(
    "name", ["cdromBoot", "allowLegacyCPU=true", "systemMediaSize=min", "noIOMMU", "logPort=com1"]
)
def test_options_without_effect_are_accepted_and_told(name: str) -> None:
    options = parse(name)
    assert not options.problems
    (note,) = options.notes
    assert name.partition("=")[0] in note.message and "no effect" in note.message


def test_words_of_the_kernel_are_passed_over() -> None:
    text = "BOOT_IMAGE=/bedplate/vmlinuz console=ttyS0,115200n8 quiet ipv6.disable=0 bedplate.mode=install"
    assert parse(text) == bootoptions.BootOptions()


def test_the_running_kernels_line_is_read(tmp_path: Path) -> None:
    (tmp_path / "cmdline").write_text("quiet ks=usb\n")
    assert bootoptions.load(tmp_path / "cmdline").location == Usb("/ks.cfg")


@given(strategies.text(alphabet='ks=ipnetmask:/" .0129-abvlan\n\x00', max_size=60))
def test_no_line_is_a_crash(text: str) -> None:
    for problem in parse(text).problems:
        assert problem.message
