"""What is to be installed, as data. Screens and kickstart files both produce it; the engine acts on it."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from host.config.model import DEFAULT_KEYBOARD, ManagementNetwork
from host.scripts.model import Script


class Datastore(StrEnum):
    """What happens to the datastore on the installation disk."""

    CREATE = "create"
    PRESERVE = "preserve"
    NONE = "none"


class Reboot(StrEnum):
    """What happens after success: ``wait`` for a key, or restart and ``eject`` the CD or ``keep`` it in."""

    WAIT = "wait"
    EJECT = "eject"
    KEEP = "keep"


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


class DiskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation and an upgrade have in common.

    The disk is bound by ``disk_id`` and checked again by ``disk_serial`` and ``disk_size`` (bytes) just
    before anything is written, because device nodes move. ``post`` are the scripts to run when everything is
    on the disk, ``first_boot`` those for the host's first start, both in their order.
    """

    disk_id: str
    disk_serial: str
    disk_size: int
    post: tuple[Script, ...] = ()
    first_boot: tuple[Script, ...] = ()


class InstallSpec(DiskSpec, frozen=True, kw_only=True, tag="install"):
    """One installation.

    ``password_hash`` is as crypt(5) writes it; the password itself never gets here. ``erase`` is the user's
    explicit consent to lose what the disk holds. ``clear`` are other disks to erase: naming them is the
    consent to lose what they hold. ``datastores`` are to be made on others, which must be empty or among
    those. ``reboot`` is what a file that repeats the installation says of its end; the engine ends nothing.
    """

    password_hash: str
    erase: bool = False
    datastore: Datastore = Datastore.CREATE
    keyboard: str = DEFAULT_KEYBOARD
    hostname: str = "localhost"
    management: ManagementNetwork = ManagementNetwork()
    vm_port_group: bool = True
    clear: tuple[OtherDisk, ...] = ()
    datastores: tuple[ExtraDatastore, ...] = ()
    reboot: Reboot = Reboot.EJECT


class UpgradeSpec(DiskSpec, frozen=True, kw_only=True, tag="upgrade"):
    """One upgrade: the version on the medium goes to the bank that does not run.

    ``installed`` and ``offered`` are the versions that were confirmed; when there is another one on the disk
    or on the medium by then, nothing is done. Empty, any version will do.
    """

    installed: str = ""
    offered: str = ""


Spec: TypeAlias = InstallSpec | UpgradeSpec
"""What the engine can be asked for."""


def to_json(spec: Spec) -> bytes:
    """The spec as JSON, for the engine's standard input."""
    return msgspec.json.encode(spec)


def from_json(data: bytes) -> Spec:
    """The spec from JSON. Raises msgspec.ValidationError when it is not one."""
    decoder: msgspec.json.Decoder[Spec] = msgspec.json.Decoder(Spec)
    return decoder.decode(data)
