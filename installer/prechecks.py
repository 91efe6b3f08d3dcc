"""Whether a machine, and a disk, can take an installation. Codes are those that ESXi's installer prints."""

from __future__ import annotations

from typing import Literal

import msgspec

from host.machine.model import Disk, Firmware, Machine
from host.storage.layout import GIB, MINIMUM, gib, layout

MINIMUM_MEMORY = 2 * GIB
"""Below this there is no room for the system's working set (about 220 MB), its files in memory and one
machine.
"""

ADVISED_MEMORY = 4 * GIB
"""Below this an installation works and hosts little; ESXi, which needs 8 GB itself, would refuse."""

_RESERVED = 256 * 1024**2
"""What firmware and video may keep for themselves of the memory that is plugged in."""

_SECTORS = (512, 4096)


class Finding(msgspec.Struct, frozen=True):
    """One result of the checks: an ``error`` keeps the installation from starting, a ``warning`` does not."""

    code: str
    level: Literal["error", "warning"]
    text: str
    hint: str = ""


def check(machine: Machine, disk: Disk | None) -> tuple[Finding, ...]:
    """Everything that speaks against installing on this machine (and disk, once chosen), errors first."""
    found = [*_processor(machine), *_memory(machine), *_devices(machine), *_disk(machine, disk)]
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def unwritable(disk: Disk) -> str:
    """Why a disk can be written for no purpose at all and what to do; empty when it can."""
    if disk.boot_medium:
        return "The running system was started from this disk. Choose another one."
    if disk.read_only:
        return (
            "The disk is write-protected. Remove the protection (a switch on SD cards and some sticks), "
            "or choose another one."
        )
    if disk.sector not in _SECTORS:
        return f"Sectors of {disk.sector} bytes are not supported, only 512 and 4096. Choose another disk."
    return ""


def refusal(disk: Disk, firmware: Firmware) -> str:
    """Why a disk cannot be the target and what to do; empty when it can."""
    reason = unwritable(disk)
    if reason:
        return reason
    if too_small(disk):
        return f"The disk has {gib(disk.size)} and at least {gib(MINIMUM)} are needed. Choose a larger one."
    if disk.sector == 4096 and firmware is Firmware.BIOS:
        return (
            "A BIOS cannot start from sectors of 4096 bytes. Switch the machine's firmware to UEFI and start "
            "the installer again, or choose another disk."
        )
    return ""


def too_small(disk: Disk) -> bool:
    """Whether a disk is smaller than the smallest layout."""
    from host.errors import HostError

    try:
        layout(disk.size, disk.sector)
    except HostError:
        return True
    return False


def _processor(machine: Machine) -> list[Finding]:
    cpu, flags = machine.cpu, set(machine.cpu.flags)
    found = []
    if not {"lm", "lahf_lm"} <= flags:
        found.append(
            Finding(
                "64BIT_LONGMODESTATUS",
                "error",
                "The processor has no 64-bit mode, or it lacks LAHF and SAHF there.",
                "Use a machine with a 64-bit processor, or give the virtual machine such a one.",
            )
        )
    # Virtual machines and some firmware show two threads of one core; what counts is what can run at once.
    if max(cpu.cores, cpu.threads) < 2:
        found.append(
            Finding(
                "CPU_CORES",
                "error",
                "The machine has one processor core and two are needed.",
                "Switch on all cores in the firmware, or give the virtual machine a second processor.",
            )
        )
    if "nx" not in flags:
        found.append(
            Finding(
                "NX_BIT",
                "error",
                "The processor cannot mark memory as not executable (NX, XD), or firmware switched it off.",
                "Switch on NX or Execute Disable in the firmware.",
            )
        )
    if not cpu.virtualization:
        found.append(
            Finding(
                "HARDWARE_VIRTUALIZATION",
                "warning",
                "Hardware virtualization (Intel VT-x, AMD-V) is missing or switched off: "
                "virtual machines will be slow.",
                "Switch on VT-x or SVM in the firmware.",
            )
        )
    return found


def _memory(machine: Machine) -> list[Finding]:
    if machine.memory < MINIMUM_MEMORY - _RESERVED:
        return [
            Finding(
                "MEMORY_SIZE",
                "error",
                f"The machine has {gib(machine.memory)} of memory and {gib(MINIMUM_MEMORY)} are needed.",
                "Add memory.",
            )
        ]
    if machine.memory < ADVISED_MEMORY - _RESERVED:
        return [
            Finding(
                "MEMORY_SIZE",
                "warning",
                f"The machine has {gib(machine.memory)} of memory; with less than {gib(ADVISED_MEMORY)} "
                "there is little room for virtual machines.",
            )
        ]
    return []


def _devices(machine: Machine) -> list[Finding]:
    if machine.nics:
        return []
    return [
        Finding(
            "NO_NICS_DETECTED",
            "warning",
            "No network adapter was found: the host can be managed at its console only.",
            "Add an adapter that the Linux kernel supports; it is taken into use at the next start.",
        )
    ]


def _disk(machine: Machine, disk: Disk | None) -> list[Finding]:
    if disk is None:
        return []
    reason = refusal(disk, machine.firmware)
    if not reason:
        return []
    return [Finding("DISK_SIZE" if too_small(disk) else "DISK", "error", reason)]
