"""Scripted installations on loop devices, by the real program: from the boot options to the disks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from host import bootloader
from host import events as engine
from host.machine.model import Machine
from host.machine.probe import probe
from host.storage import partition, signatures
from host.storage.layout import Role
from installer import others
from installer.plan import plan
from installer.scripted import events
from installer.scripted.events import Event, Failed, Installed, Installing, Planned
from installer.scripted.story import failure_text
from installer.spec import ExtraDatastore, OtherDisk
from tests.loop.conftest import GIB, Installer, MakeLoop, disk_at, sh, spec_for
from tests.loop.test_install_loop import assert_done, boot_code, esp, starts, table
from tests.loop.test_install_scripts import read

pytestmark = pytest.mark.root

PASSWORD = "Kiosk!Lamp42x"


class Scripted:
    """The program on a kickstart file, with disks that it may only know by their names."""

    def __init__(self, tmp_path: Path, installer: Installer) -> None:
        self.file, self.volumes = tmp_path / "ks.cfg", tmp_path / "volumes"
        self.cmdline = tmp_path / "cmdline"
        self.cmdline.write_text(f"quiet ks=file://{self.file}\n")
        self.work = installer.work
        places = {"payload": installer.payload, "loaders": installer.loaders, "volumes": self.volumes}
        self.engine = ["--loops", *(word for name, path in places.items() for word in (f"--{name}", path))]

    def run(self, *lines: str) -> list[Event]:
        """What a file of these lines comes to."""
        self.file.write_text("\n".join(("vmaccepteula", f"rootpw {PASSWORD}", *lines, "")))
        command = [sys.executable, "-m", "installer.scripted", "--loops", "--patience", "0"]
        command += ["--cmdline", str(self.cmdline), "--work", str(self.work)]
        done = subprocess.run(
            [*command, *(f"--engine={word}" for word in self.engine)], capture_output=True, check=False
        )
        seen = [events.from_line(line) for line in done.stdout.splitlines()]
        assert (done.returncode == 0) == isinstance(seen[-1], Installed | Planned), done.stderr
        for path in (self.work / "install.log", self.work / "events.jsonl"):
            assert not path.exists() or PASSWORD not in path.read_text()
        assert PASSWORD.encode() not in done.stdout + done.stderr
        return seen


@pytest.fixture
def scripted(tmp_path: Path, installer: Installer) -> Scripted:
    return Scripted(tmp_path, installer)


def name(device: str) -> str:
    return disk_at(device).id


def other(device: str) -> OtherDisk:
    disk = disk_at(device)
    return OtherDisk(id=disk.id, serial=disk.serial, size=disk.size)


def failure(seen: list[Event]) -> str:
    assert isinstance(seen[-1], Failed), seen[-1]
    return failure_text(seen[-1])


def written(device: str) -> int:
    """How much of the file behind a loop device was ever written, in blocks of 512 bytes."""
    image = Path(sh("losetup", "--noheadings", "--output", "BACK-FILE", device))
    sh("blockdev", "--flushbufs", device)
    sh("sync", image)
    return image.stat().st_blocks


def old_datastore(device: str, *kept: str, tmp_path: Path) -> None:
    """A disk with nothing but a datastore of ours, and files in it."""
    sh("sgdisk", "--new=1:2048:0", f"--change-name=1:{Role.DATASTORE}", device)
    sh("partx", "--update", device)
    where = partition.node(device, 1)
    sh("mkfs.xfs", "-q", "-L", "old", where)
    place = tmp_path / "old"
    place.mkdir()
    sh("mount", where, place)
    for one in kept:
        (place / one).write_text(one)
    sh("umount", place)


def test_from_the_boot_options_to_two_disks(loop: MakeLoop, scripted: Scripted, tmp_path: Path) -> None:
    system, extra, part = loop(20 * GIB), loop(3 * GIB), tmp_path / "disks.cfg"
    sh("mkfs.ext4", "-q", extra)
    seen = scripted.run(
        f"%include {part}",
        "network --bootproto=dhcp --hostname=esx07",
        "reboot",
        "%pre",
        f"cat > {part} <<END",
        f"install --disk={name(system)}",
        f"clearpart --drives={name(extra)}",
        f"part bulk --ondisk={name(extra)}",
        "END",
        "echo the disks are chosen",
        "%post --interpreter=bash",
        f"echo made > {scripted.volumes}/datastore1/stamp; echo too > {scripted.volumes}/bulk/stamp",
        "%firstboot",
        "echo later",
    )
    assert isinstance(seen[-1], Installed) and any(isinstance(event, Installing) for event in seen), seen[-1]
    assert "the disks are chosen" in [event.text for event in seen if isinstance(event, engine.Output)]
    assert starts(system) and table(extra) == {Role.DATASTORE: 1}
    assert [found.kind for found in disk_at(extra).contents] == ["datastore"]
    assert disk_at(extra).contents[0].label == "bulk"
    assert boot_code(extra).startswith(signatures.NO_SYSTEM), "a BIOS goes on to the next disk"
    mount = tmp_path / "mnt"
    assert read(system, Role.DATASTORE, mount, "stamp") == ["made\n"]
    assert read(extra, Role.DATASTORE, mount, "stamp") == ["too\n"]
    later, host, log = read(
        system, Role.STATE, mount, "firstboot/queue/001.json", "config/host.json", "log/install.log"
    )
    assert "echo later" in later and "esx07" in host
    for line in ("the disks are chosen", "Also erased for good", "Also made: datastore bulk"):
        assert line in log
    assert PASSWORD not in log
    (repeat,) = read(system, Role.STATE, mount, "log/ks.cfg")
    for line in (f"install --disk={name(system)}", f"clearpart --drives={name(extra)}"):
        assert f"{line}\n" in repeat
    assert "%firstboot --interpreter=busybox\necho later\n" in repeat and PASSWORD not in repeat
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()


def test_an_error_stops_before_anything_is_written(loop: MakeLoop, scripted: Scripted) -> None:
    system, extra = loop(13 * GIB), loop(3 * GIB)
    disks = (f"install --disk={name(system)}", f"part bulk --ondisk={name(extra)}")
    before = written(system), written(extra)
    text = failure(scripted.run(*disks, "netwrok --bootproto=dhcp", "part bulk --onfirstdisk=none"))
    assert f"{scripted.file}:5:" in text and f"{scripted.file}:6:" in text
    text = failure(scripted.run(*disks, "clearpart --drives=naa.0"))
    assert "There is no disk naa.0" in text and "Nothing has been changed." in text
    assert (written(system), written(extra)) == before


def test_a_dry_run_shows_the_plan_and_changes_nothing(loop: MakeLoop, scripted: Scripted) -> None:
    system, extra = loop(13 * GIB), loop(3 * GIB)
    sh("mkfs.xfs", "-q", extra)
    before = written(system), written(extra)
    seen = scripted.run(
        *(f"install --disk={name(system)}", f"clearpart --drives={name(extra)}", "dryrun", "reboot")
    )
    assert isinstance(seen[-1], Planned)
    assert any("Also erased for good" in line for line in seen[-1].lines)
    assert (written(system), written(extra)) == before


def test_clearpart_leaves_a_datastore_alone_unless_told(
    loop: MakeLoop, scripted: Scripted, tmp_path: Path
) -> None:
    system, extra = loop(13 * GIB), loop(3 * GIB)
    old_datastore(extra, "machine.vmx", tmp_path=tmp_path)
    lines = (f"install --disk={name(system)} --overwritevmfs", f"clearpart --drives={name(extra)}")
    seen = scripted.run(*lines)
    assert isinstance(seen[-1], Installed)
    warnings = [event.text for event in seen if isinstance(event, engine.Warning)]
    assert any(f"{name(extra)} holds a datastore and is not erased" in text for text in warnings)
    assert read(extra, Role.DATASTORE, tmp_path / "mnt", "machine.vmx") == ["machine.vmx"]
    assert "is not empty" in failure(scripted.run(*lines, f"part bulk --ondisk={name(extra)}"))
    assert read(extra, Role.DATASTORE, tmp_path / "mnt", "machine.vmx") == ["machine.vmx"]
    seen = scripted.run(lines[0], f"{lines[1]} --overwritevmfs")
    assert isinstance(seen[-1], Installed), seen[-1]
    assert disk_at(extra).contents == () and table(extra) == {}


@pytest.fixture
def mounted(loop: MakeLoop, tmp_path: Path) -> Iterator[str]:
    device, place = loop(3 * GIB), tmp_path / "used"
    sh("mkfs.ext4", "-q", device)
    place.mkdir()
    sh("mount", device, place)
    (place / "kept").write_text("kept")
    yield device
    assert (place / "kept").read_text() == "kept"
    sh("umount", place)


def test_a_disk_in_use_is_never_written(loop: MakeLoop, scripted: Scripted, mounted: str) -> None:
    system = loop(13 * GIB)
    before = written(system)
    text = failure(scripted.run(f"install --disk={name(system)}", f"clearpart --drives={name(mounted)}"))
    assert "is in use and is not erased: mounted at" in text
    assert written(system) == before


def test_a_disk_that_was_taken_into_use_meanwhile_is_not_written(
    loop: MakeLoop, installer: Installer, mounted: str
) -> None:
    """The engine looks for itself, whatever it was told, and does so before it touches the system's disk."""
    system = loop(13 * GIB)
    before = written(system)
    seen = installer.install(spec_for(system, clear=(other(mounted),)))
    last = seen[-1]
    assert isinstance(last, engine.Error) and "It is in use: mounted at" in last.text
    assert last.changed == "Nothing has been changed." and written(system) == before


