"""What Bedplate is measured against: Debian's installer, and a stock Debian with the same packages."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from host.errors import HostError
from host.passwords import hash_password
from host.run import run
from iso_build.packages import PACKAGES, SUITE
from tests.vm.walk import PASSWORD

INSTALLER_PACKAGE = "debian-installer-13-netboot-amd64"
INSTALLER_FILES = "usr/lib/debian-installer/images/13/amd64/text/debian-installer/amd64"
STOCK = ("linux-image-amd64", "initramfs-tools")
"""What a stock Debian has that our image does without."""

NETWORK = "[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n"
LABEL = "stock-debian"


def mirror() -> list[str]:
    """The mirror to fetch from, where one is given."""
    given = os.environ.get("MIRROR", "")
    return [given] if given else []


def debian_installer(work: Path) -> dict[str, Path]:
    """Kernel and initrd of Debian's text installer, by their places in an ISO."""
    root = work / "debian-installer"
    folder = root / INSTALLER_FILES
    if not folder.exists():
        shutil.rmtree(root, ignore_errors=True)
        argv = [
            "mmdebstrap",
            "--variant=extract",
            f"--include={INSTALLER_PACKAGE}",
            SUITE,
            str(root),
            *mirror(),
        ]
        run(argv, timeout=1200)
    return {"/peer/linux": folder / "linux", "/peer/initrd": folder / "initrd.gz"}


def bootstrap(work: Path) -> tuple[Path, float]:
    """The same packages by plain mmdebstrap: the tar file and the seconds it took."""
    tar = work / "stock.tar"
    tar.unlink(missing_ok=True)
    begin = time.monotonic()
    argv = ["mmdebstrap", "--variant=minbase", "--components=main", "--aptopt=APT::Install-Recommends false"]
    argv += [f"--include={','.join([*PACKAGES, *STOCK])}", SUITE, str(tar), *mirror()]
    run(argv, timeout=3000)
    return tar, time.monotonic() - begin


def squash(tree: Path, work: Path) -> float:
    """Seconds that mksquashfs takes for the unpacked packages, compressed as our image is."""
    output = work / "stock.squashfs"
    output.unlink(missing_ok=True)
    begin = time.monotonic()
    compression = ["-comp", "zstd", "-Xcompression-level", "15"]
    run(["mksquashfs", tree, output, "-no-progress", "-quiet", *compression], timeout=3000)
    return time.monotonic() - begin


def unpack(tar: Path, work: Path) -> Path:
    """The tar file as a folder, with its owners: needs root."""
    if os.geteuid() != 0:
        raise HostError("A stock Debian's disk can only be made by root.", hint="Run: sudo make bench")
    tree = work / "stock"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    run(["tar", "--extract", "--file", tar, "--directory", tree, "--numeric-owner"], timeout=600)
    return tree


def disk(tree: Path, work: Path) -> Path:
    """The unpacked Debian as a disk that boots: DHCP, root's password and SSH, a login on the serial line."""
    (tree / "etc/systemd/network/20-dhcp.network").write_text(NETWORK)
    (tree / "etc/fstab").write_text(f"LABEL={LABEL} / ext4 rw 0 1\n")
    (tree / "etc/ssh/sshd_config.d/root.conf").write_text("PermitRootLogin yes\n")
    run(["chroot", tree, "systemctl", "enable", "systemd-networkd", "systemd-resolved", "ssh"])
    run(["chroot", tree, "chpasswd", "--encrypted"], secret=f"root:{hash_password(PASSWORD)}\n")
    image = work / "stock.img"
    image.unlink(missing_ok=True)
    run(["mke2fs", "-q", "-t", "ext4", "-L", LABEL, "-d", tree, image, "8G"], timeout=600)
    return image


KERNEL_LINES = f"""
search --no-floppy --set=root --label {LABEL}
linux /vmlinuz root=LABEL={LABEL} console=ttyS0 quiet
initrd /initrd.img
"""
"""GRUB's lines for that disk; kernel and initrd come from the disk, as a stock system's do."""

INSTALLER_LINES = """
linux /peer/linux console=ttyS0 ---
initrd /peer/initrd
"""
