"""FAT32 without mounting it, on file systems made by mkfs.fat and mtools, which also look after us."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from host.errors import HostError
from host.storage import fat
from host.storage.fat import Fat

pytestmark = pytest.mark.processes

MIB = 1024**2
MTOOLS = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}

Make = Callable[[int], Path]


def sh(*argv: object) -> bytes:
    return subprocess.run([str(arg) for arg in argv], check=True, capture_output=True, env=MTOOLS).stdout


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make an ESP as an installation does, with sectors of that many bytes."""

    def esp(sector: int) -> Path:
        image = tmp_path / f"esp{sector}.img"
        image.write_bytes(b"")
        os.truncate(image, (256 if sector == 512 else 260) * MIB)
        clusters = {512: "4", 4096: "1"}[sector]
        sh("mkfs.fat", "-F", "32", "-S", sector, "-s", clusters, "-n", "BEDPLATE", image)
        for name, size in {
            "EFI/BOOT/BOOTX64.EFI": 900_001,
            "EFI/BOOT/grubx64.efi": 5,
            "bedplate/a.cfg": 0,
        }.items():
            path = tmp_path / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(size))
        (tmp_path / "tree/bedplate/bankenv").write_bytes(b"#" * 1024)
        sh("mcopy", "-i", image, "-s", *sorted((tmp_path / "tree").iterdir()), "::/")
        return image

    return esp


def seen_by_mtools(image: Path, name: str) -> bytes:
    return sh("mtype", "-i", image, f"::/{name}")


def assert_sound(image: Path) -> None:
    """No file is damaged; free clusters are not counted, which fsck.fat remarks and does not mind."""
    told = subprocess.run(["fsck.fat", "-n", image], capture_output=True, text=True, check=False).stdout
    assert not [word for word in ("unused", "shared", "chain", "differ", "bad", "Truncat") if word in told], (
        told
    )


@pytest.mark.parametrize("sector", [512, 4096])
def test_what_mtools_wrote_is_read_and_what_is_written_mtools_reads(make: Make, sector: int) -> None:
    image = make(sector)
    with fat.opened(str(image), writable=True) as files:
        for name in ("EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/grubx64.efi", "bedplate/bankenv", "bedplate/a.cfg"):
            assert files.read(name) == seen_by_mtools(image, name)
        for name, data in {
            "EFI/BOOT/BOOTX64.EFI": os.urandom(1_200_000),
            "EFI/BOOT/grubx64.efi": b"",
            "bedplate/a.cfg": os.urandom(4097),
        }.items():
            files.replace(name, data)
            assert files.read(name) == seen_by_mtools(image, name) == data
        files.overwrite("bedplate/bankenv", b"x" * 1024)
    assert seen_by_mtools(image, "bedplate/bankenv") == b"x" * 1024
    assert_sound(image)


def test_replacing_many_times_does_not_fill_it(make: Make) -> None:
    image = make(512)
    with fat.opened(str(image), writable=True) as files:
        free = files._free(files._count // 2)
        for number in range(3):
            files.replace("bedplate/a.cfg", bytes([number]) * MIB)
        files.replace("bedplate/a.cfg", b"")
        assert files._free(files._count // 2) == free
    assert_sound(image)


def test_a_power_cut_leaves_the_old_or_the_new_file(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes after the first, second ... write: the file is always one of the two, and all of it."""
    image = make(512)
    old, new = seen_by_mtools(image, "EFI/BOOT/BOOTX64.EFI"), os.urandom(50_000)
    undo: list[tuple[int, bytes]] = []
    left = 0
    write = Fat._write

    def cut(self: Fat, at: int, data: bytes) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        undo.append((at, os.pread(self._file, len(data), at)))
        write(self, at, data)

    monkeypatch.setattr(Fat, "_write", cut)
    outcomes = []
    for writes in range(200):
        with image.open("r+b") as file:
            while undo:
                at, data = undo.pop()
                file.seek(at)
                file.write(data)
        left = writes
        try:
            with fat.opened(str(image), writable=True) as files:
                files.replace("EFI/BOOT/BOOTX64.EFI", new)
        except KeyboardInterrupt:
            outcomes.append("cut")
        else:
            outcomes.append("done")
        found = seen_by_mtools(image, "EFI/BOOT/BOOTX64.EFI")
        assert found in (old, new)
        if outcomes[-1] == "done":
            break
    assert found == new and outcomes.count("cut") > 20


@pytest.mark.parametrize("name", ["EFI/BOOT", "EFI/none.efi", "none/bankenv", "bankenv"])
def test_what_is_not_there(make: Make, name: str) -> None:
    image = make(512)
    with fat.opened(str(image)) as files:
        assert not files.exists(name)
    with pytest.raises(HostError, match="missing"), fat.opened(str(image)) as files:
        files.read(name)


def test_a_file_is_overwritten_only_by_as_much(make: Make) -> None:
    with fat.opened(str(make(512)), writable=True) as files, pytest.raises(ValueError, match="1024"):
        files.overwrite("bedplate/bankenv", b"short")


@pytest.mark.parametrize("content", [b"", bytes(2 * MIB), b"\xff" * MIB], ids=["empty", "zeros", "ones"])
def test_no_file_system(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(HostError, match="damaged"), fat.opened(str(tmp_path / "x")):
        pass


def test_a_chain_that_goes_round(make: Make) -> None:
    image = make(512)
    with fat.opened(str(image), writable=True) as files:
        entry = files._file_at("EFI/BOOT/BOOTX64.EFI")
        files._set({entry.cluster: entry.cluster})
    with pytest.raises(HostError, match="leads nowhere"), fat.opened(str(image)) as files:
        files.read("EFI/BOOT/BOOTX64.EFI")


def test_a_full_file_system_keeps_the_old_file(make: Make) -> None:
    image = make(512)
    old = seen_by_mtools(image, "bedplate/bankenv")
    with pytest.raises(HostError, match="full"), fat.opened(str(image), writable=True) as files:
        files.replace("bedplate/bankenv", bytes(300 * MIB))
    assert seen_by_mtools(image, "bedplate/bankenv") == old
