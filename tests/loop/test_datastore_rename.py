"""A datastore gets another name while it is mounted: its label, its mount and its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from host.errors import HostError
from host.storage import datastores
from host.storage.layout import Role
from tests.loop.conftest import GIB, MakeLoop, sh

pytestmark = pytest.mark.root


@pytest.fixture
def volumes(tmp_path: Path, loop: MakeLoop) -> Iterator[Path]:
    """Two mounted datastores, ``old`` with a file in it and ``other``."""
    place = tmp_path / "volumes"
    for label in ("old", "other"):
        device = loop(GIB)
        sh("sgdisk", "--new=1:2048:0", f"--change-name=1:{Role.DATASTORE}", device)
        sh("partx", "--update", device)
        datastores.make(f"{device}p1", label)
        (place / label).mkdir(parents=True)
        sh("mount", "-t", "xfs", "-o", datastores.OPTIONS, f"{device}p1", place / label)
    (place / "old/disk.img").write_text("kept")
    yield place
    for folder in place.iterdir():
        if folder.is_mount():
            sh("umount", folder)


def label(place: Path) -> str:
    return sh("xfs_io", "-r", "-c", "label", place).removeprefix("label = ").strip('"')


def folders(volumes: Path) -> list[str]:
    return sorted(path.name for path in volumes.iterdir())


def test_there_and_back(volumes: Path) -> None:
    datastores.rename("old", "esx1 store", volumes, loops=True)
    assert folders(volumes) == ["esx1 store", "other"]
    assert (volumes / "esx1 store").is_mount()
    assert (volumes / "esx1 store/disk.img").read_text() == "kept"
    assert label(volumes / "esx1 store") == "esx1 store"
    mounted = {store.label: store.mounted for store in datastores.find(loops=True)}
    assert mounted["esx1 store"] == str(volumes / "esx1 store"), "as the next start finds it"
    options = next(
        line.split()[3] for line in Path("/proc/mounts").read_text().splitlines() if "esx1\\040store" in line
    )
    assert set(datastores.OPTIONS.split(",")) <= set(options.split(","))
    datastores.rename("esx1 store", "old", volumes, loops=True)
    assert (folders(volumes), label(volumes / "old")) == (["old", "other"], "old")
    datastores.rename("old", "old", volumes, loops=True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("missing", "new", "There is no datastore missing. There is: "),
        ("old", "other", "There is something called other already."),
        ("old", "thirteenbytes", "has at most 12 bytes here; thirteenbytes has 13."),
        ("old", "größergroß12", "has at most 12 bytes here"),
        ("old", "", "The name of a datastore is text without /"),
        ("old", "a/b", "The name of a datastore is text without /"),
        ("old", "..", "The name of a datastore is text without /"),
        ("old", " x", "The name of a datastore is text without /"),
        ("old", "x\ny", "The name of a datastore is text without /"),
    ],
)
def test_refused(volumes: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(HostError) as error:
        datastores.rename(old, new, volumes, loops=True)
    assert said in str(error.value)
    assert (folders(volumes), label(volumes / "old")) == (["old", "other"], "old")


def test_one_in_use_keeps_its_name(volumes: Path) -> None:
    with (volumes / "old/disk.img").open() as file:
        with pytest.raises(HostError) as error:
            datastores.rename("old", "new", volumes, loops=True)
        assert file.read() == "kept"
    assert "The datastore old could not be renamed" in error.value.message
    assert (folders(volumes), label(volumes / "old")) == (["old", "other"], "old")
    assert (volumes / "old").is_mount()
    datastores.rename("old", "new", volumes, loops=True)
    assert (volumes / "new/disk.img").read_text() == "kept"
