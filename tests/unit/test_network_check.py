"""Test Management Network, with programs that answer what the real ones do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from host.network import check
from host.network.state import ManagementState

pytestmark = pytest.mark.processes

Tool = Callable[..., Path]

ANSWERED = """PING 192.0.2.1 (192.0.2.1) from 192.0.2.10 vmk0: 56(84) bytes of data.
64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=9.3 ms

--- 192.0.2.1 ping statistics ---
3 packets transmitted, {received} received, 0% packet loss, time 602ms
rtt min/avg/max/mdev = 4.170/9.367/16.001/4.912 ms
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Puts a program on the path that notes its arguments and answers as told."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def make(name: str, output: str, code: int = 0, *, error: str = "") -> Path:
        for stream, text in (("out", output), ("err", error)):
            (tmp_path / f"{name}.{stream}").write_text(text)
        script = tmp_path / name
        script.write_text(
            f'#!/bin/sh\necho "$@" >>{script}.args\ncat {script}.out\ncat {script}.err >&2\nexit {code}\n'
        )
        script.chmod(0o755)
        return tmp_path / f"{name}.args"

    return make


def test_a_ping_goes_through_vmk0(tool: Tool) -> None:
    arguments = tool("ping", ANSWERED.format(received=3))
    line = check.ping("192.0.2.1", "Pinging the default gateway")
    assert (line.ok, line.text) == (True, "answers after 9.367 ms")
    assert "-I vmk0 192.0.2.1" in arguments.read_text()


def test_one_answer_is_enough(tool: Tool) -> None:
    tool("ping", ANSWERED.format(received=1), 1)
    assert check.ping("192.0.2.1", "x").ok


def test_no_answer(tool: Tool) -> None:
    tool("ping", "3 packets transmitted, 0 received, 100% packet loss, time 9ms\n", 1)
    assert (check.ping("192.0.2.1", "x").ok, check.ping("192.0.2.1", "x").text) == (False, "no answer")


def test_the_reason_ping_gives_is_told(tool: Tool) -> None:
    tool("ping", "", 2, error="ping: connect: Network is unreachable\n")
    assert check.ping("192.0.2.1", "x").text == "connect: Network is unreachable"


def test_a_missing_program_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no such program" in check.ping("192.0.2.1", "x").text
    assert "no such program" in check.resolve("host.test").text


def test_a_name_is_asked_of_the_servers_themselves(tool: Tool) -> None:
    arguments = tool("resolvectl", "esx01.lab.test: 192.0.2.10                   -- link: vmk0\n")
    line = check.resolve("esx01.lab.test")
    assert (line.ok, line.text) == (True, "is 192.0.2.10")
    assert "--synthesize=no" in arguments.read_text()


def test_a_name_nobody_knows(tool: Tool) -> None:
    tool("resolvectl", "", 1, error="nope.test: resolve call failed: 'nope.test' not found\n")
    assert check.resolve("nope.test").text == "nope.test: resolve call failed: 'nope.test' not found"


def test_what_is_tested_by_default() -> None:
    present = ManagementState(
        gateway="192.0.2.1", dns=("192.0.2.2", "192.0.2.3", "192.0.2.4"), hostname="esx01"
    )
    assert check.targets(present) == check.Targets(
        gateway="192.0.2.1", dns=("192.0.2.2", "192.0.2.3"), hostname="esx01"
    )


def test_lines_come_in_order_and_empty_targets_are_left_out(tool: Tool) -> None:
    tool("ping", ANSWERED.format(received=3))
    tool("resolvectl", "esx01: 192.0.2.10\n")
    wanted = check.Targets(gateway="192.0.2.1", dns=("192.0.2.2",), hostname="esx01")
    assert [line.target for line in check.run(wanted)] == ["192.0.2.1", "192.0.2.2", "esx01"]
    assert list(check.run(check.Targets())) == []
