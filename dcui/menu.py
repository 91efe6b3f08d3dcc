"""The menus as tables. An entry is a title and the module that describes and opens it.

Modules are imported when their entry is first looked at, so the splash does not wait for them and one
that cannot be imported shows its error in its own pane.
"""

from __future__ import annotations

from dataclasses import dataclass

CHANGE = "Change"
MORE = "More"


@dataclass(frozen=True)
class Entry:
    """One line of a menu.

    ``module`` is the name of a module of dcui.entries. ``enter`` is the word for Enter in the key bar.
    ``local_only`` marks an entry that makes no sense on a serial line, ``flips`` one whose title follows its
    state.
    """

    title: str
    module: str
    enter: str = MORE
    local_only: bool = False
    flips: bool = False


@dataclass(frozen=True)
class Menu:
    """A titled list of entries; groups are set apart by a blank line. ``leave`` is the word for Esc."""

    title: str
    groups: tuple[tuple[Entry, ...], ...]
    leave: str


SYSTEM = Menu(
    "System Customization",
    (
        (Entry("Configure Password", "password", CHANGE),),
        (
            Entry("Configure Management Network", "management"),
            Entry("Restart Management Network", "restart_network"),
            Entry("Test Management Network", "test_network"),
        ),
        (
            Entry("Configure Keyboard", "keyboard", CHANGE, local_only=True),
            Entry("Troubleshooting Options", "troubleshooting"),
        ),
        (Entry("View System Logs", "logs"), Entry("View Support Information", "support")),
    ),
    leave="Log Out",
)

NETWORK = Menu(
    "Configure Management Network",
    (
        (Entry("Network Adapters", "adapters", CHANGE), Entry("VLAN (optional)", "vlan", CHANGE)),
        (Entry("IPv4 Configuration", "ipv4", CHANGE), Entry("DNS Configuration", "dns", CHANGE)),
        (Entry("Custom DNS Suffixes", "suffixes", CHANGE),),
    ),
    leave="Exit",
)

TROUBLESHOOTING = Menu(
    "Troubleshooting Mode Options",
    (
        (Entry("ESXi Shell", "shell", CHANGE, flips=True), Entry("SSH", "ssh", CHANGE, flips=True)),
        (Entry("Restart Management Agents", "restart_agents"),),
    ),
    leave="Exit",
)
