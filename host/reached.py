"""Somebody reached the host: what confirms a network change that waits.

Two sides of one rule. The management agent, which is not root, calls ``note`` for each request: it leaves a
file named after the host's address in ``/run/bedplate/reached``, unless the request is the host's own.
systemd then starts ``python3 -m host.reached`` as root if a change waits (bedplate-reached.path, .service),
which calls ``confirm_if_reached``: it trusts the agent for the visitor's address and nothing else.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from host import paths
from host.errors import HostError

log = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between two notes for one address, however many requests arrive."""

_noted: dict[str, float] = {}


def plain(address: str) -> str:
    """An address without zone, and an IPv4 address that a dual-stack socket spells as IPv6 as IPv4.

    Raises ValueError when it is not an address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(parsed)


def is_local(address: str) -> bool:
    """Whether the address belongs to this host. A socket can be bound to no other (bind(2), EADDRNOTAVAIL).

    A link-local IPv6 address without its zone cannot be bound either way; it counts as local, because
    only what certainly comes from elsewhere may confirm anything.
    """
    parsed = ipaddress.ip_address(address)
    if parsed.is_loopback or parsed.is_unspecified or (parsed.version == 6 and parsed.is_link_local):
        return True
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def note(server: str, client: str, directory: Path = paths.REACHED) -> bool:
    """Note that ``client`` reached this host at its address ``server``; whether a note was made.

    None is made for a local client, or within INTERVAL of the last one for the address.
    """
    here = plain(server)
    now = time.monotonic()
    if now - _noted.get(here, -INTERVAL) < INTERVAL or is_local(plain(client)):
        return False
    try:
        (directory / here).write_bytes(b"\n")
    except OSError as error:
        # Without the directory this is a developer's machine; a visitor is served all the same.
        log.debug("%s: %s", directory, error)
        return False
    _noted[here] = now
    return True


def confirm_if_reached(
    directory: Path = paths.REACHED,
    config: Path = paths.CONFIG,
    confirm: Callable[[], bool] | None = None,
) -> bool:
    """Confirm the network change that waits, if the host was reached at its new address; whether it was.

    A visit counts when it came after the new settings were tried and found wanting (before, the old ones may
    still have been in effect), and at an address that the management interface has by these settings.
    Raises HostError when the change cannot be read or confirmed.
    """
    from host.network import commit, pending

    waiting = pending.read(config)
    if waiting is None or not waiting.doubts or not waiting.seconds_left:
        return False
    since = (config / pending.FILE).stat().st_mtime_ns
    if not _visited(directory, since) & _new_addresses(config):
        return False
    confirmed = (confirm or commit.confirm)()
    if confirmed:
        log.info("the network change is confirmed: the host was reached at its new address")
    return confirmed


def _visited(directory: Path, since: int) -> set[str]:
    """The addresses the host was reached at after ``since`` (nanoseconds since 1970)."""
    found = set()
    for entry in directory.iterdir() if directory.is_dir() else ():
        if entry.lstat().st_mtime_ns > since:
            found.add(entry.name)
    return found


def _new_addresses(config: Path) -> set[str]:
    """The addresses by which a visit shows that the new settings work.

    Those are the static one or those from DHCP; IPv6 proves nothing about IPv4 and counts without it only.
    """
    from host.addresses import addresses
    from host.config import store
    from host.config.model import Ipv4Mode

    ipv4 = store.load(config).config.management.ipv4
    if ipv4.mode is Ipv4Mode.STATIC:
        return {ipv4.address}
    present = addresses("vmk0")
    if ipv4.mode is Ipv4Mode.DHCP:
        return {entry.address for entry in present.ipv4}
    return {*present.ipv6_global}


def main() -> int:
    """What bedplate-reached.service runs."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        confirm_if_reached()
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
