"""A host made and upgraded by the same kickstart file on two CDs."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from host.run import run
from iso_build.release import version
from iso_build.remaster.__main__ import main
from tests.vm import walk
from tests.vm.conftest import Boot
from tests.vm.walk import Shell
from tools.lab import Lab
from tools.places import ROOT
from tools.qemu import Accel, Disk, Forward, Machine, Nic, create_disk, free_port

GIB = 1 << 30
ADDRESS = "10.0.2.61"
NEWER = "99.0.0"
KEPT = "kept.example.org"

KICKSTART = f"""
vmaccepteula
rootpw {walk.PASSWORD}
installorupgrade --firstdisk=local --overwritevmfs
network --bootproto=static --ip={ADDRESS} --netmask=255.255.255.0 --gateway=10.0.2.2 \\
    --hostname=lab1.example.org
reboot --noeject

%post --interpreter=busybox
date > /vmfs/volumes/datastore1/post.txt

%firstboot --interpreter=busybox
vim-cmd hostsvc/enable_ssh
vim-cmd hostsvc/start_ssh
echo ran >> /vmfs/volumes/datastore1/firstboot.txt
"""


@dataclass
class Site:
    """The machine, its CDs, and the port that leads to its SSH."""

    lab: Lab
    newer: Path
    ssh: int


@pytest.fixture(scope="module")
def newer_iso(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ISO of the same source with a higher version."""
    folder = tmp_path_factory.mktemp("newer")
    source = folder / "source"
    unneeded = shutil.ignore_patterns("build", ".*", "__pycache__", "node_modules")
    shutil.copytree(ROOT, source, ignore=unneeded)
    project = source / "pyproject.toml"
    project.write_text(project.read_text().replace(f'version = "{version()}"', f'version = "{NEWER}"', 1))
    out = folder / "newer.iso"
    run([sys.executable, "-m", "iso_build", "--out", out], cwd=source)
    return out


@pytest.mark.vm
@pytest.mark.walk
class TestUpgrade:
    """Steps in order on one machine; the CD is in the drive all the time and starts first."""

    @pytest.fixture(scope="class")
    def site(
        self, iso: Path, newer_iso: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Site]:
        folder = tmp_path_factory.mktemp("media")
        (folder / "ks.cfg").write_text(KICKSTART)
        media = []
        for number, source in enumerate((iso, newer_iso)):
            media.append(folder / f"{number}.iso")
            words = [source, "--ks", folder / "ks.cfg", "--out", media[-1]]
            assert main([str(word) for word in words]) == 0
        ssh = free_port()
        disk = create_disk(tmp_path_factory.mktemp("disk") / "disk.img", 32 * GIB)
        machine = Machine(
            accel=accel,
            iso=media[0],
            disks=(Disk(disk),),
            nics=(Nic(forwards=(Forward(ssh, 22, ADDRESS),), isolated=True),),
            boot=("cd", "disk0"),
            volatile=True,
        )
        yield Site(boot(machine), media[1], ssh)

    def test_the_file_installs(self, site: Site) -> None:
        carried_out(site.lab, "Installation Complete")
        screen = walk.reach_splash(site.lab.serial, re.escape(ADDRESS), "STATIC")
        assert f"Bedplate {version()} " in screen
        shell = reach_shell(site)
        shell(f"esxcli system hostname set --fqdn={KEPT}")
        shell("echo mine > /vmfs/volumes/datastore1/mine.txt && sync")
        shell.close()

    def test_with_a_newer_medium_it_upgrades(self, site: Site) -> None:
        site.lab.qemu.insert_cd(site.newer)
        site.lab.qemu.reset()
        carried_out(site.lab, "Upgrade Complete")
        walk.reach_splash(site.lab.serial, re.escape(ADDRESS), "STATIC")
        site.lab.serial.wait(lambda text: "on trial" not in text, "the trial to be over", walk.BOOT)
        assert f"Bedplate {NEWER} " in site.lab.serial.text
        shell = reach_shell(site)
        assert shell("hostname") == f"{KEPT}\n", "settings are kept"
        assert shell("cat /vmfs/volumes/datastore1/mine.txt") == "mine\n"
        assert '"bank": "b"' in shell("cat /run/bedplate/boot.json")
        shell.close()
        site.lab.stop()


def carried_out(lab: Lab, end: str) -> None:
    """From power-on until the CD starts the host that it has made, without a key."""
    lab.serial.wait_text(r"by KS\.CFG", walk.BOOT)
    lab.serial.wait_text(r"Scripted Installation", walk.BOOT)
    lab.serial.wait_said(end, walk.INSTALL)
    lab.serial.wait_text(r"Start the host that this medium has installed", walk.BOOT)


def reach_shell(site: Site) -> Shell:
    """Root's shell over SSH, which the file's first boot script has switched on."""
    return walk.eventually(lambda: Shell(site.ssh), walk.BOOT)
