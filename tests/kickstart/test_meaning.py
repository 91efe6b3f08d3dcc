"""What commands ask for."""

from __future__ import annotations

import pytest

from host import passwords
from host.config.model import Dns, Ipv4, Ipv4Mode
from installer.kickstart import read
from installer.kickstart.script import Existing, Interpreter, Mode, Reboot, SectionKind
from tests.kickstart.support import messages, said_about, script, whole

FIRST = "install --firstdisk --overwritevmfs"


def test_a_password_is_hashed_at_once() -> None:
    text = whole(FIRST).replace("Kiosk!Lamp42x", "'Gnu 7.Trail'")
    reading = read("ks.cfg", reader=lambda _: text.encode())
    assert reading.script is not None
    assert passwords.verify("Gnu 7.Trail", reading.script.password_hash)
    assert "Trail" not in repr(reading)


HASHES = (
    "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
    "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
    "$5$rounds=10000$saltstringsaltst$3xv.VbSCBX41eDL9L3voMXXDNaXjFYsKTTkDNlzhSa.",
)


@pytest.mark.parametrize(
    "hashed", [*HASHES, pytest.param(passwords.hash_password("Gnu 7.Trail"), id="our own")]
)
def test_a_hash_is_taken_over(hashed: str) -> None:
    text = whole(FIRST)
    assert script(text.replace("Kiosk!Lamp42x", f"--iscrypted {hashed}")).password_hash == hashed
    assert script(text.replace("Kiosk!Lamp42x", f"'{hashed}' --iscrypted")).password_hash == hashed


@pytest.mark.parametrize(
    "wrong",
    [
        "word",
        "$6$salt$short",
        "$3$salt$x",
        f"{HASHES[0]}x",
        HASHES[1][:-1],
        "$6$",
        "'$6$a b$c'",
        f"{HASHES[2]}:",
        "''",
    ],
)
def test_what_cannot_be_a_hash_is_refused(wrong: str) -> None:
    said = messages(said_about(whole(FIRST).replace("Kiosk!Lamp42x", f"--iscrypted {wrong}")))
    assert ["ks.cfg:2: error: What follows --iscrypted is not a password hash" in one for one in said] == [
        True
    ]


def test_published_hashes_are_those_of_crypt() -> None:
    """The published results for this password: the forms are not ours alone."""
    assert passwords.verify("Hello world!", HASHES[1])
    assert passwords.verify("Hello world!", HASHES[2])


@pytest.mark.parametrize("weak", ["secret", "vmware", "a", "Password1"])
def test_a_weak_password_is_taken_with_a_warning(weak: str) -> None:
    reading = said_about(whole(FIRST).replace("Kiosk!Lamp42x", weak))
    assert reading.script is not None
    assert [one.severity for one in reading.diagnostics] == ["warning"]


@pytest.mark.parametrize("line", ["rootpw 'a\tb!C3xyzq'", "rootpw ''"])
def test_a_password_nobody_can_type_is_refused(line: str) -> None:
    text = whole(FIRST).replace("rootpw Kiosk!Lamp42x", line)
    assert read("ks.cfg", reader=lambda _: text.encode()).script is None


@pytest.mark.parametrize(
    ("given", "layout", "warned"),
    [
        ("'US Default'", "US Default", False),
        ('"United Kingdom"', "United Kingdom", False),
        ("Swedish", "Swedish", False),
        ("'swiss german'", "Swiss German", False),
        ("US Default", "US Default", True),
        ("Default", "US Default", True),
        ("us", "US Default", True),
        ("uk", "United Kingdom", True),
        ("de", "German", True),
        ("--vckeymap=se --xlayouts='se'", "Swedish", True),
    ],
)
def test_keyboard(given: str, layout: str, warned: bool) -> None:
    reading = said_about(whole(FIRST, f"keyboard {given}"))
    assert reading.script is not None and reading.script.keyboard == layout
    assert bool(reading.diagnostics) is warned


@pytest.mark.parametrize("given", ["", "Klingon", "''"])
def test_no_such_keyboard(given: str) -> None:
    assert said_about(whole(FIRST, f"keyboard {given}")).script is None


