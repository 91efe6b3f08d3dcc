"""esxcli and vim-cmd on the host itself: version, run time, advanced settings, firewall, shutdown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from host import power
from host.config.model import Settings
from host.product import product
from tests.unit.commands_host import UUID, Answer, CommandHost, make_host

DONE = Answer(0, "", "")
NO_FIREWALL = "There is no firewall on this host: a service can be reached while it runs.\n"
NO_MAINTENANCE = (
    "Warning: there is no maintenance mode on this host yet; virtual machines stay as they are.\n"
)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandHost:
    monkeypatch.setattr(power.running_vms, "__defaults__", (tmp_path / "qemu",))
    return make_host(tmp_path, monkeypatch, capsys)


def esxcli(host: CommandHost, line: str) -> Answer:
    return host.call("esxcli", *line.split())


class TestWhatItIs:
    def test_version(self, host: CommandHost) -> None:
        ours = product()
        text = f"   Product: {ours.name}\n   Version: {ours.version}\n   Build: {ours.build}\n"
        assert esxcli(host, "system version get") == Answer(0, text, "")
        shown = json.loads(esxcli(host, "--formatter=json system version get").out)
        assert shown == {"Product": ours.name, "Version": ours.version, "Build": ours.build}

    def test_uuid(self, host: CommandHost) -> None:
        assert esxcli(host, "system uuid get") == Answer(0, f"{UUID}\n", "")

    def test_runtime(self, host: CommandHost) -> None:
        answer = host.call("vim-cmd", "hostsvc/runtimeinfo")
        assert (answer.code, answer.err) == (0, "")
        lines = answer.out.splitlines()
        assert lines[0] == "(vim.host.RuntimeInfo) {"
        assert lines[1:4] == [
            '   connectionState = "connected", ',
            '   powerState = "poweredOn", ',
            "   inMaintenanceMode = false, ",
        ]
        assert re.fullmatch(r'   bootTime = "20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", ', lines[4])
        assert lines[5:] == ["}"]


class TestMaintenance:
    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            ("esxcli system maintenanceMode get", Answer(0, "Disabled\n", "")),
            ("esxcli system maintenanceMode set -e true", Answer(0, "", NO_MAINTENANCE)),
            ("esxcli system maintenanceMode set -e true -t 60", Answer(0, "", NO_MAINTENANCE)),
            ("esxcli system maintenanceMode set --enable=false", DONE),
            ("vim-cmd hostsvc/maintenance_mode_enter", Answer(0, "", NO_MAINTENANCE)),
            ("vim-cmd hostsvc/maintenance_mode_exit", DONE),
        ],
    )
    def test_it_is_not_there(self, host: CommandHost, words: str, answer: Answer) -> None:
        assert host.call(*words.split()) == answer


class TestAdvanced:
    @pytest.mark.parametrize(
        ("words", "settings"),
        [
            (
                "esxcli system settings advanced set -o /UserVars/SuppressShellWarning -i 1",
                Settings(suppress_shell_warning=True),
            ),
            (
                "esxcli system settings advanced set --int-value 1 --option=/uservars/suppressshellwarning",
                Settings(suppress_shell_warning=True),
            ),
            (
                "esxcli system settings advanced set -o /UserVars/ESXiShellInteractiveTimeOut -s 900",
                Settings(shell_idle=900),
            ),
            (
                "esxcli system settings advanced set -o /UserVars/ESXiShellInteractiveTimeout -i 900",
                Settings(shell_idle=900),
            ),
            (
                "vim-cmd hostsvc/advopt/update UserVars.SuppressShellWarning long 1",
                Settings(suppress_shell_warning=True),
            ),
        ],
    )
    def test_set_and_back(self, host: CommandHost, words: str, settings: Settings) -> None:
        assert host.call(*words.split()) == DONE
        assert host.config.settings == settings
        assert host.applied.used == [host.config]
        for path in ("SuppressShellWarning", "ESXiShellInteractiveTimeOut"):
            assert esxcli(host, f"system settings advanced set -d -o /UserVars/{path}") == DONE
        assert host.config.settings == Settings()

    def test_list(self, host: CommandHost) -> None:
        esxcli(host, "system settings advanced set -o /UserVars/SuppressShellWarning -i 1")
        answer = esxcli(host, "system settings advanced list -o /UserVars/SuppressShellWarning")
        assert answer == Answer(
            0,
            "   Path: /UserVars/SuppressShellWarning\n"
            "   Type: integer\n"
            "   Int Value: 1\n"
            "   Default Int Value: 0\n"
            "   Min Value: 0\n"
            "   Max Value: 1\n"
            "   String Value: \n"
            "   Default String Value: \n"
            "   Valid Characters: \n"
            "   Description: With 1, the direct console does not say that SSH or the shell is enabled.\n",
            "",
        )
        both = esxcli(
            host, "--formatter=csv --format-param=fields=Path,IntValue system settings advanced list"
        )
        assert both.out == (
            "Path,IntValue,\n/UserVars/ESXiShellInteractiveTimeOut,0,\n/UserVars/SuppressShellWarning,1,\n"
        )
        assert esxcli(host, "system settings advanced list -d").out == answer.out

    @pytest.mark.parametrize("value", ["2", "-1", "two"])
    def test_values_out_of_range(self, host: CommandHost, value: str) -> None:
        path = "/UserVars/SuppressShellWarning"
        for words in (f"-s {value}", *([f"-i {value}"] if value != "two" else [])):
            answer = esxcli(host, f"system settings advanced set -o {path} {words}")
            assert (answer.code, answer.out) == (1, "")
            assert "is a number" in answer.err
        assert (host.config.settings, host.applied.used) == (Settings(), [])

    def test_what_has_no_effect(self, host: CommandHost, monkeypatch: pytest.MonkeyPatch) -> None:
        line = "system settings advanced set -o /Net/TcpipHeapSize -i 32"
        said = "The setting /Net/TcpipHeapSize has no effect here, so it is not kept.\n"
        assert esxcli(host, line) == Answer(1, "", f"Error: {said}")
        assert esxcli(host, "system settings advanced list -o /Net/TcpipHeapSize").code == 1
        monkeypatch.setenv("BEDPLATE_SCRIPT", "%firstboot")
        assert esxcli(host, line) == Answer(0, "", f"Warning: {said}")

    def test_what_is_so_anyway(self, host: CommandHost) -> None:
        line = "system settings advanced set -o /UserVars/HostClientCEIPOptIn -i "
        assert esxcli(host, f"{line}2") == Answer(0, "", "This host reports nothing to anybody.\n")
        assert esxcli(host, f"{line}1").code == 1


class TestFirewall:
    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            ("set --enabled false", Answer(0, "", NO_FIREWALL)),
            ("set --default-action=true", Answer(0, "", NO_FIREWALL)),
            ("set -d true --enabled=true", Answer(0, "", NO_FIREWALL)),
            ("set --enabled true", Answer(1, "", f"Error: {NO_FIREWALL}")),
            ("set --default-action=false", Answer(1, "", f"Error: {NO_FIREWALL}")),
            ("ruleset set -r sshServer -e true", Answer(0, "", NO_FIREWALL)),
            ("ruleset set --ruleset-id=ntpClient --enabled=1 -a yes", Answer(0, "", NO_FIREWALL)),
            ("ruleset set -r sshServer -e false", Answer(1, "", f"Error: {NO_FIREWALL}")),
            ("ruleset set -r sshServer --allowed-all 0", Answer(1, "", f"Error: {NO_FIREWALL}")),
            ("get", Answer(0, "   Default Action: PASS\n   Enabled: false\n   Loaded: false\n", "")),
        ],
    )
    def test_there_is_none(self, host: CommandHost, words: str, answer: Answer) -> None:
        assert esxcli(host, f"network firewall {words}") == answer


@pytest.mark.processes
class TestShutdown:
    @pytest.mark.parametrize(
        ("line", "verb", "delay"),
        [
            ("reboot -d 15 -r installed", "reboot", 15),
            ("reboot --delay=60", "reboot", 60),
            ("reboot", "reboot", 10),
            ("poweroff -d 20 -r maintenance", "poweroff", 20),
        ],
    )
    def test_later(self, host: CommandHost, line: str, verb: str, delay: int) -> None:
        assert esxcli(host, f"system shutdown {line}") == DONE
        assert host.asked == [
            "systemctl stop bedplate-shutdown.timer",
            f"systemd-run --quiet --collect --unit=bedplate-shutdown --on-active={delay}s "
            f"--timer-property=AccuracySec=1s systemctl --no-block {verb}",
        ]

    def test_at_once(self, host: CommandHost) -> None:
        assert esxcli(host, "system shutdown reboot -d 0") == DONE
        assert host.asked == ["systemctl --no-block reboot"]

    def test_not_over_running_machines(self, host: CommandHost, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(power, "running_vms", lambda: ("web", "db"))
        answer = esxcli(host, "system shutdown poweroff -d 10 -r x")
        assert answer == Answer(
            1, "", "Error: Virtual machines are running: web, db. Shut them down first.\n"
        )
        assert host.asked == []

    def test_not_backwards(self, host: CommandHost) -> None:
        assert esxcli(host, "system shutdown reboot -d -1").code == 1
        assert host.asked == []


@pytest.mark.processes
@pytest.mark.parametrize(
    ("system", "timer", "down"),
    [("running", "inactive", False), ("stopping", "", True), ("running", "active", True)],
)
def test_a_shutdown_that_waits_counts_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, timer: str, down: bool
) -> None:
    fake = tmp_path / "systemctl"
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = is-active ] && {{ echo {timer}; exit 3; }}\necho {system}\nexit 1\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert power.going_down() is down


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("hostsvc/net/refresh", "Nothing needs a refresh here"),
        (
            "vimsvc/license --set 00000-00000-00000-00000-00000",
            "No licence is needed here; a key is not kept.",
        ),
        ("vimsvc/license --show", "No licence is needed here"),
    ],
)
def test_what_needs_nothing(host: CommandHost, words: str, said: str) -> None:
    answer = host.call("vim-cmd", *words.split())
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.startswith(said)
    assert answer.err.count("\n") == 1


@pytest.mark.processes
def test_a_datastore_that_is_not_there(host: CommandHost) -> None:
    answer = host.call("vim-cmd", "hostsvc/datastore/rename", "no such store", "new")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Error: There is no datastore no such store.")
