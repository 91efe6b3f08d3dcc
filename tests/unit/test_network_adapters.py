"""Adapters keep their numbers for good; new ones get new numbers."""

from __future__ import annotations

from host.config.model import HostConfig, ManagementNetwork, Uplink
from host.machine.model import Nic
from host.network.adapters import strangers


def nic(name: str, last: int) -> Nic:
    return Nic(name=name, mac=f"52:54:00:00:00:{last:02x}")


def uplink(number: int, last: int) -> Uplink:
    return Uplink(name=f"vmnic{number}", mac=f"52:54:00:00:00:{last:02x}")


CONFIG = HostConfig(uuid="1", nics=(uplink(0, 1), uplink(3, 2)))


def test_known_adapters_are_no_strangers_by_either_name_or_address() -> None:
    # A member of a bond shows the bond's address, and one that systemd has not named yet shows its own.
    assert strangers([nic("vmnic0", 1), nic("vmnic3", 1), nic("eth1", 2)], CONFIG) == {}


def test_new_adapters_follow_the_highest_number_in_the_order_given() -> None:
    found = strangers([nic("vmnic0", 1), nic("enp9s0", 9), nic("enp8s0", 8)], CONFIG)
    assert found == {"enp9s0": uplink(4, 9), "enp8s0": uplink(5, 8)}


def test_a_number_that_only_the_management_network_names_is_taken() -> None:
    config = HostConfig(uuid="1", management=ManagementNetwork(uplinks=("vmnic0",)))
    assert strangers([nic("eth0", 1)], config) == {"eth0": uplink(1, 1)}


def test_the_first_adapter_of_all() -> None:
    config = HostConfig(uuid="1", management=ManagementNetwork(uplinks=()))
    assert strangers([nic("eth0", 1)], config) == {"eth0": uplink(0, 1)}


def test_twins_are_not_told_apart() -> None:
    assert strangers([nic("eth0", 7), nic("eth1", 7)], CONFIG) == {"eth0": uplink(4, 7)}