@pytest.mark.parametrize(
    ("given", "device"),
    [
        ("vmnic0", "vmnic0"),
        ("VMNIC07", "vmnic7"),
        ("00:50:56:AB:cd:ef", "00:50:56:ab:cd:ef"),
        ("00-50-56-ab-cd-ef", "00:50:56:ab:cd:ef"),
        ("0050.56ab.cdef", "00:50:56:ab:cd:ef"),
        ("005056abcdef", "00:50:56:ab:cd:ef"),
        ("01-00-50-56-ab-cd-ef", "00:50:56:ab:cd:ef"),
    ],
)
def test_adapter(given: str, device: str) -> None:
    assert script(whole(FIRST, f"network --device={given}")).network.device == device


@pytest.mark.parametrize("given", ["eth0", "vmk0", "00:50:56", "00:50:56:ab:cd:eg", "vmnic", "vmnic99999"])
def test_no_adapter(given: str) -> None:
    assert said_about(whole(FIRST, f"network --device={given}")).script is None


STATIC = "network --bootproto=static --ip=192.0.2.10 --netmask=255.255.255.0"


def test_static_network() -> None:
    network = script(
        whole(FIRST, f"{STATIC} --gateway=192.0.2.1 --nameserver='192.0.2.2, 2001:db8::1'")
    ).network
    assert network.ipv4 == Ipv4(
        mode=Ipv4Mode.STATIC, address="192.0.2.10", netmask="255.255.255.0", gateway="192.0.2.1"
    )
    assert network.dns == Dns(automatic=False, servers=("192.0.2.2", "2001:db8::1"))


def test_dhcp_uses_nothing_of_a_static_address() -> None:
    network = script(whole(FIRST, "network --ip=192.0.2.10 --nameserver=192.0.2.2 --hostname=esx1")).network
    assert (network.ipv4, network.dns, network.hostname) == (Ipv4(), Dns(), "esx1")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("--ip=192.0.2.10", "--netmask"),
        ("--netmask=255.255.255.0", "--ip"),
        ("--ip=192.0.2.0 --netmask=255.255.255.0", "network itself"),
        ("--ip=127.0.0.1 --netmask=255.0.0.0", "cannot have this address"),
        ("--ip=192.0.2.10 --netmask=255.255.255.0 --gateway=192.0.3.1", "not in the network"),
        ("--ip=192.0.2.10 --netmask=255.255.255.0 --gateway=192.0.2.10", "own address"),
        ("--ip=192.0.2.10 --netmask=/24", "is not a subnet mask"),
        ("--ip=192.0.2.10 --netmask=255.255.255.0 --nameserver=0.0.0.0", "name server"),
    ],
)
def test_a_static_network_that_cannot_be(options: str, word: str) -> None:
    reading = said_about(whole(FIRST, f"network --bootproto=static {options}"))
    assert reading.script is None
    assert any(word in one for one in messages(reading))


@pytest.mark.parametrize(
    ("given", "vlan"), [("0", 0), ("1", 1), ("4094", 4094), ("4095", 0), ("", 0), ("007", 7)]
)
def test_vlan(given: str, vlan: int) -> None:
    assert script(whole(FIRST, f"network --vlanid={given}")).network.vlan == vlan


@pytest.mark.parametrize("given", ["4096", "-1", "12,13", "twelve", "99999999999"])
def test_no_vlan(given: str) -> None:
    assert said_about(whole(FIRST, f"network --vlanid={given}")).script is None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("0", False), ("1", True), ("false", False), ("True", True), ("no", False), ("yes", True), ("", True)],
)
def test_vm_port_group(given: str, wanted: bool) -> None:
    assert script(whole(FIRST, f"network --addvmportgroup={given}")).network.vm_port_group is wanted


def test_without_a_network_command() -> None:
    network = script(whole(FIRST)).network
    assert (network.place, network.device, network.ipv4.mode, network.vm_port_group) == (
        None,
        "",
        Ipv4Mode.DHCP,
        True,
    )


