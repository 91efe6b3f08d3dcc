"""What a kickstart file asks for, on whatever machine it will be: the result of reading it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from host.config.model import DEFAULT_KEYBOARD, Dns, Ipv4
from installer.kickstart.diagnostics import Place
from installer.spec import Reboot as Reboot  # a word of the language, too


class Mode(StrEnum):
    """What is to happen to the target disk."""

    INSTALL = "install"
    UPGRADE = "upgrade"
    INSTALL_OR_UPGRADE = "installorupgrade"


class Existing(StrEnum):
    """What happens to a datastore that is found on the target disk."""

    REFUSE = "refuse"
    OVERWRITE = "overwrite"
    PRESERVE = "preserve"


class Interpreter(StrEnum):
    """What runs a section's script."""

    BUSYBOX = "busybox"
    PYTHON = "python"
    BASH = "bash"


class SectionKind(StrEnum):
    """When a section's script runs."""

    PRE = "%pre"
    POST = "%post"
    FIRSTBOOT = "%firstboot"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A script to run. ``timeout`` is in seconds, 0 for none; ``body`` is as it stands in the file.

    ``place`` is the header; the body begins on the line below it (below its last line when continued).
    """

    kind: SectionKind
    place: Place
    body: str
    interpreter: Interpreter = Interpreter.BUSYBOX
    timeout: int = 0
    ignore_failure: bool = False

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.place}>"


class DiskChoice(msgspec.Struct, frozen=True, kw_only=True):
    """How a disk is chosen: by ``name``, or else as the first that fits a filter, tried in their order.

    ``ignore_ssd`` passes solid state disks over; ``words`` is the choice as messages repeat it.
    """

    name: str = ""
    filters: tuple[str, ...] = ()
    ignore_ssd: bool = False

    @property
    def words(self) -> str:
        """The choice as the reference writes it."""
        return f"--disk={self.name}" if self.name else f"--firstdisk={','.join(self.filters)}"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """``install``, ``upgrade`` or ``installorupgrade``."""

    place: Place
    mode: Mode
    disk: DiskChoice
    existing: Existing = Existing.REFUSE
    create_datastore: bool = True
    ignore_check_warnings: bool = False
    ignore_check_errors: bool = False


class Clear(msgspec.Struct, frozen=True, kw_only=True):
    """``clearpart``: disks to erase first: ``disks``, or every one but ``spared``, or the first that fits."""

    place: Place
    disks: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    every: bool = False
    first: DiskChoice | None = None
    overwrite_datastores: bool = False


class ExtraDatastore(msgspec.Struct, frozen=True, kw_only=True):
    """``part``: one more datastore on a disk of its own."""

    place: Place
    name: str
    disk: DiskChoice


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """``network``; ``place`` is None when the file has no such command.

    ``device`` is ``vmnicN``, a MAC address (lower case, colons), or empty for the first adapter with a link.
    """

    place: Place | None = None
    device: str = ""
    hostname: str = "localhost"
    vlan: int = 0
    ipv4: Ipv4 = Ipv4()
    dns: Dns = Dns()
    vm_port_group: bool = True


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file, understood.

    ``password_hash`` is as crypt(5) writes it. ``unread`` names the included files that exist only on the
    machine (written by %pre) and could not be read; while there are any, ``target`` may be None and
    ``password_hash`` empty, because they may come from there.
    """

    file: str
    target: Target | None = None
    password_hash: str = ""
    keyboard: str = DEFAULT_KEYBOARD
    network: Network = Network()
    clear: Clear | None = None
    datastores: tuple[ExtraDatastore, ...] = ()
    sections: tuple[Section, ...] = ()
    reboot: Reboot = Reboot.WAIT
    paranoid: bool = False
    dryrun: bool = False
    unread: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<kickstart {self.file}>"

    def of(self, kind: SectionKind) -> tuple[Section, ...]:
        """The sections of a kind, in the order they run."""
        return tuple(section for section in self.sections if section.kind is kind)
