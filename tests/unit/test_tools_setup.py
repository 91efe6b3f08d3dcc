"""Set-up: what is needed for what, and that nothing happens when nothing is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import setup
from tools.gate import passed


def test_every_package_has_a_reason() -> None:
    for group, table in setup.PACKAGES.items():
        assert table, group
        assert all(len(why) > 8 for why in table.values())


def test_kinds_of_work_add_up() -> None:
    wanted = setup.packages(["iso", "run"])
    assert {"mmdebstrap", "qemu-system-x86", "libparted-dev"} <= set(wanted)
    assert "lvm2" not in wanted


def test_an_unknown_kind_of_work_is_an_error() -> None:
    with pytest.raises(setup.SetupError, match="no kind of work named cake"):
        setup.packages(["cake"])


def test_nothing_missing_does_nothing() -> None:
    setup.install({})  # the guard of tests/conftest.py would refuse apt


def test_says_what_and_why_before_installing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(setup, "run_as_root", ran.append)
    setup.install({"xorriso": "writes the hybrid ISO"})
    assert "xorriso  writes the hybrid ISO" in capsys.readouterr().out
    assert ran[1][-1] == "xorriso" and "--no-install-recommends" in ran[1]


def test_without_sudo_the_command_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(setup.SetupError, match="apt-get install xorriso"):
        setup.run_as_root(["apt-get", "install", "xorriso"])


@pytest.mark.processes
def test_an_environment_depends_on_its_requirements(tmp_path: Path) -> None:
    import sys

    listed = tmp_path / "requirements.txt"
    listed.write_text("a==1\n")
    before = setup.fingerprint(listed, sys.executable)
    assert setup.fingerprint(listed, sys.executable) == before
    listed.write_text("a==2\n")
    assert setup.fingerprint(listed, sys.executable) != before


def test_the_gate_counts_only_what_passed() -> None:
    assert passed({"tests": "10", "failures": "1", "errors": "2", "skipped": "3"}) == 4


def test_a_user_without_numbers_for_namespaces_gets_free_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(setup, "run_as_root", ran.append)
    (tmp_path / "subuid").write_text("other:100000:65536\nthird:300000:65536\n")
    setup.subordinate_ids("me", tmp_path)
    assert ran == [
        ["usermod", "--add-subuids", "365536-431071", "me"],
        ["usermod", "--add-subgids", "100000-165535", "me"],
    ]


def test_numbers_for_namespaces_that_are_there_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(setup, "run_as_root", ran.append)
    for table in ("subuid", "subgid"):
        (tmp_path / table).write_text("me:100000:65536\n")
    setup.subordinate_ids("me", tmp_path)
    assert ran == []


@pytest.mark.processes
def test_modules_are_compiled_where_no_start_would_do_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for package in ("ours", "tests"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "ours/module.py").write_text("ANSWER = 42\n")
    setup.bytecode(tmp_path)
    assert list((tmp_path / "ours/__pycache__").glob("module.*.pyc"))
    assert not (tmp_path / "tests/__pycache__").exists()
