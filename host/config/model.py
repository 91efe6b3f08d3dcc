"""The document that says how a host is configured. Everything rendered to the system follows from it.

Adding a field with a default needs no migration; any other change raises SCHEMA and adds one to
host.config.migrate.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

SCHEMA = 1
DEFAULT_KEYBOARD = "US Default"


class Ipv4Mode(StrEnum):
    """Where the IPv4 address of the management interface comes from."""

    OFF = "off"
    DHCP = "dhcp"
    STATIC = "static"


class ServicePolicy(StrEnum):
    """Whether a service starts with the host."""

    ON = "on"
    OFF = "off"


class Uplink(msgspec.Struct, frozen=True, kw_only=True):
    """A physical adapter's fixed name: ``vmnicN`` belongs to ``mac`` (lower case, colons) for good."""

    name: str
    mac: str


class Ipv4(msgspec.Struct, frozen=True, kw_only=True):
    """IPv4 of the management interface.

    ``address``, ``netmask`` and ``gateway`` are dotted quads, used with STATIC only and kept when the mode
    changes, so that going back does not lose them.
    """

    mode: Ipv4Mode = Ipv4Mode.DHCP
    address: str = ""
    netmask: str = ""
    gateway: str = ""


class Ipv6(msgspec.Struct, frozen=True, kw_only=True):
    """IPv6 of the management interface: by itself from router advertisements, or not at all."""

    enabled: bool = True


class Dns(msgspec.Struct, frozen=True, kw_only=True):
    """Name resolution. With ``automatic`` the servers come from DHCP and ``servers`` is only kept."""

    automatic: bool = True
    servers: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()


class ManagementNetwork(msgspec.Struct, frozen=True, kw_only=True):
    """``vmk0`` on ``vSwitch0``. ``uplinks`` are the vmnic names in use, ``vlan`` is 0 for untagged."""

    uplinks: tuple[str, ...] = ("vmnic0",)
    vlan: int = 0
    ipv4: Ipv4 = Ipv4()
    ipv6: Ipv6 = Ipv6()
    dns: Dns = Dns()


class PortGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A network that virtual machines attach to. ``vlan`` is 0 for untagged, 4095 for all."""

    name: str
    vswitch: str = "vSwitch0"
    vlan: int = 0


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Which optional services start with the host."""

    ssh: ServicePolicy = ServicePolicy.OFF
    shell: ServicePolicy = ServicePolicy.OFF


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Single settings; host.settings has their names and ranges.

    ``suppress_shell_warning`` has the console not say that SSH or the shell is on; ``shell_idle`` is how many
    seconds a login shell may wait for a key before it ends, 0 for ever.
    """

    suppress_shell_warning: bool = False
    shell_idle: int = 0


class HostConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is configured about a host.

    ``password_hash`` is root's, as crypt(5) writes it; empty means nobody can log in. ``uuid`` names
    the installation and never changes.
    """

    schema: int = SCHEMA
    uuid: str
    hostname: str = "localhost"
    password_hash: str = ""
    keyboard: str = DEFAULT_KEYBOARD
    nics: tuple[Uplink, ...] = ()
    management: ManagementNetwork = ManagementNetwork()
    port_groups: tuple[PortGroup, ...] = (PortGroup(name="VM Network"),)
    services: Services = Services()
    settings: Settings = Settings()
