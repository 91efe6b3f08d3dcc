"""A host for the tests of its commands: its configuration, its folders, and the programs it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from commands import main
from host import boot, paths
from host.boot import Boot
from host.config import apply, store
from host.config.model import HostConfig, Uplink
from host.network import commit
from host.network.commit import Committer

PROGRAM = """#!/bin/sh
# Writes down what it is asked for. Units are files that hold their state; `refuses-UNIT` makes a verb fail.
cd {folder}
echo "{name} $*" >>asked
case "{name} $1" in
"systemctl show")
    if [ -e "$3" ]; then
        printf 'LoadState=loaded\\nActiveState=%s\\n' "$(cat "$3")"
    else
        printf 'LoadState=not-found\\nActiveState=inactive\\n'
    fi ;;
"systemctl start" | "systemctl stop")
    if [ -e "refuses-$2" ]; then
        echo "Job for $2 failed." >&2
        exit 1
    fi
    [ "$1" = stop ] && echo inactive >"$2" || echo active >"$2" ;;
esac
"""


class Applied:
    """The system that settings are applied to: it keeps the configurations it was told to follow.

    A change that would have to be confirmed is a failure of the test: no script could.
    """

    def __init__(self) -> None:
        self.used: list[HostConfig] = []

    def use(self, config: HostConfig) -> None:
        self.used.append(config)

    def keep(self, config: HostConfig) -> None:
        raise AssertionError(f"{config.hostname}: only after a change that waits")

    def unstamp(self) -> None:
        raise AssertionError("a change must not wait")

    def arm(self, seconds: float) -> None:
        raise AssertionError(f"a change must not be taken back after {seconds} s")

    def disarm(self) -> None:
        raise AssertionError("only after a change that waits")

    def has_vmk_link(self) -> bool:
        return True

    def owner(self, address: str) -> str:
        raise AssertionError(f"nobody needs to know who has {address}")

    def doubts(self, config: HostConfig) -> tuple[str, ...]:
        raise AssertionError(f"nothing about {config.hostname} is doubtful")

    def restart(self, config: HostConfig) -> None:
        raise AssertionError(f"the network of {config.hostname} must stay up")


UUID = "6f6f1b0e-4bc5-4d6f-8a61-6a1c7d6c3f10"


@dataclass(frozen=True)
class Answer:
    """What became of a command."""

    code: int
    out: str
    err: str


@dataclass
class CommandHost:
    """The host, below ``folder``; ``call`` is what a shell does with a line."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    applied: Applied = field(default_factory=Applied)
    units: Path = field(init=False)

    def __post_init__(self) -> None:
        self.units = self.folder / "units"
        self.units.mkdir()
        (self.folder / "bin").mkdir()
        for name in ("systemctl", "systemd-run"):
            program = self.folder / "bin" / name
            program.write_text(PROGRAM.replace("{folder}", str(self.units)).replace("{name}", name))
            program.chmod(0o755)

    def call(self, *words: str) -> Answer:
        """Call a command as a shell would, by the whole path of its program."""
        code = main.main([f"/bin/{words[0]}", *words[1:]])
        printed = self.capture.readouterr()
        return Answer(code, printed.out, printed.err)

    @property
    def config(self) -> HostConfig:
        """The configuration on the disk."""
        return store.load(self.folder / "config").config

    def save(self, config: HostConfig) -> None:
        """Put a configuration on the disk."""
        store.save(config, self.folder / "config")

    @property
    def asked(self) -> list[str]:
        """What programs were asked for, questions left out."""
        path = self.units / "asked"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines if not line.startswith("systemctl show")]


def make_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandHost:
    """A host with a configuration; the paths of this machine lead into ``tmp_path``."""
    config = tmp_path / "config"
    for function in (store.load, store.update):
        defaults = tuple(config if value == paths.CONFIG else value for value in function.__defaults__ or ())
        monkeypatch.setattr(function, "__defaults__", defaults)
    monkeypatch.setattr(paths, "CONFIG", config)
    monkeypatch.setattr(paths, "RENDERED", tmp_path / "rendered")
    monkeypatch.setattr(boot.load, "__defaults__", (tmp_path / "boot.json",))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.delenv("BEDPLATE_SCRIPT", raising=False)
    host = CommandHost(tmp_path, capsys)
    monkeypatch.setattr(apply, "apply", host.applied.use)
    monkeypatch.setattr(commit, "_committer", lambda: Committer(config, host.applied))
    host.save(
        HostConfig(
            uuid=UUID, hostname="esx1.example.org", nics=(Uplink(name="vmnic0", mac="52:54:00:00:00:01"),)
        )
    )
    assert boot.load() == Boot()
    return host
