"""Scripted installation on the real medium: the boot option typed in the menu, the file from a web server,
what is wrong with it on the screen, and the host that comes of it.
"""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from host.run import run
from tests.vm import walk
from tests.vm.conftest import Boot
from tests.vm.walk import Shell
from tools.console import Console
from tools.qemu import Accel, Bus, Disk, Forward, Machine, Nic, create_disk, free_port

pytestmark = pytest.mark.vm

GIB, MIB = 1 << 30, 1 << 20
ADDRESS = "10.0.2.77"
END_OF_LINE, BOOT = "\x05", "\x18"
"""Ctrl+E and Ctrl+X in GRUB's editor."""

FIELD_STYLE = f"""
# Lab host, rack 2
vmaccepteula
rootpw {walk.PASSWORD}
%include /tmp/disks.inc
keyboard 'US Default'
network --bootproto=static --device=vmnic0 --ip={ADDRESS} --netmask=255.255.255.0 --gateway=10.0.2.2 \\
    --nameserver=10.0.2.3 --hostname=lab7.example.org --addvmportgroup=1
reboot

%pre --interpreter=busybox
echo "clearpart --alldrives --overwritevmfs" > /tmp/disks.inc
echo "install --firstdisk=local --overwritevmfs" >> /tmp/disks.inc
echo "part second --ondisk=mpx.vmhba0:C0:T1:L0" >> /tmp/disks.inc

%post --interpreter=busybox --ignorefailure=true
echo "made by post" > /vmfs/volumes/datastore1/post.txt
false

%firstboot --interpreter=busybox
echo "made by $0" > /vmfs/volumes/second/shell.txt
exit 3

%firstboot --interpreter=busybox
vim-cmd hostsvc/enable_ssh
vim-cmd hostsvc/start_ssh

%firstboot --interpreter=python
import os
with open("/vmfs/volumes/datastore1/python.txt", "w") as file:
    file.write(os.uname().nodename)
"""

WRONG = """accepteula
install --firstdisk --overwritevmfs
rootpw short
network --bootproto=static --ip=10.0.2.300
nosuchcommand
"""

PIECES = {
    "fat": "accepteula\r\nreboot --noeject\r\n",
    "partition": f"rootpw {walk.PASSWORD}\n",
    "ext4": "install --firstdisk --overwritevmfs\n",
    "volume": "network --bootproto=static --ip=10.0.2.33 --netmask=255.255.255.0 --gateway=10.0.2.2\n",
}
"""A kickstart file in pieces, each on a medium of its own."""

RIGHT = """
%include usb:/FAT.CFG
%include usb:/lab/partition.cfg
%include usb:/ext4.cfg
%include volume:/volume.cfg
dryrun
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A web server's folder, and its port on the machine that the guest calls 10.0.2.2."""
    folder = tmp_path_factory.mktemp("site")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, server.server_address[1]
    server.shutdown()


def start_with(console: Console, words: str) -> None:
    """Add words to the kernel's command line in the boot menu, as a person does."""
    console.wait_text(r"Install Bedplate", walk.BOOT)
    console.press("e")
    console.wait_text(r"linux /bedplate/vmlinuz", walk.SCREEN)
    for _ in range(3):  # past setparams, an empty line and echo
        console.press("down", pause=0.3)
    console.type(f"{END_OF_LINE} {words}")
    end = words[-8:]  # the rest may have been scrolled away
    console.wait(lambda text: end in unwrapped(text), words, walk.SCREEN)
    console.type(BOOT)


def unwrapped(text: str) -> str:
    """What is in GRUB's editor, with the lines it has broken put together again."""
    return text.replace("\\|\n |", "").replace("\\\n", "")


def test_a_file_of_the_field_from_a_web_server(
    iso: Path, accel: Accel, boot: Boot, tmp_path: Path, site: tuple[Path, int]
) -> None:
    folder, port = site
    (folder / "ks.cfg").write_text(FIELD_STYLE)
    disks = [create_disk(tmp_path / f"{name}.img", size * GIB) for name, size in (("a", 40), ("b", 8))]
    machine = Machine(
        accel=accel,
        iso=iso,
        disks=tuple(Disk(path, serial=f"NUMBER{path.stem}") for path in disks),
        nics=(Nic(forwards=(Forward(free_port(), 22, ADDRESS),)),),
        volatile=True,
    )
    lab = boot(machine)
    start_with(lab.serial, f"ks=http://10.0.2.2:{port}/ks.cfg")
    lab.serial.wait_text(r"Scripted Installation", walk.BOOT)
    lab.serial.wait_text(r"The kickstart file decides", walk.BOOT)
    lab.serial.wait_said("Installation Complete", walk.INSTALL)
    walk.reach_splash(lab.serial, re.escape(ADDRESS), "STATIC")
    # One of the scripts fails on purpose, and that is on the splash.
    lab.serial.wait_text(r"%firstboot", walk.BOOT)
    check_host(machine)
    lab.stop()


