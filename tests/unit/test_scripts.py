"""Script bodies under their real interpreters."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from host.scripts import VARIABLE
from host.scripts.model import Interpreter, Outcome, Result, Script
from host.scripts.runner import Surroundings, run_script

pytestmark = pytest.mark.processes

needs_busybox = pytest.mark.skipif(
    shutil.which("busybox") is None, reason="busybox is missing; `make` installs it"
)


class Place:
    """A log, what was said, and a place to run in."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log" / "script.log"
        self.said: list[str] = []
        self.work = folder / "work"
        self.surroundings = Surroundings(
            work=self.work, applets=folder / "applets", search=os.environ["PATH"], cwd=folder
        )

    def run(self, body: str, interpreter: Interpreter = Interpreter.BASH, **more: object) -> Outcome:
        script = Script(
            section="%post",
            body=body,
            file="ks.cfg",
            line=40,
            interpreter=interpreter,
            **more,  # type: ignore[arg-type]
        )
        return run_script(script, log_file=self.log, said=self.said.append, surroundings=self.surroundings)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("interpreter", "body", "said"),
    [
        pytest.param(
            Interpreter.BUSYBOX, "x=$(cat <<E\na b\nE\n)\necho $x; echo ${x%b}", ["a b", "a"],
            marks=needs_busybox,
        ),
        (Interpreter.PYTHON, "import sys\nprint(sys.version_info.major, sys.stdin.read() == '')", ["3 True"]),
        (Interpreter.BASH, "a=(1 2 3); echo ${a[1]}", ["2"]),
        (Interpreter.NONE, "#!/usr/bin/env python3\nprint('by its first line')", ["by its first line"]),
        pytest.param(Interpreter.NONE, "echo by busybox", ["by busybox"], marks=needs_busybox),
    ],
)  # fmt: skip
def test_bodies_run_under_their_interpreter(
    place: Place, interpreter: Interpreter, body: str, said: list[str]
) -> None:
    outcome = place.run(body, interpreter)
    assert (outcome.result, outcome.code) == (Result.DONE, 0), outcome.text
    assert place.said == said


@needs_busybox
def test_tools_that_only_busybox_has_are_found_last(place: Place) -> None:
    """The system's own program wins; what the system does not have comes from busybox."""
    outcome = place.run("command -v cat; echo | uuencode -m x | head -1; PATH=${PATH##*:}; ash -c 'echo in'")
    assert outcome.ok
    assert not place.said[0].startswith(str(place.surroundings.applets))
    assert place.said[1:] == ["begin-base64 644 x", "in"]


def test_a_script_has_its_own_plain_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("LC_ALL", "tlh_QO")
    place.run("echo $LC_ALL $LANG $HOME; echo ${PYTHONPATH-none}; umask; pwd")
    assert place.said == ["C.UTF-8 C.UTF-8 /root", "none", "0022", str(place.surroundings.cwd)]


def test_a_script_can_be_told_from_a_person(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    place.run(f"echo ${VARIABLE}")
    assert place.said == ["%post"]


@pytest.mark.parametrize(
    ("body", "result", "words"),
    [
        ("exit 3", Result.FAILED, "%post, ks.cfg:40 failed with exit status 3"),
        ("kill -9 $$", Result.FAILED, "%post, ks.cfg:40 was ended by SIGKILL"),
        ("false\ntrue", Result.DONE, "%post, ks.cfg:40 ended well"),
        ("no-such-command", Result.FAILED, "exit status 127"),
    ],
)
def test_the_end_is_told_with_the_place_in_the_file(
    place: Place, body: str, result: Result, words: str
) -> None:
    outcome = place.run(body)
    assert outcome.result is result
    assert words in outcome.text
    assert place.log.read_text().splitlines()[-1].endswith(outcome.text)


def test_a_script_whose_time_is_over(place: Place) -> None:
    outcome = place.run("echo begun; sleep 100", timeout=1)
    assert outcome.result is Result.LATE
    assert "because its 1 s were over" in outcome.text
    assert place.said == ["begun"]


def test_a_missing_interpreter_is_no_crash(place: Place) -> None:
    place.surroundings = Surroundings(work=place.work, applets=place.work / "a", search="/nonexistent")
    outcome = place.run("true")
    assert outcome.result is Result.NOT_STARTED and outcome.code is None
    assert "bash" in outcome.text


def test_the_log_has_the_output_as_it_is_and_people_get_it_harmless(place: Place) -> None:
    place.run(r"printf 'a\033[2Jb\n'")
    assert place.said == ["a\N{REPLACEMENT CHARACTER}[2Jb"]
    assert b"a\033[2Jb\n" in place.log.read_bytes()


def test_nobody_else_can_read_a_body_and_nothing_of_it_stays(place: Place) -> None:
    place.run("stat -c %a $0 ${0%/*} ${0%/*/*}; true secret-word")
    assert place.said == ["700", "700", "700"]
    assert list(place.work.iterdir()) == []
    assert "secret-word" not in place.log.read_text()
    assert place.log.stat().st_mode & 0o777 == 0o600


def test_a_script_that_leaves_its_folder_unwritable_or_gone_is_cleaned_up(place: Place) -> None:
    assert place.run("rm -rf ${0%/*}; echo on").ok
    assert place.said == ["on"]


def test_a_body_is_not_in_what_is_logged_of_a_script() -> None:
    script = Script(section="%pre", body="rootpw secret", file="ks.cfg", line=3)
    assert "secret" not in f"{script} {script!r}"
    assert script.title == "%pre, ks.cfg:3"
