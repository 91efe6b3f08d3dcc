"""The real host as the console sees it, as far as that goes on any machine."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path

import pytest

from dcui import real
from dcui.backend import Verdict
from dcui.watching import Watching
from host import trial
from host.config import store
from host.config.model import HostConfig, ManagementNetwork, ServicePolicy, Services, Settings
from host.config.store import Loaded
from host.errors import HostError
from host.network import commit
from host.scripts import firstboot

ON, OFF = ServicePolicy.ON, ServicePolicy.OFF


def is_readable(watching: Watching) -> bool:
    ready, _, _ = select.select([watching], [], [], 0)
    return bool(ready)


def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    watching.drain()
    (tmp_path / ".new").write_text("{}")
    (tmp_path / ".new").rename(tmp_path / "host.json")
    assert is_readable(watching)
    watching.drain()
    (tmp_path / "host.json").unlink()
    assert is_readable(watching)
    watching.close()


def test_progress_of_first_boot_scripts_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "firstboot").mkdir()
    watching = Watching(tmp_path / "config", tmp_path / "firstboot")
    watching.drain()
    (tmp_path / "new").write_text("{}")
    (tmp_path / "new").rename(tmp_path / "firstboot/progress.json")
    assert is_readable(watching)
    watching.close()


def test_the_splash_has_what_first_boot_scripts_did_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "load", lambda: Loaded(HostConfig(uuid="u"), ("damaged",)))
    monkeypatch.setattr(firstboot, "notices", lambda: ("A script failed.",))
    monkeypatch.setattr(trial, "notices", lambda version: (f"{version} is on trial.",))
    version = real.Host().product().version
    assert real.Host().notices() == ("damaged", f"{version} is on trial.", "A script failed.")


def test_without_the_directory_the_network_is_still_watched(tmp_path: Path) -> None:
    watching = Watching(tmp_path / "missing")
    watching.drain()
    assert watching.fileno() > 0
    assert not is_readable(watching), "it waits, and does not say all the time that something happened"
    watching.close()


@pytest.mark.parametrize(
    ("ssh", "shell", "said"),
    [
        (OFF, OFF, ("damaged",)),
        (ON, OFF, ("damaged", "SSH is enabled.")),
        (OFF, ON, ("damaged", "The ESXi Shell is enabled.")),
        (ON, ON, ("damaged", "SSH and the ESXi Shell are enabled.")),
    ],
)
def test_open_ways_in_are_told(
    monkeypatch: pytest.MonkeyPatch, ssh: ServicePolicy, shell: ServicePolicy, said: tuple[str, ...]
) -> None:
    config = HostConfig(uuid="u", services=Services(ssh=ssh, shell=shell))
    monkeypatch.setattr(store, "load", lambda: Loaded(config, ("damaged",)))
    assert real.Host().notices() == said


def test_open_ways_in_are_not_told_where_that_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(suppress_shell_warning=True)
    config = HostConfig(uuid="u", services=Services(ssh=ON, shell=ON), settings=settings)
    monkeypatch.setattr(store, "load", lambda: Loaded(config, ("damaged",)))
    assert real.Host().notices() == ("damaged",)


def test_without_a_password_nobody_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "load", lambda: Loaded(HostConfig(uuid="u")))
    assert not real.Host().password_matches("")


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (commit.Result.KEPT, Verdict.KEPT),
        (commit.Result.UNCHANGED, Verdict.KEPT),
        (commit.Result.DOUBTFUL, Verdict.DOUBTFUL),
        (commit.Result.TAKEN_BACK, Verdict.ROLLED_BACK),
    ],
)
def test_what_became_of_a_change(
    monkeypatch: pytest.MonkeyPatch, result: commit.Result, verdict: Verdict
) -> None:
    outcome = commit.Outcome(result=result, doubts=("The gateway does not answer.", "No lease."))
    monkeypatch.setattr(commit, "change", lambda *_: outcome)
    told = real.Host().change_network(ManagementNetwork(), "host")
    assert told.verdict is verdict
    assert ("The gateway does not answer.\nNo lease." in told.text) == (verdict is not Verdict.KEPT)


def test_confirming_too_late_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "confirm", lambda: False)
    with pytest.raises(HostError, match="no change to confirm"):
        real.Host().keep_network()


SPLASH = """
import contextlib, sys
from dcui import real
real.preload()
before = set(sys.modules)
host = real.Host()
for ask in (host.hardware, host.config, host.network, host.notices, host.failed_services):
    with contextlib.suppress(Exception):  # what a machine that is no host cannot tell
        ask()
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.processes
def test_everything_the_splash_needs_is_imported_beforehand() -> None:
    """In a fresh interpreter, because other tests have imported it all."""
    said = subprocess.run([sys.executable, "-c", SPLASH], check=True, capture_output=True, text=True).stdout
    assert [name for name in said.split() if name.startswith(("host.", "dcui."))] == []
