"""The configuration survives power cuts and damage, and says so when it could not."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.config import migrate, store
from host.config.migrate import NewerSchema
from host.config.model import HostConfig, ManagementNetwork
from host.errors import HostError

OLD = HostConfig(uuid="1", hostname="old")
NEW = HostConfig(uuid="1", hostname="new", password_hash="$y$x")


def named(name: str) -> Callable[[HostConfig], HostConfig]:
    return lambda config: msgspec.structs.replace(config, hostname=name)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    store.save(OLD, tmp_path / "config")
    store.save(NEW, tmp_path / "config")
    return tmp_path / "config"


def test_what_is_saved_is_loaded(directory: Path) -> None:
    assert store.load(directory) == store.Loaded(NEW)


def test_nobody_else_reads_the_password_hash(directory: Path) -> None:
    assert (directory / store.CURRENT).stat().st_mode & 0o777 == 0o600
    assert (directory / store.PREVIOUS).stat().st_mode & 0o777 == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700


def test_the_document_torn_at_any_byte_gives_the_previous_one(directory: Path) -> None:
    whole = (directory / store.CURRENT).read_bytes()
    for length in range(len(whole) - 2):
        (directory / store.CURRENT).write_bytes(whole[:length])
        loaded = store.load(directory)
        assert loaded.config == OLD, length
        assert "damaged" in loaded.warnings[0]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 10_000))
def test_any_bytes_in_the_document_give_a_configuration_or_the_previous_one(junk: bytes, at: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        store.save(OLD, directory)
        store.save(NEW, directory)
        whole = (directory / store.CURRENT).read_bytes()
        at %= len(whole)
        (directory / store.CURRENT).write_bytes(whole[:at] + junk + whole[at + len(junk) :])
        try:
            assert isinstance(store.load(directory).config, HostConfig)
        except NewerSchema:
            assert b'"schema": 1,' not in (directory / store.CURRENT).read_bytes()


def test_a_missing_document_gives_the_previous_one(directory: Path) -> None:
    (directory / store.CURRENT).unlink()
    assert store.load(directory).config == OLD


def test_both_damaged_is_an_error_that_says_what_to_do(directory: Path) -> None:
    (directory / store.CURRENT).write_bytes(b"{")
    (directory / store.PREVIOUS).write_bytes(b"")
    with pytest.raises(HostError) as caught:
        store.load(directory)
    assert "install again" in caught.value.hint


def test_no_configuration_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="No such file"):
        store.load(tmp_path)


def test_a_damaged_document_never_becomes_the_previous_one(directory: Path) -> None:
    (directory / store.CURRENT).write_bytes(b"{")
    assert store.update(named("newer"), directory).hostname == "newer"
    (directory / store.CURRENT).write_bytes(b"{")
    assert store.load(directory).config == OLD


def test_an_update_that_changes_nothing_repairs_a_damaged_document(directory: Path) -> None:
    (directory / store.CURRENT).write_bytes(b"{")
    store.update(lambda config: config, directory)
    assert store.load(directory) == store.Loaded(OLD)


def test_an_update_without_a_change_writes_nothing(directory: Path) -> None:
    before = (directory / store.CURRENT).stat().st_ino
    store.update(lambda config: config, directory)
    assert (directory / store.CURRENT).stat().st_ino == before


def test_a_newer_schema_is_refused_even_with_a_good_previous_one(directory: Path) -> None:
    document = json.loads((directory / store.CURRENT).read_bytes())
    (directory / store.CURRENT).write_text(json.dumps({**document, "schema": 99}))
    with pytest.raises(NewerSchema) as caught:
        store.load(directory)
    assert "newer release" in caught.value.hint
    assert store.CURRENT in caught.value.message


def test_wrong_values_are_not_saved(directory: Path) -> None:
    with pytest.raises(HostError, match="VLAN"):
        store.save(msgspec.structs.replace(NEW, management=ManagementNetwork(vlan=5000)), directory)
    with pytest.raises(HostError, match="host name"):
        store.update(named("not a name"), directory)
    assert store.load(directory).config == NEW


def test_wrong_values_on_the_disk_are_used_with_a_warning(directory: Path) -> None:
    bad = msgspec.structs.replace(NEW, management=ManagementNetwork(vlan=5000))
    (directory / store.CURRENT).write_bytes(msgspec.json.encode(bad))
    loaded = store.load(directory)
    assert loaded.config == bad
    assert "VLAN" in loaded.warnings[0]


def test_updates_from_many_sides_all_count(tmp_path: Path) -> None:
    store.save(HostConfig(uuid="0"), tmp_path)

    def count() -> None:
        for _ in range(10):
            store.update(lambda c: msgspec.structs.replace(c, uuid=str(int(c.uuid) + 1)), tmp_path)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load(tmp_path).config.uuid == "40"


class PowerCut(BaseException):
    """The power goes: nothing after it happens, no handler runs."""


@contextmanager
def power_cut_after(calls: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let that many changes of the directory or flushes happen, then cut the power."""
    left = [calls]

    def cutting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if not left[0]:
                raise PowerCut
            left[0] -= 1
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("fsync", "rename", "link", "unlink"):
            patch.setattr(os, name, cutting(getattr(os, name)))
        yield


@pytest.mark.parametrize("calls", range(12))
def test_a_power_cut_leaves_the_old_or_the_new_document(
    directory: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    newest = msgspec.structs.replace(NEW, hostname="newest")
    with power_cut_after(calls, monkeypatch):
        try:
            store.save(newest, directory)
        except PowerCut:
            pass
        else:
            assert calls > 5, "fewer steps than a safe write has"
    loaded = store.load(directory)
    assert loaded.config in (NEW, newest)
    assert loaded.warnings == ()
    store.save(newest, directory)
    assert store.load(directory).config == newest


def test_migrations_run_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        migrate,
        "MIGRATIONS",
        {1: lambda d: {**d, "b": d["a"] + 1}, 2: lambda d: {**d, "c": d["b"] + 1}},
    )
    assert migrate.migrate({"schema": 1, "a": 1}, schema=3) == {"schema": 3, "a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("schema", [None, "1", 0, -1, 1.5, True])
def test_a_strange_schema_is_refused(schema: object) -> None:
    with pytest.raises(HostError, match="schema"):
        migrate.migrate({"schema": schema})


def test_a_version_nobody_can_read_any_more_is_refused() -> None:
    with pytest.raises(HostError, match="cannot read"):
        migrate.migrate({"schema": 1}, schema=2)