@pytest.mark.parametrize(
    ("line", "mode", "existing", "create"),
    [
        ("install --firstdisk", Mode.INSTALL, Existing.REFUSE, True),
        ("install --firstdisk --overwritevmfs", Mode.INSTALL, Existing.OVERWRITE, True),
        ("install --firstdisk --preservevmfs", Mode.INSTALL, Existing.PRESERVE, True),
        ("install --firstdisk --novmfsondisk", Mode.INSTALL, Existing.REFUSE, False),
        ("upgrade --firstdisk", Mode.UPGRADE, Existing.REFUSE, True),
        ("installorupgrade --firstdisk --overwritevmfs", Mode.INSTALL_OR_UPGRADE, Existing.OVERWRITE, True),
    ],
)
def test_target(line: str, mode: Mode, existing: Existing, create: bool) -> None:
    target = script(whole(line)).target
    assert target is not None
    assert (target.mode, target.existing, target.create_datastore) == (mode, existing, create)


@pytest.mark.parametrize(
    ("given", "filters"),
    [
        ("", ("local", "remote", "usb")),
        ("=", ("local", "remote", "usb")),
        ("=usb", ("usb",)),
        ("='usb-storage, hpsa ,local'", ("usb-storage", "hpsa", "local")),
        ('="DELLBOSS VD"', ("DELLBOSS VD",)),
        ("=,local,", ("local",)),
    ],
)
def test_filters(given: str, filters: tuple[str, ...]) -> None:
    target = script(whole(f"install --firstdisk{given}")).target
    assert target is not None and target.disk.filters == filters


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("naa.6000C29", "naa.6000C29"),
        ("/vmfs/devices/disks/naa.6000c29", "naa.6000c29"),
        ("'/vmfs/devices/disks/mpx.vmhba1:C0:T0:L0'", "mpx.vmhba1:C0:T0:L0"),
        (r"mpx.vmhba1\:C0\:T0\:L0", "mpx.vmhba1:C0:T0:L0"),
        ("vmhba1:C0:T0:L0", "mpx.vmhba1:C0:T0:L0"),
        ("vmhba1:2:3", "mpx.vmhba1:C0:T2:L3"),
        ("vmhba1:2:3:0", "mpx.vmhba1:C0:T2:L3"),
        ("/dev/disk/by-id/ata-X_1", "ata-X_1"),
        ("/dev/sda", "/dev/sda"),
        ("/dev/cciss/c0d0", "/dev/cciss/c0d0"),
        ("t10.ATA_____WDC2D1", "t10.ATA_____WDC2D1"),
        ("vml.0200000000600", "vml.0200000000600"),
    ],
)
def test_disk_names(given: str, name: str) -> None:
    target = script(whole(f"install --disk={given}")).target
    assert target is not None and target.disk.name == name


@pytest.mark.parametrize(
    "given",
    [
        *("naa.6000c29:1", "mpx.vmhba1:C0:T0:L0:3", "/dev/sda1", "/dev/nvme0n1p2", "/dev/mmcblk0p1"),
        *("/dev/disk/by-id/ata-X-part1", "/vmfs/volumes/datastore1", "'a b'", "''", "/dev/"),
    ],
)
def test_no_disk_names(given: str) -> None:
    assert said_about(whole(f"install --disk={given}")).script is None


def test_an_old_files_disk_is_taken_from_autopart() -> None:
    target = script(whole("autopart --disk=naa.1 --overwritevmfs", "install usb")).target
    assert target is not None
    assert (target.disk.name, target.existing) == ("naa.1", Existing.OVERWRITE)
    target = script(whole("autopart --firstdisk --overwritevmfs", "install --disk=naa.2")).target
    assert target is not None
    assert (target.disk.name, target.existing) == ("naa.2", Existing.REFUSE)


def test_clearpart() -> None:
    clear = script(whole(FIRST, "clearpart --drives='naa.1, mpx.vmhba0:C0:T0:L0'")).clear
    assert clear is not None
    assert clear.disks == ("naa.1", "mpx.vmhba0:C0:T0:L0")
    assert not clear.every and not clear.overwrite_datastores and clear.first is None
    clear = script(whole(FIRST, "clearpart --ignoredrives=naa.1 --overwritevmfs")).clear
    assert clear is not None
    assert (clear.every, clear.spared, clear.overwrite_datastores) == (True, ("naa.1",), True)
    clear = script(whole(FIRST, "clearpart --firstdisk=usb")).clear
    assert clear is not None and clear.first is not None and clear.first.filters == ("usb",)


