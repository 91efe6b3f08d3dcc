"""Look at the machine once and put everything into plain data.

``python3 -m host.machine.probe --record FILE`` writes down the machine for tests and for programs started
with ``--machine FILE``.
"""

from __future__ import annotations

import re
from pathlib import Path

from host.machine.disks import find_disks
from host.machine.model import Cpu, Firmware, Machine, dump, to_json
from host.machine.nics import find_nics

SYS = Path("/sys")
PROC = Path("/proc")

_SECURE_BOOT = "firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_NOTHING_SAID = {
    "",
    "none",
    "not specified",
    "default string",
    "to be filled by o.e.m.",
    "system serial number",
}
"""What boards say that were never given a name or serial number."""


def probe(*, loops: bool = False, devices: bool = True) -> Machine:
    """The machine as it is now; without ``devices`` no disks and adapters, which is quick.

    Raises HostError when the initrd's note on the boot medium cannot be read.
    """
    return Machine(
        vendor=_dmi("sys_vendor"),
        product=_dmi("product_name"),
        serial=_dmi("product_serial"),
        firmware=Firmware.UEFI if (SYS / "firmware/efi").is_dir() else Firmware.BIOS,
        secure_boot=secure_boot(),
        cpu=parse_cpuinfo(_text(PROC / "cpuinfo")),
        memory=_memory(),
        disks=find_disks(loops=loops) if devices else (),
        nics=find_nics() if devices else (),
    )


def secure_boot() -> bool:
    """Whether the firmware checks signatures: the variable holds four bytes of attributes, then the value."""
    try:
        return (SYS / _SECURE_BOOT).read_bytes()[4:5] == b"\x01"
    except OSError:
        return False


def parse_cpuinfo(text: str) -> Cpu:
    """The processors that /proc/cpuinfo describes."""
    threads = [dict(_fields(block)) for block in text.strip().split("\n\n") if block.strip()]
    first = threads[0] if threads else {}
    packages = {thread.get("physical id", "0") for thread in threads}
    cores = {
        (thread.get("physical id", "0"), thread.get("core id", str(i))) for i, thread in enumerate(threads)
    }
    flags = tuple(first.get("flags", "").split())
    return Cpu(
        model=re.sub(r"\s+", " ", first.get("model name", "")),
        packages=max(1, len(packages)),
        cores=max(1, len(cores)),
        threads=max(1, len(threads)),
        # The kernel hides the flag when the firmware has switched virtualization off.
        virtualization=next((flag for flag in ("vmx", "svm") if flag in flags), ""),
        flags=flags,
    )


def _fields(block: str) -> list[tuple[str, str]]:
    pairs = (line.partition(":") for line in block.splitlines())
    return [(key.strip(), value.strip()) for key, _, value in pairs]


def _memory() -> int:
    """What the firmware gives the system, in bytes; without its map the kernel's own, lower count."""
    ranges = (SYS / "firmware/memmap").glob("*")
    given = sum(
        int(_text(entry / "end"), 16) - int(_text(entry / "start"), 16) + 1
        for entry in ranges
        if _text(entry / "type") == "System RAM"
    )
    if given:
        return given
    match = re.search(r"^MemTotal:\s+(\d+) kB", _text(PROC / "meminfo"), re.MULTILINE)
    return int(match[1]) * 1024 if match else 0


def _dmi(name: str) -> str:
    text = _text(SYS / "class/dmi/id" / name)
    return "" if text.lower() in _NOTHING_SAID else text


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def main(arguments: list[str] | None = None) -> int:
    """Print the machine, or write it to the file given with --record."""
    import argparse
    import sys

    parser = argparse.ArgumentParser(prog="host.machine.probe", description="Look at this machine.")
    parser.add_argument("--record", metavar="FILE", type=Path, help="write what was found to FILE")
    given = parser.parse_args(arguments)
    machine = probe()
    if given.record:
        dump(machine, given.record)
    else:
        sys.stdout.buffer.write(to_json(machine))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
