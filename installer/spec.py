"""What is to be installed, as data. Screens and kickstart files both produce it; the engine acts on it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from host.config.model import DEFAULT_KEYBOARD, ManagementNetwork
from host.scripts.model import Script


class Datastore(StrEnum):
    """What happens to the datastore on the installation disk."""

    CREATE = "create"
    PRESERVE = "preserve"
    NONE = "none"


class OtherDisk(msgspec.Struct, frozen=True, kw_only=True):
    """A disk besides the one that is installed on; ``serial`` and ``size`` (bytes) tell whether it is still
    the same just before it is written.
    """

    id: str
    serial: str
    size: int


class ExtraDatastore(msgspec.Struct, frozen=True, kw_only=True):
    """A datastore of that name on a whole disk of its own."""

    name: str
    disk: OtherDisk


class InstallSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One installation.

    The disk is bound by ``disk_id`` and checked again by ``disk_serial`` and ``disk_size`` (bytes) just
    before anything is written, because device nodes move. ``password_hash`` is as crypt(5) writes it; the
    password itself never gets here. ``erase`` is the user's explicit consent to lose what the disk holds.
    ``post`` are the scripts to run when everything is on the disk, ``first_boot`` those for the host's first
    start, both in their order. ``clear`` are other disks to erase: naming them is the consent to lose what
    they hold. ``datastores`` are to be made on others, which must be empty or among those.
    """

    disk_id: str
    disk_serial: str
    disk_size: int
    password_hash: str
    erase: bool = False
    datastore: Datastore = Datastore.CREATE
    keyboard: str = DEFAULT_KEYBOARD
    hostname: str = "localhost"
    management: ManagementNetwork = ManagementNetwork()
    vm_port_group: bool = True
    post: tuple[Script, ...] = ()
    first_boot: tuple[Script, ...] = ()
    clear: tuple[OtherDisk, ...] = ()
    datastores: tuple[ExtraDatastore, ...] = ()


def to_json(spec: InstallSpec) -> bytes:
    """The spec as JSON, for the engine's standard input."""
    return msgspec.json.encode(spec)


def from_json(data: bytes) -> InstallSpec:
    """The spec from JSON. Raises msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(data, type=InstallSpec)
