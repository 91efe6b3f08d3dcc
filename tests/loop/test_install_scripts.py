"""Installations with scripts on loop devices: %post with the new datastore, %firstboot kept for later."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from host import events
from host.scripts.model import Interpreter, Script
from host.storage.layout import Role
from tests.loop.conftest import GIB, Installer, MakeLoop, sh, spec_for
from tests.loop.test_install_loop import assert_done, error_of, node

pytestmark = pytest.mark.root


def script(body: str, line: int, **more: object) -> Script:
    words: dict[str, object] = {"section": "%post", "interpreter": Interpreter.BASH, **more}
    return Script(body=body, file="ks.cfg", line=line, **words)  # type: ignore[arg-type]


def read(device: str, role: Role, place: Path, *names: str) -> list[str]:
    """Files of a partition."""
    place.mkdir(exist_ok=True)
    options = "ro,norecovery" if role is Role.DATASTORE else "ro"
    sh("mount", "-o", options, node(device, role), place)
    try:
        return [(place / name).read_text() for name in names]
    finally:
        sh("umount", place)


def test_post_finds_the_datastore_and_first_boot_scripts_are_kept(
    loop: MakeLoop, installer: Installer, tmp_path: Path
) -> None:
    device, volumes = loop(20 * GIB), tmp_path / "volumes"
    store = volumes / "datastore1"
    spec = spec_for(
        device,
        post=(
            script(f"echo from post; echo made > {store}/stamp", 10),
            script(f"cat {store}/stamp; exit 3", 20, ignore_failure=True),
        ),
        first_boot=(script("echo the-secret", 30, section="%firstboot"),),
    )
    seen = installer.install(spec, "--volumes", str(volumes))
    assert_done(seen, installer)
    said = [(event.source, event.text) for event in seen if isinstance(event, events.Output)]
    assert said == [("%post, ks.cfg:10", "from post"), ("%post, ks.cfg:20", "made")]
    (warning,) = [event.text for event in seen if isinstance(event, events.Warning)]
    assert "%post, ks.cfg:20 failed with exit status 3" in warning
    assert not store.is_mount()
    assert read(device, Role.DATASTORE, tmp_path / "mnt", "stamp") == ["made\n"]
    kept, progress, log = read(
        device, Role.STATE, tmp_path / "mnt", "firstboot/queue/001.json", "firstboot/progress.json",
        "log/install.log",
    )  # fmt: skip
    assert "the-secret" in kept and '"total":1' in progress
    assert log.count("from post") == 1 and "the-secret" not in log


def test_a_post_script_that_fails_ends_the_installation_and_says_what_there_is(
    loop: MakeLoop, installer: Installer, tmp_path: Path
) -> None:
    device = loop(20 * GIB)
    spec = spec_for(
        device,
        post=(script("echo first; exit 5", 10), script(f"touch {tmp_path}/second", 20)),
    )
    seen = installer.install(spec, "--volumes", str(tmp_path / "volumes"))
    error = error_of(seen)
    assert "%post, ks.cfg:10 failed with exit status 5" in error.text
    assert "--ignorefailure" in error.hint and "The system is on the disk and starts" in error.changed
    assert not (tmp_path / "second").exists()
    assert not (tmp_path / "volumes/datastore1").is_mount()


def end(pid: int) -> None:
    """Kill a process and wait until it holds nothing any more."""
    os.kill(pid, signal.SIGKILL)
    status = Path(f"/proc/{pid}/stat")
    until = time.monotonic() + 20
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] not in "ZX":
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_a_script_leaves_running_does_not_keep_the_installation(
    loop: MakeLoop, installer: Installer, tmp_path: Path
) -> None:
    device, volumes, pid = loop(20 * GIB), tmp_path / "volumes", tmp_path / "pid"
    body = f"cd {volumes}/datastore1; sleep 600 & echo $! > {pid}"
    seen = installer.install(spec_for(device, post=(script(body, 10),)), "--volumes", str(volumes))
    try:
        assert_done(seen, installer)
        assert not (volumes / "datastore1").is_mount()
    finally:
        end(int(pid.read_text()))
