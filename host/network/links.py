"""Has systemd-networkd take what was rendered, and gives it a hand where it cannot by itself.

systemd-networkd (257) reconfigures every link whose file changed when it is told to reload, and creates
devices that are missing. It does not change the VLAN id of a device there is, nor remove one whose file is
gone: those are removed here first, and it makes them anew. vSwitch0 is never removed, because virtual
machines hang on it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from host.config.model import HostConfig
from host.network import units
from host.network.state import SYS
from host.run import run

_TIMEOUT = 60.0
"""Seconds; networkctl itself gives up after 25 when systemd-networkd does not answer."""


def reload(changed: Collection[str], config: HostConfig) -> None:
    """Make the links follow the changed files. Raises HostError when a link or systemd-networkd refuses."""
    names = {Path(path).name for path in changed}
    if "30-vSwitch0.netdev" in names:
        _adjust_vswitch(config)
    for file, device in (("40-vmk0.netdev", units.VMK), ("20-bond0.netdev", units.BOND)):
        if file in names and _exists(device):
            _ip("link", "delete", "dev", device)
    run(["networkctl", "reload"], timeout=_TIMEOUT)


def restart(config: HostConfig) -> None:
    """Take the management network down and up again, which also asks DHCP anew. Raises HostError."""
    uplinks = config.management.uplinks
    bond = (units.BOND,) if len(uplinks) > 1 else ()
    devices = [name for name in (*uplinks, *bond, units.VSWITCH, units.VMK) if _exists(name)]
    run(["networkctl", "reload"], timeout=_TIMEOUT)
    if devices:
        run(["networkctl", "reconfigure", *devices], timeout=_TIMEOUT)


def _adjust_vswitch(config: HostConfig) -> None:
    """The kernel moves every port that has the old native VLAN to the new one."""
    if not _exists(units.VSWITCH):
        return
    native = str(units.native_vid(config))
    _ip("link", "set", "dev", units.VSWITCH, "type", "bridge", "vlan_default_pvid", native)
    mac = units.management_mac(config)
    if mac:
        _ip("link", "set", "dev", units.VSWITCH, "address", mac)


def _exists(device: str) -> bool:
    return (SYS / device).exists()


def _ip(*arguments: str) -> None:
    run(["ip", *arguments], timeout=_TIMEOUT)
