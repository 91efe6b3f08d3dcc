"""What the tasks of one installation share: where it goes, what has been made, what must be undone at the
end.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from host import bootloader, paths
from host.bootloader import Bank, BankState
from host.machine.model import Disk, Machine
from host.run import run
from host.storage import banks
from host.storage.datastores import Datastore
from host.storage.layout import Layout, Role
from installer.medium import MediumCheck
from installer.payload import Payload
from installer.spec import InstallSpec, Spec, UpgradeSpec

NOTHING = "Nothing has been changed."


@dataclass
class Context:
    """One installation under way.

    ``loaders`` is the folder of boot loader files, ``work`` a folder in memory for scratch files and mounts.
    ``advance`` takes the bytes of weight a task has worked off since the last call; ``copied`` marks those
    that went to or came from the disk. ``changed`` says in words what state the disk is in. ``datastores``
    are those made on other disks. ``bank`` is the bank that is written, ``bank_state`` what the ESP says of
    both, as long as an upgrade goes on. ``said`` takes a script's title and a line it printed; ``volumes`` is
    where it finds datastores.
    """

    machine: Machine
    spec: Spec
    disk: Disk
    layout: Layout
    payload: Payload
    loaders: Path
    work: Path
    find_disks: Callable[[], tuple[Disk, ...]]
    advance: Callable[[int], None]
    copied: Callable[[int], None]
    warn: Callable[[str], None]
    said: Callable[[str, str], None]
    volumes: Path = paths.VOLUMES
    changed: str = NOTHING
    nodes: dict[Role, str] = field(default_factory=dict)
    medium: MediumCheck | None = None
    bank: Bank = Bank.A
    bank_state: BankState = field(default_factory=bootloader.fresh_state)
    datastores: list[Datastore] = field(default_factory=list)
    at_end: ExitStack = field(default_factory=ExitStack)
    _mounts: list[Path] = field(default_factory=list)

    @property
    def install(self) -> InstallSpec:
        """The spec of an installation. Raises TypeError in an upgrade, whose tasks have no use for it."""
        if not isinstance(self.spec, InstallSpec):
            raise TypeError("an upgrade does none of this")
        return self.spec

    @property
    def is_upgrade(self) -> bool:
        """Whether an installation that is there is upgraded."""
        return isinstance(self.spec, UpgradeSpec)

    @property
    def target(self) -> Role:
        """The partition that the system is written to."""
        return banks.role(self.bank)

    def mount(self, role: Role) -> Path:
        """Where the file system of that partition is mounted; mounts it at the first call. Raises
        HostError.
        """
        place = self.work / "mnt" / role.value
        if place not in self._mounts:
            place.mkdir(parents=True, exist_ok=True)
            run(["mount", "-t", "ext4", "-o", "nodev,nosuid,noatime", self.nodes[role], place])
            self._mounts.append(place)
            self.at_end.callback(self.unmount, place)
        return place

    def mounted(self, role: Role) -> Path | None:
        """Where the file system of that partition is mounted by this installation, if it is."""
        place = self.work / "mnt" / role.value
        return place if place in self._mounts else None

    def unmount(self, place: Path) -> None:
        """Unmount a place if it is mounted. Raises HostError when it is busy."""
        if place in self._mounts:
            run(["umount", place])
            self._mounts.remove(place)

    def unmount_all(self) -> None:
        """Unmount everything this installation has mounted. Raises HostError when something is busy."""
        for place in reversed(self._mounts.copy()):
            self.unmount(place)
