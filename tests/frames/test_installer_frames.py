"""Every page and dialog of the installer: as it should look, and that it draws itself at any size."""

from __future__ import annotations

import pytest

from host import events
from host.events import Begun, Done, Error, Progress, Step
from installer.tasks.upgrade import SAFE
from installer.upgrading import Examined
from tests.frames.installer_support import Installer, Scene, golden, strange_files
from tui.palette import PALETTES

FAILED = Error(
    "mkfs.ext4: ended with code 1: No space left on device",
    "To try it by hand: mkfs.ext4 /dev/sda3",
    "The disk was erased and partitioned; it does not start.",
)


def at_disks(console: Installer) -> None:
    console.to_disks()


def details(console: Installer) -> None:
    console.to_disks().press("down", "f1")


def refused(console: Installer) -> None:
    console.to_disks().press("end", "enter")


def one_sort_of_data(console: Installer) -> None:
    console.to_disks().press("down", "enter")


def weak_password(console: Installer) -> None:
    console.to_password().write("abc")


def different_passwords(console: Installer) -> None:
    console.to_password().give_password("gnu7.Trail", "gnu7.Trial")


def back_at_password(console: Installer) -> None:
    console.to_confirm().press("f9")


def checked(console: Installer) -> None:
    console.to_password().give_password()


def cancel(console: Installer) -> None:
    console.to_keyboard().press("esc")


def trying_keys(console: Installer) -> None:
    console.to_keyboard().press("g", "g", "tab").write("zyxäö")


def running(console: Installer) -> None:
    console.install()
    console.tell(Step(6, 11, "Copying the system"), Progress(0.42, 123.4e6, 83.0))


def warned(console: Installer) -> None:
    running(console)
    console.tell(events.Warning("The firmware did not take the boot entry."))


def complete(console: Installer) -> None:
    warned(console)
    console.tell(Done(73.4))


def failed(console: Installer) -> None:
    console.install()
    console.tell(FAILED)


def logs_saved(console: Installer) -> None:
    failed(console)
    console.press("f2")


def restart_asked(console: Installer) -> None:
    failed(console)
    console.press("f12")


def restarting(console: Installer) -> None:
    complete(console)
    console.press("enter")


def seen_elsewhere(console: Installer) -> None:
    console.lab.owner = "ttyS0"
    console.lab.events += [Step(3, 11, "Writing the partition table"), Progress(0.02)]
    console.advance(2)


def failed_elsewhere(console: Installer) -> None:
    seen_elsewhere(console)
    console.tell(FAILED)


def kept_datastore(console: Installer) -> None:
    console.to_disks().press("enter", "down", "enter", "enter").give_password()


def overwritten_datastore(console: Installer) -> None:
    console.to_disks().press("enter", "end", "enter", "enter").give_password()


def at_newer_installation(console: Installer) -> None:
    console.lab.installed = Examined(
        installed="0.2.0",
        offered="0.1.0",
        refusal="Version 0.2.0 is installed, which is newer than 0.1.0 on this medium.",
    )
    console.to_disks().press("enter")


def upgrade_confirmed(console: Installer) -> None:
    console.to_disks().press("enter", "enter")


def upgrading(console: Installer) -> None:
    upgrade_confirmed(console)
    console.press("f11").tell(
        Begun("upgrade"), Step(6, 11, "Copying the system"), Progress(0.42, 123.4e6, 83.0)
    )


def upgraded(console: Installer) -> None:
    upgrading(console)
    console.tell(Done(61.2))


def upgrade_failed(console: Installer) -> None:
    upgrading(console)
    console.tell(Error("initrd on the installation medium is damaged.", "Write it anew.", SAFE))


def upgrade_elsewhere(console: Installer) -> None:
    console.lab.owner = "ttyS0"
    console.lab.events += [Begun("upgrade"), Step(3, 11, "Checking the installation"), Progress(0.02)]
    console.advance(2)


