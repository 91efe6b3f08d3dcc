"""What explain tells programs: the same keys always, as much as can be understood, never a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

from installer.kickstart import read
from installer.kickstart.explained import explained
from installer.kickstart.explaining import as_json, as_words
from installer.kickstart.reading import Reading
from tests.kickstart import support
from tests.kickstart.support import machine, said_about, whole

KEYS = {
    "accepted",
    "mode",
    "disk",
    "overwrite",
    "datastore",
    "clear",
    "partitions",
    "network",
    "keyboard",
    "rootpw",
    "reboot",
    "sections",
    "includes",
    "warnings",
    "errors",
}
NETWORK = {
    "bootproto",
    "device",
    "ip",
    "netmask",
    "gateway",
    "nameservers",
    "hostname",
    "vlan",
    "add_vm_portgroup",
}
SECTION = {"kind", "interpreter", "timeout", "ignore_failure", "line"}
DISK = {"rule", "chosen", "fits", "erased", "passed_over"}
NAMES = sorted(path.stem for path in support.CORPUS.glob("*.cfg"))
RACK = machine("rack")


def told(text: str | Reading, on: str = "") -> dict[str, Any]:
    reading = said_about(text) if isinstance(text, str) else text
    one = explained(reading, machine(on) if on else None)
    assert as_words(one)
    return as_json(one)


def lines(*some: str) -> dict[str, Any]:
    return told(whole("install --firstdisk", *some))


@pytest.mark.parametrize("on", ["", "rack", "no-disk", "installed"])
@pytest.mark.parametrize("name", NAMES)
def test_the_keys_are_always_there(name: str, on: str) -> None:
    reading = support.at_the_desk(name)
    made = told(reading, on)
    assert set(made) == KEYS and set(made["network"]) == NETWORK and set(made["disk"]) == DISK
    assert set(made["reboot"]) == {"reboot", "eject"}
    for section in made["sections"]:
        assert SECTION <= set(section) <= SECTION | {"file"}
        assert isinstance(section["timeout"], int) and isinstance(section["ignore_failure"], bool)
    for said in (*made["warnings"], *made["errors"]):
        assert set(said) == {"file", "line", "text"} and said["line"] >= 1 and said["text"]
    assert bool(made["errors"]) == explained(reading, machine(on) if on else None).failed
    text = json.dumps(made)
    assert [secret for secret in support.PASSWORDS if secret in text] == [] and "salt$hash" not in text


def test_a_whole_file() -> None:
    made = told(
        whole(
            "keyboard us",
            "clearpart --alldrives --overwritevmfs",
            "install --firstdisk=usb,DELL --ignoressd --overwritevmfs --novmfsondisk",
            "part fast --onfirstdisk=nvme",
            "network --bootproto=static --device=00-50-56-AA-BB-CC --ip=192.0.2.10 --netmask=255.255.255.0 "
            "--gateway=192.0.2.1 --nameserver=192.0.2.53,192.0.2.54 --hostname=esx1.example.net --vlanid=20 "
            "--addvmportgroup=false",
            "reboot --noeject",
            "%post --interpreter=python --timeout=60 --ignorefailure",
            "print('x')",
        )
    )
    assert made.pop("warnings")[0]["text"].startswith("The layout is taken for 'US Default'")
    assert made == {
        "accepted": True,
        "mode": "install",
        "disk": {
            "rule": "--firstdisk=usb,DELL",
            "chosen": None,
            "fits": None,
            "erased": [],
            "passed_over": [],
        },
        "overwrite": True,
        "datastore": "none",
        "clear": {"rule": "--alldrives", "overwrite": True, "chosen": None},
        "partitions": [{"name": "fast", "rule": "--firstdisk=nvme", "chosen": None}],
        "network": {
            "bootproto": "static",
            "device": "00:50:56:aa:bb:cc",
            "ip": "192.0.2.10",
            "netmask": "255.255.255.0",
            "gateway": "192.0.2.1",
            "nameservers": ["192.0.2.53", "192.0.2.54"],
            "hostname": "esx1.example.net",
            "vlan": 20,
            "add_vm_portgroup": False,
        },
        "keyboard": "US Default",
        "rootpw": "plain",
        "reboot": {"reboot": True, "eject": False},
        "sections": [
            {
                "kind": "post",
                "interpreter": "python",
                "timeout": 60,
                "ignore_failure": True,
                "line": 9,
            }
        ],
        "includes": [],
        "errors": [],
    }


def test_what_counts_where_the_file_says_nothing() -> None:
    made = lines()
    assert (made["overwrite"], made["datastore"], made["clear"], made["partitions"]) == (
        False,
        "create",
        None,
        [],
    )
    assert made["network"] == {
        "bootproto": "dhcp",
        "device": None,
        "ip": None,
        "netmask": None,
        "gateway": None,
        "nameservers": [],
        "hostname": None,
        "vlan": 0,
        "add_vm_portgroup": True,
    }
    assert (made["keyboard"], made["rootpw"]) == ("US Default", "plain")
    assert made["reboot"] == {"reboot": False, "eject": True}
    assert made["disk"]["rule"] == "--firstdisk=local,remote,usb"


def test_nothing_but_errors() -> None:
    made = told("")
    assert (made["accepted"], made["mode"], made["datastore"], made["rootpw"]) == (False, None, None, None)
    assert made["disk"]["rule"] is None and len(made["errors"]) == 3


def test_what_only_pre_knows_is_no_error() -> None:
    text = (
        "vmaccepteula\n%include /tmp/disk\ninclude /tmp/net\nreboot\n%pre\n"
        "echo install --firstdisk >/tmp/disk\necho rootpw x >/tmp/net\n"
    )
    made = told(text)
    assert made["errors"] == [] and made["includes"] == ["/tmp/disk", "/tmp/net"]
    assert (made["mode"], made["disk"]["rule"], made["rootpw"]) == (None, None, None)
    assert (made["keyboard"], made["network"]["bootproto"], made["network"]["vlan"]) == (None, None, None)
    assert [one["kind"] for one in made["sections"]] == ["pre"]
    assert told(text, "rack")["errors"] == []


def test_includes_are_named_as_they_are_written_and_their_sections_say_where_they_are() -> None:
    files = {
        "ks.cfg": whole("%include http://me:Trail7x@192.0.2.1/x", "%include parts/a", "install --firstdisk"),
        "parts/a": "%post\necho\n",
    }
    made = told(read("ks.cfg", reader=lambda name: files[name].encode(), hasher=support.quick))
    assert made["includes"] == ["http://192.0.2.1/x", "parts/a"] and "Trail" not in json.dumps(made)
    assert [(one["file"], one["line"]) for one in made["sections"]] == [("parts/a", 1)]


def test_as_much_as_can_be_understood() -> None:
    made = told(
        "vmaccepteula\nrootpw --iscrypted broken\nkeyboard Klingon\ninstall --overwritevmfs --novmfsondisk\n"
        "network --bootproto=static --ip=192.0.2.999 --netmask=255.255.255.0 --vlanid=x --hostname=esx1\n"
    )
    assert len(made["errors"]) == 5
    assert (made["mode"], made["overwrite"], made["datastore"]) == ("install", True, "none")
    assert (made["rootpw"], made["keyboard"]) == ("crypted", None)
    network = made["network"]
    assert (network["bootproto"], network["ip"], network["netmask"]) == ("static", None, "255.255.255.0")
    assert (network["vlan"], network["hostname"]) == (None, "esx1")


def test_a_file_with_errors_still_tells_which_disk_it_means() -> None:
    made = told(whole("install --firstdisk=usb", "nonsense"), "rack")
    assert made["errors"] and made["disk"]["chosen"] == "mpx.vmhba32:C0:T0:L0"
    assert made["disk"]["erased"] == []


def test_the_disk_and_why() -> None:
    disk = told(whole("install --firstdisk=esx,local --overwritevmfs"), "rack")["disk"]
    assert (disk["chosen"], disk["fits"]) == ("naa.6d0946606b3a5c002a1b3c4d5e6f7081", "esx")
    assert any("VMFS" in one and "datastore1" in one for one in disk["erased"])
    others = {one["id"]: one for one in disk["passed_over"]}
    assert len(others) == len(RACK.disks) - 1
    assert others["eui.36483331545029100025384500000001"]["why"] == "Another one comes first."
    assert others["naa.624a9370f1c2d3e4a5b6c7d800012345"]["fits"] is None


def test_what_is_kept_is_not_erased() -> None:
    on = "eui.36483331545029100025384500000001"
    made = told(whole(f"install --disk={on} --preservevmfs"), "rack")
    assert made["datastore"] == "preserve" and made["disk"]["erased"] == ["Bedplate installation"]
    upgrade = told(whole(f"installorupgrade --disk={on}"), "rack")
    assert (upgrade["mode"], upgrade["datastore"]) == ("installorupgrade", "preserve")
    assert upgrade["disk"]["erased"] == []


def test_preserve_on_an_empty_disk_makes_a_datastore() -> None:
    text = whole("install --disk=naa.6d0946606b3a5c002a1b3c4d5e6f7082 --preservevmfs")
    assert (told(text)["datastore"], told(text, "rack")["datastore"]) == ("preserve", "create")


def test_other_disks() -> None:
    made = told(
        whole(
            "clearpart --drives=eui.36483331545029100025384500000001 --overwritevmfs",
            "install --disk=naa.6d0946606b3a5c002a1b3c4d5e6f7082",
            "part fast --ondisk=/dev/nvme0n1",
        ),
        "rack",
    )
    assert made["clear"]["chosen"] == ["eui.36483331545029100025384500000001"]
    assert made["partitions"][0]["chosen"] == "eui.36483331545029100025384500000001"


def test_a_hash_without_its_option_is_plain() -> None:
    assert told("rootpw $1$salt$abcdefghijklmnopqrstuv\n")["rootpw"] == "plain"
    assert told("rootpw --iscrypted $1$salt$abcdefghijklmnopqrstuv\n")["rootpw"] == "crypted"


def test_other_products_commands_do_not_count() -> None:
    made = lines("part / --fstype=ext4 --size=100", "autopart --firstdisk=usb")
    assert made["partitions"] == [] and len(made["warnings"]) == 2
    assert made["disk"]["rule"] == "--firstdisk=local,remote,usb"
    assert told(whole("install cdrom", "autopart --firstdisk=usb --overwritevmfs"))["disk"]["rule"] == (
        "--firstdisk=usb"
    )
