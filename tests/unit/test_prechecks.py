"""What keeps an installation from starting, and what is only worth saying."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from host.machine.model import Cpu, Disk, Firmware, Location, Machine, Nic
from installer.prechecks import Finding, check, refusal

GIB = 1024**3


def disk(**more: Any) -> Disk:
    fields: dict[str, Any] = {
        "path": "/dev/sda",
        "id": "naa.5000c500a1b2c3d4",
        "vendor": "SEAGATE",
        "model": "ST1000",
        "serial": "Z1",
        "size": 100 * GIB,
        "sector": 512,
        "location": Location.LOCAL,
        **more,
    }
    return Disk(**fields)


def machine(**more: Any) -> Machine:
    fields: dict[str, Any] = {
        "vendor": "QEMU",
        "product": "q35",
        "serial": "",
        "firmware": Firmware.UEFI,
        "secure_boot": False,
        "cpu": Cpu(
            model="c", packages=1, cores=2, threads=4, virtualization="vmx", flags=("lm", "lahf_lm", "nx")
        ),
        "memory": 8 * GIB,
        "nics": (Nic(name="eth0", mac="52:54:00:00:00:01"),),
        **more,
    }
    return Machine(**fields)


def cpu(**more: Any) -> Cpu:
    return msgspec.structs.replace(machine().cpu, **more)


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in findings]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"cpu": cpu(flags=("nx",))}, [("error", "64BIT_LONGMODESTATUS")]),
        ({"cpu": cpu(flags=("nx", "lm"))}, [("error", "64BIT_LONGMODESTATUS")]),
        ({"cpu": cpu(flags=("lm", "lahf_lm"))}, [("error", "NX_BIT")]),
        ({"cpu": cpu(cores=1, threads=1)}, [("error", "CPU_CORES")]),
        ({"cpu": cpu(cores=1, threads=2)}, []),
        ({"cpu": cpu(virtualization="")}, [("warning", "HARDWARE_VIRTUALIZATION")]),
        ({"memory": 1 * GIB}, [("error", "MEMORY_SIZE")]),
        ({"memory": 2 * GIB - 100 * 1024**2}, [("warning", "MEMORY_SIZE")]),
        ({"memory": 4 * GIB - 100 * 1024**2}, []),
        ({"nics": ()}, [("warning", "NO_NICS_DETECTED")]),
        ({"firmware": Firmware.BIOS}, []),
        (
            {"nics": (), "memory": GIB, "cpu": cpu(virtualization="")},
            [
                ("error", "MEMORY_SIZE"),
                ("warning", "HARDWARE_VIRTUALIZATION"),
                ("warning", "NO_NICS_DETECTED"),
            ],
        ),
    ],
)
def test_the_machine(facts: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert codes(check(machine(**facts), None)) == found


@pytest.mark.parametrize(
    ("facts", "firmware", "words"),
    [
        ({}, Firmware.BIOS, ""),
        ({}, Firmware.UEFI, ""),
        ({"sector": 4096}, Firmware.UEFI, ""),
        ({"sector": 4096}, Firmware.BIOS, "UEFI"),
        ({"sector": 520}, Firmware.UEFI, "520"),
        ({"size": 7 * GIB}, Firmware.UEFI, "8 GiB"),
        ({"read_only": True}, Firmware.UEFI, "write-protected"),
        ({"boot_medium": True}, Firmware.UEFI, "started from"),
    ],
)
def test_disks_that_cannot_be_targets(facts: dict[str, Any], firmware: Firmware, words: str) -> None:
    reason = refusal(disk(**facts), firmware)
    assert (words in reason) if words else reason == ""
    findings = check(machine(firmware=firmware), disk(**facts))
    assert codes(findings) == ([("error", "DISK_SIZE" if "size" in facts else "DISK")] if words else [])


def test_every_error_says_what_to_do() -> None:
    bad = machine(cpu=cpu(flags=(), cores=1, threads=1, virtualization=""), memory=GIB)
    for finding in check(bad, None):
        assert finding.text.endswith(".")
        assert finding.hint or finding.level == "warning"