def test_a_post_script_that_fails_leaves_the_log_on_the_disk(
    loop: MakeLoop, scripted: Scripted, tmp_path: Path
) -> None:
    system = loop(13 * GIB)
    text = failure(scripted.run(f"install --disk={name(system)}", "%post", "echo the reason; exit 4"))
    assert "failed with exit status 4" in text and "The system is on the disk and starts" in text
    assert starts(system)
    (log,) = read(system, Role.STATE, tmp_path / "mnt", "log/install.log")
    assert "the reason" in log and "failed: %post" in log


@pytest.mark.parametrize(
    "cut", ["Making the datastore bulk", "Installing the boot loaders", "Finishing the datastores"]
)
def test_a_power_cut_leaves_what_can_be_repeated(cut: str, loop: MakeLoop, installer: Installer) -> None:
    """Until the system starts, nothing on the other disk is taken for somebody's datastore."""
    system, extra = loop(13 * GIB), loop(3 * GIB)
    store = ExtraDatastore(name="bulk", disk=other(extra))
    spec = spec_for(system, erase=True, datastores=(store,))
    steps = [task.title for task in plan(_machine(), spec).tasks]
    installer.install(spec, kill_at=steps.index(cut) + 1)
    assert starts(system) == (cut == "Finishing the datastores")
    assert others.is_free(disk_at(extra))
    assert_done(installer.install(spec), installer)
    assert starts(system) and "bedplate/bankenv" in esp(system)
    assert [found.kind for found in disk_at(extra).contents] == ["datastore"]


