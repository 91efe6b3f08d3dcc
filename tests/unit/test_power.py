"""What shutting down would stop, found out without waking anything up, and how it is done."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from host import power, run


def test_without_state_files_libvirt_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libvirt", Libvirt(broken=True))
    (tmp_path / "driver.pid").write_text("1")
    (tmp_path / "autostarted").write_text("")
    assert power.running_vms(tmp_path) == ()
    assert power.running_vms(tmp_path / "nowhere") == ()
    assert sys.modules["libvirt"].asked == 0


def test_libvirt_knows_better_than_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("web", "left over"):
        (tmp_path / f"{name}.xml").write_text("<domstatus/>")
    monkeypatch.setitem(sys.modules, "libvirt", Libvirt(names=["web", "db"]))
    assert power.running_vms(tmp_path) == ("db", "web")


@pytest.mark.parametrize("missing", [True, False])
def test_when_libvirt_does_not_answer_its_files_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    for name in ("web", "a.b"):
        (tmp_path / f"{name}.xml").write_text("<domstatus/>")
    monkeypatch.setitem(sys.modules, "libvirt", None if missing else Libvirt(broken=True))
    assert power.running_vms(tmp_path) == ("a.b", "web")


@pytest.mark.processes
@pytest.mark.parametrize(("does", "verb"), [(power.shut_down, "poweroff"), (power.restart, "reboot")])
def test_systemd_is_asked_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: Any, verb: str
) -> None:
    fake = tmp_path / "systemctl"
    fake.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/asked\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    does()
    assert (tmp_path / "asked").read_text() == f"--no-block {verb}\n"
    fake.write_text("#!/bin/sh\necho Access denied >&2\nexit 1\n")
    with pytest.raises(run.CommandError, match="Access denied"):
        does()


class Libvirt(ModuleType):
    """As much of libvirt's module as a list of names takes; the real one needs a daemon."""

    VIR_CONNECT_LIST_DOMAINS_ACTIVE = 1

    class libvirtError(Exception):
        pass

    def __init__(self, names: list[str] | None = None, broken: bool = False) -> None:
        super().__init__("libvirt")
        self.names, self.broken, self.asked = names or [], broken, 0

    def registerErrorHandler(self, handler: Any, context: Any) -> None:
        handler(context, "an error")

    def openReadOnly(self, uri: str) -> Libvirt:
        assert uri == "qemu:///system"
        self.asked += 1
        if self.broken:
            raise self.libvirtError("no connection")
        return self

    def listAllDomains(self, flags: int) -> list[Any]:
        assert flags == self.VIR_CONNECT_LIST_DOMAINS_ACTIVE
        return [type("Domain", (), {"name": lambda _, name=name: name})() for name in self.names]

    def close(self) -> None:
        pass
