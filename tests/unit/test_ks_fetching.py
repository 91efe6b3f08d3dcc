"""A file and what it includes, read by their spellings."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.errors import HostError
from host.machine.volumes import Volume
from installer.kickstart import location
from installer.kickstart.fetching import Fetcher
from installer.kickstart.location import Location, Usb
from installer.kickstart.sources import Fetched, How, fetch, usb


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    """Three sticks; only the second one has a ks.cfg, two have a net.cfg, the third has a disk.cfg."""
    for name, files in (("a", ["net.cfg"]), ("b", ["ks.cfg", "net.cfg"]), ("c", ["disk.cfg"])):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(f"{name} {file}")
    sticks = [
        Volume(path=f"/dev/sd{name}", device="Stick", kind="vfat", usb=True, mounts=(str(tmp_path / name),))
        for name in ("a", "b", "c")
    ]

    def source(place: Location, how: How) -> Fetched:
        return usb.fetch(place, how, lambda: sticks) if isinstance(place, Usb) else fetch(place, how)

    return Fetcher(How(patience=0), source)


def test_what_a_file_includes_comes_from_its_stick(fetcher: Fetcher) -> None:
    assert fetcher("usb") == b"b ks.cfg"
    assert fetcher("usb:/net.cfg") == b"b net.cfg"
    assert [found.where for found in fetcher.found] == [
        "Stick (/dev/sdb): /ks.cfg",
        "Stick (/dev/sdb): /net.cfg",
    ]


def test_what_that_stick_does_not_have_comes_from_another(fetcher: Fetcher) -> None:
    fetcher("usb")
    assert fetcher("usb:/disk.cfg") == b"c disk.cfg"


def test_a_plain_path_is_a_file_of_the_running_system(fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "DiskConfig").write_text("install --firstdisk\n")
    assert fetcher(str(tmp_path / "DiskConfig")) == b"install --firstdisk\n"


def test_what_is_no_place_is_an_error(fetcher: Fetcher) -> None:
    with pytest.raises(HostError, match="no place"):
        fetcher("sftp://host/ks.cfg")


@pytest.mark.parametrize(
    "text",
    [
        *("cdrom:/A/KS.CFG", "usb:/ks.cfg", "volume:/ks.cfg", "file:///etc/ks.cfg", "nfs://nas/a/ks.cfg"),
        *("http://h/ks?x=1", "https://me:p%40ss%2F@h:81/ks.cfg", "ftp://me@h/%2Fks.cfg"),
    ],
)
def test_a_place_spelled_out_is_the_same_place(text: str) -> None:
    place = location.parse(text)
    assert location.parse(location.spell(place)) == place
