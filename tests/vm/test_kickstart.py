"""Scripted installation on the real medium: the boot option typed in the menu, the file from a web server or
a volume, what is wrong with it on the screen, and the host that comes of it.
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
from tools.lab import Lab
from tools.qemu import Accel, Bus, Disk, Forward, Machine, Nic, create_disk, free_port

pytestmark = pytest.mark.vm

GIB = 1 << 30
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
    console.wait(
        lambda text: words[-8:] in text.replace("\\|\n |", "").replace("\\\n", ""), words, walk.SCREEN
    )
    console.type(BOOT)


def unwrapped(text: str) -> str:
    """What is in GRUB's editor, with the lines it has broken put together again."""
    return re.sub(r"\\?\|\n *\|", "", text)


def test_a_file_of_the_field_from_a_web_server(
    iso: Path, accel: Accel, boot: Boot, tmp_path: Path, site: tuple[Path, int]
) -> None:
    folder, port = site
    (folder / "ks.cfg").write_text(FIELD_STYLE)
    disks = [create_disk(tmp_path / f"{name}.img", size * GIB) for name, size in (("a", 40), ("b", 8))]
    ssh = free_port()
    lab = boot(
        Machine(
            accel=accel,
            iso=iso,
            disks=tuple(Disk(path, serial=f"NUMBER{path.stem}") for path in disks),
            nics=(Nic(forwards=(Forward(ssh, 22, ADDRESS),)),),
            volatile=True,
        )
    )
    start_with(lab.serial, f"ks=http://10.0.2.2:{port}/ks.cfg")
    lab.serial.wait_text(r"Scripted Installation", walk.BOOT)
    lab.serial.wait_text(r"The kickstart file decides", walk.BOOT)
    walk.reach_splash(lab.serial, ADDRESS.replace(".", r"\."), "STATIC")
    # One of the scripts fails on purpose, and that is on the splash.
    lab.serial.wait_text(r"%firstboot", walk.BOOT)
    check_host(lab, ssh)
    lab.stop()


def check_host(lab: Lab, port: int) -> None:
    """What the scripts and the commands of the file have left behind."""
    walk.log_in(lab.serial)
    lab.serial.wait_text("System Customization", walk.SCREEN)
    walk.choose(lab.serial, "Troubleshooting Options", "Enable SSH")
    shell = walk.eventually(lambda: Shell(port), walk.BOOT)
    try:
        assert shell("cat /vmfs/volumes/datastore1/post.txt") == "made by post\n"
        assert shell("cat /vmfs/volumes/second/shell.txt").startswith("made by ")
        assert shell("cat /vmfs/volumes/datastore1/python.txt") == "lab7"
        assert "exit status 3" in shell("cat /var/log/firstboot.log")
        log = shell("cat /var/log/install.log")
        assert walk.PASSWORD not in log and "%post" in log
        assert shell("stat -c %a /var/log/ks.cfg").strip() == "600"
        assert "\n%firstboot" in shell("cat /var/log/ks.cfg")
        assert "VM Network" in shell("cat /state/config/host.json")
    finally:
        shell.close()


def test_what_is_wrong_is_shown_and_nothing_is_written(
    iso: Path, accel: Accel, boot: Boot, tmp_path: Path
) -> None:
    disk = create_disk(tmp_path / "disk.img", 40 * GIB)
    machine = Machine(
        accel=accel,
        iso=iso,
        disks=(Disk(disk), Disk(labelled(tmp_path, WRONG), bus=Bus.USB, read_only=True)),
        volatile=True,
    )
    lab = boot(machine)
    start_with(lab.serial, "ks=volume")
    text = lab.serial.wait_text(r"ks\.cfg:5[\s\S]+\(Enter\)", walk.BOOT)
    for line in (3, 4, 5):
        assert f"ks.cfg:{line}" in text, text
    assert disk.stat().st_blocks == 0
    lab.serial.press("enter")
    walk.reach_installer(lab.serial)
    lab.stop()


def labelled(folder: Path, text: str) -> Path:
    """A volume labelled BEDPLATE_KS with that kickstart file."""
    source, volume = folder / "ks.cfg", folder / "ks.iso"
    source.write_text(text)
    run(
        [
            "xorrisofs",
            "-quiet",
            "-volid",
            "BEDPLATE_KS",
            "-joliet",
            "-rational-rock",
            "-output",
            volume,
            source,
        ]
    )
    return volume
