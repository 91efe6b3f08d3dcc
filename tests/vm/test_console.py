"""Two consoles at once: the serial line, and the machine's own keyboard and screen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.vm import walk
from tests.vm.conftest import Boot
from tools.console import ScreenTimeout
from tools.lab import Lab
from tools.qemu import Accel, Disk, Machine, create_disk

pytestmark = [pytest.mark.vm, pytest.mark.walk]

ANOTHER_PAGE = 0.08
"""Share of a picture that changes at least when a page follows another; boxes and cursors change less."""

ANSWER = 30.0
"""Seconds the shell has for an answer before it is asked again."""


class Eyes:
    """Looks at the machine's own screen, where there is no text to read, only a picture."""

    def __init__(self, machine: Lab, folder: Path) -> None:
        self._machine = machine
        self._file = folder / "screen.png"

    def see(self) -> Image.Image:
        """The picture as it is now."""
        self._machine.qemu.screendump(self._file)
        with Image.open(self._file) as picture:
            grey: Image.Image = picture.convert("L")
            return grey

    def switch_console(self, key: str) -> None:
        """Press the key until there is another page, as a person does: nobody says when keys are heard."""
        before, until = self.see(), time.monotonic() + walk.BOOT
        while changed(before, self.see()) <= ANOTHER_PAGE:
            assert time.monotonic() < until, f"{key} leads nowhere"
            self._machine.keyboard(key)
            time.sleep(5)
        self.wait_for_page(before)

    def wait_for_page(self, after: Image.Image) -> None:
        """Wait until another page is on the screen than on the picture, and is drawn."""
        until = time.monotonic() + walk.BOOT
        last = self.see()
        while True:
            time.sleep(0.5)
            now = self.see()
            if changed(after, now) > ANOTHER_PAGE and changed(last, now) < 0.002:
                return
            assert time.monotonic() < until, "the machine's own screen does not go on"
            last = now


def changed(before: Image.Image, after: Image.Image) -> float:
    """The share of pixels that differ."""
    if before.size != after.size:
        return 1.0
    same = ImageChops.difference(before, after).histogram()[0]
    return 1 - same / (before.width * before.height)


def demand_shell(machine: Lab) -> None:
    """Go to the shell and have it say something on the serial line; again while it is not there yet."""
    until = time.monotonic() + walk.BOOT
    while True:
        machine.keyboard("alt-f1", *"echo shell of $(id -un) > /dev/ttyS0", "enter")
        try:
            machine.serial.wait_said("shell of root", ANSWER)
            return
        except ScreenTimeout:
            if time.monotonic() > until:
                raise


class TestTwoConsoles:
    @pytest.fixture(scope="class")
    def machine(self, iso: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory) -> Lab:
        disk = create_disk(tmp_path_factory.mktemp("disk") / "disk.img", 16 << 30)
        machine = boot(Machine(accel=accel, iso=iso, disks=(Disk(disk),), volatile=True))
        walk.reach_installer(machine.serial)
        return machine

    @pytest.fixture
    def eyes(self, machine: Lab, tmp_path: Path) -> Eyes:
        return Eyes(machine, tmp_path)

    def test_both_show_the_installer_and_go_their_own_way(self, machine: Lab, eyes: Eyes) -> None:
        welcome = eyes.see()
        machine.keyboard("enter")
        eyes.wait_for_page(welcome)
        assert "Welcome to the Bedplate" in machine.serial.text, "the serial console stays where it was"

    def test_alt_f1_is_a_root_shell_on_the_machine_itself(self, machine: Lab, eyes: Eyes) -> None:
        demand_shell(machine)
        eyes.switch_console("alt-f2")

    def test_the_one_that_confirms_wins_and_the_other_says_so(self, machine: Lab, eyes: Eyes) -> None:
        for keys in (["f11"], ["enter"], ["enter"], [*walk.PASSWORD, "tab", *walk.PASSWORD, "enter"]):
            page = eyes.see()
            machine.keyboard(*keys)
            eyes.wait_for_page(page)
        machine.keyboard("f11")
        machine.serial.wait_text(r"it was confirmed on console tty1", walk.BOOT)
        # Nothing can be confirmed here any more: the keys of the page before give way.
        machine.serial.wait_gone(r"\(Enter\) Continue|\(F11\)", walk.SCREEN)
