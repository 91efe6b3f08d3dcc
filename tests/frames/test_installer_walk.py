"""The installer walked through by keys: forth and back, several consoles, things that go wrong on the way."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest

from host.errors import HostError
from host.events import Begun, Done, Error, Progress, Step
from host.machine.model import Content, Machine
from installer.spec import Datastore
from installer.upgrading import Examined
from tests.frames.installer_support import MACHINES, PASSWORD, Installer, Lab
from tui.lists import SelectList


def titles(console: Installer, *keys: str) -> list[str]:
    found = []
    for key in keys:
        console.press(key)
        found.append(console.title)
    return found


def test_the_whole_way() -> None:
    console = Installer()
    assert "Welcome" in console.title
    assert titles(console, "enter", "f11", "enter", "enter") == [
        "Licence",
        "Select a Disk to Install or Upgrade",
        "Select a Keyboard Layout",
        "Enter a Root Password",
    ]
    console.give_password()
    assert console.title == "Confirm Install"
    assert console.lab.prepared == 1, "the engine loads while somebody reads"
    assert (
        "VirtIO Block Device" in console.text() and "BP-0001" in console.text() and "32 GiB" in console.text()
    )
    console.press("enter")
    assert console.lab.started == [], "Enter does not install"
    console.press("f11")
    (spec,) = console.lab.started
    assert spec.disk_id == "t10.VirtIO__BP-0001"
    assert spec.disk_serial == "BP-0001"
    assert spec.disk_size == 32 * 1024**3
    assert spec.password_hash == f"hash of {len(PASSWORD)}"
    assert not spec.erase
    assert spec.keyboard == "US Default"
    console.tell(Step(1, 2, "Looking"), Progress(0.5), Done(3))
    assert console.title == "Installation Complete"
    console.press("enter")
    assert console.lab.restarts == 1


def test_going_back_loses_nothing() -> None:
    console = Installer("crowded").to_disks()
    console.press("down", "enter", "enter", "g", "g", "enter")
    console.write("gnu7.T").press("tab").write("gnu")
    assert titles(console, "f9", "f9", "f9", "f9", "f9", "f9") == [
        "Select a Keyboard Layout",
        "VMFS Datastore Found",
        "Select a Disk to Install or Upgrade",
        "Licence",
        "Welcome to the Bedplate 0.1.0 Installation",
        "Welcome to the Bedplate 0.1.0 Installation",
    ]
    console.press("enter", "f11")
    assert "PDNMF0ARH8X1Y2" in console.text().split("Serial:")[1]
    console.press("enter", "enter")
    assert [role_text(console, "focus")] == ["Greek"]
    console.press("enter")
    assert "******" in console.text() and "***" in console.text()
    assert console.wizard.answers.consent


def role_text(console: Installer, role: str) -> str:
    for row, roles in zip(console.text().split("\n"), console.roles(), strict=True):
        if role in roles:
            return row[roles.index(role) : len(roles)].strip(" │▒")
    return ""


def test_consent_is_for_one_disk_and_its_content() -> None:
    console = Installer("crowded").to_disks()
    console.press("down", "enter", "enter")
    assert console.wizard.answers.consent
    console.press("f9", "f9", "down", "enter")
    assert console.title == "Disk Is Not Empty"
    assert not console.wizard.answers.consent


def test_an_empty_disk_needs_no_choice_and_erases_nothing() -> None:
    console = Installer("twins").to_disks().press("down", "enter", "enter").give_password()
    console.press("f11")
    assert console.lab.started[0].disk_serial == "S6PTNM0T513402B"
    assert not console.lab.started[0].erase


@pytest.mark.parametrize(
    ("keys", "datastore"),
    [(("down",), Datastore.PRESERVE), (("end",), Datastore.CREATE)],
    ids=["kept", "overwritten"],
)
def test_a_datastore_can_be_kept_or_overwritten(keys: tuple[str, ...], datastore: Datastore) -> None:
    console = Installer("installed").to_disks().press("enter", *keys, "enter", "enter").give_password()
    console.press("f11")
    assert console.lab.started[0].datastore is datastore
    assert console.lab.started[0].erase


def test_an_upgrade_asks_for_nothing_and_is_confirmed() -> None:
    console = Installer("installed").to_disks()
    assert titles(console, "enter", "enter") == ["Bedplate Found", "Confirm Upgrade"]
    text = console.text()
    for words in ("0.0.9", "0.1.0", "VirtIO Block Device, 100 GiB, serial BP-0001", "all settings"):
        assert words in text
    console.press("enter")
    assert console.lab.asked == [], "Enter does not upgrade"
    console.press("f11")
    (spec,) = console.lab.upgraded
    assert (spec.disk_serial, spec.installed, spec.offered) == ("BP-0001", "0.0.9", "0.1.0")
    console.tell(Begun("upgrade"), Step(1, 2, "Looking"), Progress(0.5), Error("no", changed="nothing"))
    assert console.title == "Upgrade Failed"
    console.press("f5")
    assert console.lab.upgraded == [spec, spec]
    console.tell(Begun("upgrade"), Done(3))
    assert console.title == "Upgrade Complete"


def test_back_from_the_confirmation_of_an_upgrade_something_else_can_be_chosen() -> None:
    console = Installer("installed").to_disks()
    assert titles(console, "enter", "enter", "f9", "down", "enter") == [
        "Bedplate Found",
        "Confirm Upgrade",
        "Bedplate Found",
        "Bedplate Found",
        "Select a Keyboard Layout",
    ]
    console.press("enter").give_password().press("f11")
    assert console.lab.started[0].datastore is Datastore.PRESERVE and not console.lab.upgraded


def test_no_upgrade_of_what_cannot_be_upgraded() -> None:
    console = Installer("installed")
    console.lab.installed = Examined(refusal="Which version is installed cannot be read.")
    console.to_disks().press("enter")
    assert "Upgrade," not in console.text() and "cannot be read" in console.text()
    console.press("enter")
    assert console.title == "Select a Keyboard Layout" and console.wizard.answers.upgrade is None


def test_keeping_is_not_offered_for_a_disk_without_our_datastore() -> None:
    console = Installer("crowded").to_disks().press("down", "enter")
    assert "keep" not in console.text()


def test_esc_asks_on_every_page_and_no_returns() -> None:
    console = Installer()
    for keys in (("enter",), ("f11",), ("enter",), ("enter",)):
        before = console.text()
        console.press("esc")
        assert console.title == "Cancel Installation"
        console.press("n")
        assert console.text() == before
        console.press("esc", "esc")
        assert console.text() == before
        console.press(*keys)
    console.press("esc", "y")
    assert console.lab.restarts == 1


def test_the_licence_is_not_accepted_by_enter() -> None:
    console = Installer().press("enter", "enter")
    assert console.title == "Licence"


def test_the_boot_medium_is_not_in_the_list() -> None:
    console = Installer("crowded").to_disks()
    console.resize(132, 60)
    assert "SanDisk" not in console.text() and "Kingston" in console.text()


@pytest.mark.parametrize(
    ("machine", "presses", "reason"),
    [("tiny-disk", 0, "at least 8 GiB"), ("crowded", 5, "write-protected")],
)
def test_a_disk_that_cannot_be_the_target_is_not_taken(machine: str, presses: int, reason: str) -> None:
    console = Installer(machine).to_disks().press(*["down"] * presses).press("enter")
    assert console.title == "Disk Cannot Be Used"
    assert reason in " ".join(console.text().replace("│", "").split())
    console.press("enter")
    assert console.title == "Select a Disk to Install or Upgrade"


def test_errors_found_block_and_warnings_do_not() -> None:
    blocked = Installer("weak").to_password().give_password()
    assert titles(blocked, "enter", "f11") == ["Errors Found During the System Scan"] * 2
    assert titles(blocked, "f9") == ["Enter a Root Password"]
    warned = Installer("no-virtualization").to_password().give_password()
    assert titles(warned, "enter", "f9", "f9") == [
        "Confirm Install",
        "Warnings Found During the System Scan",
        "Enter a Root Password",
    ]


def test_rescan_finds_a_new_disk_and_keeps_the_selection() -> None:
    console = Installer("twins").to_disks().press("down")
    late = msgspec.structs.replace(console.lab.disk("S6PTNM0T513401A"), id="naa.1", serial="LATE")
    console.lab.plug(late)
    console.press("f5")
    assert "LATE" in console.text()
    assert "Serial: S6PTNM0T513402B" in console.text()


class FakeWatch:
    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.changed = False

    def fileno(self) -> int:
        return self.reader

    def read(self) -> None:
        os.read(self.reader, 100)
        self.changed = True

    def settled(self) -> bool:
        changed, self.changed = self.changed, False
        return changed

    def pending(self) -> bool:
        return self.changed


def test_a_disk_plugged_in_appears_by_itself() -> None:
    lab = Lab("no-disk")
    lab.watch = FakeWatch()
    console = Installer(lab).to_disks()
    assert "No disk was found" in console.text()
    lab.plug(Lab("plain-vm").disk("BP-0001"))
    os.write(lab.watch.writer, b".")
    console.settle().advance(1)
    assert "BP-0001" in console.text()
    console.press("enter")
    assert console.title == "Select a Keyboard Layout"


def test_no_watch_is_no_failure() -> None:
    def broken() -> Any:
        raise HostError("New disks cannot be noticed by themselves.")

    console = Installer(backend={"watch": broken}).to_disks()
    assert "BP-0001" in console.text()


def test_a_disk_that_goes_away_is_noticed() -> None:
    console = Installer("twins").to_disks().press("down", "enter", "enter")
    console.lab.unplug("S6PTNM0T513402B")
    console.give_password()
    assert console.title == "Disk Changed"
    assert "S6PTNM0T513402B" in console.text()
    console.press("enter")
    assert console.title == "Select a Disk to Install or Upgrade"
    assert console.lab.started == [] and console.lab.owner == ""
    console.press("enter", "enter", "enter")
    assert console.title == "Confirm Install", "the password was not lost"


def test_a_disk_that_goes_away_later_is_noticed_by_the_engine_and_on_the_way_back() -> None:
    console = Installer("twins").to_confirm().press("f11")
    console.lab.unplug("S6PTNM0T513401A")
    console.tell(Error("The disk is not there any more.", changed="Nothing has been changed."))
    assert console.title == "Installation Failed"
    console.press("f9")
    assert console.title == "Disk Changed"


def test_a_disk_that_gets_content_meanwhile_needs_a_new_choice() -> None:
    console = Installer().to_password()
    disk = console.lab.disk("BP-0001")
    written = msgspec.structs.replace(disk, contents=(Content(kind="xfs", path="/dev/vda1"),))
    console.lab.machine = msgspec.structs.replace(console.lab.machine, disks=(written,))
    console.give_password()
    assert console.title == "Disk Changed"
    assert console.lab.started == []


def test_another_device_node_is_still_the_same_disk() -> None:
    console = Installer().to_password()
    moved = msgspec.structs.replace(console.lab.disk("BP-0001"), path="/dev/vdc")
    console.lab.machine = msgspec.structs.replace(console.lab.machine, disks=(moved,))
    console.give_password().press("f11")
    assert len(console.lab.started) == 1


def test_keyboards_are_activated_live_and_only_the_last_of_many() -> None:
    console = Installer().to_keyboard().press("home")
    assert console.lab.layouts == ["Belgian"]
    console.press("down", "down")
    assert console.lab.layouts[-1] == "Croatian"
    console.press("enter").give_password().press("f11")
    assert console.lab.started[0].keyboard == "Croatian"


def test_a_keyboard_that_does_not_load_is_told() -> None:
    def broken(name: str) -> None:
        raise HostError(f"{name} cannot be loaded.", hint="Choose another one.")

    console = Installer(backend={"activate_keyboard": broken}).to_keyboard()
    console.tolerant = True
    console.press("home")
    assert "Belgian cannot be loaded." in console.text()


@pytest.mark.parametrize(
    ("password", "repeated", "message"),
    [
        ("", "", "Enter a password"),
        ("abc", "abc", "at least 7"),
        ("abcdefgh", "abcdefgh", "at least 3"),
        ("gnu7.Trail", "gnu7", "Repeat the password"),
        ("gnu7.Trail", "gnu7.Trial", "not the same"),
    ],
)
def test_bad_passwords_stay_on_the_page(password: str, repeated: str, message: str) -> None:
    console = Installer().to_password().give_password(password, repeated)
    assert console.title == "Enter a Root Password"
    assert message in console.text()


def test_a_password_is_never_drawn() -> None:
    console = Installer().to_password().give_password("gnu7.Trail", "gnu7.Trial")
    assert "gnu7" not in console.text()
    assert "gnu7" not in repr(console.wizard.answers)


def test_the_first_console_wins_and_the_other_says_so() -> None:
    lab = Lab()
    local, serial = Installer(lab, console="tty1"), Installer(lab, console="ttyS0").to_disks()
    local.install()
    local.tell(Step(1, 3, "Looking"), Progress(0.25, 1e6, 10))
    serial.advance(2)
    assert "tty1" in serial.text() and "25 %" in serial.text() and "F11" not in serial.text().split("\n")[5]
    serial.press("f11", "enter", "esc")
    assert len(lab.started) == 1
    local.tell(Done(5))
    serial.advance(1)
    assert local.title == serial.title == "Installation Complete"


def test_two_at_the_last_page() -> None:
    lab = Lab()
    local, serial = Installer(lab, console="tty1").to_confirm(), Installer(lab, console="ttyS0").to_confirm()
    serial.press("f11")
    local.press("f11")
    assert lab.owner == "ttyS0" and len(lab.started) == 1
    assert "ttyS0" in local.text()


def test_a_claim_that_fails_for_a_moment_is_tried_again() -> None:
    answers = [False, False, True]
    console = Installer(backend={"claim": lambda _: answers.pop(0)})
    console.install().advance(1).advance(2)
    assert len(console.lab.started) == 1


def test_a_console_that_starts_late_goes_straight_to_the_installation() -> None:
    lab = Lab()
    lab.owner = "tty1"
    lab.events = [Step(4, 9, "Copying the system"), Progress(0.6)]
    late = Installer(lab, console="ttyS0")
    assert "Step 4 of 9" in late.text() and "60 %" in late.text()


def test_a_console_that_died_takes_its_installation_over() -> None:
    lab = Lab()
    lab.alive = True
    lab.events = [Step(4, 9, "Copying the system")]
    again = Installer(lab, console="tty1")
    assert lab.owner == "tty1"
    again.tell(Error("It broke.", "Look.", "Much."))
    assert "Retry" in again.text()


def test_the_other_console_takes_over_when_the_owner_dies() -> None:
    lab = Lab()
    local, serial = Installer(lab, console="tty1"), Installer(lab, console="ttyS0")
    local.install()
    serial.advance(2)
    lab.owner = ""
    serial.advance(1)
    assert lab.owner == "ttyS0"


def test_after_a_failure_it_can_be_tried_again() -> None:
    console = Installer().install().tell(Error("It broke.", "Look.", "Much."))
    assert console.title == "Installation Failed"
    for part in ("It broke.", "Look.", "Much."):
        assert part in console.text()
    console.advance(3600)
    assert console.title == "Installation Failed", "it stays"
    console.press("f5")
    assert len(console.lab.started) == 2
    first, second = console.lab.started
    assert not first.erase and second == msgspec.structs.replace(first, erase=True), (
        "it erases its own remains"
    )
    console.tell(Done(1))
    assert console.title == "Installation Complete"


def test_after_a_failure_another_disk_can_be_chosen() -> None:
    lab = Lab("twins")
    local = Installer(lab, console="tty1").install()
    serial = Installer(lab, console="ttyS0")
    local.tell(Error("It broke."))
    serial.advance(1)
    assert serial.title == "Installation Failed" and "(F5)" not in serial.text()
    local.press("f9")
    assert local.title == "Confirm Install" and lab.owner == ""
    lab.alive = False
    serial.advance(2)
    assert "Welcome" in serial.title


def test_the_onlooker_follows_a_retry() -> None:
    lab = Lab()
    local, serial = Installer(lab, console="tty1").install(), Installer(lab, console="ttyS0")
    local.tell(Error("It broke."))
    serial.advance(1)
    local.press("f5")
    local.tell(Step(1, 3, "Once more"))
    serial.advance(2)
    assert "Once more" in serial.text()


def test_an_engine_that_does_not_start_is_told_and_lets_go() -> None:
    console = Installer().to_confirm()
    console.tolerant = True
    console.lab.refuse_start = "The installation could not be started."
    console.press("f11")
    assert "could not be started" in console.text()
    assert console.lab.owner == ""
    console.press("enter")
    assert console.title == "Confirm Install"


def test_logs_can_be_saved_and_the_failure_stays() -> None:
    console = Installer().install().tell(Error("It broke."))
    console.press("f2")
    assert console.lab.saves == 1 and "USB stick" in console.text()
    console.press("enter")
    assert console.title == "Installation Failed"


def test_a_scan_that_fails_is_told_and_can_be_repeated() -> None:
    lab = Lab()
    broken = [True]

    def machine() -> Machine:
        if broken[0]:
            raise HostError("The disks cannot be read.", hint="Look at the cables.")
        return lab.machine

    console = Installer(lab, backend={"machine": machine})
    console.tolerant = True
    console.to_disks()
    assert "The disks cannot be read." in console.text() and "Look at the cables." in console.text()
    broken[0] = False
    console.press("enter", "f11")
    assert "BP-0001" in console.text()


@pytest.mark.parametrize("path", sorted(MACHINES.glob("*.json")), ids=lambda path: path.stem)
def test_every_recorded_machine_gets_to_the_disks_and_back(path: Any) -> None:
    console = Installer(path.stem).to_disks()
    assert console.title == "Select a Disk to Install or Upgrade"
    console.press("f9")
    assert console.title == "Licence"


def test_keys_of_serial_lines() -> None:
    console = Installer().press("enter", "meta -")
    assert console.title == "Select a Disk to Install or Upgrade", "Esc - is F11"
    console.press("meta 9")
    assert console.title == "Licence", "Esc 9 is F9"


def test_the_selected_row_stands_out_with_its_serial() -> None:
    console = Installer("twins").to_disks().press("down")
    assert "S6PTNM0T513402B" in role_text(console, "focus")


def test_select_list_is_what_digits_and_letters_leave_alone() -> None:
    plain = SelectList([])
    assert plain.keypress((10, 3), "1") == "1" and plain.selected == ""
