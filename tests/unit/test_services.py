"""Services: the table, and what becomes of starting and stopping them, with a systemctl that is a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from host import paths, services
from host.config import render, store
from host.config.model import HostConfig, ServicePolicy, Services
from host.errors import HostError

SYSTEMCTL = """#!/bin/sh
# Units are directories: `state` holds the active state, `refuses` makes a verb fail.
cd {units}
case $1 in
show)
    if [ -d "$3" ]; then
        printf 'LoadState=loaded\\nActiveState=%s\\n' "$(cat "$3/state")"
    else
        printf 'LoadState=not-found\\nActiveState=inactive\\n'
    fi ;;
start | stop | restart)
    echo "$1 $2" >>asked
    if [ -e "$2/refuses" ]; then
        echo "Job for $2 failed." >&2
        exit 1
    fi
    [ "$1" = stop ] && echo inactive >"$2/state" || echo active >"$2/state" ;;
*) exit 64 ;;
esac
"""


class System:
    """The units of a pretended system."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def has(self, unit: str, state: str = "active", refuses: bool = False) -> None:
        (self.directory / unit).mkdir()
        (self.directory / unit / "state").write_text(state)
        if refuses:
            (self.directory / unit / "refuses").touch()

    @property
    def asked(self) -> list[str]:
        path = self.directory / "asked"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    units = tmp_path / "units"
    units.mkdir()
    fake = tmp_path / "bin" / "systemctl"
    fake.parent.mkdir()
    fake.write_text(SYSTEMCTL.replace("{units}", str(units)))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    return System(units)


def test_names_are_unique_and_policies_are_fields_of_the_configuration() -> None:
    assert len({service.name for service in services.SERVICES}) == len(services.SERVICES)
    policies = {service.policy for service in services.SERVICES} - {""}
    assert policies == set(Services.__struct_fields__)


def test_unknown_services_are_told_what_there_is() -> None:
    with pytest.raises(HostError) as error:
        services.status("telnet")
    assert "ssh" in error.value.hint


@pytest.mark.processes
class TestOneService:
    @pytest.mark.parametrize(
        ("state", "running"),
        [
            ("active", True),
            ("reloading", True),
            ("inactive", False),
            ("failed", False),
            ("activating", False),
        ],
    )
    def test_status(self, system: System, state: str, running: bool) -> None:
        system.has("ssh.service", state)
        assert services.status("ssh") == services.Status(name="ssh", running=running, state=state)

    def test_a_service_the_system_lacks(self, system: System) -> None:
        assert services.status("ssh") == services.Status(name="ssh", running=False, state="missing")
        outcome = services.start("ssh")
        assert (outcome.ok, system.asked) == (False, [])
        assert "not part of this system" in outcome.text

    def test_restart(self, system: System) -> None:
        system.has("libvirtd.service")
        assert services.restart("libvirt").ok
        assert system.asked == ["restart libvirtd.service"]

    def test_start_and_stop(self, system: System) -> None:
        system.has("ssh.service", "inactive")
        assert services.start("ssh") == services.Outcome("ssh", True, "SSH is running.")
        assert services.status("ssh").running
        assert services.stop("ssh") == services.Outcome("ssh", True, "SSH has stopped.")
        assert not services.status("ssh").running

    def test_a_failure_is_an_outcome_that_says_why(self, system: System) -> None:
        system.has("ssh.service", "inactive", refuses=True)
        outcome = services.start("ssh")
        assert not outcome.ok
        assert "Job for ssh.service failed." in outcome.text

    def test_what_starts_on_demand_is_not_woken_up(self, system: System) -> None:
        system.has("libvirtd.service", "inactive")
        assert services.restart("libvirt").ok
        assert system.asked == []


@pytest.mark.processes
class TestPolicy:
    @pytest.fixture(autouse=True)
    def config(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        directory = tmp_path / "config"
        monkeypatch.setattr(store.update, "__defaults__", (directory,))
        monkeypatch.setattr(paths, "CONFIG", directory)
        monkeypatch.setattr(paths, "RENDERED", tmp_path / "rendered")
        store.save(HostConfig(uuid="6f6f1b0e-4bc5-4d6f-8a61-6a1c7d6c3f10"), directory)
        return directory

    def test_on_and_off(self, system: System, config: Path) -> None:
        system.has("ssh.service", "inactive")
        assert services.set_policy("ssh", True).ok
        assert store.load(config).config.services == Services(ssh=ServicePolicy.ON)
        assert services.set_policy("ssh", False).ok
        assert store.load(config).config.services == Services()
        assert system.asked == ["start ssh.service", "stop ssh.service"]

    @pytest.mark.root
    def test_the_next_start_finds_its_files_ready(self, system: System, tmp_path: Path) -> None:
        system.has("ssh.service", "inactive")
        link = tmp_path / "rendered" / render.WANTS / "ssh.service"
        services.set_policy("ssh", True)
        assert link.is_symlink()
        services.set_policy("ssh", False)
        assert not link.is_symlink()

    def test_services_do_not_change_each_other(self, system: System, config: Path) -> None:
        system.has("ssh.service")
        system.has("bedplate-shell@tty2.service")
        services.set_policy("shell", True)
        services.set_policy("ssh", True)
        policies = store.load(config).config.services
        assert (policies.ssh, policies.shell) == (ServicePolicy.ON, ServicePolicy.ON)

    def test_what_always_starts_has_no_policy(self, system: System, config: Path) -> None:
        before = (config / store.CURRENT).read_bytes()
        with pytest.raises(HostError, match="always starts"):
            services.set_policy("hostd", False)
        assert (config / store.CURRENT).read_bytes() == before
        assert system.asked == []

    def test_nothing_starts_when_the_configuration_cannot_be_written(
        self, system: System, config: Path
    ) -> None:
        system.has("ssh.service", "inactive")
        (config / store.CURRENT).write_text("damaged")
        with pytest.raises(HostError):
            services.set_policy("ssh", True)
        assert system.asked == []


@pytest.mark.processes
def test_one_agent_that_fails_does_not_keep_the_next_from_its_turn(system: System) -> None:
    system.has("bedplate-hostd.service", "failed", refuses=True)
    system.has("libvirtd.service")
    system.has("ssh.service")
    outcomes = list(services.restart_management_agents())
    assert [(outcome.name, outcome.ok) for outcome in outcomes] == [("hostd", False), ("libvirt", True)]
    assert system.asked == ["restart bedplate-hostd.service", "restart libvirtd.service"]