def reach_shell(machine: Machine) -> Shell:
    """Root's shell over SSH, which a first boot script has switched on."""
    return walk.eventually(lambda: Shell(machine.nics[0].forwards[0].host), walk.BOOT)


def check_host(machine: Machine) -> None:
    """What the scripts and the commands of the file have left behind."""
    shell = reach_shell(machine)
    try:
        assert shell("cat /vmfs/volumes/datastore1/post.txt") == "made by post\n"
        assert shell("cat /vmfs/volumes/second/shell.txt").startswith("made by ")
        assert shell("cat /vmfs/volumes/datastore1/python.txt") == "lab7.example.org"
        assert "exit status 3" in shell("cat /var/log/firstboot.log")
        log = shell("cat /var/log/install.log")
        assert walk.PASSWORD not in log and "%post" in log
        assert shell("stat -c %a /var/log/ks.cfg").strip() == "600"
        assert "\n%firstboot" in shell("cat /var/log/ks.cfg")
        assert "VM Network" in shell("cat /state/config/host.json")
        assert walk.PASSWORD not in shell("cat /var/log/ks.cfg")
        assert "\ninstall --disk=" in shell("python3 -m installer.kickstart convert /var/log")
    finally:
        shell.close()


def test_what_is_wrong_is_shown_and_can_be_mended(
    iso: Path, accel: Accel, boot: Boot, tmp_path: Path, site: tuple[Path, int]
) -> None:
    folder, port = site
    (folder / "wrong.cfg").write_text(WRONG)
    disk = create_disk(tmp_path / "disk.img", 40 * GIB)
    lab = boot(Machine(accel=accel, iso=iso, disks=(Disk(disk), *media(tmp_path)), volatile=True))
    start_with(lab.serial, f"ks=http://10.0.2.2:{port}/wrong.cfg")
    text = lab.serial.wait_text(r"wrong\.cfg:5[\s\S]+\(Enter\)", walk.BOOT)
    assert "wrong.cfg:4" in text and "Nothing has been changed" in text

    (folder / "wrong.cfg").write_text(RIGHT)
    lab.serial.press("f5")
    text = lab.serial.wait_text(r"Dry Run[\s\S]+\(Enter\)", walk.BOOT)
    text = lab.serial.wait_text(r"Disk: ACME TESTDISK", walk.SCREEN)
    assert disk.stat().st_blocks == 0

    lab.serial.press("enter")
    walk.reach_installer(lab.serial)
    lab.stop()


def media(folder: Path) -> tuple[Disk, ...]:
    """Three sticks and a labelled volume, each with its piece of the file."""
    for name, text in PIECES.items():
        (folder / f"{name}.cfg").write_bytes(text.encode())
    return (
        Disk(fat_stick(folder), serial="STICK1", bus=Bus.USB),
        Disk(partitioned_stick(folder), serial="STICK2", bus=Bus.USB),
        Disk(ext4_stick(folder), serial="STICK3", bus=Bus.USB),
        Disk(labelled(folder), serial="VOLUME", read_only=True),
    )


def fat_stick(folder: Path) -> Path:
    """FAT16 on the whole of a stick."""
    stick = create_disk(folder / "fat.img", 16 * MIB)
    run(["mkfs.vfat", "-F", "16", stick])
    run(["mcopy", "-i", stick, folder / "fat.cfg", "::/fat.cfg"])
    return stick


def partitioned_stick(folder: Path) -> Path:
    """FAT32 in a partition of an MBR, the file in a folder."""
    stick = create_disk(folder / "partition.img", 80 * MIB)
    run(["sfdisk", "--quiet", stick], stdin="label: dos\nstart=2048, type=c\n")
    offset = f"{stick}@@1M"
    run(["mkfs.vfat", "-F", "32", "--offset", "2048", stick, str((79 * MIB) >> 10)])
    run(["mmd", "-i", offset, "::/Lab"])
    run(["mcopy", "-i", offset, folder / "partition.cfg", "::/Lab/partition.cfg"])
    return stick


def ext4_stick(folder: Path) -> Path:
    """ext4 on the whole of a stick."""
    stick = create_disk(folder / "ext4.img", 16 * MIB)
    tree = folder / "tree"
    tree.mkdir()
    (folder / "ext4.cfg").rename(tree / "ext4.cfg")
    run(["mke2fs", "-q", "-t", "ext4", "-d", tree, stick])
    return stick


def labelled(folder: Path) -> Path:
    """A volume labelled BEDPLATE_KS."""
    volume, piece = folder / "volume.iso", folder / "volume.cfg"
    names = ["-volid", "BEDPLATE_KS", "-joliet", "-rational-rock"]
    run(["xorrisofs", "-quiet", *names, "-output", volume, piece])
    return volume
