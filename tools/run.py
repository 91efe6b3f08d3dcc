"""``make run`` and ``make boot``: the ISO, or what was installed from it, in a virtual machine to play with.

Settings come from the environment:
FIRMWARE=bios|uefi|secureboot, DISPLAY_MODE=terminal|window, ACCEL=kvm|tcg,
MEMORY (MiB), CPUS, DISK_SIZE (GiB).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from host.errors import HostError
from tools.accel import Choice, choose
from tools.places import ISO, MACHINE
from tools.qemu import Disk, Firmware, Forward, Machine, Nic, command, create_disk, free_port

GIB = 1 << 30
T = TypeVar("T")


def main(arguments: list[str]) -> int:
    """Run a machine: ``run`` with the ISO and a fresh disk, ``boot`` with the disk there is."""
    try:
        return start(installing=arguments == ["run"])
    except HostError as error:
        print(error, file=sys.stderr)
        return 1


def start(*, installing: bool) -> int:
    """Build the machine, say how to use it, and run it in the foreground; returns QEMU's exit code."""
    disk = MACHINE / "disk.img"
    if installing:
        fresh_disk(disk)
    elif not disk.exists():
        raise HostError("There is no disk yet.", hint="`make run` creates one and installs to it.")
    ssh, https = free_port(), free_port()
    choice = choose(ISO if ISO.exists() else None)
    machine = Machine(
        firmware=setting("FIRMWARE", Firmware, Firmware.BIOS),
        accel=choice.accel,
        iso=ISO if installing else None,
        disks=(Disk(disk),),
        nics=(Nic(forwards=(Forward(ssh, 22), Forward(https, 443))),),
        memory=setting("MEMORY", int, 4096),
        cpus=setting("CPUS", int, 2),
    )
    window = display() == "window"
    print(welcome(machine, choice, window=window, ssh=ssh, https=https), flush=True)
    return run_in_foreground(command(machine, MACHINE) + consoles(window=window))


def fresh_disk(disk: Path) -> None:
    """A new sparse disk; the one there was is kept once under another name."""
    if disk.exists():
        disk.replace(disk.with_name("disk-before.img"))
    for variables in MACHINE.glob("*-vars.fd"):
        variables.unlink()
    create_disk(disk, setting("DISK_SIZE", int, 32) * GIB)


def setting(name: str, kind: Callable[[str], T], default: T) -> T:
    """A setting from the environment, where an empty one counts as none; raises HostError for nonsense."""
    given = os.environ.get(name, "")
    if not given:
        return default
    try:
        return kind(given)
    except ValueError as error:
        hint = (
            f"Without it, it is {default}."
            if not isinstance(default, StrEnum)
            else f"Use {_choices(default)}."
        )
        raise HostError(f"{name}={given} is not understood.", hint=hint) from error


def _choices(example: StrEnum) -> str:
    return ", ".join(type(example))


def display() -> str:
    """Where the machine's console goes: ``terminal`` or ``window``."""
    mode = os.environ.get("DISPLAY_MODE") or "terminal"
    if mode not in ("terminal", "window"):
        raise HostError(f"DISPLAY_MODE={mode} is not known.", hint="Use terminal or window.")
    return mode


def welcome(machine: Machine, choice: Choice, *, window: bool, ssh: int, https: int) -> str:
    """What a person has to know before the machine takes over the terminal."""
    leave = "Close the window to switch it off." if window else "Ctrl-A X switches it off and leaves."
    rows = [
        f"Machine: {machine.firmware}, {machine.cpus} CPUs, {machine.memory} MiB",
        f"Disk: {machine.disks[0].path}",
        f"Accelerator: {choice.accel} ({choice.why})",
        f"Once the host is up:  https://127.0.0.1:{https}/   ssh -p {ssh} root@127.0.0.1",
        "(These lead to the address the host gets by DHCP, 10.0.2.15. The gateway is 10.0.2.2.)",
        f"To leave: {leave}",
    ]
    return "\n".join(rows)


def consoles(*, window: bool) -> list[str]:
    """QEMU's options for where consoles go."""
    if window:
        return ["-display", "gtk", "-serial", f"file:{MACHINE / 'serial.log'}"]
    return ["-display", "none", "-serial", "mon:stdio"]


def run_in_foreground(argv: list[str]) -> int:
    """Run QEMU on this terminal; what it says about itself goes to a file and is shown if it fails."""
    log = MACHINE / "qemu.log"
    with log.open("wb") as words:
        code = subprocess.run(argv, stderr=words, check=False).returncode
    if code:
        print(f"QEMU ended with code {code}; its last words ({log}):", file=sys.stderr)
        print(log.read_text(errors="replace")[-1000:], file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
