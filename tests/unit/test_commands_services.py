"""vim-cmd switches SSH and the shell: the configuration follows, systemd is asked, nothing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.config.model import ServicePolicy, Services
from tests.unit.commands_host import Answer, CommandHost, make_host

ON = ServicePolicy.ON
SHELL = "bedplate-shell@tty2.service"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandHost:
    host = make_host(tmp_path, monkeypatch, capsys)
    for unit in ("ssh.service", SHELL):
        (host.units / unit).write_text("inactive\n")
    return host


@pytest.mark.processes
class TestServices:
    @pytest.mark.parametrize(
        ("verb", "services", "asked"),
        [
            ("enable_ssh", Services(ssh=ON), "start ssh.service"),
            ("enable_remote_tsm", Services(ssh=ON), "start ssh.service"),
            ("enable_esx_shell", Services(shell=ON), f"start {SHELL}"),
            ("enable_local_tsm", Services(shell=ON), f"start {SHELL}"),
            ("start_ssh", Services(), "start ssh.service"),
            ("start_remote_tsm", Services(), "start ssh.service"),
            ("start_esx_shell", Services(), f"start {SHELL}"),
            ("stop_ssh", Services(), "stop ssh.service"),
            ("stop_esx_shell", Services(), f"stop {SHELL}"),
            ("disable_ssh", Services(), "stop ssh.service"),
            ("disable_esx_shell", Services(), f"stop {SHELL}"),
        ],
    )
    def test_one_verb(self, host: CommandHost, verb: str, services: Services, asked: str) -> None:
        assert host.call("vim-cmd", f"hostsvc/{verb}") == Answer(0, "", "")
        assert host.config.services == services
        assert host.asked == [f"systemctl {asked}"]

    def test_what_most_scripts_do(self, host: CommandHost) -> None:
        for verb in ("enable_ssh", "start_ssh", "enable_esx_shell", "start_esx_shell"):
            assert host.call("vim-cmd", f"hostsvc/{verb}").code == 0
        assert host.config.services == Services(ssh=ON, shell=ON)
        assert host.call("vim-cmd", "hostsvc/disable_ssh").code == 0
        assert host.config.services == Services(shell=ON)

    def test_a_refusal_is_told(self, host: CommandHost) -> None:
        (host.units / "refuses-ssh.service").touch()
        answer = host.call("vim-cmd", "hostsvc/start_ssh")
        assert (answer.code, answer.out) == (1, "")
        assert "Job for ssh.service failed." in answer.err
        assert "journalctl --unit=ssh.service" in answer.err

    def test_a_configuration_that_cannot_be_read_is_told(self, host: CommandHost) -> None:
        (host.folder / "config/host.json").write_text("torn")
        answer = host.call("vim-cmd", "hostsvc/enable_ssh")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith("Error: The configuration of this host cannot be read")
        assert host.asked == []
