"""Where partitions lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.errors import HostError
from host.storage.layout import GIB, MIB, Layout, Role, fits, gib, layout, system_fits


def found(wanted: Layout) -> dict[int, tuple[str, int, int]]:
    return {slot.number: (slot.role.value, slot.start, slot.size) for slot in wanted.slots}


@given(
    size=st.integers(8 * GIB // 4096, 20_000 * GIB // 4096).map(lambda blocks: blocks * 4096),
    sector=st.sampled_from([512, 4096]),
    datastore=st.booleans(),
)
def test_partitions_are_aligned_in_order_and_inside(size: int, sector: int, datastore: bool) -> None:
    made = layout(size, sector, datastore=datastore)
    end = MIB
    for slot in made.slots:
        assert slot.start == end
        assert slot.size > 0
        assert slot.start % MIB == slot.size % MIB == 0
        end = slot.start + slot.size
    # Both partition tables fit: GPT needs 34 sectors before and 33 after.
    assert end <= size - 33 * sector
    assert 34 * sector <= MIB
    assert (made.slot(Role.DATASTORE) is None) == bool(made.no_datastore)
    assert [slot.number for slot in made.slots] == list(range(1, len(made.slots) + 1))


@pytest.mark.parametrize(
    ("size", "state", "has_datastore"),
    [(8, 1, False), (11, 1, False), (12, 1, True), (31, 1, True), (32, 4, True), (500, 4, True)],
)
def test_sizes(size: int, state: int, has_datastore: bool) -> None:
    made = layout(size * GIB, 512)
    assert made.need(Role.STATE).size == state * GIB
    assert (made.slot(Role.DATASTORE) is not None) == has_datastore
    if not has_datastore:
        assert "12 GiB" in made.no_datastore


def test_too_small_says_how_much_is_needed() -> None:
    with pytest.raises(HostError, match=r"7 GiB.*8 GiB"):
        layout(7 * GIB, 512)


def test_the_esp_has_enough_clusters_for_fat32() -> None:
    """A FAT file system with fewer than 65525 clusters is FAT16 to some firmware."""
    for sector, per_cluster in ((512, 4), (4096, 1)):
        clusters = layout(20 * GIB, sector).need(Role.ESP).size // (sector * per_cluster)
        tables = 2 * clusters * 4 // (sector * per_cluster) + 64
        assert clusters - tables > 65525


def test_an_upgrade_needs_no_datastore() -> None:
    wanted = layout(20 * GIB, 512, datastore=False)
    table = {slot.number: (str(slot.role), slot.start, slot.size) for slot in wanted.slots}
    assert system_fits(wanted, table) == system_fits(wanted, {**table, 6: ("data", 0, GIB)}) == ""
    assert "partition 4" in system_fits(wanted, {**table, 4: ("bedplate-b", 0, GIB)})


def test_the_same_layout_fits_and_another_does_not() -> None:
    wanted = layout(20 * GIB, 512)
    table = found(wanted)
    assert fits(wanted, table) == ""
    name, start, size = table[6]
    assert fits(wanted, {**table, 6: (name, start, size - GIB)}) == ""
    assert "partition 3" in fits(wanted, {**table, 3: ("bedplate-a", start, size)})
    assert "not a datastore" in fits(wanted, {**table, 6: ("data", start, size)})
    assert "partition 1" in fits(wanted, {})


def test_no_role_no_slot() -> None:
    made = layout(8 * GIB, 512)
    with pytest.raises(LookupError):
        made.need(Role.DATASTORE)


@pytest.mark.parametrize(
    ("size", "text"),
    [(8 * GIB, "8 GiB"), (int(16.7 * GIB), "16.7 GiB"), (4096 * GIB, "4.00 TiB"), (100 * GIB, "100 GiB")],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert gib(size) == text
