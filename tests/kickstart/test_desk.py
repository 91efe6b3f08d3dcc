"""The tool at a desk, and what is made from the table."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from host.machine.model import Machine
from installer.kickstart import manual
from installer.kickstart.__main__ import main
from installer.kickstart.commands import COMMANDS
from installer.kickstart.language import Status
from installer.spec import InstallSpec, UpgradeSpec, to_json
from tests.kickstart.support import CORPUS, MACHINES, whole
from tools.places import ROOT

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


def test_several_files(tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.cfg"
    bad.write_text("install\n")
    assert main(["check", good, good]) == 0
    assert main(["check", good, str(bad)]) == 1
    shown = capsys.readouterr().out
    assert f"{bad}:1: error" in shown and shown.count(f"{good}: nothing to remark.") == 3


def test_a_file_that_cannot_be_read_does_not_hide_the_others(
    tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "none"), good]) == 2
    shown = capsys.readouterr()
    assert f"{good}: nothing to remark." in shown.out and "cannot be read" in shown.err


def test_json_of_several_files(tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.cfg"
    bad.write_text("install\n")
    assert main(["check", "--json", good, str(bad)]) == 1
    made = json.loads(capsys.readouterr().out)
    assert [(one["file"], one["ok"]) for one in made] == [(good, True), (str(bad), False)]
    assert main(["check", "--json", good, str(tmp_path / "none")]) == 2
    assert [one["file"] for one in json.loads(capsys.readouterr().out)] == [good]
    assert main(["check", "--json", good]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == good


def test_paranoid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warned = tmp_path / "warned.cfg"
    warned.write_text(whole(FIRST, "lang en_US"))
    assert main(["check", str(warned)]) == 0
    assert "lang has no meaning here" in capsys.readouterr().out
    assert main(["check", "--paranoid", str(warned)]) == 1
    assert f"{warned}:4: error: lang has no meaning here" in capsys.readouterr().out


def test_paranoid_counts_what_the_machine_says(tmp_path: Path, good: str) -> None:
    path = tmp_path / "path.cfg"
    path.write_text(whole("install --disk=/dev/sdb --overwritevmfs"))
    on_rack = ["--machine", str(MACHINES / "rack.json")]
    assert main(["check", str(path), *on_rack]) == 0
    assert main(["check", "--paranoid", str(path)]) == 0
    assert main(["check", "--paranoid", str(path), *on_rack]) == 1
    assert main(["check", "--paranoid", good, *on_rack]) == 0


TEN = """\
ten-errors.cfg:3: error: What follows --iscrypted is not a password hash, and no password would fit it. \
Make one with: openssl passwd -6. It begins with $6$ (or $1$, $5$, $y$).
ten-errors.cfg:4: error: There is no keyboard layout "Klingon". Choose one of: {layouts}.
ten-errors.cfg:5: error: There is no command "instal". Did you mean install?
ten-errors.cfg:6: error: install has no option "--overwritevfms". Did you mean --overwritevmfs?
ten-errors.cfg:7: error: --drives and --alldrives exclude each other. Keep one of them.
ten-errors.cfg:8: error: --ip: "192.0.2.300" is not an IPv4 address. Write one such as 192.168.1.10.
ten-errors.cfg:9: error: network is already in ten-errors.cfg:8. Keep one of them.
ten-errors.cfg:10: error: --ondisk: "/dev/sdb1" is a partition. Name the whole disk: "/dev/sdb".
ten-errors.cfg:11: error: reboot takes only options. Remove "now", or write -- before an option and quotes \
around blanks.
ten-errors.cfg:12: error: --timeout: "soon" is not a number of seconds. Write a whole number.
ten-errors.cfg: 10 errors.
"""


def test_ten_errors_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    from host.keyboard import LAYOUTS

    with chdir(CORPUS):
        assert main(["check", "ten-errors.cfg"]) == 1
    names = ", ".join(layout.name for layout in LAYOUTS)
    assert capsys.readouterr().out == TEN.replace("{layouts}", names)


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
    stale = text.replace("Accepts the licence terms.", "Accepts.")
    assert stale != text and manual.filled(stale) == text


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


def test_explain_in_words(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", good]) == 0
    rules = capsys.readouterr().out
    assert "The first that fits local, then remote, then usb" in rules and "datastores too" in rules
    assert "On this machine" not in rules
    assert main(["explain", good, "--machine", str(MACHINES / "rack.json")]) == 0
    shown = capsys.readouterr().out
    assert "-> t10.ATA" in shown and "Another one comes first." in shown
    assert "No filter fits" not in shown and "fits usb. The disk has 0 GiB" in shown
    assert "Erased for good: ntfs OS" in shown and "vmnic1, b0:4f:13:aa:00:11" in shown
    for secret in ("Kiosk", "Trail7x", "$y$"):
        assert secret not in rules + shown


def test_explain_tells_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(CORPUS / "ten-errors.cfg")]) == 1
    shown = capsys.readouterr().out
    assert "10 errors." in shown and "What the file asks for:" in shown
    assert main(["explain", str(CORPUS / "none.cfg")]) == 2


def test_match(capsys: pytest.CaptureFixture[str]) -> None:
    rack = ["--machine", str(MACHINES / "rack.json")]
    assert main(["match", "usb,remote", *rack]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "--firstdisk=usb,remote:"
    assert [line for line in shown if line.startswith("->")] == [
        "-> mpx.vmhba32:C0:T0:L0 (SanDisk Cruzer Fit, 28.6 GiB, usb, usb-storage) fits usb."
    ]
    assert main(["match", "nothing", *rack]) == 1
    capsys.readouterr()
    assert main(["match", "local", "--json", *rack, "--ignoressd"]) == 0
    assert json.loads(capsys.readouterr().out)["chosen"] == "naa.6d0946606b3a5c002a1b3c4d5e6f7081"
    assert main(["match", "local", "--machine", str(MACHINES / "no-disk.json")]) == 1
    assert "->" not in capsys.readouterr().out
    assert main(["match", "local", "--machine", str(MACHINES / "none.json")]) == 2
    assert main(["match", "naa.5000c500a1b2c3d4:1", *rack]) == 2


def test_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever this machine is; a recorded one stands in its place, as tests must not look at disks."""
    from host.machine import probe
    from host.machine.model import load

    rack = load(MACHINES / "rack.json")

    def look() -> Machine:
        return rack

    monkeypatch.setattr(probe, "probe", look)
    file = tmp_path / "machine.json"
    assert main(["record", str(file)]) == 0
    assert load(file) == rack
    assert main(["record"]) == 0
    assert capsys.readouterr().out.encode() == file.read_bytes()
    assert main(["record", str(tmp_path / "no" / "where")]) == 2


