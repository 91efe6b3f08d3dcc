"""Which accelerator works here, found out by trying: /dev/kvm that opens may still not run a kernel."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from host.errors import HostError
from host.run import run
from tools.places import BUILD
from tools.qemu import Accel

PATIENCE = 6.0
"""Seconds in which a kernel under KVM must have said its first line; it takes about one."""

RESULT = BUILD / "kvm-probe.json"
KVM = Path("/dev/kvm")
KERNEL_IN_ISO = "/bedplate/vmlinuz"


@dataclass(frozen=True)
class Choice:
    """An accelerator and the reason for it, to be shown."""

    accel: Accel
    why: str


def choose(iso: Path | None) -> Choice:
    """KVM where a kernel from the ISO starts under it, else TCG; tried once per boot of this machine."""
    forced = os.environ.get("ACCEL", "")
    if forced:
        if forced not in set(Accel):
            raise HostError(f"ACCEL={forced} is not known.", hint="Use ACCEL=kvm or ACCEL=tcg.")
        return Choice(Accel(forced), "ACCEL says so")
    if not KVM.exists():
        return Choice(Accel.TCG, "there is no /dev/kvm here")
    if not os.access(KVM, os.R_OK | os.W_OK):
        return Choice(
            Accel.TCG, "/dev/kvm is there, but you may not open it: join the group kvm to be faster"
        )
    known = _remembered()
    if known:
        return known
    if not iso or not iso.exists():
        return Choice(Accel.TCG, "no ISO to try KVM with")
    choice = _try(iso)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"where": _where(), "accel": choice.accel, "why": choice.why}))
    return choice


def _where() -> str:
    """What a result holds for: this boot of this machine, this QEMU."""
    version = run(["qemu-system-x86_64", "--version"], reads_only=True).stdout.splitlines()[0]
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + " " + version


def _remembered() -> Choice | None:
    try:
        known = json.loads(RESULT.read_text())
    except (OSError, ValueError):
        return None
    return Choice(Accel(known["accel"]), known["why"]) if known.get("where") == _where() else None


def _try(iso: Path) -> Choice:
    with tempfile.TemporaryDirectory(prefix="bedplate-") as name:
        kernel = Path(name) / "vmlinuz"
        run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", KERNEL_IN_ISO, kernel], reads_only=True)
        seconds = first_line(kernel, Path(name) / "log")
    if seconds is None:
        return Choice(Accel.TCG, f"/dev/kvm opens, but a kernel said nothing under it within {PATIENCE:g} s")
    return Choice(Accel.KVM, f"a kernel started under it in {seconds:.1f} s")


def first_line(kernel: Path, log: Path, accel: Accel = Accel.KVM, patience: float = PATIENCE) -> float | None:
    """Seconds until the kernel's first line on the serial port, or None when it stays silent."""
    processor = ["-accel", "kvm", "-cpu", "host"] if accel is Accel.KVM else ["-accel", "tcg", "-cpu", "EPYC"]
    argv = [
        "qemu-system-x86_64",
        "-nodefaults",
        "-machine",
        "q35",
        "-m",
        "512",
        "-display",
        "none",
        *processor,
    ]
    argv += ["-serial", f"file:{log}", "-no-reboot", "-kernel", str(kernel)]
    argv += ["-append", "console=ttyS0 earlyprintk=ttyS0 panic=-1"]
    begin = time.monotonic()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, stdin=quiet, stdout=quiet, stderr=quiet) as qemu:
        try:
            while time.monotonic() < begin + patience:
                if log.exists() and b"Linux version" in log.read_bytes():
                    return time.monotonic() - begin
                if qemu.poll() is not None:
                    return None
                time.sleep(0.05)
        finally:
            qemu.kill()
    return None
