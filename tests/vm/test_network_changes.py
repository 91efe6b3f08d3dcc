"""Changes of the management network that go wrong, on the real host: it ends where it was confirmed last.

What each change says on the console is part of it; who reaches the host is tried from outside.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.vm import walk
from tests.vm.conftest import Boot
from tests.vm.installed import copy_of
from tools.console import Console
from tools.lab import Lab
from tools.qemu import Accel, Forward, Machine, Nic, free_port

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.vm, pytest.mark.walk]

LEASE, FIRST, SECOND = "10.0.2.15", "10.0.2.50", "10.0.2.51"
GATEWAY, NOBODY = "10.0.2.2", "10.0.2.77"
WRONG_VLAN = "99"

DOUBTFUL = r"Keep the Network Settings"
IN_USE = r"new settings are in use"

SEQUENCES = int(os.environ.get("BEDPLATE_SEQUENCES", "1"))
"""How many random sequences are tried; each takes a minute or two."""


@dataclass
class Site:
    """The machine and the ports of this one that lead to port 443 at each address."""

    machine: Machine
    boot: Boot
    ports: dict[str, int]
    lab: Lab

    @property
    def console(self) -> Console:
        return self.lab.serial

    def cut_power(self) -> None:
        """Off at once, and on again."""
        self.lab.kill()
        self.lab = self.boot(self.machine)

    def demand_reachable(self, address: str) -> None:
        """On the splash and from outside."""
        walk.reach_splash(self.console, address.replace(".", r"\."), "DHCP" if address == LEASE else "STATIC")
        answer = walk.eventually(lambda: walk.https(self.ports[address]), walk.BOOT)
        assert answer.status_code == 200 and "Bedplate" in answer.text


@pytest.fixture(scope="module")
def site(
    installed: Path, accel: Accel, boot: Boot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    ports = {address: free_port() for address in (LEASE, FIRST, SECOND)}
    nic = Nic(forwards=tuple(Forward(port, 443, where) for where, port in ports.items()), isolated=True)
    disk = copy_of(installed, tmp_path_factory.mktemp("disk"))
    machine = Machine(accel=accel, disks=(disk,), nics=(nic,))
    yield Site(machine, boot, ports, boot(machine))


class TestEachFault:
    """Steps in order on one host."""

    def test_a_wrong_gateway_nobody_confirms(self, site: Site) -> None:
        site.demand_reachable(LEASE)
        open_network(site.console)
        edit_ipv4(site.console, FIRST, gateway=NOBODY)
        said = apply(site.console)
        assert NOBODY in said and "does not answer" in said and "Previous settings come back in" in said
        site.console.wait_text("Nobody confirmed the new settings in time", walk.SCREEN)
        leave(site.console)
        site.demand_reachable(LEASE)

    def test_a_wrong_vlan_taken_back_by_hand(self, site: Site) -> None:
        open_network(site.console)
        edit_vlan(site.console, WRONG_VLAN)
        assert "Previous settings come back in" in apply(site.console)
        site.console.press("esc")
        site.console.wait_text("previous settings are back", walk.SCREEN)
        leave(site.console)
        site.demand_reachable(LEASE)

    def test_a_cable_that_is_pulled_meanwhile(self, site: Site) -> None:
        open_network(site.console)
        edit_ipv4(site.console, FIRST)
        site.lab.qemu.set_link(0, up=False)
        assert "link" in apply(site.console)
        site.lab.qemu.set_link(0, up=True)
        site.console.press("enter")
        site.console.wait_text("new settings are kept", walk.SCREEN)
        leave(site.console)
        site.demand_reachable(FIRST)

    def test_a_power_cut_in_the_countdown(self, site: Site) -> None:
        open_network(site.console)
        edit_ipv4(site.console, SECOND, gateway=NOBODY)
        assert "does not answer" in apply(site.console)
        site.cut_power()
        site.demand_reachable(FIRST)


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_random_sequence(site: Site, seed: int) -> None:
    """Two changes, each with a fault and an answer; what was confirmed last is what the host ends with."""
    chance = random.Random(seed)
    confirmed = shown_address(site.console)
    for _ in range(2):
        confirmed = one_change(site, chance, confirmed)
        site.demand_reachable(confirmed)


def one_change(site: Site, chance: random.Random, confirmed: str) -> str:
    """An edit, a fault, an answer; returns the address that the host has to have then."""
    wanted = chance.choice([address for address in site.ports if address != confirmed])
    fault = chance.choice(("none", "gateway", "vlan", "cable"))
    answer = chance.choice(("keep", "restore", "silence", "power cut", "reset"))
    log.info("%s -> %s, %s, %s", confirmed, wanted, fault, answer)
    open_network(site.console)
    edit_ipv4(site.console, wanted, gateway=NOBODY if fault == "gateway" else GATEWAY)
    if fault == "vlan":
        edit_vlan(site.console, WRONG_VLAN)
    if fault == "cable":
        site.lab.qemu.set_link(0, up=False)
    said = apply(site.console)
    site.lab.qemu.set_link(0, up=True)
    if "are in use" in said:
        leave(site.console)
        return wanted
    if answer == "keep" and fault != "vlan":
        site.console.press("enter")
        site.console.wait_text("new settings are kept", walk.SCREEN)
        leave(site.console)
        return wanted
    if answer == "power cut":
        site.cut_power()
    elif answer == "reset":
        site.lab.qemu.reset()
        site.console.wait_gone("System Customization", walk.BOOT)
    else:
        if answer == "restore":
            site.console.press("esc")
        site.console.wait_text("previous (settings|ones) are back", walk.SCREEN)
        leave(site.console)
    return confirmed


def shown_address(console: Console) -> str:
    """The address that is on the splash."""
    screen = console.wait_text(r"https://10\.0\.2\.\d+/ \((DHCP|STATIC)\)", walk.SCREEN)
    return next(address for address in (FIRST, SECOND, LEASE) if f"//{address}/" in screen)


def open_network(console: Console) -> None:
    """From the splash into the menu of the management network."""
    walk.log_in(console)
    console.wait_text("System Customization", walk.SCREEN)
    walk.choose(console, "Configure Management Network")
    console.wait_text("IPv4 Configuration", walk.SCREEN)


def edit_ipv4(console: Console, address: str, *, gateway: str = GATEWAY) -> None:
    """A static address; LEASE stands for DHCP."""
    walk.choose(console, "IPv4 Configuration")
    console.wait_text("[Ss]et static", walk.SCREEN)
    console.press("up", "up")
    if address == LEASE:
        console.press("down", "space", "enter")
    else:
        console.press("down", "down", "space", "down")
        for value in (address, "255.255.255.0", gateway):
            walk.fill(console, value)
        console.press("enter")
    console.wait_gone("[Ss]et static", walk.SCREEN)


def edit_vlan(console: Console, vlan: str) -> None:
    """Another VLAN id."""
    walk.choose(console, "VLAN")
    console.wait_text("<Enter> OK", walk.SCREEN)
    console.type(vlan)
    console.press("enter")
    console.wait_gone("<Enter> OK", walk.SCREEN)


def apply(console: Console) -> str:
    """Leave the menu, say yes, and wait for what comes of it; returns the screen."""
    walk.back(console, r"<Y> Yes")
    console.press("y")
    return console.wait_text(rf"{IN_USE}|{DOUBTFUL}|did not work", walk.BOOT)


def leave(console: Console) -> None:
    """From the message back to the splash."""
    console.press("enter")
    console.wait_gone(r"<Enter> (OK|Close)|are back|are kept|are in use", walk.SCREEN)
    walk.back(console, r"<F2> Customize System")