@pytest.mark.parametrize(
    ("line", "policy"), [("", Reboot.WAIT), ("reboot", Reboot.EJECT), ("reboot --noeject", Reboot.KEEP)]
)
def test_reboot(line: str, policy: Reboot) -> None:
    assert script(whole(FIRST, line)).reboot is policy


@pytest.mark.parametrize(
    ("given", "interpreter"),
    [
        ("", Interpreter.BUSYBOX),
        ("--interpreter=busybox", Interpreter.BUSYBOX),
        ("--interpreter=/bin/sh", Interpreter.BUSYBOX),
        ("--interpreter=none", Interpreter.BUSYBOX),
        ("--interpreter=python", Interpreter.PYTHON),
        ("--interpreter=/usr/bin/python3", Interpreter.PYTHON),
        ("--interpreter bash", Interpreter.BASH),
    ],
)
def test_interpreters(given: str, interpreter: Interpreter) -> None:
    (section,) = script(whole(FIRST, f"%post {given}", "pass")).sections
    assert (section.interpreter, section.body) == (interpreter, "pass\n")


def test_section_options() -> None:
    found = script(
        whole(FIRST, "%post --timeout=30 --ignorefailure=true", "%post --ignorefailure", "%pre", "%post")
    )
    posts = found.of(SectionKind.POST)
    assert [(one.timeout, one.ignore_failure) for one in posts] == [(30, True), (0, True), (0, False)]
    assert len(found.of(SectionKind.PRE)) == 1


def test_paranoid_makes_errors_of_warnings_but_not_of_notes() -> None:
    weak = whole(FIRST, "paranoid").replace("Kiosk!Lamp42x", "weak")
    assert said_about(weak).script is None
    assert script(whole(FIRST, "paranoid", "serialnum --esx=1")).paranoid


def test_a_datastores_name_is_as_long_as_its_label_may_be() -> None:
    assert script(whole(FIRST, "part twelve-bytes --onfirstdisk")).datastores[0].name == "twelve-bytes"
    names = ("thirteen-byte", "zwölfzeichen", "a name with blanks", "Datastore@node1", "Datastore@node2")
    reading = said_about(whole(FIRST, *(f"part '{name}' --onfirstdisk" for name in names)))
    assert reading.script is not None
    short = ("thirteen-byt", "zwölfzeiche", "a name with", "Datastore@no", "Datastore@-2")
    assert tuple(one.name for one in reading.script.datastores) == short
    for name, said in zip(short, messages(reading), strict=True):
        assert f'has at most 12 bytes here; this one is named "{name}".' in said


def test_clearparts_that_only_name_disks_add_up() -> None:
    lines = (
        "clearpart --all --drives=naa.1,naa.2 --overwritevmfs",
        "clearpart --drives=naa.3 --overwritevmfs",
    )
    clear = script(whole(FIRST, *lines)).clear
    assert clear is not None and clear.overwrite_datastores
    assert clear.disks == ("naa.1", "naa.2", "naa.3")


def test_a_hash_whose_dollars_were_kept_from_a_shell() -> None:
    given = "$1$mF86/UHC$WvcIcX2t6crBz2onWxyac."
    text = whole(FIRST).replace("Kiosk!Lamp42x", "--iscrypted " + given.replace("$", r"\$"))
    assert script(text).password_hash == given
    assert "do not belong to the hash" in messages(said_about(text))[0]
    broken = text.replace("WvcIc", "W$vcIc")
    assert "is not a password hash" in messages(said_about(broken))[-1]


@pytest.mark.parametrize(("word", "layout"), [("English", "US Default"), ("british", "United Kingdom")])
def test_a_language_stands_for_a_keyboard(word: str, layout: str) -> None:
    reading = said_about(whole(FIRST, f"keyboard {word}"))
    assert reading.script is not None and reading.script.keyboard == layout
    assert [one.severity for one in reading.diagnostics] == ["warning"]
