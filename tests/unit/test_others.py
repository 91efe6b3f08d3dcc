"""The other disks of an installation: what may be done to which, in which order, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from host.errors import HostError
from host.machine.model import Content, Disk
from host.storage.layout import MIB, Role, datastore_layout, layout
from installer.context import NOTHING, Context
from installer.payload import Manifest, Payload
from installer.plan import describe, plan
from installer.spec import ExtraDatastore, InstallSpec, OtherDisk
from installer.tasks.base import Task
from installer.tasks.others import EraseOther, MakeDatastore, VerifyOthers
from tests.unit.test_plan import OLD, spec, titles, with_disk
from tests.unit.test_prechecks import GIB, disk

WINDOWS = (Content(kind="ntfs", path="/dev/sdb2", label="C", size=90 * GIB),)
UNFINISHED = (Content(kind="unfinished", path="/dev/sdb1", size=99 * GIB),)


def second(**more: Any) -> Disk:
    return disk(**{"path": "/dev/sdb", "id": "naa.b", "serial": "Z2", **more})


def other(one: Disk) -> OtherDisk:
    return OtherDisk(id=one.id, serial=one.serial, size=one.size)


def clearing(*disks: Disk) -> InstallSpec:
    return spec(disk(), clear=tuple(other(one) for one in disks))


def storing(*disks: Disk, clear: tuple[Disk, ...] = ()) -> InstallSpec:
    stores = tuple(ExtraDatastore(name=f"data{n}", disk=other(one)) for n, one in enumerate(disks, 1))
    return spec(disk(), datastores=stores, clear=tuple(other(one) for one in clear))


def test_other_disks_are_checked_first_and_written_before_the_system_can_start() -> None:
    third = disk(path="/dev/sdc", id="naa.c", serial="Z3")
    full = second(contents=WINDOWS)
    tasks = titles(with_disk(disk(), full, third), storing(third, clear=(full, third)))
    assert tasks[:3] == ["VerifyTarget", "VerifyOthers", "FreeDisk"]
    assert tasks[-8:] == [
        "WriteConfiguration",
        "EraseOther",
        "MakeDatastore",
        "MakeOwnDatastore",
        "WriteLoaders",
        "FinishDatastores",
        "RegisterWithFirmware",
        "Seal",
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (second(serial="Z9"), "another one"),
        (second(size=99 * GIB), "another one"),
        (second(id="naa.z"), "not there"),
        (second(boot_medium=True), "started from"),
        (second(read_only=True), "write-protected"),
        (second(holders=("mounted at /mnt",)), "in use: mounted at /mnt"),
    ],
)
def test_a_disk_that_must_not_be_written_stops_the_plan(found: Disk, words: str) -> None:
    for wanted in (clearing(second()), storing(second()), storing(second(), clear=(second(),))):
        with pytest.raises(HostError, match=words):
            plan(with_disk(disk(), found), wanted)


def test_the_systems_own_disk_is_never_another_one() -> None:
    for wanted in (clearing(disk()), storing(disk())):
        with pytest.raises(HostError, match="system is installed on it"):
            plan(with_disk(disk()), wanted)


def test_a_datastore_wants_a_disk_that_is_empty_or_may_be_erased() -> None:
    for contents, words in ((WINDOWS, "not empty: NTFS"), (OLD[1:], "not empty: Bedplate datastore")):
        full = second(contents=contents)
        with pytest.raises(HostError, match=words):
            plan(with_disk(disk(), full), storing(full))
        assert "MakeDatastore" in titles(with_disk(disk(), full), storing(full, clear=(full,)))


def test_what_a_cut_off_installation_left_is_free() -> None:
    left = second(contents=UNFINISHED)
    assert "MakeDatastore" in titles(with_disk(disk(), left), storing(left))


def test_two_datastores_need_two_disks_of_some_size() -> None:
    with pytest.raises(HostError, match="Two datastores"):
        plan(with_disk(disk(), second()), storing(second(), second()))
    small = second(size=GIB - MIB)
    with pytest.raises(HostError, match="too small for a datastore"):
        plan(with_disk(disk(), small), storing(small))


def test_the_plan_names_them_all() -> None:
    full = second(contents=(*WINDOWS, *OLD[1:]))
    third = disk(path="/dev/sdc", id="naa.c", serial="Z3")
    lines = describe(with_disk(disk(), full, third), storing(third, clear=(full,)))
    at = lines.index("Also erased for good: SEAGATE ST1000, 100 GiB, serial Z2")
    assert lines[at + 1 : at + 7] == (
        "      naa.b",
        "      ntfs C (90 GiB)",
        "      datastore datastore1 (90 GiB)",
        "Also made: datastore data1 (XFS) on the whole of",
        "      SEAGATE ST1000, 100 GiB, serial Z3",
        "      naa.c",
    )
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((second(serial="Z9"),), "another one"),
        ((), "not there"),
        ((second(holders=("mounted at /mnt",)),), "in use"),
        ((second(contents=WINDOWS),), "not empty"),
    ],
)
def test_a_disk_that_changed_since_the_plan_is_not_written(
    now: tuple[Disk, ...], words: str, tmp_path: Path
) -> None:
    """The tasks look for themselves just before they write; there is no process here to write with."""
    wanted = storing(second())
    context = context_for(wanted, (disk(), *now), tmp_path)
    made: list[Task] = [VerifyOthers(), MakeDatastore(wanted.datastores[0])]
    if words != "not empty":
        made.append(EraseOther(other(second())))
    for task in made:
        with pytest.raises(HostError, match=words):
            task.run(context)
    assert context.changed == NOTHING


def context_for(wanted: InstallSpec, disks: tuple[Disk, ...], work: Path) -> Context:
    manifest = Manifest(product="Bedplate", version="1", build="1", root_hash="ab", hash_offset=1, files={})
    return Context(
        machine=with_disk(*disks),
        spec=wanted,
        disk=disk(),
        layout=layout(100 * GIB, 512),
        payload=Payload(work, manifest),
        loaders=work,
        work=work,
        find_disks=lambda: disks,
        advance=lambda _: None,
        copied=lambda _: None,
        warn=lambda _: None,
        said=lambda _source, _text: None,
    )


@pytest.mark.parametrize("sector", [512, 4096])
def test_a_datastore_takes_the_disk_but_for_its_ends(sector: int) -> None:
    (slot,) = datastore_layout(20 * GIB + 12345 * 512, sector).slots
    assert (slot.number, slot.role, slot.start) == (1, Role.UNFINISHED, MIB)
    assert slot.size % MIB == 0
    assert 20 * GIB + 12345 * 512 - 2 * MIB < slot.start + slot.size <= 20 * GIB + 12345 * 512 - MIB