def _machine() -> Machine:
    return probe(loops=True)


def test_the_same_file_installs_and_then_upgrades(loop: MakeLoop, scripted: Scripted, tmp_path: Path) -> None:
    """Its datastore stays, and what it says of the host's settings is not used the second time."""
    device, stamp = loop(20 * GIB), scripted.volumes / "datastore1/stamp"
    lines = (
        f"installorupgrade --disk={name(device)}",
        "network --hostname=esx07",
        "%post",
        f"echo x >> {stamp}",
    )
    assert isinstance(scripted.run(*lines)[-1], Installed)
    (before,) = read(device, Role.STATE, tmp_path / "mnt", "config/host.json")
    assert bootloader.parse_env(esp(device)["bedplate/bankenv"]) == bootloader.fresh_state()
    seen = scripted.run(*lines, "%firstboot", "true")
    assert isinstance(seen[-1], Installed), seen[-1]
    state = bootloader.parse_env(esp(device)["bedplate/bankenv"])
    assert (state.current, state.trying, state.tries) == ("a", "b", bootloader.TRIES)
    assert read(device, Role.DATASTORE, tmp_path / "mnt", "stamp") == ["x\nx\n"]
    after = read(device, Role.STATE, tmp_path / "mnt", "config/host.json", "firstboot/queue/001.json")
    assert after[0] == before and "true" in after[1]
