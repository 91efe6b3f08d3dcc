"""Files on volumes: which one is found, and what is said where none is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host.errors import HostError
from host.machine.blocks import Block, Part
from host.machine.volumes import Volume, volumes_of
from installer.kickstart.location import Labelled, LocalFile, Optical, Usb
from installer.kickstart.sources import Fetched, How, include, labelled, local, media, optical, usb


def volume(folder: Path, path: str = "/dev/sdb1", **more: object) -> Volume:
    """A volume that is mounted already, at a folder of the test."""
    folder.mkdir(exist_ok=True)
    words: dict[str, object] = {"device": "SanDisk Ultra", "kind": "vfat", "usb": True, **more}
    return Volume(path=path, mounts=(str(folder),), **words)  # type: ignore[arg-type]


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


class Told(list[str]):
    """What was said about attempts."""

    @property
    def how(self) -> How:
        return How(on_attempt=self.append, patience=0)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("/KS.CFG", "/ks.cfg"), ("/ks.cfg", "/ks.cfg"), ("/esx/HOST1.cfg", "/ESX/Host1.CFG")],
)
def test_case_makes_no_difference(tmp_path: Path, told: Told, asked: str, shown: str) -> None:
    put(tmp_path, "ks.cfg", "root")
    put(tmp_path, "ESX/Host1.CFG", "deep")
    found = usb.fetch(Usb(asked), told.how, lambda: [volume(tmp_path)])
    assert found.where == f"SanDisk Ultra (/dev/sdb1): {shown}"
    assert found.location == Usb(shown, "/dev/sdb1")
    assert told == []


def test_the_case_as_written_wins(tmp_path: Path, told: Told) -> None:
    for name in ("KS.CFG", "Ks.cfg", "ks.cfg"):
        put(tmp_path, name, name)
    for name in ("KS.CFG", "Ks.cfg", "ks.cfg"):
        assert usb.fetch(Usb(f"/{name}"), told.how, lambda: [volume(tmp_path)]).data == name.encode()


def test_a_folder_of_another_case_without_the_file_is_passed_over(tmp_path: Path, told: Told) -> None:
    (tmp_path / "ESX").mkdir()
    put(tmp_path, "esx/ks.cfg", "here")
    assert usb.fetch(Usb("/Esx/ks.cfg"), told.how, lambda: [volume(tmp_path)]).data == b"here"


def test_the_first_of_several_sticks_is_used_and_the_others_are_named(tmp_path: Path, told: Told) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c", "d")]
    for folder, text in zip(folders, (None, "one", "one", "two"), strict=True):
        folder.mkdir()
        if text:
            put(folder, "ks.cfg", text)
    sticks = [volume(folder, f"/dev/sd{folder.name}1") for folder in folders]
    assert usb.fetch(Usb("/ks.cfg"), told.how, lambda: sticks).location == Usb("/ks.cfg", "/dev/sdb1")
    assert told == [
        "SanDisk Ultra (/dev/sdb1): /ks.cfg is used. "
        "There is another one: SanDisk Ultra (/dev/sdd1): /ks.cfg."
    ]


def test_what_it_includes_comes_from_the_same_stick(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    put(a, "net.cfg", "wrong stick")
    put(b, "esx/ks.cfg", "%include net.cfg")
    put(b, "esx/net.cfg", "right")
    sticks = [volume(a, "/dev/sda1"), volume(b, "/dev/sdb1")]
    monkeypatch.setattr(usb.fetch, "__defaults__", (lambda: sticks,))
    found = usb.fetch(Usb("/esx/ks.cfg"), told.how)
    assert include(found, "net.cfg", told.how).data == b"right"
    with pytest.raises(HostError, match=r"sdb1\): /esx/ks.cfg includes other.cfg: .*no such file"):
        include(found, "other.cfg", told.how)


def test_an_error_names_every_stick_and_why(tmp_path: Path, told: Told) -> None:
    put(tmp_path / "b", "ks.cfg/file", "a folder")
    sticks = [
        volume(tmp_path / "a"),
        volume(tmp_path / "b", "/dev/sdc"),
        Volume(path="/dev/sdd1", device="WD Disk", kind="ntfs", usb=True),
        volume(tmp_path / "c", "/dev/sde1", usb=False),
    ]
    with pytest.raises(HostError) as error:
        usb.fetch(Usb("/ks.cfg"), told.how, lambda: sticks)
    assert error.value.message == (
        "/ks.cfg is on no USB stick. Looked at: SanDisk Ultra (/dev/sdb1): no such file; "
        "SanDisk Ultra (/dev/sdc): /ks.cfg is not a file; WD Disk (/dev/sdd1): ntfs is not read."
    )
    assert "FAT32" in error.value.hint


def test_without_any_stick_the_error_says_so(told: Told) -> None:
    with pytest.raises(HostError, match="There is no USB stick to look for /ks.cfg on"):
        usb.fetch(Usb("/ks.cfg"), told.how, list)


def test_links_do_not_lead_out_of_the_volume(tmp_path: Path, told: Told) -> None:
    put(tmp_path, "outside", "secret of the system")
    inside = tmp_path / "stick"
    inside.mkdir()
    (inside / "ks.cfg").symlink_to("../outside")
    (inside / "good.cfg").symlink_to("real.cfg")
    put(inside, "real.cfg", "good")
    with pytest.raises(HostError, match="no such file"):
        usb.fetch(Usb("/ks.cfg"), told.how, lambda: [volume(inside)])
    assert usb.fetch(Usb("/good.cfg"), told.how, lambda: [volume(inside)]).data == b"good"


def test_no_kickstart_file_is_that_large(tmp_path: Path, told: Told) -> None:
    put(tmp_path, "ks.cfg", "x" * 1024**2)
    assert len(usb.fetch(Usb("/ks.cfg"), told.how, lambda: [volume(tmp_path)]).data) == 1024**2
    put(tmp_path, "ks.cfg", "x" * (1024**2 + 1))
    with pytest.raises(HostError, match="larger than 1024 KiB"):
        usb.fetch(Usb("/ks.cfg"), told.how, lambda: [volume(tmp_path)])


def test_a_pipe_does_not_hang_the_search(tmp_path: Path, told: Told) -> None:
    os.mkfifo(tmp_path / "ks.cfg")
    with pytest.raises(HostError, match="not a file"):
        usb.fetch(Usb("/ks.cfg"), told.how, lambda: [volume(tmp_path)])


def test_the_boot_medium_comes_before_other_cds_and_may_be_a_stick(tmp_path: Path, told: Told) -> None:
    for name in ("cd", "stick", "disk"):
        put(tmp_path / name, "ks.cfg", name)
    cd = volume(tmp_path / "cd", "/dev/sr0", kind="iso9660", usb=False, optical=True)
    disk = volume(tmp_path / "disk", "/dev/sda1", usb=False)
    stick = volume(tmp_path / "stick", "/dev/sdb", kind="iso9660", boot=True)
    for there, wanted in (([disk, cd, stick], b"stick"), ([disk, cd], b"cd")):
        assert optical.fetch(Optical("/KS.CFG"), told.how, there.copy).data == wanted
    with pytest.raises(HostError, match="no CD"):
        optical.fetch(Optical("/KS.CFG"), told.how, lambda: [disk])


def test_a_label_names_the_volume_on_any_bus(tmp_path: Path, told: Told) -> None:
    put(tmp_path / "a", "ks.cfg", "a")
    put(tmp_path / "b", "ks.cfg", "b")
    there = [
        volume(tmp_path / "a", "/dev/sda1", label="OTHER"),
        volume(tmp_path / "b", "/dev/vdb", label="bedplate_ks", usb=False, kind="ext4"),
    ]
    assert labelled.fetch(Labelled("/ks.cfg"), told.how, lambda: there).data == b"b"
    assert labelled.labelled(lambda: there[:1]) == []


def test_a_file_of_the_boot_loader_comes_before_one_of_the_system(tmp_path: Path, told: Told) -> None:
    brought, path = tmp_path / "initrd", tmp_path / "ks.cfg"
    place = LocalFile(str(path))
    with pytest.raises(HostError, match="neither in the running system"):
        local.fetch(place, told.how, brought)
    put(tmp_path, "ks.cfg", "system")
    assert local.fetch(place, told.how, brought).data == b"system"
    put(brought, str(path).lstrip("/"), "brought")
    assert local.fetch(place, told.how, brought) == Fetched(b"brought", str(path), place)


def test_contents_are_not_in_what_is_logged(tmp_path: Path, told: Told) -> None:
    put(tmp_path, "ks.cfg", "rootpw secret")
    found = usb.fetch(Usb("/ks.cfg"), told.how, lambda: [volume(tmp_path)])
    searched = media.search("/ks.cfg", [volume(tmp_path)])
    assert searched.hits and "secret" not in f"{found!r} {searched!r}"


def test_a_stick_is_itself_and_its_partitions() -> None:
    """A hybrid ISO: a file system on the whole stick and an EFI partition."""
    parts = (
        Part(path="/dev/sdb2", number=2, start=0, size=1, kind="vfat", label="BEDPLATE"),
        Part(path="/dev/sdb1", number=1, start=0, size=1),
    )
    block = Block(
        name="sdb",
        path="/dev/sdb",
        sysfs="/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb",
        size=1,
        sector=512,
        vendor="SanDisk",
        model="Ultra",
        kind="iso9660",
        parts=parts,
        mounts=("/run/bedplate/medium",),
    )
    whole, partition = volumes_of(block, {"/dev/sdb"})
    assert (whole.path, whole.kind, whole.boot, whole.usb) == ("/dev/sdb", "iso9660", True, True)
    assert (partition.path, partition.label, partition.boot) == ("/dev/sdb2", "BEDPLATE", False)
    assert whole.title == "SanDisk Ultra (/dev/sdb)"
