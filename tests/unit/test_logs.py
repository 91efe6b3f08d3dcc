"""The logs on the console: found by name and digit, and harmless to a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from host import logs, paths, run
from host.errors import HostError


def test_digits_count_from_one_and_syslog_is_the_first() -> None:
    assert [log.digit for log in logs.LOGS] == [str(number) for number in range(1, len(logs.LOGS) + 1)]
    assert logs.LOGS[0].name == "Syslog"
    assert len({log.name for log in logs.LOGS}) == len(logs.LOGS)


@pytest.mark.parametrize("log", logs.LOGS, ids=lambda log: log.digit)
def test_found_by_name_and_by_digit(log: logs.Log) -> None:
    assert logs.find(log.name) is log
    assert logs.find(log.digit) is log


@pytest.mark.parametrize("name", ["", "0", "9", "syslog ", "nothing"])
def test_unknown_logs_are_told_what_there_is(name: str) -> None:
    with pytest.raises(HostError) as error:
        logs.read(name)
    assert "VMkernel" in error.value.hint


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "install.log"
    changed = logs.Log(digit="6", name="Installation", file=path)
    assert logs.find("6").file == paths.INSTALL_LOG
    monkeypatch.setattr(logs, "LOGS", tuple(changed if log.digit == "6" else log for log in logs.LOGS))
    return path


def test_a_file_gives_its_last_lines(installation: Path) -> None:
    installation.write_text("".join(f"line {number}\n" for number in range(10)))
    assert logs.read("Installation", 3) == "line 7\nline 8\nline 9\n"


@pytest.mark.parametrize("text", [None, ""])
def test_a_missing_or_empty_file_says_so(installation: Path, text: str | None) -> None:
    if text is not None:
        installation.write_text(text)
    assert logs.read("Installation") == "This log is empty.\n"


def test_a_file_that_cannot_be_read_is_an_error(installation: Path) -> None:
    installation.mkdir()
    with pytest.raises(HostError, match="cannot be read"):
        logs.read("Installation")


def test_nothing_a_program_logged_acts_on_the_terminal(installation: Path) -> None:
    installation.write_bytes("good\ttext é\n\x1b[2J\x1b]0;x\x07\x9b1m\r\x7f\x00\n".encode() + b"\xff\n")
    text = logs.read("Installation")
    assert text.startswith("good\ttext é\n")
    assert all(character.isprintable() or character in "\n\t" for character in text)


@pytest.mark.processes
class TestJournal:
    @pytest.fixture(autouse=True)
    def journalctl(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        fake = tmp_path / "journalctl"
        fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        return fake

    @pytest.mark.parametrize("log", [log for log in logs.LOGS if log.file is None], ids=lambda log: log.digit)
    def test_its_entries_are_asked_for(self, log: logs.Log) -> None:
        arguments = logs.read(log.name, 7).splitlines()
        assert "--no-pager" in arguments
        assert "--lines=7" in arguments
        assert tuple(arguments[len(arguments) - len(log.journal) :]) == log.journal

    def test_its_failure_is_an_error(self, journalctl: Path) -> None:
        journalctl.write_text("#!/bin/sh\necho no journal >&2\nexit 1\n")
        with pytest.raises(run.CommandError, match="no journal"):
            logs.read("Syslog")


def test_a_host_that_was_upgraded_shows_the_log_of_that(
    installation: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "upgrade.log"
    assert logs.Log(digit="6", name="x").newer is None and paths.UPGRADE_LOG.name == "install.log"
    changed = logs.Log(digit="6", name="Installation", file=installation, newer=newer)
    monkeypatch.setattr(logs, "LOGS", (changed,))
    installation.write_text("installed\n")
    assert logs.read("6") == "installed\n"
    newer.write_text("upgraded\n")
    assert logs.read("6") == "upgraded\n"
