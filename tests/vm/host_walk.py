"""The main job, end to end on one machine: install by keys, restart, static address, agent, SSH, restart."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import paramiko
import pytest

from tests.vm import walk
from tests.vm.conftest import Boot
from tests.vm.walk import Shell
from tools.console import Console
from tools.lab import Lab
from tools.qemu import Accel, Bus, Disk, Firmware, Forward, Machine, Nic, create_disk, free_port

GIB = 1 << 30
STATIC = "10.0.2.50"
LEASE = "10.0.2.15"

DOMAIN = """
<domain type='kvm'>
  <name>probe</name>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><serial type='null'/></devices>
</domain>
"""

START = """
timeout 240 virsh start probe && exit
echo "--- the first try"
ps -eo pid,stat,wchan:30,etimes,args --sort=-etimes | grep -v '\\]$'
journalctl --boot --no-pager --lines 40
tail -n 20 /var/log/libvirt/qemu/probe.log
timeout 60 systemctl kill --signal=KILL libvirtd.service
pkill -KILL -f 'guest=[p]robe'
timeout 60 virsh destroy probe
timeout 240 virsh start probe
"""
"""An emulated processor that virtualizes in turn was seen to hang once with no end. There is a second try,
and what the first one left to look at is shown.
"""

EXPECTED_LISTENERS = {("tcp", "22"), ("tcp", "443")}
"""What a host with SSH switched on may offer to the network."""


@dataclass
class Site:
    """The machine of a walk and the local ports that lead into it."""

    lab: Lab
    lease_https: int
    https: int
    ssh: int

    @property
    def console(self) -> Console:
        """Its serial console."""
        return self.lab.serial


@pytest.mark.vm
@pytest.mark.walk
class HostWalk:
    """Steps in order; a subclass says on which firmware."""

    firmware: ClassVar[Firmware]
    bus: ClassVar[Bus] = Bus.SCSI

    @pytest.fixture(scope="class")
    def site(
        self, iso: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Site]:
        disk = create_disk(tmp_path_factory.mktemp("disk") / "disk.img", 32 * GIB)
        lease, https, ssh = free_port(), free_port(), free_port()
        nic = Nic(
            forwards=(Forward(lease, 443), Forward(https, 443, STATIC), Forward(ssh, 22, STATIC)),
            isolated=True,
        )
        machine = Machine(
            firmware=self.firmware, accel=accel, iso=iso, disks=(Disk(disk, bus=self.bus),), nics=(nic,),
            volatile=True,
        )  # fmt: skip
        yield Site(boot(machine), lease, https, ssh)

    @pytest.fixture(scope="class")
    def shell(self, site: Site) -> Iterator[Shell]:
        shell = walk.eventually(lambda: Shell(site.ssh), walk.SCREEN)
        yield shell
        shell.close()

    def test_install_by_keys(self, site: Site) -> None:
        confirmation = walk.reach_confirmation(site.console)
        assert "serial BEDPLATE0001" in confirmation, "the disk is named"
        walk.finish(site.console)

    def test_it_restarts_into_the_direct_console(self, site: Site) -> None:
        site.console.press("enter")
        screen = walk.reach_splash(site.console, LEASE)
        assert site.lab.qemu.has_ejected()
        assert re.search(r"Bedplate \d", screen) and "GiB Memory" in screen

    def test_the_agent_answers_at_the_lease(self, site: Site) -> None:
        answer = walk.eventually(lambda: walk.https(site.lease_https), walk.BOOT)
        assert answer.status_code == 200
        assert "Bedplate" in answer.text

    def test_static_address_by_keys(self, site: Site) -> None:
        console = site.console
        walk.log_in(console)
        console.wait_text("System Customization", walk.SCREEN)
        walk.choose(console, "Configure Management Network", "IPv4 Configuration")
        console.wait_text("[Ss]et static", walk.SCREEN)
        console.press("down", "space", "down")
        for value in (STATIC, "255.255.255.0", "10.0.2.2"):
            walk.fill(console, value)
        console.press("enter")
        console.wait_gone("[Ss]et static", walk.SCREEN)
        walk.back(console, r"<Y> Yes")
        console.press("y")
        text = console.wait_text(r"new settings are in use|Keep the Network|did not work", walk.BOOT)
        assert "new settings are in use" in text
        console.press("enter")
        console.wait_text("System Customization", walk.SCREEN)

    def test_https_answers_at_the_new_address(self, site: Site) -> None:
        answer = walk.eventually(lambda: walk.https(site.https), walk.BOOT)
        assert answer.status_code == 200
        assert "Bedplate" in answer.text

    def test_management_agents_restart(self, site: Site) -> None:
        console = site.console
        walk.choose(console, "Troubleshooting Options", "Restart Management Agents")
        console.wait_text("<F11>", walk.SCREEN)
        console.press("f11")
        console.wait_text(r"All management agents were restarted", walk.BOOT)
        console.press("enter")
        console.wait_text("Troubleshooting Mode Options", walk.SCREEN)
        assert walk.eventually(lambda: walk.https(site.https), walk.BOOT).status_code == 200

    def test_ssh_is_off_until_switched_on(self, site: Site) -> None:
        with pytest.raises((OSError, paramiko.SSHException)):
            Shell(site.ssh)
        console = site.console
        walk.select(console, "Enable SSH")
        console.press("enter")
        console.wait_text("Disable SSH", walk.SCREEN)
        walk.back(console, "System Customization")
        walk.back(console, r"<F2> Customize System")

    def test_the_root_cannot_be_changed_for_good(self, shell: Shell) -> None:
        assert shell("findmnt --noheadings --output FSTYPE /").strip() == "overlay"
        types = {
            row["type"]
            for row in _flatten(json.loads(shell("lsblk --json --output NAME,TYPE"))["blockdevices"])
        }
        assert "crypt" in types or "dm" in types, "the image is opened through dm-verity"
        assert "verity" in shell("dmsetup table")
        shell("touch /usr/bin/will-be-forgotten")

    def test_only_what_is_expected_listens(self, shell: Shell) -> None:
        rows = [
            line.split() for line in shell("ss --no-header --tcp --udp --listening --numeric").splitlines()
        ]
        outside = [row for row in rows if not row[4].startswith(("127.", "[::1]"))]
        offered = {(row[0], row[4].rsplit(":", 1)[1]) for row in outside}
        assert offered <= EXPECTED_LISTENERS

    def test_libvirt_runs_a_kvm_machine(self, shell: Shell) -> None:
        assert shell("stat --format=%F /dev/kvm").strip() == "character special file"
        shell("virsh define /dev/stdin", stdin=DOMAIN)
        said = shell(START, timeout=900)
        if "the first try" in said:
            warnings.warn(f"The domain started at the second try only.\n{said}", stacklevel=1)
        assert shell("virsh domstate probe").strip() == "running"
        assert "kvm" in shell("virsh dumpxml probe")
        shell("virsh destroy probe")
        shell("virsh undefine probe")
        assert "probe" not in shell("virsh list --all --name")

    def test_secure_boot_is_what_the_firmware_says(self, shell: Shell) -> None:
        if self.firmware is Firmware.BIOS:
            assert shell("ls -d /sys/firmware/efi 2>/dev/null || echo none").strip() == "none"
            return
        variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
        assert shell(f"od -An -tu1 {variable}").split()[-1] == (
            "1" if self.firmware is Firmware.SECUREBOOT else "0"
        )

    def test_restart_by_f12_keeps_the_settings(self, site: Site) -> None:
        console = site.console
        walk.log_in(console, "f12")
        console.wait_text("<F11> Restart", walk.SCREEN)
        said = len(console.transcript)
        console.press("f11")
        console.wait_said(r"GRUB|Bedplate", walk.BOOT, after=said)
        console.wait_gone("<F12> Shut Down", walk.BOOT)
        walk.reach_splash(console, STATIC, "STATIC")
        assert walk.eventually(lambda: walk.https(site.https), walk.BOOT).status_code == 200
        shell = walk.eventually(lambda: Shell(site.ssh), walk.BOOT)
        assert shell("ls /usr/bin/will-be-forgotten 2>/dev/null || echo gone").strip() == "gone"
        shell.close()


def _flatten(rows: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    for row in rows:
        yield row
        children = row.get("children", [])
        assert isinstance(children, list)
        yield from _flatten(children)
