"""The file that repeats an installation: it can be used, and it asks for the same."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.config.model import Dns, Ipv4, Ipv4Mode, ManagementNetwork
from host.errors import HostError
from host.keyboard import LAYOUTS
from host.machine.model import Content, Disk, Machine, Nic
from host.scripts.model import Interpreter, Script
from installer.kickstart import Severity, bind, read
from installer.kickstart.disks import holds_datastore, in_place_order
from installer.kickstart.explained import explained
from installer.kickstart.explaining import as_json
from installer.kickstart.reading import not_hashed
from installer.kickstart.script import Reboot
from installer.kickstart.writing import as_kickstart, word, write_private
from installer.spec import Datastore, ExtraDatastore, InstallSpec, OtherDisk
from tests.unit.test_prechecks import GIB, disk
from tests.unit.test_prechecks import machine as made

HASHES = (
    "$6$nE4nVq2wT1cG9x0H$" + "k" * 86,
    "$5$rounds=5000$sa#'lt$" + "k" * 43,
    "$y$j9T$abcdefghijk$" + "k" * 43,
)
BODIES = (
    "",
    "\n",
    "echo 'a  b' # c\n",
    "cat <<EOF >/tmp/x\n  text \\\n%not a section\nEOF\n\n",
    'x=1 \\\n  y=2\n\techo "$x"\n',
    "print('hello')\n",
)
CONTENTS: tuple[tuple[Content, ...], ...] = (
    (),
    (Content(kind="ntfs", path="/dev/x1", label="C", size=GIB),),
    (Content(kind="VMFS", path="/dev/x1", label="old", size=GIB),),
    (
        Content(kind="bedplate", path="/dev/x", size=GIB),
        Content(kind="datastore", path="/dev/x6", label="datastore1", size=GIB),
    ),
)
IDS = ("naa.5000c500a1b2c3d4", "eui.36483331545029100025384500000001", "mpx.vmhba32:C0:T0:L0")
T10 = "t10.ATA_____ST1000__________________________________Z1______"


@st.composite
def disks(draw: Any) -> tuple[Disk, ...]:
    order = draw(st.permutations((*IDS, T10)))
    return tuple(
        disk(id=name, path=f"/dev/sd{letter}", serial=f"Z{letter}", contents=draw(st.sampled_from(CONTENTS)))
        for letter, name in zip("abcd", order, strict=True)
    )


names = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), min_size=1, max_size=6).filter(
    lambda text: text == text.strip(". ") and "/" not in text and text.isprintable() and text[0] != "-"
)
labels = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z][a-z0-9]{0,8})?", fullmatch=True)


def addresses(host: int) -> st.SearchStrategy[str]:
    return st.integers(0, 255).map(lambda third: f"192.168.{third}.{host}")


@st.composite
def networks(draw: Any) -> ManagementNetwork:
    uplinks, vlan = (draw(st.sampled_from(["vmnic0", "vmnic1"])),), draw(st.integers(0, 4094))
    if draw(st.booleans()):
        return ManagementNetwork(uplinks=uplinks, vlan=vlan)
    address = draw(addresses(10))
    ipv4 = Ipv4(
        mode=Ipv4Mode.STATIC,
        address=address,
        netmask=draw(st.sampled_from(["255.255.255.0", "255.255.0.0"])),
        gateway=draw(st.sampled_from(["", address.removesuffix("10") + "1"])),
    )
    servers = tuple(draw(st.lists(st.sampled_from(["192.0.2.53", "2001:db8::53"]), max_size=2, unique=True)))
    return ManagementNetwork(uplinks=uplinks, vlan=vlan, ipv4=ipv4, dns=Dns(automatic=False, servers=servers))


@st.composite
def scripts(draw: Any, section: str) -> Script:
    interpreter = draw(st.sampled_from([one for one in Interpreter if one is not Interpreter.NONE]))
    return Script(
        section=section,
        body=draw(st.sampled_from(BODIES if interpreter is not Interpreter.PYTHON else BODIES[-1:])),
        file="",
        line=0,
        interpreter=interpreter,
        timeout=draw(st.sampled_from([None, 1.0, 600.0])),
        ignore_failure=draw(st.booleans()),
    )


@st.composite
def installations(draw: Any) -> tuple[Machine, InstallSpec]:
    """A machine, and an installation of it that screens or a kickstart file can have asked for."""
    found = draw(disks())
    target, *others = found
    kinds = {content.kind for content in target.contents}
    fates = [Datastore.CREATE, Datastore.NONE, *([Datastore.PRESERVE] if "datastore" in kinds else [])]
    full = [one for one in others if one.contents]
    clear = draw(st.lists(st.sampled_from(full), unique_by=id)) if full else []
    free = [one for one in others if not one.contents or one in clear]
    stores = draw(st.lists(st.sampled_from(free), unique_by=id)) if free else []
    called = draw(st.lists(names, min_size=len(stores), max_size=len(stores), unique=True))
    spec = InstallSpec(
        disk_id=target.id,
        disk_serial=target.serial,
        disk_size=target.size,
        password_hash=draw(st.sampled_from(HASHES)),
        erase=True,
        datastore=draw(st.sampled_from(fates)),
        keyboard=draw(st.sampled_from(LAYOUTS)).name,
        hostname=draw(labels),
        management=draw(networks()),
        vm_port_group=draw(st.booleans()),
        post=tuple(draw(st.lists(scripts("%post"), max_size=2))),
        first_boot=tuple(draw(st.lists(scripts("%firstboot"), max_size=2))),
        clear=tuple(other(one) for one in in_place_order(clear)),
        datastores=tuple(
            ExtraDatastore(name=name, disk=other(one)) for name, one in zip(called, stores, strict=True)
        ),
        reboot=draw(st.sampled_from(Reboot)),
    )
    nics = tuple(Nic(name=f"eth{n}", mac=f"52:54:00:00:00:0{n}", pci=f"0000:00:0{n}.0") for n in (0, 1))
    return made(disks=found, nics=nics), spec


def other(one: Disk) -> OtherDisk:
    return OtherDisk(id=one.id, serial=one.serial, size=one.size)


def again(machine: Machine, text: str) -> InstallSpec:
    """What the file asks for on the machine; it must be without errors and warnings."""
    reading = read("ks.cfg", reader=lambda _: text.encode(), hasher=not_hashed)
    said = [str(one) for one in reading.diagnostics if one.severity is not Severity.NOTE]
    assert said == [] and reading.script is not None, text
    binding = bind(reading.script, machine)
    assert binding.bound is not None, (text, [str(one) for one in binding.diagnostics])
    assert isinstance(binding.bound.spec, InstallSpec)
    return without_places(binding.bound.spec)


def without_places(spec: InstallSpec) -> InstallSpec:
    """The spec with scripts that end in a line end and stand nowhere."""

    def plain(script: Script) -> Script:
        return msgspec.structs.replace(script, file="", line=0)

    return msgspec.structs.replace(
        spec, post=tuple(map(plain, spec.post)), first_boot=tuple(map(plain, spec.first_boot))
    )


@settings(max_examples=200, deadline=None)
@given(installations())
def test_the_file_asks_for_the_same(installation: tuple[Machine, InstallSpec]) -> None:
    machine, spec = installation
    assert again(machine, as_kickstart(spec, machine.disks)) == spec


@settings(max_examples=100, deadline=None)
@given(installations())
def test_it_is_explained_as_what_it_was(installation: tuple[Machine, InstallSpec]) -> None:
    machine, spec = installation
    text = as_kickstart(spec, machine.disks)
    told = as_json(explained(read("ks.cfg", reader=lambda _: text.encode(), hasher=not_hashed), machine))
    target = machine.disks[0]
    assert (told["mode"], told["disk"]["chosen"], told["datastore"]) == (
        "install",
        spec.disk_id,
        spec.datastore.value,
    )
    assert told["overwrite"] == (holds_datastore(target) and spec.datastore is not Datastore.PRESERVE)
    assert (told["clear"] or {"chosen": []})["chosen"] == [one.id for one in spec.clear]
    assert [(one["name"], one["chosen"]) for one in told["partitions"]] == [
        (one.name, one.disk.id) for one in spec.datastores
    ]
    assert told["network"]["ip"] == (spec.management.ipv4.address or None)
    assert told["network"]["nameservers"] == list(spec.management.dns.servers)
    assert (told["network"]["vlan"], told["network"]["hostname"]) == (spec.management.vlan, spec.hostname)
    assert (told["keyboard"], told["rootpw"]) == (spec.keyboard, "crypted")
    assert told["reboot"]["reboot"] == (spec.reboot is not Reboot.WAIT)
    assert [one["kind"] for one in told["sections"]] == [
        one.section.removeprefix("%") for one in (*spec.post, *spec.first_boot)
    ]
    assert told["warnings"] == told["errors"] == []
    assert spec.password_hash not in json.dumps(told)


def plain_spec(**more: Any) -> InstallSpec:
    fields: dict[str, Any] = {
        "disk_id": IDS[0],
        "disk_serial": "Z1",
        "disk_size": 100 * GIB,
        "password_hash": HASHES[0],
        **more,
    }
    return InstallSpec(**fields)


def test_a_whole_file() -> None:
    post = Script(
        section="%post", body="echo done", file="a", line=3, timeout=90.0, interpreter=Interpreter.BASH
    )
    text = as_kickstart(plain_spec(erase=True, post=(post,)))
    assert text.splitlines()[3:] == [
        "vmaccepteula",
        "keyboard 'US Default'",
        f"rootpw --iscrypted {HASHES[0]}",
        "# If a datastore is on the disk, nothing is installed. Add --overwritevmfs to",
        "# lose it, or --preservevmfs to keep it.",
        "install --disk=naa.5000c500a1b2c3d4",
        "network --bootproto=dhcp --device=vmnic0 --hostname=localhost",
        "reboot",
        "%post --interpreter=bash --timeout=90",
        "echo done",
    ]
    assert all(line.startswith("#") and len(line) <= 80 for line in text.splitlines()[:3])


def test_a_datastore_is_given_up_only_where_one_was() -> None:
    """The disk was empty, or held something else; by now it holds a datastore that nobody gave up."""
    for contents, given_up in zip(CONTENTS, (False, False, True, True), strict=True):
        text = as_kickstart(plain_spec(erase=True), (disk(contents=contents),))
        assert ("install --disk=naa.5000c500a1b2c3d4 --overwritevmfs" in text) == given_up
    assert "--overwritevmfs\n" not in as_kickstart(plain_spec(erase=False), (disk(contents=CONTENTS[2]),))
    stranger = disk(serial="another", contents=CONTENTS[2])
    assert "install --disk=naa.5000c500a1b2c3d4\n" in as_kickstart(plain_spec(erase=True), (stranger,))


def test_what_a_file_cannot_say_is_a_comment() -> None:
    off = ManagementNetwork(
        uplinks=("vmnic1", "vmnic2"),
        ipv4=Ipv4(mode=Ipv4Mode.OFF),
        dns=Dns(servers=("192.0.2.53",), suffixes=("example.net",)),
    )
    remarks = [line for line in as_kickstart(plain_spec(management=off)).splitlines() if "Not rep" in line]
    assert remarks == [
        "# Not repeated: The adapters were: vmnic1, vmnic2.",
        "# Not repeated: IPv4 was off.",
        "# Not repeated: The name servers were: 192.0.2.53.",
        "# Not repeated: The DNS suffixes were: example.net.",
    ]


def test_headers_in_a_text_stay_text() -> None:
    body = "cat <<EOF >/tmp/ks\n%firstboot\necho later\n%include x\nEOF\n"
    scripts = tuple(Script(section="%post", body=body, file="a", line=1) for _ in range(2))
    text = as_kickstart(plain_spec(post=scripts))
    reading = read("ks.cfg", reader=lambda _: text.encode(), hasher=not_hashed)
    assert reading.script is not None and [one.body for one in reading.script.sections] == [body, body]


def test_scripts_that_would_run_into_each_other_are_not_written() -> None:
    scripts = (
        Script(section="%post", body="cat <<EOF\n", file="a", line=1),
        Script(section="%post", body="echo\nEOF\n", file="a", line=5),
    )
    with pytest.raises(HostError, match="one file"):
        as_kickstart(plain_spec(post=scripts))


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12))
def test_any_word_can_be_written(text: str) -> None:
    from installer.kickstart.diagnostics import Report
    from installer.kickstart.lexer import Line, lex

    report = Report()
    (line,) = lex(f"part {word(text)} --x", "ks.cfg", report)
    assert isinstance(line, Line) and [one.text for one in line.words] == ["part", text, "--x"]
    assert report.diagnostics() == ()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "ks.cfg"
    path.write_text("before")
    path.chmod(0o644)
    write_private(path, "after")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.read_text() == "after"
