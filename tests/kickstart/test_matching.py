"""Which disk is meant, and what is said about the others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.errors import HostError
from host.machine.model import Machine
from installer.kickstart import disks
from installer.kickstart.matching import SECOND, as_choice, as_json, chosen, lines, verdicts
from installer.kickstart.script import DiskChoice
from tests.kickstart.support import MACHINES, machine
from tests.unit.test_prechecks import disk
from tests.unit.test_prechecks import machine as made

RACK = machine("rack")
HOSTS = [machine(path.stem) for path in sorted(MACHINES.glob("*.json"))]
WISHES = ("local", "remote", "usb", "esx", "localesx", "nvme", "DELL", "lsi_mr3", "ST1000", "nothing")


@settings(deadline=None)
@given(st.sampled_from(HOSTS), st.lists(st.sampled_from(WISHES), min_size=1, max_size=4), st.booleans())
def test_it_is_the_disk_that_is_installed_on(host: Machine, filters: list[str], no_ssd: bool) -> None:
    choice = DiskChoice(filters=tuple(filters), ignore_ssd=no_ssd)
    found = verdicts(choice, host)
    taken, first = chosen(found), disks.first(choice, host).disk
    assert (taken.disk if taken else None) == first
    assert sorted(one.disk.path for one in found) == sorted(one.path for one in host.disks)
    assert len(lines(choice, found)) == len(found)


def test_why_the_others_are_not_it() -> None:
    choice = DiskChoice(filters=("remote", "usb"), ignore_ssd=True)
    told = {one["id"]: one for one in as_json(choice, verdicts(choice, RACK))["disks"]}
    assert told["naa.624a9370f1c2d3e4a5b6c7d800012345"]["why_not"].startswith("It is a solid state disk")
    assert told["mpx.vmhba32:C0:T0:L0"] == {
        "id": "mpx.vmhba32:C0:T0:L0",
        "path": "/dev/sde",
        "fits": "usb",
        "why_not": None,
    }
    assert told["mpx.vmhba33:C0:T0:L0"]["why_not"].startswith("The disk has 0 GiB")
    assert told["mpx.vmhba34:C0:T0:L0"]["why_not"].startswith("The running system")
    local = told["naa.6d0946606b3a5c002a1b3c4d5e6f7081"]
    assert local["fits"] is None and local["why_not"] == (
        "No filter fits: it is local, its driver is megaraid_sas."
    )


def test_a_second_one_says_so() -> None:
    choice = as_choice("local", RACK)
    told = as_json(choice, verdicts(choice, RACK))
    assert told["rule"] == "--firstdisk=local" and told["chosen"].startswith("t10.ATA")
    assert [one["why_not"] for one in told["disks"]][:3] == [None, SECOND, SECOND]


@pytest.mark.parametrize(
    "spelling",
    [
        "naa.6d0946606b3a5c002a1b3c4d5e6f7082",
        "NAA.6D0946606B3A5C002A1B3C4D5E6F7082",
        "/vmfs/devices/disks/naa.6d0946606b3a5c002a1b3c4d5e6f7082",
        "/dev/disk/by-id/wwn-0x6d0946606b3a5c002a1b3c4d5e6f7082",
        "wwn-0x6d0946606b3a5c002a1b3c4d5e6f7082",
        "/dev/sdb",
        "sdb",
    ],
)
def test_a_name_in_any_spelling(spelling: str) -> None:
    choice = as_choice(spelling, RACK)
    taken = chosen(verdicts(choice, RACK))
    assert choice.name and taken is not None and taken.disk.path == "/dev/sdb"


def test_names_and_filters_are_told_apart() -> None:
    assert as_choice("naa.9", RACK) == DiskChoice(name="naa.9")
    assert as_choice("vmhba1:C0:T0:L0", RACK) == DiskChoice(name="mpx.vmhba1:C0:T0:L0")
    assert as_choice("DELLBOSS VD,usb", RACK).filters == ("DELLBOSS VD", "usb")
    assert as_choice("", RACK, ignore_ssd=True).filters == ("local", "remote", "usb")
    with pytest.raises(HostError, match="partition"):
        as_choice("naa.6d0946606b3a5c002a1b3c4d5e6f7082:1", RACK)


def test_a_name_of_two_disks_is_none() -> None:
    one, two = disk(aliases=("vml.1",)), disk(aliases=("vml.1",), path="/dev/sdb", id="naa.b")
    found = verdicts(DiskChoice(name="vml.1"), made(disks=(one, two)))
    assert chosen(found) is None and "fits 2 disks" in found[0].why


def test_a_name_that_nothing_has() -> None:
    found = verdicts(DiskChoice(name="naa.9"), RACK)
    assert chosen(found) is None and all("It is not called so" in one.why for one in found)
