"""Disk ids are spelled as ESXi spells them; the right sides are names that ESXi hosts print."""

from __future__ import annotations

import pytest

from host.machine import ids
from host.machine.ids import Place


def page83(*designators: tuple[int, int, bytes]) -> bytes:
    """A device identification page; each designator is (association, type, value)."""
    body = b"".join(
        bytes([2 if kind == 1 else 1, association << 4 | kind, 0, len(value)]) + value
        for association, kind, value in designators
    )
    return b"\0\x83" + len(body).to_bytes(2, "big") + body


def test_ata_as_esxi_prints_it() -> None:
    name = "t10.ATA_____WDC_WD10EZEX2D00BN5A0_________________________WD2DWCC3F3PJ0H3U"
    assert ids.ata("WDC WD10EZEX-00BN5A0", "WD-WCC3F3PJ0H3U") == name


def test_nvme_without_eui() -> None:
    name = "t10.NVMe____INTEL_SSDPEDMD400G4_____________________CVFT4030004A400BGN__00000001"
    assert ids.nvme("INTEL SSDPEDMD400G4", "CVFT4030004A400BGN", 1) == name


def test_page83_prefers_the_name_that_tells_most() -> None:
    page = page83(
        (1, 3, bytes.fromhex("500605b000000001")),  # of the port, not of the disk
        (0, 1, b"ATA     Samsung SSD 870 EVO 500GB               S62ANJ0R123456A     "),
        (0, 3, bytes.fromhex("5002538f00000001")),
        (0, 3, bytes.fromhex("6002538f00000001aabbccddeeff0011")),
    )
    assert ids.from_page83(page) == (
        "naa.6002538f00000001aabbccddeeff0011",
        "naa.5002538f00000001",
        "t10.ATA_____Samsung_SSD_870_EVO_500GB_______________S62ANJ0R123456A_____",
    )


def test_page83_cut_short_gives_what_is_whole() -> None:
    page = page83((0, 3, bytes.fromhex("5002538f00000001")), (0, 1, b"ATA     something"))
    assert ids.from_page83(page[:-3]) == ("naa.5002538f00000001",)


def test_page83_of_nothing_is_nothing() -> None:
    assert ids.from_page83(b"") == ()
    assert ids.from_page83(b"\0\x83\xff\xff") == ()


def test_mpx() -> None:
    assert ids.mpx(Place(1, 0, 3, 2)) == "mpx.vmhba1:C0:T3:L2"


NETAPP = "60a98000572d54724a34655733506751"


@pytest.mark.parametrize(
    ("name", "place", "vml"),
    [
        (f"naa.{NETAPP}", Place(2, 0, 0, 1), f"vml.0200010000{NETAPP}4c554e202020"),
        ("mpx.vmhba1:C0:T0:L0", Place(1), "vml.0000000000766d686261313a303a30"),
    ],
)
def test_vml(name: str, place: Place, vml: str) -> None:
    assert ids.vml(name, "LUN", "", place) == vml
