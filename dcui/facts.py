"""What the splash says, put together from whatever the host could tell.

At boot the console is there before the network and the agent are; every fact may be missing, and then
its line is missing, or says that it is waited for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dcui.backend import Backend, Hardware, Network, Product
from host.config.model import HostConfig
from host.errors import HostError
from host.network.units import is_named

Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Facts:
    """Everything the splash shows. ``failed`` are services, ``troubles`` the errors met while asking."""

    product: Product | None = None
    hardware: Hardware | None = None
    config: HostConfig | None = None
    network: Network | None = None
    notices: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    pending: float | None = None
    troubles: tuple[str, ...] = ()


def at_once(backend: Backend) -> Facts:
    """What is known without waiting, for the very first picture."""
    try:
        return Facts(product=backend.product())
    except HostError:
        return Facts()


def gather(backend: Backend, known: Facts, *, slow: bool) -> Facts:
    """Ask the host; for failed services only when ``slow``.

    What cannot change while the host runs is taken from ``known``.
    """
    troubles: list[str] = []

    def ask(method: Callable[[], Fact]) -> Fact | None:
        try:
            return method()
        except HostError as error:
            troubles.append(error.message)
            return None

    return Facts(
        product=known.product or ask(backend.product),
        hardware=known.hardware or ask(backend.hardware),
        config=ask(backend.config),
        network=ask(backend.network),
        notices=ask(backend.notices) or (),
        failed=(ask(backend.failed_services) or ()) if slow else known.failed,
        pending=ask(backend.pending_seconds),
        troubles=tuple(troubles),
    )


def identity(facts: Facts) -> tuple[str, ...]:
    """What runs here and on what: one line per paragraph of the upper half."""
    lines = []
    if facts.product:
        lines.append(product_line(facts.product))
    if hardware := facts.hardware:
        lines += [machine_line(hardware), cpu_line(hardware), memory_line(hardware.memory)]
    return tuple(filter(None, lines))


def product_line(product: Product) -> str:
    """Name, version and build."""
    build = f" (Build {product.build})" if product.build else ""
    return f"{product.name} {product.version}{build}"


def machine_line(hardware: Hardware) -> str:
    """Maker and model; makers that repeat themselves in the model are said once."""
    if hardware.product.lower().startswith(hardware.vendor.lower()):
        return hardware.product
    return f"{hardware.vendor} {hardware.product}".strip()


def cpu_line(hardware: Hardware) -> str:
    """The processor model, with a count when there is more than one package."""
    model = " ".join(hardware.cpu.split())
    return f"{hardware.packages} x {model}" if model and hardware.packages > 1 else model


def memory_line(memory: int) -> str:
    """Memory in GiB with one decimal."""
    return f"{memory / 2**30:.1f} GiB Memory" if memory else ""


def addresses(facts: Facts) -> tuple[str, ...]:
    """The places to manage the host from, or what is waited for; empty while nothing is known."""
    network = facts.network
    if network is None:
        return ("Waiting for the network...",)
    lines = []
    # "localhost" would lead whoever types it to his own machine.
    if (network.address or network.ipv6) and is_named(network.hostname):
        lines.append(f"https://{network.hostname}/")
    if network.address:
        origin = f" ({network.origin})" if network.origin else ""
        lines.append(f"https://{network.address}/{origin}")
    origin = f" ({network.ipv6_origin})" if network.ipv6_origin else ""
    lines += [f"https://[{address}]/{origin}" for address in network.ipv6]
    if network.ipv6_link_local:
        lines.append(f"https://[{network.ipv6_link_local}]/ (LINK-LOCAL)")
    return tuple(lines) or ("This host has no address yet.",)


def warnings(facts: Facts) -> tuple[str, ...]:
    """What someone in front of the machine should know, the most pressing first."""
    lines = []
    if facts.pending is not None:
        left = math.ceil(facts.pending)
        lines.append(f"A network change is undone in {left} s unless it is confirmed: press F2.")
    lines += facts.network.problems if facts.network else ()
    lines += facts.notices
    if facts.failed:
        lines.append(f"Not running as it should: {', '.join(facts.failed)}")
    lines += facts.troubles
    return tuple(dict.fromkeys(lines))
