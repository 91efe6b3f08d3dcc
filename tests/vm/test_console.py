"""Two consoles at once: the serial line, and the machine's own keyboard and screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vm import walk
from tests.vm.conftest import Boot
from tools.lab import Lab
from tools.qemu import Accel, Disk, Machine, create_disk

pytestmark = [pytest.mark.vm, pytest.mark.extended, pytest.mark.walk]


class TestTwoConsoles:
    @pytest.fixture(scope="class")
    def machine(self, iso: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory) -> Lab:
        disk = create_disk(tmp_path_factory.mktemp("disk") / "disk.img", 16 << 30)
        machine = boot(Machine(accel=accel, iso=iso, disks=(Disk(disk),), volatile=True))
        walk.reach_installer(machine.serial)
        return machine

    def test_both_show_the_installer_and_go_their_own_way(self, machine: Lab, tmp_path: Path) -> None:
        before = machine.serial.text
        first = machine.qemu.screendump(tmp_path / "before.png").read_bytes()
        machine.keyboard("ret")
        second = wait_for_picture(machine, tmp_path, first)
        assert second != first, "the key changed the machine's own screen"
        assert machine.serial.text == before, "the serial console stays where it was"

    def test_the_one_that_confirms_wins_and_the_other_says_so(self, machine: Lab) -> None:
        console = machine.serial
        console.press("enter")
        console.wait_text(r"\(F11\) Accept and Continue", walk.SCREEN)
        console.press("f11")
        console.wait_text(r"Select a Disk", walk.BOOT)
        machine.keyboard("f11", pause=20)
        machine.keyboard("ret", pause=5)
        machine.keyboard("ret", pause=5)
        machine.keyboard_type(walk.PASSWORD)
        machine.keyboard("tab")
        machine.keyboard_type(walk.PASSWORD)
        machine.keyboard("ret", pause=20)
        machine.keyboard("f11")
        text = console.wait_text(r"it was confirmed on console tty1", walk.SCREEN)
        assert "F11" not in text, "nothing can be confirmed here any more"

    def test_alt_f1_is_a_root_shell_on_the_machine_itself(self, machine: Lab, tmp_path: Path) -> None:
        before = machine.qemu.screendump(tmp_path / "a.png").read_bytes()
        machine.keyboard("alt-f1", pause=1)
        machine.keyboard_type("echo shell-of $(id -un) > /dev/ttyS0")
        machine.keyboard("ret")
        machine.serial.wait_said("shell-of root", walk.SCREEN)
        machine.keyboard("alt-f2", pause=1)
        assert machine.qemu.screendump(tmp_path / "b.png").read_bytes() != before or before


def wait_for_picture(machine: Lab, folder: Path, other: bytes) -> bytes:
    """The next picture of the screen that is not ``other``; fails after SCREEN seconds."""
    import time

    until = time.monotonic() + walk.SCREEN
    while True:
        picture = machine.qemu.screendump(folder / "now.png").read_bytes()
        if picture != other:
            return picture
        assert time.monotonic() < until, "the picture does not change"
        time.sleep(0.3)
