"""What the direct console needs from a host, and the data it gets.

The screens know nothing else of the host. ``dcui.real`` answers for the machine the console runs on,
``dcui.simulated`` for a recorded one on a desk or in a test. Every method may raise HostError; a screen
then shows the message and its hint. All methods but the ones marked quick may take seconds and are
called off the screen's thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

import msgspec

from host.config.model import HostConfig, ManagementNetwork


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What runs here."""

    name: str
    version: str
    build: str


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """What it runs on. ``memory`` is in bytes; what is unknown is empty or 0."""

    vendor: str
    product: str
    cpu: str
    packages: int
    memory: int


class Adapter(msgspec.Struct, frozen=True, kw_only=True):
    """A physical adapter. ``speed`` is in Mbit/s, 0 when unknown; ``used`` is whether it is an uplink now."""

    name: str
    mac: str
    driver: str = ""
    description: str = ""
    link: bool = False
    speed: int = 0
    used: bool = False


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """The management network as it is now, whatever the configuration says.

    ``origin`` is ``DHCP``, ``STATIC`` or empty; ``ipv6`` holds the global addresses. ``problems`` are
    sentences for the splash, such as a missing link or lease.
    """

    hostname: str
    address: str = ""
    netmask: str = ""
    origin: str = ""
    gateway: str = ""
    ipv6: tuple[str, ...] = ()
    ipv6_origin: str = ""
    ipv6_link_local: str = ""
    dns: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What became of a network change."""

    KEPT = "kept"
    DOUBTFUL = "doubtful"
    ROLLED_BACK = "rolled back"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a network change; ``text`` says why in words."""

    verdict: Verdict
    text: str


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """What a test of the network pings and resolves; an empty one is left out."""

    gateway: str = ""
    primary: str = ""
    alternate: str = ""
    name: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One result of a test. ``text`` is what was found, with the time it took."""

    title: str
    ok: bool
    text: str


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """An optional service: whether it runs, and whether it starts with the host."""

    running: bool
    starts: bool


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A log that can be read; ``name`` is what ``read_log`` takes."""

    name: str
    title: str


SHELL = "shell"
SSH = "ssh"


class Backend(Protocol):
    """A host as the console sees it."""

    def product(self) -> Product:
        """Name, version and build (quick)."""

    def hardware(self) -> Hardware:
        """Machine, processor and memory."""

    def config(self) -> HostConfig:
        """The configuration (quick)."""

    def network(self) -> Network:
        """The management network as it is."""

    def adapters(self) -> tuple[Adapter, ...]:
        """The physical adapters of the machine."""

    def notices(self) -> tuple[str, ...]:
        """Sentences for the splash: a restored configuration, SSH switched on (quick)."""

    def failed_services(self) -> tuple[str, ...]:
        """Names of services that should run and do not."""

    def watch(self) -> int | None:
        """A descriptor that becomes readable when the network or the configuration changed (quick)."""

    def drain(self) -> None:
        """Read what made the descriptor readable (quick)."""

    def password_matches(self, password: str) -> bool:
        """Whether this is root's password."""

    def password_problem(self, password: str) -> str:
        """Why this cannot be root's password; empty when it can (quick)."""

    def set_password(self, password: str) -> None:
        """Make this root's password."""

    def change_network(self, management: ManagementNetwork, hostname: str) -> Outcome:
        """Apply, try and keep or take back a change of the management network."""

    def pending_seconds(self) -> float | None:
        """How long a doubtful change waits to be confirmed; None when there is none (quick)."""

    def keep_network(self) -> None:
        """Confirm the doubtful change."""

    def restore_network(self) -> None:
        """Take the doubtful change back."""

    def restart_network(self) -> tuple[str, ...]:
        """Take the management network down and up again, which renews a lease; says what is doubtful then."""

    def test_network(self, targets: Targets) -> Iterator[Check]:
        """Ping and resolve, one result at a time."""

    def service(self, name: str) -> Service:
        """State of SHELL or SSH."""

    def switch_service(self, name: str, on: bool) -> None:
        """Start or stop it, now and with the host."""

    def restart_agents(self) -> Iterator[Check]:
        """Restart the management agents, one result at a time."""

    def keyboards(self) -> tuple[str, ...]:
        """Names of the keyboard layouts (quick)."""

    def set_keyboard(self, name: str) -> None:
        """Use and keep a layout."""

    def logs(self) -> tuple[Log, ...]:
        """The logs in the order of their digits (quick)."""

    def read_log(self, name: str) -> tuple[str, ...]:
        """The last lines of a log, oldest first."""

    def support(self) -> tuple[tuple[str, str], ...]:
        """Label and value of what support asks for."""

    def running_machines(self) -> tuple[str, ...]:
        """Names of the virtual machines that run."""

    def shut_down(self) -> None:
        """Stop virtual machines and power the host off."""

    def restart(self) -> None:
        """Stop virtual machines and restart the host."""
