"""Installs what is missing on this machine: Debian packages by apt, and a Python environment in build/venv.

    python3 -m tools.setup [iso] [run] [window] [test]

Says first what it will install and why, uses sudo when not root, and does nothing when nothing is missing.
Runs on the oldest Python a supported system starts with (3.10 of Ubuntu 22.04) and on nothing but its
standard library.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.places import ROOT, VENV

NEEDED = (3, 11)
"""The oldest Python our code runs on."""

PACKAGES: dict[str, dict[str, str]] = {
    "python": {
        "gcc": "compiles the Python libraries that come as source",
        "libc6-dev": "headers for the compiler",
        "pkg-config": "tells the compiler where libparted is",
        "libparted-dev": "partition tables from Python (pyparted)",
    },
    "iso": {
        "mmdebstrap": "fetches and installs the image's Debian packages",
        "mount": "gives packages' scripts their /proc and /dev",
        "uidmap": "lets mmdebstrap install packages for users who are not root",
        "debian-archive-keyring": "checks that those packages are Debian's",
        "squashfs-tools": "packs the system image",
        "fakeroot": "root's name on the image's root directory, whoever packs it",
        "cryptsetup-bin": "veritysetup: the image's hash tree",
        "kmod": "depmod: the module lists of the image's kernel",
        "cpio": "packs the initrd",
        "zstd": "compresses the initrd",
        "xorriso": "writes the hybrid ISO",
        "mtools": "fills the ISO's EFI partition",
        "dosfstools": "formats the ISO's EFI partition",
        "console-setup": "ckbcomp: keyboard layouts from XKB",
        "xkb-data": "the keyboard layouts themselves",
        "gzip": "compresses the keyboard layouts",
    },
    "run": {
        "qemu-system-x86": "the virtual machine the ISO boots in",
        "qemu-utils": "qemu-img: disk images",
        "ovmf": "UEFI firmware, with and without Secure Boot",
        "xorriso": "takes the kernel out of the ISO to try KVM with",
    },
    "window": {
        "qemu-system-gui": "the window of the virtual machine",
    },
    "test": {
        "parted": "tells the kernel about changed partition tables",
        "fdisk": "sfdisk: reads partition tables back independently of libparted",
        "gdisk": "the same, with a second opinion on GPT",
        "dosfstools": "EFI system partitions on loop devices",
        "e2fsprogs": "banks and STATE on loop devices",
        "xfsprogs": "datastores on loop devices",
        "lvm2": "disks with foreign LVM",
        "mdadm": "disks with foreign RAID",
        "iproute2": "networks of their own for network tests",
        "openssh-client": "ssh-keygen: host keys",
        "kbd": "loadkeys: checks keyboard layouts",
        "busybox": "the shell of kickstart scripts",
        "dnsmasq-base": "DHCP and TFTP for network boot",
        "openssl": "a certificate for a web server that nobody trusts",
    },
}
"""What each kind of work needs, and why. A package of the group ``python`` is needed by all of them."""


class SetupError(Exception):
    """Why this machine cannot be set up, and what to do."""


def main(groups: Sequence[str]) -> int:
    """Set up for the given kinds of work; returns the exit code."""
    try:
        wanted = packages(groups or ["iso", "run", "test"])
        install({name: why for name, why in wanted.items() if not installed(name)})
        if "uidmap" in wanted and os.geteuid() != 0:
            subordinate_ids(getpass.getuser())
        environment()
        bytecode()
    except SetupError as error:
        print(f"Set-up: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"Set-up: this command failed: {shlex.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


def packages(groups: Sequence[str]) -> dict[str, str]:
    """Package and reason for every kind of work named, Python itself included."""
    wanted = {**python_packages(), **PACKAGES["python"]}
    for group in groups:
        if group not in PACKAGES:
            raise SetupError(f"there is no kind of work named {group}; known: {', '.join(PACKAGES)}")
        wanted.update(PACKAGES[group])
    return wanted


def python_packages() -> dict[str, str]:
    """What the system's Python lacks: environments, headers, or a newer Python where it is too old."""
    interpreter = shutil.which("python3") or sys.executable
    if not interpreter.startswith(("/usr/bin/", "/bin/")) and sys.version_info >= NEEDED:
        return {}
    name = "python3" if sys.version_info >= NEEDED else "python3.11"
    return {
        f"{name}-venv": "keeps the Python libraries of tests and tools apart from the system's",
        f"{name}-dev": "headers for the Python libraries that come as source",
    }


