"""What an installed disk starts: the state of its banks, and the version in them.

Nothing is mounted for longer than a look takes. The ESP is not mounted at all (host.storage.fat).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec

from host import bootloader
from host.bootloader import Bank, BankState
from host.errors import HostError
from host.machine.blocks import SYS, mounts_by_device
from host.run import run
from host.storage import fat, partition
from host.storage.layout import Role, layout, system_fits

BANKENV = "bedplate/bankenv"
"""Where the bank state is on the ESP."""

FOLDER = "bedplate"
MANIFEST = "manifest.json"
"""A bank has its files in this folder, the manifest among them."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """An installation on a disk: its partitions' nodes, its bank state, and the version that it runs.

    ``remark`` says what is not as it should be and can be put right.
    """

    nodes: dict[Role, str]
    state: BankState
    version: str
    remark: str = ""


class _Manifest(msgspec.Struct):
    """What is read of a manifest; it comes from a disk that may hold anything, and goes on screens."""

    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z.+~_-]{1,40}\Z")]


def role(bank: Bank) -> Role:
    """The partition of a bank."""
    return Role.BANK_A if bank is Bank.A else Role.BANK_B


def look(disk: str, size: int, sector: int) -> Installed:
    """The installation on the disk of that node, which has ``size`` bytes and such sectors.

    Raises HostError when its partitions are not those this version makes, or its version cannot be read.
    """
    table = partition.read_table(disk)
    reason = system_fits(layout(size, sector, datastore=False), table)
    if reason:
        raise HostError(f"The partitions do not fit: {reason}.", hint="Install; the datastore may be kept.")
    numbers = {name: number for number, (name, _, _) in table.items()}
    nodes = {role: partition.node(disk, numbers[role]) for role in Role if role in numbers}
    remark = ""
    try:
        state = read_state(nodes[Role.ESP])
    except HostError as error:
        # What GRUB assumes when it cannot read the state, too.
        state, remark = bootloader.fresh_state(), error.message
    version = read_version(nodes[role(state.settled)])
    return Installed(nodes=nodes, state=state, version=version, remark=remark)


def esp_of(disk: str) -> str:
    """The node of the ESP on the disk of that node. Raises HostError when it has none of ours."""
    for number, (name, _, _) in partition.read_table(disk).items():
        if name == Role.ESP:
            return partition.node(disk, number)
    raise HostError(f"{disk} has no ESP of this host.", hint="Install again; the datastore can be kept.")


def read_state(esp: str) -> BankState:
    """The bank state on an ESP. Raises HostError when it cannot be read or is damaged."""
    with fat.opened(esp) as files:
        return bootloader.parse_env(files.read(BANKENV))


def write_state(esp: str, state: BankState) -> None:
    """Write the bank state; a power cut leaves the one before or this one. Raises HostError."""
    demand_unmounted(esp)
    data = bootloader.render_env(state)
    with fat.opened(esp, writable=True) as files:
        if len(files.read(BANKENV)) == len(data):
            files.overwrite(BANKENV, data)
        else:
            files.replace(BANKENV, data)


def read_version(bank: str) -> str:
    """The version in the bank on that node. Raises HostError when the bank cannot be read."""
    unreadable = "Which version is installed cannot be read"
    hint = "Install; the datastore can be kept."
    try:
        with _mounted(bank) as place:
            data = (place / FOLDER / MANIFEST).read_bytes()
        return msgspec.json.decode(data, type=_Manifest).version
    except OSError as error:
        raise HostError(f"{unreadable}: {error.strerror}.", hint=hint) from error
    except msgspec.DecodeError as error:
        raise HostError(f"{unreadable}: its manifest is damaged.", hint=hint) from error
    except HostError as error:
        raise HostError(f"{unreadable}: {error.message}.", hint=hint) from error


def demand_unmounted(node: str) -> None:
    """Raises HostError when the file system on a device is mounted: it is about to be written beneath."""
    number = (SYS / "class/block" / Path(node).resolve().name / "dev").read_text().strip()
    places = mounts_by_device().get(number)
    if places:
        raise HostError(
            f"{node} is mounted at {', '.join(places)} and cannot be written.",
            hint="Unmount it and try again.",
        )


@contextmanager
def _mounted(bank: str) -> Iterator[Path]:
    """A bank mounted read-only for a moment, its journal, if it has one, left alone."""
    with TemporaryDirectory(prefix="bedplate-bank-") as place:
        run(["mount", "-t", "ext4", "-o", "ro,noload,nodev,nosuid,noexec", bank, place], timeout=60)
        try:
            yield Path(place)
        finally:
            run(["umount", place])
