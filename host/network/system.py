"""What a network change does to the running system, and what it asks the network."""

from __future__ import annotations

import re
import sys

from host import paths
from host.config import apply, render
from host.config.model import HostConfig, Ipv4Mode
from host.errors import HostError
from host.network import links
from host.network.state import ManagementState, has_link, own_macs, state
from host.network.units import VMK
from host.network.watch import Watch
from host.run import run

ROLLBACK_UNIT = "bedplate-network-rollback"

_LINK_WAIT = 15.0
"""Seconds for a link to come up: a switch port with spanning tree takes its time, one without does not."""

_ADDRESS_WAIT = 30.0
"""Seconds for an address to be there; a DHCP client asks four times in that time (RFC 2131, 4.1)."""

_GATEWAY_WAIT = 10
_DUPLICATE_WAIT = 3
_COMMAND_TIMEOUT = 60.0


def use(config: HostConfig) -> None:
    """Make the system follow the configuration. Raises HostError when something refuses."""
    apply.apply(config)


def keep(config: HostConfig) -> None:
    """Have the next start use this configuration at once. Raises HostError."""
    apply.keep(config)


def unstamp() -> None:
    """Have the next start look at the configuration, and at what is pending, before it uses anything."""
    render.remove_stamp(paths.RENDERED)


def arm(seconds: float) -> None:
    """Have systemd take an unconfirmed change back after ``seconds``, whatever becomes of this process.

    The command it starts goes by the deadline in the note, so a later deadline needs no new timer.
    Raises HostError when systemd does not take it.
    """
    disarm()
    run(
        [
            *["systemd-run", "--quiet", "--collect", f"--unit={ROLLBACK_UNIT}"],
            *[f"--on-active={seconds:g}s", "--timer-property=AccuracySec=1s"],
            *["--description=Takes an unconfirmed network change back"],
            *[sys.executable, "-m", "host.network.commit", "expire"],
        ],
        timeout=_COMMAND_TIMEOUT,
    )


def disarm() -> None:
    """Stop the timer; there may be none. The command itself is left alone, since it may be who asks."""
    run(["systemctl", "stop", f"{ROLLBACK_UNIT}.timer"], check=False, timeout=_COMMAND_TIMEOUT)


def owner(address: str) -> str:
    """The MAC address of another machine on vmk0's network that uses this IPv4 address, '' when none answers.

    Asks as RFC 5227 says, from no address. An answer of this machine itself, from another adapter on the same
    wire, does not count. Raises HostError when arping is missing.
    """
    result = run(
        ["arping", "-D", "-c", "2", "-w", str(_DUPLICATE_WAIT), "-I", VMK, address],
        check=False,
        timeout=_DUPLICATE_WAIT + 10,
        reads_only=True,
    )
    answers = [mac.lower() for mac in re.findall(r"\[([0-9A-Fa-f:]{17})\]", result.stdout)]
    own = own_macs()
    return next((mac for mac in answers if mac not in own), "")


def has_vmk_link() -> bool:
    """Whether vmk0 is there and sees a link, so that asking around makes sense."""
    return has_link(VMK)


def doubts(config: HostConfig) -> tuple[str, ...]:
    """Why the network, as it is now, may not be what was wanted; none when everything was verified.

    Waits for link and address as long as they may take. Sentences for people.
    """
    with Watch() as watch:
        if not watch.wait_for(has_vmk_link, _LINK_WAIT):
            return ("No network adapter of the management network has a link.",)
        if config.management.ipv4.mode == Ipv4Mode.OFF:
            return ("IPv4 is off, so nothing can be verified.",)
        if not watch.wait_for(lambda: _has_address(state(config)), _ADDRESS_WAIT):
            return state(config).warnings or ("The address is not in use yet.",)
        watch.wait_for(lambda: bool(state(config).gateway), 2.0 if _wants_gateway(config) else 0.0)
    return _reachability(state(config), config)


def restart(config: HostConfig) -> None:
    """Take the management network down and up. Raises HostError."""
    links.restart(config)


def _has_address(present: ManagementState) -> bool:
    return any(not address.link_local for address in present.ipv4)


def _wants_gateway(config: HostConfig) -> bool:
    return config.management.ipv4.mode == Ipv4Mode.DHCP or bool(config.management.ipv4.gateway)


def _reachability(present: ManagementState, config: HostConfig) -> tuple[str, ...]:
    """A DHCP lease proves that the network answers; a static address needs the gateway to prove it."""
    found = []
    ipv4 = config.management.ipv4
    try:
        if ipv4.mode == Ipv4Mode.STATIC:
            mac = owner(ipv4.address)
            found += [f"{ipv4.address} is also used by {mac}."] if mac else []
        if not present.gateway and ipv4.mode == Ipv4Mode.STATIC:
            found.append("There is no gateway that could answer.")
        elif present.gateway and not _answers(present.gateway):
            found.append(f"The gateway {present.gateway} does not answer.")
    except HostError as error:
        found.append(f"The network could not be verified: {error.message}")
    return tuple(found)


def _answers(address: str) -> bool:
    """By ARP, which no firewall filters."""
    result = run(
        ["arping", "-q", "-f", "-w", str(_GATEWAY_WAIT), "-I", VMK, address],
        check=False,
        timeout=_GATEWAY_WAIT + 10,
        reads_only=True,
    )
    return result.returncode == 0