SPEC = InstallSpec(
    disk_id="naa.5000c500a1b2c3d4", disk_serial="Z1", disk_size=10**11, password_hash="$6$salt$" + "k" * 86
)


def test_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "spec.json"
    given.write_bytes(to_json(SPEC))
    out = tmp_path / "log" / "ks.cfg"
    out.parent.mkdir()
    assert main(["convert", str(given), "--output", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert main(["convert", str(out.parent)]) == 0
    shown = capsys.readouterr()
    assert shown.out == out.read_text() and shown.err == ""
    assert main(["check", "--paranoid", str(out)]) == 0


def test_convert_knows_what_the_disk_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import msgspec

    from host.machine.model import load

    rack = load(MACHINES / "rack.json")
    (disk,) = (one for one in rack.disks if one.path == "/dev/sda")
    spec = msgspec.structs.replace(SPEC, disk_id=disk.id, disk_serial=disk.serial, erase=True)
    (tmp_path / "spec.json").write_bytes(to_json(spec))
    assert main(["convert", str(tmp_path / "spec.json")]) == 0
    assert f"install --disk={disk.id}\n" in capsys.readouterr().out
    assert main(["convert", str(tmp_path / "spec.json"), "--machine", str(MACHINES / "rack.json")]) == 0
    assert f"install --disk={disk.id} --overwritevmfs\n" in capsys.readouterr().out


def test_nothing_to_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(tmp_path)]) == 2
    assert main(["convert", str(MACHINES / "rack.json")]) == 2
    upgrade = UpgradeSpec(disk_id="a", disk_serial="b", disk_size=1)
    (tmp_path / "spec.json").write_bytes(to_json(upgrade))
    assert main(["convert", str(tmp_path / "spec.json")]) == 2
    assert "An upgrade keeps" in capsys.readouterr().err
    (tmp_path / "ks.cfg").write_text("install\n")
    assert main(["convert", str(tmp_path)]) == 1


@pytest.mark.processes
def test_a_python_without_the_libraries_says_what_to_do(good: str) -> None:
    """What Debian's own python3 does on a desk that nobody has set up; -S leaves out what was installed."""
    ended = subprocess.run(
        [sys.executable, "-S", "-m", "installer.kickstart", "check", good],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    for word in ("python3-msgspec", "make setup", "build/venv/bin/python"):
        assert word in ended.stderr


@pytest.mark.processes
def test_a_check_loads_no_installation() -> None:
    """What makes a check quick: the budget itself is measured by make bench."""
    code = (
        "import sys; from installer.kickstart.__main__ import main; main(sys.argv[1:]); "
        "print(*[name for name in sys.modules if name in sys.argv[0]], *sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "check", "--json", str(CORPUS / "static-everything.cfg")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(ended.stderr.split())
    assert "installer.kickstart.meaning" in loaded
    for heavy in (
        "installer.plan",
        "installer.kickstart.binding",
        "installer.kickstart.explaining",
        "host.run",
        "subprocess",
        "socket",
        "shutil",
    ):
        assert heavy not in loaded, heavy


@pytest.mark.processes
def test_a_check_leaves_libraries_of_other_programs_alone() -> None:
    argv = [sys.executable, "-X", "importtime", "-m", "installer.kickstart", "check"]
    argv.append(str(CORPUS / "static-everything.cfg"))
    ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "msgspec" in loaded
    assert "inspect" not in loaded, "what typing_extensions would bring along"
