"""When a visit confirms a network change, and above all when it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host import reached
from host.config import store
from host.config.model import HostConfig, Ipv4, Ipv4Mode, ManagementNetwork
from host.network import pending

NEW = "192.0.2.7"


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("fe80::1%vmk0", "fe80::1"),
    ],
)
def test_plain(address: str, plain: str) -> None:
    assert reached.plain(address) == plain


@pytest.mark.parametrize("address", ["", "host", "../../etc/passwd", "1.2.3", "1.2.3.4/24"])
def test_what_is_no_address_never_becomes_a_file_name(address: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        reached.plain(address)


@pytest.mark.network
@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("fe80::1", True),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
    ],
)
def test_is_local(address: str, local: bool) -> None:
    assert reached.is_local(address) is local


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reached, "_noted", {})
    (tmp_path / "reached").mkdir()
    return tmp_path / "reached"


@pytest.mark.network
class TestNote:
    def test_a_visit_from_elsewhere_is_noted(self, directory: Path) -> None:
        assert reached.note("::ffff:192.0.2.7", "::ffff:192.0.2.99", directory)
        assert [path.name for path in directory.iterdir()] == [NEW]

    @pytest.mark.parametrize("client", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::9%vmk0"])
    def test_the_host_itself_is_no_visitor(self, directory: Path, client: str) -> None:
        assert not reached.note(NEW, client, directory)
        assert list(directory.iterdir()) == []

    def test_many_requests_make_one_note(self, directory: Path) -> None:
        assert reached.note(NEW, "192.0.2.99", directory)
        (directory / NEW).unlink()
        assert not reached.note(NEW, "192.0.2.98", directory)
        assert reached.note("192.0.2.8", "192.0.2.98", directory), "another address of ours is another matter"
        assert [path.name for path in directory.iterdir()] == ["192.0.2.8"]

    def test_without_the_directory_nothing_fails(self, directory: Path) -> None:
        directory.rmdir()
        assert not reached.note(NEW, "192.0.2.99", directory)
        directory.mkdir()
        assert reached.note(NEW, "192.0.2.99", directory), "what failed is tried again at the next visit"


class Change:
    """A change to NEW that waits in a configuration directory."""

    def __init__(self, tmp_path: Path) -> None:
        self.config = tmp_path / "config"
        self.reached = tmp_path / "reached"
        self.reached.mkdir()
        self.confirmed = 0
        ipv4 = Ipv4(mode=Ipv4Mode.STATIC, address=NEW, netmask="255.255.255.0", gateway="192.0.2.1")
        config = HostConfig(
            uuid="6f6f1b0e-4bc5-4d6f-8a61-6a1c7d6c3f10", management=ManagementNetwork(ipv4=ipv4)
        )
        store.save(config, self.config)

    def waits(self, doubts: tuple[str, ...] = ("The gateway does not answer.",), left: float = 60.0) -> None:
        waiting = pending.Pending(
            hostname="localhost",
            management=ManagementNetwork(),
            deadline=pending.now() + left,
            boot_id=pending.boot_id(),
            doubts=doubts,
        )
        pending.write(waiting, self.config)

    def visit(self, address: str = NEW, seconds: float = 1.0) -> None:
        """A visit that many seconds after the change began to wait."""
        since = (self.config / pending.FILE).stat().st_mtime if self.file.exists() else 0.0
        path = self.reached / address
        path.touch()
        os.utime(path, (since + seconds, since + seconds))

    @property
    def file(self) -> Path:
        return self.config / pending.FILE

    def look(self) -> bool:
        return reached.confirm_if_reached(self.reached, self.config, self._confirm)

    def _confirm(self) -> bool:
        self.confirmed += 1
        return True


@pytest.fixture
def change(tmp_path: Path) -> Change:
    return Change(tmp_path)


def test_a_visit_at_the_new_address_confirms(change: Change) -> None:
    change.waits()
    change.visit()
    assert change.look()
    assert change.confirmed == 1


def test_nothing_waits(change: Change) -> None:
    change.visit()
    assert not change.look()
    assert change.confirmed == 0


def test_nobody_came(change: Change) -> None:
    change.waits()
    assert not change.look()
    change.reached.rmdir()
    assert not change.look()
    assert change.confirmed == 0


@pytest.mark.parametrize("address", ["192.0.2.8", "198.51.100.1", "2001:db8::7", "127.0.0.1"])
def test_a_visit_at_another_address_does_not(change: Change, address: str) -> None:
    change.waits()
    change.visit(address)
    assert not change.look()
    assert change.confirmed == 0


def test_a_visit_from_before_does_not(change: Change) -> None:
    change.waits()
    change.visit(seconds=-0.001)
    assert not change.look()
    assert change.confirmed == 0


def test_a_change_that_is_still_tried_is_not_confirmed_by_a_visitor(change: Change) -> None:
    change.waits(doubts=())
    change.visit()
    assert not change.look()
    assert change.confirmed == 0


def test_a_change_whose_time_is_over_is_not_saved(change: Change) -> None:
    change.waits(left=-1.0)
    change.visit()
    assert not change.look()
    assert change.confirmed == 0
