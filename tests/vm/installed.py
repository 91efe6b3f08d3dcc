"""An installed host to begin with, for tests that are about the host and not about how it came to be.

It is made once in a run of all the tests, without a key, by a medium that carries its kickstart file; what
tests get is a disk that only takes down how it differs.
"""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

from iso_build.remaster.__main__ import main
from tests.vm import walk
from tools.lab import Lab
from tools.places import BUILD
from tools.qemu import Accel, Disk, Machine, create_disk

KICKSTART = f"""
accepteula
install --firstdisk --overwritevmfs
rootpw {walk.PASSWORD}
network --bootproto=dhcp
reboot
"""

HOME = BUILD / "installed"
SIZE = 32 << 30


def installed(iso: Path, accel: Accel, run_id: str) -> Path:
    """The disk of a host that was installed, started once, and shut down; made once for each ``run_id``."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != run_id:
            lock.truncate(0)
            install(iso, accel, HOME / "disk.img")
            lock.write(run_id)
    return HOME / "disk.img"


def install(iso: Path, accel: Accel, disk: Path) -> None:
    """Install by kickstart, wait for the direct console, and shut down in order."""
    file, medium = HOME / "ks.cfg", HOME / "medium.iso"
    file.write_text(KICKSTART)
    assert main([str(iso), "--ks", str(file), "--out", str(medium)]) == 0
    create_disk(disk, SIZE)
    with Lab(Machine(accel=accel, iso=medium, disks=(Disk(disk),), volatile=True)) as lab:
        lab.serial.wait_text("Scripted Installation", walk.BOOT)
        walk.reach_splash(lab.serial)
        walk.log_in(lab.serial, "f12")
        lab.serial.wait_text("<F2>", walk.SCREEN)
        lab.serial.press("f2")
        lab.qemu.wait_off(walk.BOOT)
    medium.unlink()


def copy_of(disk: Path, folder: Path) -> Disk:
    """A disk with the same content, to be written to."""
    copy = folder / "disk.qcow2"
    made = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(disk), "-F", "raw", str(copy)]
    subprocess.run(made, check=True)
    return Disk(copy, image="qcow2")
