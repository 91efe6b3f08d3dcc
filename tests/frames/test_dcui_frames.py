"""Every screen and dialog of the direct console: as it should look, and that it draws itself at any size."""

from __future__ import annotations

import msgspec
import pytest

from dcui.backend import Verdict
from dcui.simulated import Host
from tests.frames.dcui_support import Console, Scene, golden, strange_files
from tui.palette import PALETTES

NETWORK = "Configure Management Network"
TROUBLESHOOTING = "Troubleshooting Options"


def doubtful(console: Console) -> None:
    console.host.verdict = Verdict.DOUBTFUL
    staged(console)
    console.press("y")


def staged(console: Console) -> None:
    console.log_in().open(NETWORK, "IPv4 Configuration").press("down", " ", "down")
    console.retype("192.168.1.20").press("enter", "esc")


def wrong_ipv4(console: Console) -> None:
    console.log_in().open(NETWORK, "IPv4 Configuration").press("down", " ")
    console.press("down").retype("192.168.1.300").press("down").retype("255.0.255.0")
    console.press("down").retype("gateway").press("enter")


def wrong_dns(console: Console) -> None:
    console.log_in().open(NETWORK, "DNS Configuration").press("down", " ", "down").retype("dns.example.com")
    console.press("down").retype("1").press("down").retype("host_1").press("enter")


def warned(console: Console) -> None:
    console.host.said = ("The configuration was damaged; its previous version is in use.", "SSH is enabled.")
    console.host.broken = ("bedplate-hostd",)
    console.advance(60)


def unplugged(console: Console) -> None:
    machine = console.host.machine
    nics = tuple(msgspec.structs.replace(nic, link=False) for nic in machine.nics)
    console.host.machine = msgspec.structs.replace(machine, nics=nics)
    console.advance(60)


def machines(console: Console) -> None:
    console.host.machines = tuple(f"server{number}" for number in range(1, 12))
    console.log_in("f12")


def password(console: Console, new: str, again: str) -> None:
    console.log_in().open("Configure Password").write("desk-Pass1").press("down").write(new)
    console.press("down").write(again)


SCENES: dict[str, Scene] = {
    "splash": lambda console: console,
    "splash_warnings": warned,
    "splash_unplugged": unplugged,
    "login": lambda console: console.press("f2"),
    "login_wrong": lambda console: console.press("f2").write("wrong").press("enter"),
    "menu": lambda console: console.log_in(),
    "password": lambda console: console.log_in().open("Configure Password"),
    "password_rules": lambda console: password(console, "short", ""),
    "password_mismatch": lambda console: password(console, "gut-Gen9ug!", "gut"),
    "network": lambda console: console.log_in().go_to(NETWORK),
    "network_menu": lambda console: console.log_in().open(NETWORK),
    "adapters": lambda console: console.log_in().open(NETWORK, "Network Adapters"),
    "adapters_details": lambda console: console.log_in().open(NETWORK, "Network Adapters").press("d"),
    "adapters_none": lambda console: console.log_in().open(NETWORK, "Network Adapters").press(" ", "enter"),
    "vlan": lambda console: console.log_in().open(NETWORK, "VLAN"),
    "vlan_wrong": lambda console: console.log_in().open(NETWORK, "VLAN").write("5000").press("enter"),
    "ipv4": lambda console: console.log_in().open(NETWORK, "IPv4 Configuration"),
    "ipv4_wrong": wrong_ipv4,
    "dns": lambda console: console.log_in().open(NETWORK, "DNS Configuration"),
    "dns_wrong": wrong_dns,
    "suffixes": lambda console: console.log_in().open(NETWORK, "Custom DNS Suffixes"),
    "confirm": staged,
    "doubtful": doubtful,
    "restart_network": lambda console: console.log_in().open("Restart Management Network"),
    "restart_network_done": lambda console: console.log_in().open("Restart Management Network").press("f11"),
    "test_network": lambda console: console.log_in().open("Test Management Network"),
    "test_network_done": lambda console: console.log_in().open("Test Management Network").press("enter"),
    "keyboard": lambda console: console.log_in().open("Configure Keyboard"),
    "troubleshooting": lambda console: console.log_in().go_to(TROUBLESHOOTING),
    "troubleshooting_menu": lambda console: console.log_in().open(TROUBLESHOOTING),
    "restart_agents": lambda console: console.log_in().open(TROUBLESHOOTING, "Restart Management Agents"),
    "restart_agents_done": lambda console: console.log_in()
    .open(TROUBLESHOOTING, "Restart Management Agents")
    .press("f11"),
    "logs": lambda console: console.log_in().go_to("View System Logs"),
    "logs_list": lambda console: console.log_in().open("View System Logs"),
    "logs_view": lambda console: console.log_in().go_to("View System Logs").press("2"),
    "logs_search": lambda console: console.log_in()
    .go_to("View System Logs")
    .press("1", "/")
    .write("line 121")
    .press("enter"),
    "support": lambda console: console.log_in().go_to("View Support Information"),
    "support_view": lambda console: console.log_in().open("View Support Information"),
    "power": lambda console: console.log_in("f12"),
    "power_machines": machines,
    "power_going": lambda console: console.log_in("f12").press("f11"),
}


SIZES = ((40, 10), (20, 5), (60, 18), (132, 43), (240, 67))


@pytest.mark.parametrize("name", SCENES)
def test_frame(name: str) -> None:
    """As it should look, in roles that every palette has, and drawn at any size without a failure."""
    console = Console()
    SCENES[name](console)
    golden(name, console.text())
    roles = {role for row in console.roles() for role in row if role}
    assert all(roles <= set(palette) for palette in PALETTES.values())
    for size in SIZES:
        console.resize(*size)
        assert (console.screen.drawn.cols(), console.screen.drawn.rows()) == size


def test_no_frame_is_left_over() -> None:
    assert strange_files([*SCENES, "menu_serial"]) == set()


def test_a_serial_line_has_no_keyboard_to_configure() -> None:
    console = Console(local=False).log_in()
    assert "Configure Keyboard" not in console.text()
    golden("menu_serial", console.text())


@pytest.mark.parametrize("name", SCENES)
def test_a_small_screen_can_be_walked(name: str) -> None:
    """The same keys lead to the same place at 40x10: once there is room, the usual frame stands there."""
    console = Console(cols=40, rows=10)
    SCENES[name](console)
    console.resize(80, 24)
    golden(name, console.text(), may_write=False)


@pytest.mark.parametrize("colours", PALETTES)
def test_palettes_change_nothing_but_colours(colours: str) -> None:
    golden("splash", Console(colours=colours).text(), may_write=False)
    golden("menu", Console(colours=colours).log_in().text(), may_write=False)


def test_two_tones() -> None:
    roles = [row[0].split()[0] for row in Console().roles()]
    assert roles == ["upper"] * 11 + ["lower"] * 13


def test_high_contrast_is_a_key_away() -> None:
    console = Console()
    console.press("f4")
    assert console.app.colours == "contrast"
    console.press("f4")
    assert console.app.colours == "colour"


def test_the_first_screen_waits_for_nothing() -> None:
    """What stands before any answer came from the host."""
    host = Host()
    host.failing = {"hardware", "config", "network", "notices", "failed_services"}
    console = Console(host)
    assert "Bedplate 0.1.0" in console.text()
    assert "Waiting for the network" in console.text()
    host.failing = set()
    console.advance(60)
    assert "https://192.168.1.77/ (DHCP)" in console.text()
