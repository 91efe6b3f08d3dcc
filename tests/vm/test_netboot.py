"""Network boot with what `make netboot` lays out: BIOS and UEFI; PXE, iPXE and HTTP; up to a host."""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from host.run import run
from tests.vm import walk
from tests.vm.conftest import Boot
from tests.vm.http_boot import HttpBootDhcp
from tools.places import ROOT
from tools.qemu import Accel, Disk, Firmware, Forward, Machine, Nic, create_disk, free_port

pytestmark = pytest.mark.vm

GIB = 1 << 30
NET = ("net0",)

FETCHED = r"vmlinuz: [\d.]+ of [\d.]+ MB"
"""The last file that is fetched; from there on it makes no difference what the machine was started by."""

KICKSTART = f"""
vmaccepteula
rootpw {walk.PASSWORD}
install --firstdisk=local
network --bootproto=dhcp --hostname=fromthenet
reboot
"""


@dataclass(frozen=True)
class Site:
    """The folder of network boot, and the address the guest has it under. ``asked`` is every path so far."""

    folder: Path
    url: str
    asked: list[str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """What `make netboot` makes, handed out on the machine that the guest calls 10.0.2.2."""
    folder = tmp_path_factory.mktemp("netboot")
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: object = "-", size: object = "-") -> None:  # noqa: ARG002
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    )
    url = f"http://10.0.2.2:{server.server_address[1]}/"
    run([sys.executable, "-m", "iso_build.netboot", "--out", folder, "--url", url], cwd=ROOT)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(folder, url, asked)
    server.shutdown()


def test_ipxe_installs_with_the_kickstart_file_of_the_machine(
    accel: Accel, boot: Boot, tmp_path: Path, site: Site
) -> None:
    """The machine's own script names the file; nobody presses a key until the host is there."""
    (site.folder / "ks/machine.cfg").write_text(KICKSTART)
    own = (site.folder / "ipxe/01-aa-bb-cc-dd-ee-ff.ipxe").read_text()
    (site.folder / "ipxe/01-52-54-00-be-d0-07.ipxe").write_text(own.replace("sample", "machine"))
    ssh = free_port()
    nic = Nic("52:54:00:be:d0:07", (Forward(ssh, 22),), bootfile=f"{site.url}boot.ipxe")
    disk = Disk(create_disk(tmp_path / "disk.img", 16 * GIB))
    lab = boot(Machine(accel=accel, disks=(disk,), nics=(nic,), boot=("disk0", "net0"), volatile=True))
    lab.serial.wait_said(r"Fetching the system from http://10\.0\.2\.2:\d+/bedplate/", walk.BOOT)
    lab.serial.wait_text(r"Scripted Installation", walk.BOOT)
    lab.serial.wait_said("Installation Complete", walk.INSTALL)
    walk.reach_splash(lab.serial)
    assert "/ks/machine.cfg" in site.asked
    walk.log_in(lab.serial)
    lab.serial.wait_text("System Customization", walk.SCREEN)
    walk.choose(lab.serial, "Troubleshooting Options", "Enable SSH")
    shell = walk.eventually(lambda: walk.Shell(ssh), walk.BOOT)
    try:
        assert shell("hostname") == "fromthenet\n"
        sums = shell("cd /run/bedplate/medium/bedplate && sha256sum initrd vmlinuz system-*.img")
        for name in ("initrd", "vmlinuz", *(path.name for path in site.folder.glob("bedplate/system-*"))):
            wanted = run(["sha256sum", site.folder / "bedplate" / name]).stdout.split()[0]
            assert f"{wanted}  {name}\n" in sums
    finally:
        shell.close()
    lab.stop()


def test_pxe(accel: Accel, boot: Boot, tmp_path: Path, site: Site) -> None:
    """TFTP for the boot loader and what it loads, HTTP for the system. Under Secure Boot all is signed."""
    disk = Disk(create_disk(tmp_path / "disk.img", 16 * GIB))
    nic = Nic(tftp=site.folder, bootfile="efi/bootx64.efi")
    lab = boot(
        Machine(
            firmware=Firmware.SECUREBOOT, accel=accel, disks=(disk,), nics=(nic,), boot=NET, volatile=True
        )
    )
    lab.serial.wait_text(r"Install Bedplate", walk.BOOT)
    lab.serial.press("enter")
    lab.serial.wait_said(FETCHED, walk.BOOT)
    lab.stop()


def test_uefi_http_boot(accel: Accel, boot: Boot, tmp_path: Path, site: Site) -> None:
    """No TFTP at all: the firmware itself fetches shim, and GRUB what it loads, from the web server."""
    dhcp = HttpBootDhcp(f"{site.url}efi/bootx64.efi")
    disk = Disk(create_disk(tmp_path / "disk.img", 16 * GIB))
    before = len(site.asked)
    lab = boot(
        Machine(
            firmware=Firmware.SECUREBOOT,
            accel=accel,
            disks=(disk,),
            nics=(Nic(answers=dhcp.ports),),
            boot=NET,
            volatile=True,
            extra=tuple(
                word
                for version in (4, 6)
                for word in ("-fw_cfg", f"name=opt/org.tianocore/IPv{version}PXESupport,string=n")
            ),
        )
    )
    try:
        lab.serial.wait_text(r"Install Bedplate", walk.BOOT)
        lab.serial.press("enter")
        lab.serial.wait_said(FETCHED, walk.BOOT)
    finally:
        dhcp.close()
    # shim puts a second slash before the name of what it loads.
    asked = {path.replace("//", "/") for path in site.asked[before:]}
    assert {"/efi/bootx64.efi", "/efi/grubx64.efi", "/grub/grub.cfg", "/bedplate/initrd.net"} <= asked
    lab.stop()


def test_a_machine_with_too_little_memory_says_so(accel: Accel, boot: Boot, site: Site) -> None:
    nic = Nic(bootfile=f"{site.url}boot.ipxe")
    lab = boot(Machine(accel=accel, nics=(nic,), boot=NET, memory=512, volatile=True))
    lab.serial.wait_text(r"too little memory[\s\S]+Free memory needed: \d+ MiB", walk.BOOT)
    lab.stop()
