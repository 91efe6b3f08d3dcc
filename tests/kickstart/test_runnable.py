"""Sections of a file as scripts that run."""

from __future__ import annotations

from host.scripts.model import Interpreter, Script
from installer.kickstart import bind
from installer.kickstart.runnable import as_script
from tests.kickstart.support import machine, script, whole

FILE = whole(
    "install --firstdisk",
    "%pre",
    "echo pre",
    "%post --interpreter=python --timeout=30 --ignorefailure=true",
    "print('post')",
    "%firstboot --interpreter=bash",
    "echo first",
    "%post",
    "echo again",
)


def test_a_section_keeps_everything_and_no_time_is_no_limit() -> None:
    scripts = [as_script(section) for section in script(FILE).sections]
    assert scripts[1] == Script(
        section="%post",
        body="print('post')\n",
        file="ks.cfg",
        line=6,
        interpreter=Interpreter.PYTHON,
        timeout=30.0,
        ignore_failure=True,
    )
    assert [one.timeout for one in scripts] == [None, 30.0, None, None]
    assert [one.interpreter for one in scripts] == ["busybox", "python", "bash", "busybox"]


def test_what_is_bound_carries_the_scripts_in_their_order() -> None:
    bound = bind(script(FILE), machine("plain-vm")).bound
    assert bound is not None and bound.spec is not None
    assert [one.title for one in bound.spec.post] == ["%post, ks.cfg:6", "%post, ks.cfg:10"]
    assert [one.body for one in bound.spec.first_boot] == ["echo first\n"]