SCENES: dict[str, tuple[str, Scene]] = {
    "welcome": ("plain-vm", lambda console: console),
    "licence": ("plain-vm", lambda console: console.press("enter")),
    "licence_end": ("plain-vm", lambda console: console.press("enter", "end")),
    "disks": ("plain-vm", at_disks),
    "disks_twins": ("twins", at_disks),
    "disks_crowded": ("crowded", at_disks),
    "disks_crowded_end": ("crowded", lambda console: console.to_disks().press("end")),
    "disks_none": ("no-disk", at_disks),
    "disks_tiny": ("tiny-disk", at_disks),
    "disk_details": ("crowded", details),
    "disk_refused": ("crowded", refused),
    "existing_vmfs": ("crowded", one_sort_of_data),
    "existing_windows": ("crowded", lambda console: console.to_disks().press("enter")),
    "existing_raid": ("crowded", lambda console: console.to_disks().press("down", "down", "enter")),
    "existing_bedplate": ("installed", lambda console: console.to_disks().press("enter")),
    "existing_newer": ("installed", at_newer_installation),
    "disk_details_installed": ("installed", lambda console: console.to_disks().press("f1")),
    "confirm_upgrade": ("installed", upgrade_confirmed),
    "upgrading": ("installed", upgrading),
    "upgraded": ("installed", upgraded),
    "upgrade_failed": ("installed", upgrade_failed),
    "upgrade_elsewhere": ("plain-vm", upgrade_elsewhere),
    "keyboard": ("plain-vm", lambda console: console.to_keyboard()),
    "keyboard_trial": ("plain-vm", trying_keys),
    "password": ("plain-vm", lambda console: console.to_password()),
    "password_weak": ("plain-vm", weak_password),
    "password_different": ("plain-vm", different_passwords),
    "password_again": ("plain-vm", back_at_password),
    "findings_errors": ("weak", checked),
    "findings_warnings": ("no-virtualization", checked),
    "confirm": ("plain-vm", checked),
    "confirm_kept": ("installed", kept_datastore),
    "confirm_overwritten": ("installed", overwritten_datastore),
    "cancel": ("plain-vm", cancel),
    "running": ("plain-vm", running),
    "running_warned": ("plain-vm", warned),
    "complete": ("plain-vm", complete),
    "restarting": ("plain-vm", restarting),
    "failed": ("plain-vm", failed),
    "failed_logs": ("plain-vm", logs_saved),
    "failed_restart": ("plain-vm", restart_asked),
    "elsewhere": ("plain-vm", seen_elsewhere),
    "elsewhere_failed": ("plain-vm", failed_elsewhere),
}

WITHOUT_KEYS = {"running", "running_warned", "restarting", "elsewhere", "upgrading", "upgrade_elsewhere"}
"""Pages on which there is nothing to press."""


@pytest.mark.parametrize("name", SCENES)
def test_frame(name: str) -> None:
    machine, scene = SCENES[name]
    console = Installer(machine)
    scene(console)
    golden(f"installer_{name}", console.text())


@pytest.mark.parametrize(
    "size", [(40, 10), (132, 43), (240, 67), (30, 7)], ids=lambda size: f"{size[0]}x{size[1]}"
)
@pytest.mark.parametrize("name", SCENES)
def test_every_key_of_the_key_bar_is_visible(name: str, size: tuple[int, int]) -> None:
    machine, scene = SCENES[name]
    console = Installer(machine, cols=size[0], rows=size[1])
    scene(console)
    top = console.app.top
    assert top is not None
    assert bool(top.hints) == (name not in WITHOUT_KEYS)
    if size[0] < 40:
        return  # smaller than promised: it must draw itself, no more
    text = " ".join(console.text().split())
    for hint in top.hints:
        assert f"({hint.key})" in text


@pytest.mark.parametrize("colours", PALETTES)
@pytest.mark.parametrize("size", [(80, 24), (40, 10), (132, 43)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_palettes_change_nothing_but_colours(colours: str, size: tuple[int, int]) -> None:
    for name in ("disks_crowded", "password_weak", "cancel", "running"):
        machine, scene = SCENES[name]
        frames = []
        for palette in ("colour", colours):
            console = Installer(machine, cols=size[0], rows=size[1], colours=palette)
            scene(console)
            frames.append(console.text())
            used = {role for row in console.roles() for role in row if role}
            assert used <= set(PALETTES[palette])
        assert frames[0] == frames[1]


def test_no_golden_file_is_left_over() -> None:
    assert strange_files([f"installer_{name}" for name in SCENES]) == []
