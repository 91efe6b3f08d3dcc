"""Gives adapters that were not there at the installation their fixed names.

``python3 -m host.network.adapters`` is meant for udev to start when an adapter appears that no .link file has
named: one that was added, or all of them when the disk has moved to another host. Until then it is idle.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from host import paths
from host.config import apply, store
from host.config.model import HostConfig, Uplink
from host.errors import HostError
from host.machine.model import Nic
from host.run import run

log = logging.getLogger(__name__)


def strangers(present: Iterable[Nic], config: HostConfig) -> dict[str, Uplink]:
    """Adapters without a fixed name: what each is to be, by its present name.

    Numbers that were ever given are not given again, in whatever order adapters come and go. An adapter
    whose MAC address is another's too cannot be told from that one, and is left out.
    """
    names = {nic.name for nic in config.nics} | set(config.management.uplinks)
    macs = {nic.mac for nic in config.nics}
    highest = max((int(name.removeprefix("vmnic")) for name in names), default=-1)
    found: dict[str, Uplink] = {}
    for nic in present:
        if nic.name not in names and nic.mac not in macs:
            highest += 1
            macs.add(nic.mac)
            found[nic.name] = Uplink(name=f"vmnic{highest}", mac=nic.mac)
    return found


def adopt(directory: Path = paths.CONFIG) -> tuple[Uplink, ...]:
    """Name every adapter that has no fixed name yet, for good; returns those.

    Raises HostError when the configuration cannot be read or written, or the kernel refuses a name.
    """
    from host.machine.nics import find_nics

    present = find_nics()
    found: dict[str, Uplink] = {}

    def add(config: HostConfig) -> HostConfig:
        found.update(strangers(present, config))
        return msgspec.structs.replace(config, nics=(*config.nics, *found.values()))

    config = store.update(add, directory)
    for name, uplink in found.items():
        log.info("network adapter %s is %s now", uplink.mac, uplink.name)
        run(["ip", "link", "set", "dev", name, "name", uplink.name], timeout=30)
    if found:
        apply.apply(config)
    return tuple(found.values())


def main() -> int:
    """The command; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        adopt()
    except HostError as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
