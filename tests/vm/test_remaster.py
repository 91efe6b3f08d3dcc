"""A medium that installs by itself: no key is pressed, and the host comes up although the medium is started
again after the installation. By BIOS, and on CDs, it is in test_upgrade.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from iso_build.remaster.__main__ import main
from tests.vm import walk
from tests.vm.conftest import Boot
from tests.vm.walk import Shell
from tools.lab import Lab
from tools.qemu import Accel, Bus, Disk, Firmware, Forward, Machine, Nic, create_disk, free_port

pytestmark = pytest.mark.vm

GIB = 1 << 30
ADDRESS = "10.0.2.60"

HOME_LAB = f"""
# Home lab host
vmaccepteula
rootpw {walk.PASSWORD}
install --firstdisk=usb,local --overwritevmfs
%include parts/network.cfg
reboot

%firstboot --interpreter=busybox
vim-cmd hostsvc/enable_ssh
vim-cmd hostsvc/start_ssh
vim-cmd hostsvc/enable_esx_shell
vim-cmd hostsvc/start_esx_shell
"""

NETWORK = f"""
network --bootproto=static --ip={ADDRESS} --netmask=255.255.255.0 --gateway=10.0.2.2 --nameserver=10.0.2.3 \\
    --vlanid=0 --hostname=lab1.example.org
"""


@pytest.fixture(scope="module")
def remastered(iso: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("remaster")
    (folder / "parts").mkdir()
    (folder / "ks.cfg").write_text(HOME_LAB)
    (folder / "parts/network.cfg").write_text(NETWORK)
    out = folder / "lab.iso"
    assert main([str(iso), "--ks", str(folder / "ks.cfg"), "--out", str(out), "--option", "runweasel"]) == 0
    return out


def test_a_stick_that_stays_in(remastered: Path, accel: Accel, boot: Boot, tmp_path: Path) -> None:
    """The stick is large enough to be installed on and is what ``--firstdisk=usb`` would find first.

    The disk has sectors of 4096 bytes.
    """
    stick = Path(shutil.copyfile(remastered, tmp_path / "stick.img"))
    with stick.open("r+b") as file:
        file.truncate(16 * GIB)
    https, ssh = free_port(), free_port()
    lab = boot(
        Machine(
            firmware=Firmware.SECUREBOOT,
            accel=accel,
            disks=(
                Disk(create_disk(tmp_path / "disk.img", 32 * GIB), bus=Bus.NVME, sector=4096),
                Disk(stick, serial="STICK", bus=Bus.USB),
            ),
            nics=(nic(https, ssh),),
            boot=("disk1", "disk0"),
            volatile=True,
        )
    )
    installs_and_serves(lab, https, ssh)
    lab.stop()
    assert beginning(stick, remastered.stat().st_size) == beginning(remastered, remastered.stat().st_size)


def nic(https: int, ssh: int) -> Nic:
    return Nic(forwards=(Forward(https, 443, ADDRESS), Forward(ssh, 22, ADDRESS)), isolated=True)


def installs_and_serves(lab: Lab, https: int, ssh: int) -> None:
    """From power-on to a shell on the installed host, without a key."""
    lab.serial.wait_text(r"by KS\.CFG", walk.BOOT)
    lab.serial.wait_text(r"Scripted Installation", walk.BOOT)
    lab.serial.wait_text(r"Start the host that this medium has installed", walk.INSTALL + walk.BOOT)
    walk.reach_splash(lab.serial, ADDRESS.replace(".", r"\."), "STATIC")
    answer = walk.eventually(lambda: walk.https(https), walk.BOOT)
    assert answer.status_code == 200 and "Bedplate" in answer.text
    shell = walk.eventually(lambda: Shell(ssh), walk.BOOT)
    try:
        assert shell("hostname --fqdn").strip() == "lab1.example.org"
        assert walk.PASSWORD not in shell("cat /var/log/install.log")
    finally:
        shell.close()


def beginning(path: Path, size: int) -> str:
    """The SHA-256 of a file's first ``size`` bytes."""
    with path.open("rb") as file:
        return hashlib.sha256(file.read(size)).hexdigest()
