"""Whole installations on loop devices, with the engine started as a program."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from host import bootloader, events
from host.errors import HostError
from host.storage import partition, signatures
from host.storage.layout import Role, layout
from installer import session
from installer.spec import Datastore, to_json
from tests.loop.conftest import GIB, HASH, Installer, MakeLoop, disk_at, sh, spec_for

pytestmark = pytest.mark.root

STEPS = 11
"""Tasks of an installation with a datastore under a BIOS."""


def table(device: str) -> dict[str, int]:
    return {name: number for number, (name, _, _) in partition.read_table(device).items()}


def node(device: str, role: Role) -> str:
    return partition.node(device, table(device)[role])


def esp(device: str) -> dict[str, bytes]:
    """The files of the ESP; empty when it is no file system."""
    where = node(device, Role.ESP)
    if "vfat" not in sh("blkid", "-p", "-o", "export", where, "/dev/null"):
        return {}
    names = sh("env", "MTOOLS_SKIP_CHECK=1", "mdir", "-/", "-b", "-i", where, "::/").splitlines()
    files = [name.removeprefix("::/") for name in names if not name.endswith("/")]
    return {
        name: subprocess.run(
            ["mtype", "-i", where, f"::/{name}"],
            check=True,
            capture_output=True,
            env={**os.environ, "MTOOLS_SKIP_CHECK": "1"},
        ).stdout
        for name in files
    }


def boot_code(device: str) -> bytes:
    with Path(device).open("rb") as disk:
        return disk.read(440)


def starts(device: str) -> bool:
    """Whether firmware of either kind finds something to start."""
    bios = any(boot_code(device)) and not boot_code(device).startswith(signatures.NO_SYSTEM)
    return bios or "EFI/BOOT/BOOTX64.EFI" in (esp(device) if Role.ESP in table(device) else {})


def assert_whole(device: str, payload: Path, mount: Path, *, bios: bool = True) -> None:
    """Everything a start needs is there and as it should be."""
    files = esp(device)
    state = bootloader.parse_env(files["bedplate/bankenv"])
    assert state == bootloader.fresh_state()
    uuid = partition.partition_uuid(node(device, Role.BANK_A))
    assert f"bedplate.bank={uuid}" in files["bedplate/a.cfg"].decode()
    serial = sh("blkid", "-p", "-o", "value", "-s", "UUID", node(device, Role.ESP))
    assert serial in files["EFI/debian/grub.cfg"].decode()
    assert files["EFI/BOOT/BOOTX64.EFI"] == Path("/usr/lib/shim/shimx64.efi.signed").read_bytes()
    if bios:
        assert_bios(device)
    else:
        assert boot_code(device).startswith(signatures.NO_SYSTEM)
    manifest = json.loads((payload / "manifest.json").read_text())
    mount.mkdir(exist_ok=True)
    sh("mount", "-o", "ro", node(device, Role.BANK_A), mount)
    try:
        for name, file in manifest["files"].items():
            data = (mount / "bedplate" / name).read_bytes()
            assert hashlib.sha256(data).hexdigest() == file["sha256"], name
        assert (mount / "bedplate/manifest.json").exists()
    finally:
        sh("umount", mount)
    sh("mount", "-o", "ro", node(device, Role.STATE), mount)
    try:
        document = (mount / "config/host.json").read_bytes()
        config = json.loads(document)
        assert (config["hostname"], config["password_hash"]) == ("esx01", HASH)
        stamp = (mount / "rendered/.stamp").read_text().split()
        assert stamp == [hashlib.sha256(document).hexdigest(), manifest["root_hash"]]
        assert HASH in (mount / "rendered/etc/shadow").read_text()
        log = (mount / "log/install.log").read_text()
        assert "plan: Disk:" in log
        assert HASH not in log
        repeat = mount / "log/ks.cfg"
        assert stat.S_IMODE(repeat.stat().st_mode) == 0o600
        assert f"rootpw --iscrypted {HASH}\n" in repeat.read_text()
        assert "--hostname=esx01" in repeat.read_text()
    finally:
        sh("umount", mount)


def assert_bios(device: str) -> None:
    """Follow the code as a BIOS would: first sector, core's first sector, the rest of the core."""
    with Path(device).open("rb") as disk:
        first = disk.read(512)
        assert first[510:] == b"\x55\xaa"
        start = int.from_bytes(first[0x5C:0x64], "little")
        _, where, _ = partition.read_table(device)[1]
        assert start * 512 == where
        disk.seek(where)
        core = disk.read(512)
    assert int.from_bytes(core[500:508], "little") == start + 1
    assert int.from_bytes(core[508:510], "little") > 200


