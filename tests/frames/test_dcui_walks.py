"""Walks through the direct console by keys, from the login to the end of what was asked for."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from dcui.backend import SSH, Verdict
from dcui.login import wait_after
from dcui.session import IDLE_LIMIT
from dcui.simulated import COUNTDOWN, PASSWORD
from host.config.model import Ipv4Mode
from tests.frames.dcui_support import Console
from tui.palette import PALETTES

NETWORK = "Configure Management Network"
TROUBLESHOOTING = "Troubleshooting Options"


def set_static(console: Console, address: str = "192.168.1.20") -> Console:
    """Stage a static address, mask and gateway as the lease gave them."""
    console.log_in().open(NETWORK, "IPv4 Configuration").press("down", " ", "down").retype(address)
    console.press("enter")
    return console


# login


def test_a_wrong_password_is_refused_and_can_be_typed_again() -> None:
    console = Console()
    console.press("f2").write("wrong").press("enter")
    assert "Wrong login name or password." in console.text()
    console.write(PASSWORD).press("enter")
    assert "System Customization" in console.text()


def test_only_root_logs_in() -> None:
    console = Console()
    console.press("f2", "up").retype("admin").press("down").write(PASSWORD).press("enter")
    assert "Wrong login name or password." in console.text()


def test_waits_grow_and_nobody_is_locked_out() -> None:
    console = Console()
    console.press("f2")
    for failures in range(1, 9):
        console.write("wrong").press("enter").advance(wait_after(failures))
    assert [wait_after(failures) for failures in (1, 2, 3, 9, 99)] == [0, 1, 2, 8, 8]
    console.write(PASSWORD).press("enter")
    assert "System Customization" in console.text()


def test_during_a_wait_even_the_right_password_does_nothing() -> None:
    console = Console()
    console.press("f2").write("wrong").press("enter").write("wrong").press("enter")
    console.write(PASSWORD).press("enter")
    assert "System Customization" not in console.text()
    console.advance(1).press("enter")
    assert "System Customization" in console.text()


def test_the_password_is_never_drawn() -> None:
    console = Console()
    console.press("f2").write(PASSWORD)
    assert PASSWORD not in console.text()
    assert "*" * len(PASSWORD) in console.text()


def test_an_unreadable_configuration_is_told_at_the_login() -> None:
    console = Console(tolerant=True)
    console.host.failing = {"password_matches", "config"}
    console.log_in()
    assert "The simulated password_matches failed." in console.text()


def test_esc_leaves_the_login() -> None:
    console = Console()
    console.press("f2", "esc")
    assert "To manage this host" in console.text()


def test_esc_and_a_digit_stand_for_function_keys() -> None:
    console = Console()
    console.press("meta 2")
    assert "Authentication Required" in console.text()


# leaving


def test_esc_logs_out() -> None:
    console = Console().log_in()
    console.press("esc", "f2")
    assert "Authentication Required" in console.text()


def test_the_idle_are_logged_out_from_any_depth() -> None:
    console = Console().log_in().open(NETWORK, "IPv4 Configuration")
    console.advance(IDLE_LIMIT - 60)
    assert "Set static" in console.text()
    console.press("down").advance(IDLE_LIMIT - 60)
    assert "Set static" in console.text()
    console.advance(120)
    assert "To manage this host" in console.text()
    assert len(console.app.views) == 1


def test_an_abandoned_login_goes_away_too() -> None:
    console = Console()
    console.press("f2").write("half").advance(IDLE_LIMIT + 60)
    assert "Authentication Required" not in console.text()


@pytest.mark.parametrize("key", ["ctrl c", "ctrl z", "ctrl \\", "ctrl d", "f1", "f10", "esc", "q"])
def test_nothing_leads_out_of_a_console(key: str) -> None:
    console = Console()
    console.press(key)
    console.log_in().press(key)
    assert not console.ended
    assert console.app.views


def test_started_from_a_shell_ctrl_c_returns_to_it() -> None:
    console = Console()
    console.sessions[0].ctrl_c_leaves = True
    console.press("ctrl c")
    assert console.ended


# passwords


def change_password(console: Console, old: str, new: str, again: str) -> None:
    console.log_in().open("Configure Password").write(old).press("down").write(new)
    console.press("down").write(again).press("enter")


def test_the_password_is_changed() -> None:
    console = Console()
    change_password(console, PASSWORD, "gut-Gen9ug!", "gut-Gen9ug!")
    assert "The password was changed." in console.text()
    assert console.host.password == "gut-Gen9ug!"


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", "gut-Gen9ug!", "gut-Gen9ug!", "The old password is wrong."),
        (PASSWORD, "gut-Gen9ug!", "gut-Gen9ug?", "do not match"),
        (PASSWORD, "short", "short", "at least 7"),
        (PASSWORD, "", "", "Enter the new password twice."),
    ],
)
def test_a_bad_change_of_password_changes_nothing(old: str, new: str, again: str, said: str) -> None:
    console = Console()
    change_password(console, old, new, again)
    assert said in console.text()
    assert console.host.password == PASSWORD


# network settings


def test_all_errors_of_a_static_address_show_at_once() -> None:
    console = Console()
    console.log_in().open(NETWORK, "IPv4 Configuration").press("down", " ", "down").retype("192.168.1.300")
    console.press("down").retype("255.0.255.0").press("down").retype("gateway").press("enter")
    text = console.text()
    assert all(f"{label}: Enter" in text for label in ("IPv4 Address", "Subnet Mask", "Default Gateway"))
    console.press("esc", "esc")
    assert "System Customization" in console.text(), "nothing was staged, so nothing is asked"


def test_y_applies_and_returns_to_the_top_menu() -> None:
    console = set_static(Console())
    assert console.host.actions == []
    console.press("esc", "y")
    assert "The new settings are in use." in console.text()
    console.press("enter")
    assert "System Customization" in console.text()
    ipv4 = console.host.config().management.ipv4
    assert (ipv4.mode, ipv4.address, ipv4.netmask) == (Ipv4Mode.STATIC, "192.168.1.20", "255.255.255.0")
    console.press("esc")
    assert "https://192.168.1.20/ (STATIC)" in console.text()


def test_n_discards() -> None:
    console = set_static(Console())
    console.press("esc", "n")
    assert "System Customization" in console.text()
    assert console.host.actions == []
    assert console.host.config().management.ipv4.mode is Ipv4Mode.DHCP


def test_esc_stays_with_the_edits() -> None:
    console = set_static(Console())
    console.press("esc", "esc")
    assert "IPv4 Address: 192.168.1.20" in console.text()
    console.press("esc")
    assert "-> 192.168.1.20/24" in console.text()


def test_edits_of_several_dialogs_are_one_change() -> None:
    console = set_static(Console())
    console.go_to("VLAN").press("enter").write("12").press("enter").open("Custom DNS Suffixes").write(
        "lab.example"
    ).press("enter", "esc")
    for line in (
        "VLAN: Not set -> 12",
        "IPv4: dynamic -> 192.168.1.20/24",
        "DNS suffixes: none -> lab.example",
    ):
        assert line in console.text()
    console.press("Y")
    management = console.host.config().management
    assert (management.vlan, management.dns.suffixes) == (12, ("lab.example",))
    assert console.host.actions == ["change network"]


def test_servers_of_the_lease_are_kept_when_leaving_dhcp() -> None:
    console = set_static(Console())
    console.press("esc")
    assert "DNS servers: automatic -> 192.168.1.53, 192.168.1.54" in console.text()


def test_opening_and_leaving_asks_nothing() -> None:
    console = Console().log_in().open(NETWORK, "DNS Configuration")
    console.press("enter", "esc")
    assert "System Customization" in console.text()


def test_an_adapter_is_added_behind_the_ones_in_use() -> None:
    console = Console().log_in().open(NETWORK, "Network Adapters")
    console.press("down", " ", "enter", "esc", "y")
    assert console.host.config().management.uplinks == ("vmnic0", "vmnic1")


def test_a_change_that_did_not_work_says_so() -> None:
    console = Console()
    console.host.verdict = Verdict.ROLLED_BACK
    set_static(console).press("esc", "y")
    assert "The new settings did not work" in console.text()


def test_a_change_that_fails_says_why() -> None:
    console = Console(tolerant=True)
    console.host.failing = {"change_network"}
    set_static(console).press("esc", "y")
    assert "The simulated change_network failed." in console.text()
    console.press("enter")
    assert "System Customization" in console.text()


# doubtful changes


def doubtful() -> Console:
    console = Console()
    console.host.verdict = Verdict.DOUBTFUL
    set_static(console).press("esc", "y")
    return console


def test_the_countdown_is_seen_to_count() -> None:
    console = doubtful()
    assert "Previous settings come back in 120 s." in console.text()
    console.advance(30)
    assert "Previous settings come back in 90 s." in console.text()


def test_enter_keeps_a_doubtful_change() -> None:
    console = doubtful()
    console.press("enter")
    assert "The new settings are kept." in console.text()
    console.advance(COUNTDOWN + 1)
    assert console.host.config().management.ipv4.address == "192.168.1.20"


def test_esc_restores_the_previous_settings() -> None:
    console = doubtful()
    console.press("esc")
    assert "The previous settings are back." in console.text()
    assert console.host.config().management.ipv4.mode is Ipv4Mode.DHCP


def test_waiting_restores_them_too_and_says_so() -> None:
    console = doubtful()
    console.advance(COUNTDOWN + 1)
    assert "Nobody confirmed the new settings in time." in console.text()
    assert console.host.config().management.ipv4.mode is Ipv4Mode.DHCP


def test_a_pending_change_is_on_the_splash_and_asked_about_after_login() -> None:
    console = doubtful()
    console.sessions[0].log_out()
    console.settle()
    for _ in range(5):
        console.advance(1)
    assert "A network change is undone in 115 s unless it is confirmed" in console.text()
    console.log_in()
    assert "A network change waits to be confirmed." in console.text()
    console.press("enter", "enter")
    assert "System Customization" in console.text()


# the rest of the menu


def test_services_flip_their_labels() -> None:
    console = Console().log_in().open(TROUBLESHOOTING)
    assert "Enable SSH" in console.text()
    console.open("Enable SSH")
    assert "Disable SSH" in console.text()
    assert "SSH is Enabled" in console.text()
    assert console.host.service(SSH).running
    console.press("enter")
    assert "Enable SSH" in console.text()
    assert not console.host.service(SSH).running


def test_agents_that_do_not_come_up_are_named() -> None:
    console = Console()
    console.host.failing = {"restart_agents"}
    console.log_in().open(TROUBLESHOOTING, "Restart Management Agents").press("f11")
    assert "Management agent ... OK" in console.text()
    assert "Virtual machine manager ... FAILED" in console.text()
    assert "Not all came up again." in console.text()


def test_esc_at_a_question_does_nothing() -> None:
    console = Console().log_in().open("Restart Management Network")
    console.press("esc")
    assert console.host.actions == []


def test_the_network_test_takes_what_is_typed() -> None:
    console = Console().log_in().open("Test Management Network")
    console.retype("10.0.0.1").press("enter")
    assert "Ping 10.0.0.1 ... FAILED (no answer within 5 s)" in console.text()
    assert "Some tests failed." in console.text()


def test_a_keyboard_layout_is_chosen_by_its_first_letter() -> None:
    console = Console().log_in().open("Configure Keyboard")
    console.press("g", "enter")
    assert console.host.config().keyboard == "German"
    assert "German" in console.text()


def test_logs_by_digit_and_back() -> None:
    console = Console().log_in().go_to("View System Logs")
    console.press("3")
    assert "hostd[299]: line 199" in console.text()
    console.press("q")
    assert "System Customization" in console.text()
    console.press("enter", "1")
    assert "syslog[299]" in console.text()
    console.press("esc", "esc")
    assert "System Customization" in console.text()
    console.press("9")
    assert "System Customization" in console.text()


# power


@pytest.mark.parametrize(("key", "action"), [("f2", "shut down"), ("f11", "restart")])
def test_f12_ends_the_host(key: str, action: str) -> None:
    console = Console().log_in("f12")
    console.press(key)
    assert console.host.actions == [action]


def test_f12_cancelled_logs_out() -> None:
    console = Console().log_in("f12")
    console.press("esc")
    assert "To manage this host" in console.text()
    assert console.host.actions == []


def test_not_knowing_the_machines_does_not_keep_anybody_from_shutting_down() -> None:
    console = Console()
    console.host.failing = {"running_machines"}
    console.log_in("f12")
    assert "is not known" in console.text()
    console.press("f2")
    assert console.host.actions == ["shut down"]


# entries that fail


def test_an_entry_that_raises_shows_it_in_its_pane_only(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ModuleType("broken")
    monkeypatch.setattr(broken, "describe", lambda _: 1 / 0, raising=False)
    monkeypatch.setitem(sys.modules, "dcui.entries.keyboard", broken)
    console = Console().log_in().go_to("Configure Keyboard")
    assert "This entry does not work: ZeroDivisionError" in console.text()
    console.go_to("View Support Information")
    assert "7XK2M13" in console.text()


def test_an_entry_that_cannot_be_imported_shows_it_in_its_pane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dcui.entries.keyboard", None)
    console = Console(tolerant=True).log_in().go_to("Configure Keyboard")
    assert "This entry does not work:" in console.text()
    assert "ModuleNotFoundError" in console.text()
    console.press("enter")
    assert "Error" in console.text()
    console.press("enter")
    console.go_to("View Support Information")
    assert "7XK2M13" in console.text()


def test_a_host_that_does_not_answer_shows_it_in_the_pane() -> None:
    console = Console()
    console.host.failing = {"support"}
    console.log_in().go_to("View Support Information")
    assert "The simulated support failed." in console.text()
    assert "A test wanted it so." in console.text()


def test_palettes_switch_while_logged_in() -> None:
    console = Console(colours="mono").log_in()
    console.press("f4")
    assert console.app.colours == "contrast"
    console.press("f4")
    assert console.app.colours in PALETTES
    assert console.app.colours == "mono"


def test_whoever_comes_into_a_field_goes_on_at_its_end() -> None:
    console = Console().log_in().open(NETWORK, "IPv4 Configuration")
    console.press("down", " ", "down", "backspace", "8")
    assert "192.168.1.78 " in console.text()
    console.press("down", "up", "9")
    assert "192.168.1.789" in console.text()
