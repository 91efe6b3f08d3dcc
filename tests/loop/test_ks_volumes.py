"""Kickstart files on real file systems of loop devices, mounted and let go again."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import pytest

from host.errors import HostError
from host.machine.volumes import Volume
from installer.kickstart.location import Usb
from installer.kickstart.sources import How, media, usb
from tests.loop.conftest import MakeLoop, sh

pytestmark = pytest.mark.root

MIB = 1024**2
KS = "vmaccepteula\n"

MAKE = {
    "ext4": ["mkfs.ext4", "-q"],
    "vfat": ["mkfs.vfat", "-I"],
    "exfat": ["mkfs.exfat"],
    "xfs": ["mkfs.xfs", "-q"],
}


def needs(kind: str) -> None:
    """Skip where the machine the tests run on cannot mount that; the appliance's kernel can."""
    known = Path("/proc/filesystems").read_text().split()
    if kind not in known and subprocess.run(["modprobe", "-q", kind], check=False).returncode:
        pytest.skip(f"this machine's kernel has no {kind}")


def fill(device: str, folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    sh("mount", device, folder)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    sh("umount", folder)


def stick(path: str, kind: str, **more: object) -> Volume:
    return Volume(path=path, device="Stick", kind=kind, usb=True, **more)  # type: ignore[arg-type]


def mounts_of(device: str) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if line.split(" - ")[1].split()[1] == device]


def find(place: str, volumes: list[Volume], work: Path) -> media.Searched:
    return media.search(place, volumes, work)


@pytest.mark.parametrize(("kind", "size"), [("ext4", 16), ("vfat", 16), ("xfs", 320)])
def test_a_file_on_a_whole_disk(kind: str, size: int, loop: MakeLoop, tmp_path: Path) -> None:
    needs(kind)
    device = loop(size * MIB)
    sh(*MAKE[kind], device)
    fill(device, tmp_path / "fill", {"ESX/ks.cfg": KS})
    before = Path(device).read_bytes()
    (hit,) = find("/esx/KS.CFG", [stick(device, kind)], tmp_path / "work").hits
    assert (hit.data.decode(), hit.where) == (KS, f"Stick ({device}): /ESX/ks.cfg")
    assert mounts_of(device) == [] and list((tmp_path / "work").iterdir()) == []
    assert Path(device).read_bytes() == before, "looking changes nothing on the stick"


def test_a_stick_that_was_pulled_out_while_written_is_read_and_not_repaired(
    loop: MakeLoop, tmp_path: Path
) -> None:
    """A journal that was never replayed: mounting read-only would replay it."""
    device, copy = loop(16 * MIB), loop(16 * MIB)
    sh("mkfs.ext4", "-q", device)
    folder = tmp_path / "fill"
    folder.mkdir()
    sh("mount", device, folder)
    (folder / "ks.cfg").write_text(KS)
    sh("sync", "--file-system", folder)
    sh("dd", f"if={device}", f"of={copy}", "bs=1M", "conv=fsync")
    sh("umount", folder)
    assert "needs_recovery" in sh("dumpe2fs", "-h", copy)
    before = Path(copy).read_bytes()
    assert find("/ks.cfg", [stick(copy, "ext4")], tmp_path / "work").hits
    assert Path(copy).read_bytes() == before


def test_partitions_are_looked_into_each_for_itself(loop: MakeLoop, tmp_path: Path) -> None:
    device = loop(64 * MIB, 512, "--partscan")
    subprocess.run(["sfdisk", "-q", device], input=",24M\n,24M\n", text=True, check=True)
    sh("partx", "--update", device)
    for number, text in ((1, None), (2, KS)):
        sh("mkfs.ext4", "-q", f"{device}p{number}")
        if text:
            fill(f"{device}p{number}", tmp_path / f"fill{number}", {"ks.cfg": text})
    searched = find(
        "/ks.cfg", [stick(f"{device}p1", "ext4"), stick(f"{device}p2", "ext4")], tmp_path / "work"
    )
    assert [hit.volume.path for hit in searched.hits] == [f"{device}p2"]
    assert searched.missed == (f"Stick ({device}p1): no such file",)


def test_an_iso_without_long_names(tmp_path: Path) -> None:
    """People add their file in capitals, and the kernel shows it in small letters."""
    needs("iso9660")
    image, source = tmp_path / "cd.iso", tmp_path / "cd"
    source.mkdir()
    (source / "KS.CFG").write_text(KS)
    sh("xorrisofs", "-quiet", "-norock", "-o", image, source)
    device = sh("losetup", "--find", "--show", "--read-only", image)
    try:
        drive = Volume(path=device, device="CD", optical=True)
        (hit,) = find("/KS.CFG", [drive], tmp_path / "work").hits
        assert hit.data.decode() == KS
    finally:
        sh("losetup", "--detach", device)


def test_a_damaged_stick_is_named_and_the_next_one_used(loop: MakeLoop, tmp_path: Path) -> None:
    bad, good = loop(16 * MIB), loop(16 * MIB)
    sh("mkfs.ext4", "-q", good)
    fill(good, tmp_path / "fill", {"ks.cfg": KS})
    searched = find("/ks.cfg", [stick(bad, "ext4"), stick(good, "ext4")], tmp_path / "work")
    assert [hit.volume.path for hit in searched.hits] == [good]
    (missed,) = searched.missed
    assert missed.startswith(f"Stick ({bad}): it cannot be mounted (")
    assert list((tmp_path / "work").iterdir()) == []


def test_a_stick_that_is_plugged_in_later_is_noticed(
    loop: MakeLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plugged in once we say that we wait; noticed by the kernel's word, long before the time is over."""
    device = loop(16 * MIB)
    sh("mkfs.ext4", "-q", device)
    fill(device, tmp_path / "fill", {"ks.cfg": KS})
    monkeypatch.setattr(media.wait_for, "__kwdefaults__", {"work": tmp_path / "work"})
    there: list[Volume] = []
    told: list[str] = []

    def plug_in() -> None:
        there.append(stick(device, "ext4"))
        (Path("/sys/class/block") / Path(device).name / "uevent").write_text("change")

    def tell(text: str) -> None:
        told.append(text)
        threading.Timer(0.5, plug_in).start()

    started = time.monotonic()
    found = usb.fetch(Usb("/ks.cfg"), How(on_attempt=tell, patience=100), lambda: there)
    assert found.data.decode() == KS
    assert time.monotonic() - started < 50
    assert told == ["There is no USB stick to look for /ks.cfg on. Waiting up to 100 s for another one."]


def test_waiting_ends_when_the_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media.wait_for, "__kwdefaults__", {"work": tmp_path / "work"})
    with pytest.raises(HostError, match="no USB stick"):
        usb.fetch(Usb("/ks.cfg"), How(patience=0.5), list)