def installed(package: str) -> bool:
    """Whether dpkg has the package installed and configured."""
    argv = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    try:
        asked = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SetupError(
            "this is not Debian or Ubuntu (no dpkg-query). Install what the table PACKAGES in "
            "tools/setup.py names by your system's means, and use the targets of the Makefile's last part."
        ) from error
    return asked.stdout == "installed"


def install(missing: dict[str, str]) -> None:
    """Say what is missing and why, and install it."""
    if not missing:
        return
    width = max(map(len, missing))
    print("Set-up: these packages are missing and will be installed by apt:", flush=True)
    for name, why in missing.items():
        print(f"  {name:<{width}}  {why}", flush=True)
    run_as_root(["apt-get", "update", "-q"])
    run_as_root(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing])


def subordinate_ids(user: str, folder: Path = Path("/etc")) -> None:
    """Give the user numbers for owners of files in a root of its own, unless there are some (subuid(5))."""
    for table, option in (("subuid", "--add-subuids"), ("subgid", "--add-subgids")):
        path = folder / table
        rows = [row.split(":") for row in path.read_text().splitlines()] if path.exists() else []
        ranges = [row for row in rows if len(row) == 3]
        if any(row[0] in (user, str(os.getuid())) for row in ranges):
            continue
        first = max([100000, *(int(row[1]) + int(row[2]) for row in ranges)])
        print(f"Set-up: {user} gets numbers {first} to {first + 65535} in {path}, for mmdebstrap", flush=True)
        run_as_root(["usermod", option, f"{first}-{first + 65535}", user])


def run_as_root(argv: list[str]) -> None:
    """Run a command as root, through sudo when need be, with nothing asked."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        subprocess.run([*environment, *argv], check=True)
    elif shutil.which("sudo"):
        subprocess.run(["sudo", *environment, *argv], check=True)
    else:
        raise SetupError(f"not root, and there is no sudo. Run as root: {shlex.join(argv)}")


def python() -> str:
    """A Python that is new enough: the one that runs this, else the newest on PATH."""
    if sys.version_info >= NEEDED:
        return getattr(sys, "_base_executable", None) or sys.executable
    for minor in (14, 13, 12, 11):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise SetupError("Python 3.11 or newer is needed and was not found.")


def environment() -> None:
    """Make build/venv from requirements-dev.txt, unless it was made from the same already."""
    requirements = ROOT / "requirements-dev.txt"
    interpreter = python()
    marker = VENV / "made-from"
    wanted = fingerprint(requirements, interpreter)
    if marker.exists() and marker.read_text() == wanted and (VENV / "bin/python").exists():
        return
    print(f"Set-up: Python environment in {VENV.relative_to(ROOT)} ...", flush=True)
    subprocess.run([interpreter, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(VENV / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(requirements)], check=True)
    marker.write_text(wanted)


def bytecode(root: Path = ROOT) -> None:
    """Compile our modules, also where PYTHONDONTWRITEBYTECODE is set: compiling is a third of a start."""
    packages = sorted(path.parent for path in root.glob("*/__init__.py") if path.parent.name != "tests")
    argv = [str(VENV / "bin/python"), "-m", "compileall", "-q", "-j", "0", *map(str, packages)]
    subprocess.run(argv, check=True)


def fingerprint(requirements: Path, interpreter: str) -> str:
    """What an environment depends on, as a hash."""
    version = subprocess.run([interpreter, "-VV"], capture_output=True, check=True).stdout
    return hashlib.sha256(requirements.read_bytes() + version + str(VENV).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
