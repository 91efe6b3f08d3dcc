"""Real block devices for tests: sparse files behind loop devices, with sectors of 512 or 4096 bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from host import bootloader, events
from host.machine.disks import find_disks
from host.machine.model import Disk
from host.product import product
from installer.spec import InstallSpec, Spec, to_json

GIB = 1024**3
VERSION = product().version
"""The version on the medium: that of the programs that install it."""

HASH = "$6$saltsalt$not.a.real.hash.but.looks.like.one"

MakeLoop = Callable[..., str]


def sh(*argv: object) -> str:
    return subprocess.run(
        [str(arg) for arg in argv], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[MakeLoop]:
    """Make a disk: ``loop(size, sector=512)`` returns its device node."""
    made: list[str] = []

    def make(size: int, sector: int = 512, *options: str) -> str:
        # The name is the disk's serial number: another run beside this one must not have one of the same.
        image = tmp_path / f"disk{len(made)}-{os.getpid()}.img"
        with image.open("wb") as file:
            file.truncate(size)
        made.append(sh("losetup", "--find", "--show", "--sector-size", sector, *options, image))
        forget_partitions(made[-1])
        return made[-1]

    yield make
    for device in made:
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            if line.split(" - ")[1].split()[1].startswith(device):
                sh("umount", line.split()[4])
        forget_partitions(device)
        sh("losetup", "--detach", device)


def forget_partitions(device: str) -> None:
    """The kernel keeps the partitions of a loop device beyond its end, for the next one of that name."""
    for entry in (Path("/sys/class/block") / Path(device).name).glob("*/partition"):
        sh("delpart", device, entry.read_text().strip())


@pytest.fixture(scope="session")
def payload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small system as a medium holds it."""
    folder = tmp_path_factory.mktemp("medium") / "bedplate"
    folder.mkdir()
    contents = {
        "vmlinuz": os.urandom(300_000),
        "initrd": os.urandom(700_001),
        "system-0123456789abcdef.img": os.urandom(9_000_000),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    manifest = {
        "product": "Bedplate",
        "version": VERSION,
        "build": "test",
        "root_hash": "0123456789abcdef" * 4,
        "hash_offset": 8_000_000,
        "cmdline": ["console=tty0", "console=ttyS0,115200", "bedplate.mode=host"],
        "files": {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in contents.items()
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="session")
def loaders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The boot loader files, from the packages that the image takes them from."""
    folder = tmp_path_factory.mktemp("loaders")
    for name, source in bootloader.FILES.items():
        (folder / name).write_bytes((Path("/") / source).read_bytes())
    modules = Path("/usr/lib/grub/i386-pc")
    sh(*bootloader.core_command(modules, folder / "core.img"))
    return folder


class Installer:
    """The engine, started as a program, on one disk."""

    def __init__(self, work: Path, payload: Path, loaders: Path) -> None:
        self.work, self.payload, self.loaders = work, payload, loaders
        self.stderr = ""

    def command(self, *options: str) -> list[str]:
        places = {"--payload": self.payload, "--loaders": self.loaders, "--work": self.work}
        words = [word for option, place in places.items() for word in (option, str(place))]
        return [sys.executable, "-m", "installer.engine", "--loops", *words, *options]

    def install(self, spec: Spec, *options: str, kill_at: int = 0) -> list[events.Event]:
        """Run the engine and return its events; ``kill_at`` kills it when it announces that step.

        It may have got further by then: the events say how far.
        """
        seen: list[events.Event] = []
        with subprocess.Popen(
            self.command(*options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as engine:
            assert engine.stdin and engine.stdout and engine.stderr
            engine.stdin.write(to_json(spec))
            engine.stdin.close()
            for line in engine.stdout:
                seen.append(events.from_line(line))
                if isinstance(seen[-1], events.Step) and seen[-1].number == kill_at:
                    engine.kill()
            self.stderr = engine.stderr.read().decode()
            engine.wait()
        return seen


@pytest.fixture
def installer(tmp_path: Path, payload: Path, loaders: Path) -> Installer:
    return Installer(tmp_path / "work", payload, loaders)


def disk_at(device: str) -> Disk:
    return next(disk for disk in find_disks(loops=True) if disk.path == device)


def spec_for(device: str, **more: object) -> InstallSpec:
    disk = disk_at(device)
    fields: dict[str, object] = {"password_hash": HASH, "hostname": "esx01", **more}
    return InstallSpec(disk_id=disk.id, disk_serial=disk.serial, disk_size=disk.size, **fields)  # type: ignore[arg-type]