def assert_done(seen: list[events.Event], installer: Installer) -> None:
    assert isinstance(seen[-1], events.Done), (seen[-1], installer.stderr)


def error_of(seen: list[events.Event]) -> events.Error:
    last = seen[-1]
    assert isinstance(last, events.Error), last
    return last


@pytest.mark.parametrize("size", [10 * GIB, 20 * GIB])
def test_installs(size: int, loop: MakeLoop, installer: Installer, payload: Path, tmp_path: Path) -> None:
    device = loop(size)
    seen = installer.install(spec_for(device))
    assert_done(seen, installer)
    assert_whole(device, payload, tmp_path / "mnt")
    assert (Role.DATASTORE in table(device)) == (size > 12 * GIB)
    fractions = [event.fraction for event in seen if isinstance(event, events.Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    steps = STEPS if size > 12 * GIB else STEPS - 1
    assert [event.number for event in seen if isinstance(event, events.Step)] == list(range(1, steps + 1))
    assert HASH not in installer.stderr


def test_4kn_under_a_bios_is_refused(loop: MakeLoop, installer: Installer) -> None:
    device = loop(20 * GIB, 4096)
    error = error_of(installer.install(spec_for(device)))
    assert "UEFI" in error.text
    assert error.changed == "Nothing has been changed."
    assert table(device) == {}


def test_installs_on_4kn(loop: MakeLoop, installer: Installer, payload: Path, tmp_path: Path) -> None:
    device = loop(20 * GIB, 4096)
    seen = installer.install(spec_for(device), "--firmware", "uefi")
    assert_done(seen, installer)
    assert_whole(device, payload, tmp_path / "mnt", bios=False)
    assert sh("blkid", "-p", "-o", "value", "-s", "TYPE", node(device, Role.DATASTORE)) == "xfs"


def test_what_was_written_is_on_the_disk_and_not_in_memory(loop: MakeLoop) -> None:
    """While somebody holds the disk open, closing it writes nothing; the file behind it tells."""
    device = loop(10 * GIB)
    image = Path(sh("losetup", "--noheadings", "--output", "BACK-FILE", device))
    with Path(device).open("rb"):
        signatures.mark_not_bootable(device)
        signatures.write_at(device, 7 * 512, b"here")
        with image.open("rb") as file:
            behind = file.read(8 * 512)
    assert behind.startswith(signatures.NO_SYSTEM)
    assert behind[7 * 512 :].startswith(b"here")


@pytest.mark.parametrize("sector", [512, 4096])
def test_a_new_table_lets_a_bios_go_on_before_anything_else_happens(
    sector: int, loop: MakeLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first thing after the table is telling the kernel; here it finds no program to do it with."""
    device = loop(13 * GIB, sector)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError):
        partition.write_table(device, layout(13 * GIB, sector))
    assert boot_code(device).startswith(signatures.NO_SYSTEM)


@pytest.mark.parametrize("step", range(2, STEPS + 1))
def test_power_cut(step: int, loop: MakeLoop, installer: Installer, payload: Path, tmp_path: Path) -> None:
    """Killed at any step, the disk does not start or is whole; and installing again works."""
    device = loop(13 * GIB)
    seen = installer.install(spec_for(device), kill_at=step)
    step = max(event.number for event in seen if isinstance(event, events.Step))
    if 3 < step < STEPS:
        assert boot_code(device).startswith(signatures.NO_SYSTEM)
    if starts(device):
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            if str(tmp_path) in line.split()[4]:
                # An umount that the engine had started when it was killed may be quicker.
                subprocess.run(["umount", line.split()[4]], capture_output=True, check=False)
        assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()
        assert step > STEPS - 2
    if step < STEPS - 2:  # from there on, the datastore is being made
        assert "datastore" not in [found.kind for found in disk_at(device).contents], "nothing to ask about"
    again = installer.install(spec_for(device, erase=True))
    assert_done(again, installer)
    assert_whole(device, payload, tmp_path / "mnt")


def test_an_installed_disk_does_not_start_while_it_is_installed_again(
    loop: MakeLoop, installer: Installer
) -> None:
    device = loop(13 * GIB)
    assert_done(installer.install(spec_for(device)), installer)
    assert starts(device)
    installer.install(spec_for(device, erase=True), kill_at=4)
    assert not starts(device)


def test_sigterm_lets_go_of_the_disk(loop: MakeLoop, installer: Installer, tmp_path: Path) -> None:
    device = loop(13 * GIB)
    with subprocess.Popen(installer.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as engine:
        assert engine.stdin and engine.stdout
        engine.stdin.write(to_json(spec_for(device)))
        engine.stdin.close()
        lines = []
        for line in engine.stdout:
            lines.append(events.from_line(line))
            if isinstance(lines[-1], events.Step) and "Copying" in lines[-1].title:
                engine.send_signal(signal.SIGTERM)
    assert engine.returncode == 1
    assert "stopped" in error_of(lines).text
    assert "erased" in error_of(lines).changed
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()


def test_a_disk_with_data_needs_consent(loop: MakeLoop, installer: Installer) -> None:
    device = loop(13 * GIB)
    sh("mkfs.xfs", "-q", "-L", "precious", device)
    assert "precious" in error_of(installer.install(spec_for(device))).text
    assert disk_at(device).contents[0].kind == "xfs"
    assert_done(installer.install(spec_for(device, erase=True)), installer)
    assert [content.kind for content in disk_at(device).contents] == ["bedplate", "datastore"]


def test_the_wrong_disk_under_the_same_id_is_refused(loop: MakeLoop, installer: Installer) -> None:
    import msgspec

    spec = msgspec.structs.replace(spec_for(loop(13 * GIB)), disk_size=13 * GIB + 512)
    assert "another one" in error_of(installer.install(spec)).text


def test_keeps_the_datastore(loop: MakeLoop, installer: Installer, payload: Path, tmp_path: Path) -> None:
    device = loop(20 * GIB)
    assert_done(installer.install(spec_for(device)), installer)
    mount = tmp_path / "mnt"
    mount.mkdir()
    sh("mount", node(device, Role.DATASTORE), mount)
    (mount / "vm.qcow2").write_bytes(b"a machine")
    sh("umount", mount)
    before = sh("blkid", "-p", "-o", "export", node(device, Role.DATASTORE))
    assert_done(installer.install(spec_for(device, datastore=Datastore.PRESERVE)), installer)
    assert_whole(device, payload, mount)
    assert sh("blkid", "-p", "-o", "export", node(device, Role.DATASTORE)) == before
    sh("mount", node(device, Role.DATASTORE), mount)
    assert (mount / "vm.qcow2").read_bytes() == b"a machine"
    sh("umount", mount)


def test_a_datastore_in_another_layout_cannot_be_kept(loop: MakeLoop, installer: Installer) -> None:
    device = loop(20 * GIB)
    assert_done(installer.install(spec_for(device)), installer)
    sh("sgdisk", "--change-name=4:something", device)
    error = error_of(installer.install(spec_for(device, datastore=Datastore.PRESERVE)))
    assert "partition 4" in error.text
    assert error.changed == "Nothing has been changed."
    assert starts(device)


def test_a_damaged_medium_is_named(
    loop: MakeLoop, installer: Installer, payload: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "medium"
    sh("cp", "-a", payload, damaged)
    data = bytearray((damaged / "initrd").read_bytes())
    data[500_000] ^= 1
    (damaged / "initrd").write_bytes(data)
    installer.payload = damaged
    device = loop(13 * GIB)
    error = error_of(installer.install(spec_for(device)))
    assert "initrd" in error.text
    assert "medium" in error.text
    assert "Write it anew" in error.hint
    assert not starts(device)


def test_a_dry_run_changes_nothing(loop: MakeLoop, installer: Installer) -> None:
    device = loop(13 * GIB)
    seen = installer.install(spec_for(device), "--dry-run")
    assert_done(seen, installer)
    assert "bedplate-state" in installer.stderr
    with Path(device).open("rb") as disk:
        assert not any(disk.read(1024 * 1024))


def test_a_session_installs_with_an_engine_that_waited(
    loop: MakeLoop, installer: Installer, payload: Path, tmp_path: Path
) -> None:
    device = loop(13 * GIB)
    options = tuple(installer.command()[3:])
    session.prepare(installer.work, options=options)
    assert not session.running(installer.work)
    session.start(spec_for(device), installer.work)
    with pytest.raises(HostError, match="already under way"):
        session.start(spec_for(device), installer.work)
    seen: list[events.Event] = []
    offset = 0
    while not seen or not isinstance(seen[-1], events.Done | events.Error):
        more, offset = session.follow(offset, installer.work)
        seen += more
        time.sleep(0.01)
    assert_done(seen, installer)
    assert_whole(device, payload, tmp_path / "mnt")
