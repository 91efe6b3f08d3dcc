"""Programs that take long: their lines as they come, their end, and the end of all they started."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from host.run import CommandError, Ended, dry_run, follow

pytestmark = pytest.mark.processes

ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def wait_for(path: Path) -> str:
    """What somebody wrote into a file; fails when that takes too long."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{path} was never written")


def alive(pid: int) -> bool:
    """A process that ended and whose parent has not asked for it counts as gone."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def ends(pid: int) -> bool:
    """Whether a process that was killed is gone; the kernel takes its time on a busy machine."""
    until = time.monotonic() + 60
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not alive(pid)


def test_lines_come_while_the_program_runs(tmp_path: Path) -> None:
    """The program goes on only once we have answered its first line."""
    answer = tmp_path / "answer"
    body = f"echo one; while [ ! -e {answer} ]; do sleep 0.05; done; echo two >&2; printf end"
    said: list[str] = []

    def take(line: str) -> None:
        said.append(line)
        answer.touch()

    ended = follow(
        ["sh", "-c", body], output=tmp_path / "out", said=take, environment=ENVIRONMENT, timeout=60
    )
    assert ended == Ended(0)
    assert said == ["one", "two", "end"]
    assert (tmp_path / "out").read_text() == "one\ntwo\nend"
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


def test_only_new_lines_of_a_log_are_passed_on(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("before\n")
    said: list[str] = []
    follow(["echo", "new"], output=tmp_path / "out", said=said.append, environment=ENVIRONMENT)
    assert said == ["new"]
    assert (tmp_path / "out").read_text() == "before\nnew\n"


def test_bytes_that_are_no_text_and_endless_lines_do_no_harm(tmp_path: Path) -> None:
    script = "import sys; w = sys.stdout.buffer.write; w(b'\\xff\\xfeA\\r\\n'); w(b'x' * 300000)"
    said: list[str] = []
    follow(["python3", "-c", script], output=tmp_path / "out", said=said.append, environment=ENVIRONMENT)
    assert said[0] == "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}A"
    assert "".join(said[1:]) == "x" * 300000
    assert max(map(len, said)) < 200000


def test_exit_status_and_signals_are_told(tmp_path: Path) -> None:
    def run(body: str) -> Ended:
        return follow(
            ["sh", "-c", body], output=tmp_path / "out", said=lambda _: None, environment=ENVIRONMENT
        )

    assert run("exit 7") == Ended(7)
    assert run("kill -9 $$") == Ended(-9)


def test_a_missing_program_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no-such-program"):
        follow(["no-such-program"], output=tmp_path / "out", said=lambda _: None, environment=ENVIRONMENT)


def test_the_environment_is_what_was_given_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_CALLER", "1")
    said: list[str] = []
    follow(["env"], output=tmp_path / "out", said=said.append, environment={**ENVIRONMENT, "A": "b"})
    assert "A=b" in said
    assert not [line for line in said if line.startswith("OF_THE_CALLER")]


def test_the_input_is_empty(tmp_path: Path) -> None:
    said: list[str] = []
    ended = follow(
        ["sh", "-c", "cat; echo end"],
        output=tmp_path / "out",
        said=said.append,
        environment=ENVIRONMENT,
        timeout=30,
    )
    assert (ended.late, said) == (False, ["end"])


@pytest.mark.parametrize("deaf", [False, True], ids=["listens", "ignores SIGTERM"])
def test_time_over_ends_the_grandchildren_too(tmp_path: Path, deaf: bool) -> None:
    trap = "trap '' TERM;" if deaf else ""
    child = tmp_path / "child"
    body = f"{trap} sh -c '{trap} echo $$ > {child}; while :; do sleep 1; done' & wait"
    ended = follow(
        ["sh", "-c", body],
        output=tmp_path / "out",
        said=lambda _: None,
        environment=ENVIRONMENT,
        timeout=1,
        grace=1,
    )
    assert ended.late and ended.returncode == (-9 if deaf else -15)
    pid = int(wait_for(child))
    assert ends(pid)


def test_a_grandchild_gets_its_time_to_clean_up(tmp_path: Path) -> None:
    """The program itself ends at once; what it started takes a moment, and gets it."""
    done, ready = tmp_path / "done", tmp_path / "ready"
    clean = f"trap 'sleep 0.5; echo cleaned > {done}; exit' TERM; echo > {ready}; while :; do sleep 0.1; done"
    body = f'sh -c "{clean}" & wait'
    ended = follow(
        ["sh", "-c", body],
        output=tmp_path / "out",
        said=lambda _: None,
        environment=ENVIRONMENT,
        stop=ready.exists,
        timeout=60,
        grace=20,
    )
    assert ended.stopped and not ended.late
    assert wait_for(done) == "cleaned\n"


def test_what_is_left_running_neither_delays_nor_dies(tmp_path: Path) -> None:
    release, done = tmp_path / "release", tmp_path / "done"
    body = f"(while [ ! -e {release} ]; do sleep 0.05; done; echo later; echo ok > {done}) & echo now"
    said: list[str] = []
    ended = follow(
        ["sh", "-c", body], output=tmp_path / "out", said=said.append, environment=ENVIRONMENT, timeout=60
    )
    assert (ended, said) == (Ended(0), ["now"])
    release.touch()
    assert wait_for(done) == "ok\n"
    assert (tmp_path / "out").read_text() == "now\nlater\n"


def test_an_error_of_the_listener_ends_the_program(tmp_path: Path) -> None:
    pid: list[int] = []

    def fail(line: str) -> None:
        pid.append(int(line))
        raise KeyError(line)

    with pytest.raises(KeyError):
        follow(
            ["sh", "-c", "echo $$; exec sleep 100"],
            output=tmp_path / "out",
            said=fail,
            environment=ENVIRONMENT,
        )
    assert ends(pid[0])


def test_a_dry_run_starts_nothing(tmp_path: Path) -> None:
    with dry_run():
        ended = follow(
            ["touch", str(tmp_path / "made")],
            output=tmp_path / "out",
            said=lambda _: None,
            environment=ENVIRONMENT,
        )
    assert ended == Ended(0)
    assert not (tmp_path / "made").exists()
