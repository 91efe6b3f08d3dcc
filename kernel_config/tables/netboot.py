"""The modules a machine needs to fetch the system over the network, with the reason.

They are in an archive of their own, which only network boot loads behind the initrd: starting from a CD, a
stick or a disk neither reads nor unpacks them. Patterns are as in the table of modules. What that table
leaves out is not here either: an adapter without a driver in the system could not be used once it runs.
"""

from __future__ import annotations

import msgspec


class Fetching(msgspec.Struct, frozen=True):
    """Modules of the network boot's archive."""

    reason: str
    patterns: tuple[str, ...]


def _fetching(reason: str, patterns: str) -> Fetching:
    return Fetching(reason, tuple(patterns.split()))


FETCHING = (
    _fetching("Ethernet cards", "drivers/net/ethernet/"),
    _fetching("the chips between card and cable", "drivers/net/phy/ drivers/net/pcs/"),
    _fetching(
        "adapters of virtual machines",
        "drivers/net/virtio_net drivers/net/vmxnet3/ drivers/net/hyperv/",
    ),
    _fetching("adapters on USB", "drivers/net/usb/"),
    _fetching("vlanid=", "net/8021q/"),
)
