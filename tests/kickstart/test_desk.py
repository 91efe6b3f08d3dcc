"""The tool at a desk, and what is made from the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from installer.kickstart import manual
from installer.kickstart.__main__ import main
from installer.kickstart.commands import COMMANDS
from installer.kickstart.language import Status
from tests.kickstart.support import CORPUS, MACHINES, whole

FIRST = "install --firstdisk --overwritevmfs"


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "ks.cfg"
    path.write_text(whole(FIRST, "network --bootproto=dhcp --device=vmnic1", "%post", "echo Trail7x"))
    return str(path)


def test_a_good_file(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", good]) == 0
    shown = capsys.readouterr().out
    assert f"{good}: nothing to remark." in shown
    assert "install --firstdisk=local,remote,usb" in shown


def test_on_a_machine(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", good, "--machine", str(MACHINES / "rack.json")]) == 0
    shown = capsys.readouterr().out
    assert "Disk: ATA DELLBOSS VD, 223.6 GiB, serial 4e1a2b3c4d5e6f70" in shown
    assert "Adapter: vmnic1, b0:4f:13:aa:00:11, Broadcom NetXtreme BCM5720" in shown
    assert "6 bedplate-datastore" in shown


def test_errors_end_with_one(tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.cfg"
    bad.write_text("install\n")
    assert main(["check", str(bad)]) == 1
    assert f"{bad}:1: error: install does not say which disk." in capsys.readouterr().out
    assert main(["check", good, "--machine", str(MACHINES / "no-disk.json")]) == 1
    assert "No disk fits" in capsys.readouterr().out


def test_nothing_to_check_ends_with_two(tmp_path: Path, good: str) -> None:
    assert main(["check", str(tmp_path / "none")]) == 2
    assert main(["check", good, "--machine", str(tmp_path / "none")]) == 2
    assert main(["check", good, "--machine", good]) == 2
    for wrong in ([], ["check"], ["walk"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2


def test_json(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", good, "--json", "--machine", str(MACHINES / "rack.json")]) == 0
    printed = capsys.readouterr().out
    made = json.loads(printed)
    assert made["ok"] is True and made["diagnostics"] == []
    assert made["machine"]["disk"]["path"] == "/dev/sdc"
    assert made["machine"]["adapter"] == "vmnic1"
    assert any(line.startswith("Disk:") for line in made["plan"])
    for secret in ("Kiosk", "Trail7x", "password_hash", "$y$"):
        assert secret not in printed


def test_json_of_a_wrong_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(CORPUS / "wrong-values.cfg"), "--json"]) == 1
    made = json.loads(capsys.readouterr().out)
    assert made["ok"] is False and made["script"] is None
    assert set(made["diagnostics"][0]) == {"severity", "file", "line", "message", "hint"}


@pytest.mark.parametrize("name", sorted(path.stem for path in CORPUS.glob("*.cfg")))
def test_commands_are_as_the_schema_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(CORPUS / f"{name}.cfg"), "--json"])
    schema = manual.schema()
    for command in json.loads(capsys.readouterr().out)["commands"]:
        fitting = [one for one in schema["items"]["oneOf"] if fits(command, one)]
        assert len(fitting) == 1, command


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is of a schema, for what the schemas here are made of."""
    if "const" in schema:
        return bool(value == schema["const"] and type(value) is type(schema["const"]))
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}
    if not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(one, schema["items"]) for one in value)
    if isinstance(value, int):
        return bool(value >= schema.get("minimum", value))
    if not isinstance(value, dict):
        return True
    known = schema["properties"]
    assert schema["additionalProperties"] is False
    has_all = set(schema.get("required", ())) <= set(value) <= set(known)
    return has_all and all(fits(one, known[key]) for key, one in value.items())


def test_the_check_of_the_schema_can_fail() -> None:
    (install,) = [one for one in manual.schema()["items"]["oneOf"] if "--ignoressd" in str(one)]
    good = {"command": "install", "file": "a", "line": 1, "options": {"--overwritevmfs": True}}
    assert fits(good, install)
    for wrong in (
        {"line": 0},
        {"line": "1"},
        {"options": {"--x": True}},
        {"options": {"--disk": True}},
        {"more": 1},
    ):
        assert not fits({**good, **wrong}, install)


def test_the_manual_is_up_to_date() -> None:
    text = manual.PAGE.read_text(encoding="utf-8")
    assert manual.filled(text) == text, "run: python3 -m installer.kickstart docs --write"
    assert manual.page_part() in text


def test_the_manual_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert f"`{command.name}" in text
        if command.status is not Status.LEGACY:
            assert [option.name for option in command.options if f"`{option.name}" not in text] == []
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3}


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    assert "installorupgrade" in capsys.readouterr().out
    for name in ("vmaccepteula", "firstboot", "%pre", "part"):
        assert main(["help", name]) == 0
    shown = capsys.readouterr().out
    assert "--onfirstdisk[=FILTER,FILTER…]" in shown and "`" not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert main(["help", "nonsense"]) == 2


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == manual.schema()
