"""Measurements on virtual machines: first screen, installation, splash, memory."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import media, peers
from tests.bench.result import Measurement
from tests.vm import walk
from tests.vm.walk import Shell
from tools.lab import Lab
from tools.qemu import Accel, Disk, Forward, Machine, Nic, create_disk, free_port

RUNS = 3
SETTLED = 60.0
"""Seconds after which a host counts as idle."""

GIB = 1 << 30
PATIENCE = 600.0
INSTALLER_DIALOG = r"Select a language|Choose (a )?language"
STOCK_LOGIN = r"login: *$"


def seconds_until(machine: Machine, pattern: str) -> float:
    """Seconds from power-on until the serial console shows the text."""
    with Lab(machine) as lab:
        lab.serial.wait_text(pattern, PATIENCE)
        return time.monotonic() - lab.qemu.started


def first_screen(iso: Path, accel: Accel, work: Path) -> Measurement:
    """Power-on to the installer's first screen, against Debian's text installer through the same GRUB."""
    ours = Machine(accel=accel, iso=media.without_countdown(iso, work / "ours.iso"))
    files = peers.debian_installer(work)
    debian = Machine(accel=accel, iso=media.booting(iso, work / "di.iso", peers.INSTALLER_LINES, files))
    mine, theirs = [], []
    for _ in range(RUNS):
        mine.append(seconds_until(ours, r"Welcome to the Bedplate"))
        theirs.append(seconds_until(debian, INSTALLER_DIALOG))
    return Measurement(
        "power-on → installer's first screen", "s", tuple(mine), 0.8, "Debian's text installer", tuple(theirs)
    )


def installed(accel: Accel, iso: Path, work: Path) -> tuple[Measurement, Path]:
    """F11 to the last screen, against dd and sync of the same bytes in the same machine; and the disk."""
    disk = create_disk(work / "installed.img", 32 * GIB)
    floor = create_disk(work / "floor.img", 32 * GIB)
    # The installer lists disks by name; the first is taken.
    disks = (Disk(disk, serial="A-TARGET"), Disk(floor, serial="B-FLOOR"))
    with Lab(Machine(accel=accel, iso=iso, disks=disks)) as lab:
        walk.reach_confirmation(lab.serial)
        begin = time.monotonic()
        walk.finish(lab.serial)
        took = time.monotonic() - begin
        wrote = copy_seconds(lab)
    row = Measurement("F11 → installed", "s", (took,), 1.5, "dd + sync of the same bytes", (wrote,))
    return row, disk


COPY = (
    "echo 3 > /proc/sys/vm/drop_caches; d=/dev/disk/by-id/*B-FLOOR; a=$(date +%s.%N); "
    "cat /run/bedplate/medium/bedplate/* | "
    "dd of=$(readlink -f $d) bs=1M iflag=fullblock conv=fsync 2>/dev/null; "
    'sync; echo "copied from $a to $(date +%s.%N) end" > /dev/ttyS0'
)


def copy_seconds(lab: Lab) -> float:
    """Seconds in which the installer's shell writes the medium's files to the second disk and syncs."""
    lab.keyboard("alt-f1", pause=2)
    lab.keyboard(*COPY, "ret", pause=0.12)
    lab.serial.wait_said(r"copied from [\d.]+ to [\d.]+ end", PATIENCE)
    found = re.search(rb"copied from ([\d.]+) to ([\d.]+) end", bytes(lab.serial.transcript))
    assert found
    return float(found[2]) - float(found[1])


def splash_and_memory(accel: Accel, iso: Path, disk: Path, work: Path) -> list[Measurement]:
    """Power-on to an address on the splash, and memory in use when idle, against a stock Debian."""
    stock = work / "stock.img"
    loader = media.booting(iso, work / "stock.iso", peers.KERNEL_LINES, {})
    host = Machine(accel=accel, disks=(Disk(disk),))
    debian = Machine(accel=accel, disks=(Disk(stock),), iso=loader)
    # A first start does more than any later one (keys, caches); it is not what is measured, on either side.
    with Lab(debian) as lab:
        lab.serial.wait_text(STOCK_LOGIN, 2 * PATIENCE)
    with Lab(host) as lab:
        walk.reach_splash(lab.serial)
    address, login = [], []
    for _ in range(RUNS):
        address.append(seconds_until(host, r"https://\d+\.\d+\.\d+\.\d+/"))
        login.append(seconds_until(debian, STOCK_LOGIN))
    return [
        Measurement(
            "power-on → splash with address",
            "s",
            tuple(address),
            0.5,
            "stock Debian to its login",
            tuple(login),
        ),
        memory(host_memory(host), stock_memory(debian)),
    ]


def memory(ours: Memory, stock: Memory) -> Measurement:
    """The row for memory: an absolute goal, with the stock Debian beside it."""
    note = (
        f"stock Debian {stock.used:.0f} MB; by `free`, which counts the kernel's reserves: "
        f"{ours.unavailable:.0f} MB, stock Debian {stock.unavailable:.0f} MB"
    )
    return Measurement("memory in use, idle, libvirt running", "MB", (ours.used,), 220, note=note)


def with_ssh(machine: Machine) -> tuple[Machine, int]:
    """The machine with a local port that leads to its SSH."""
    port = free_port()
    return Machine(**{**vars(machine), "nics": (Nic(forwards=(Forward(port, 22),)),)}), port


def host_memory(machine: Machine) -> Memory:
    """Memory on our host, idle, with SSH switched on to ask it."""
    reachable, port = with_ssh(machine)
    with Lab(reachable) as lab:
        walk.reach_splash(lab.serial)
        walk.log_in(lab.serial)
        lab.serial.wait_text("System Customization", walk.SCREEN)
        walk.choose(lab.serial, "Troubleshooting Options", "Enable SSH")
        return idle_memory(port)


def stock_memory(machine: Machine) -> Memory:
    """Memory on a stock Debian, idle."""
    reachable, port = with_ssh(machine)
    with Lab(reachable) as lab:
        lab.serial.wait_text(STOCK_LOGIN, PATIENCE)
        return idle_memory(port)


@dataclass(frozen=True)
class Memory:
    """MB (10^6 bytes). ``used`` is what programs and kernel hold, caches left out; ``unavailable`` is what
    free(1) calls used since procps 4: all but MemAvailable, with the kernel's reserves in it.
    """

    used: float
    unavailable: float


def idle_memory(port: int) -> Memory:
    """What is in use once libvirt was asked something and the host had time to settle."""
    shell = walk.eventually(lambda: Shell(port), walk.BOOT)
    try:
        shell("virsh --connect qemu:///system list")
        time.sleep(SETTLED)
        return read_memory(shell("cat /proc/meminfo"))
    finally:
        shell.close()


def read_memory(meminfo: str) -> Memory:
    """From the text of /proc/meminfo, see proc_meminfo(5)."""
    rows = (line.split() for line in meminfo.splitlines())
    has = {row[0].rstrip(":"): int(row[1]) * 1024 / 1e6 for row in rows}
    caches = has["Buffers"] + has["Cached"] + has["SReclaimable"] - has["Shmem"]
    return Memory(
        used=has["MemTotal"] - has["MemFree"] - caches,
        unavailable=has["MemTotal"] - has["MemAvailable"],
    )
