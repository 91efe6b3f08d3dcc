"""An upgrade: the other bank is written while the present one stays as it is and starts.

The order is what makes a power cut harmless. First the bank state says that the other bank holds nothing;
then that bank is written; last, in one sector, the bank state says that it is to be tried.
"""

from __future__ import annotations

from dataclasses import dataclass

from host import bootloader
from host.errors import HostError
from host.run import run
from host.storage import banks, fat, signatures
from host.storage.layout import Role
from installer import upgrading
from installer.context import Context
from installer.spec import UpgradeSpec
from installer.tasks.base import MIB
from installer.tasks.filesystems import make_bank
from installer.tasks.loaders import bank_file, loader, loader_files, write_bios

SAFE = "The installed version was not touched and starts as before."
"""What an upgrade has changed for the host, at any moment before the last one."""


@dataclass(frozen=True)
class CheckInstalled:
    """Look at the installation: which bank it runs, which version that is, and whether it may be upgraded."""

    title: str = "Checking the installation"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Next to nothing."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when it cannot be upgraded to what the medium holds; nothing was changed then."""
        spec = context.spec
        assert isinstance(spec, UpgradeSpec)  # the plan of an upgrade has one
        disk, offered = context.disk, context.payload.manifest.version
        found = banks.look(disk.path, disk.size, disk.sector)
        if found.remark:
            context.warn(f"{found.remark} It is written anew.")
        _demand_same(spec.installed, found.version, "installed")
        _demand_same(spec.offered, offered, "on the medium")
        upgrading.demand(found.version, offered)
        context.nodes, context.bank_state = found.nodes, found.state
        context.bank = found.state.settled.other


@dataclass(frozen=True)
class WithdrawBank:
    """Have GRUB know that the bank to be written holds no system, before it is touched."""

    title: str = "Setting the other bank aside"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """One sector."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the ESP cannot be written."""
        context.changed = SAFE
        _write_state(context, bootloader.withdrawn(context.bank_state, context.bank))


@dataclass(frozen=True)
class MakeBank:
    """A new file system for the bank to be written."""

    title: str = "Making the file system"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About as long as this many bytes take."""
        return 8 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when it cannot be made."""
        make_bank(context.nodes[context.target], context.bank)


@dataclass(frozen=True)
class RenewLoaders:
    """Boot loaders and menu of the new version, each replaced only where it differs, and as a whole.

    Both banks are started by them, so they must lead to the present version, too: a newer menu does.
    """

    title: str = "Renewing the boot loaders"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About what is written."""
        return 6 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when a loader is missing or cannot be written."""
        esp = context.nodes[Role.ESP]
        banks.demand_unmounted(esp)
        with fat.opened(esp) as files:
            wanted = dict(loader_files(context.loaders, files.serial))
            name, data = bank_file(context.payload, context.bank, context.nodes[context.target])
            wanted = {name: data, **wanted}
            missing = [name for name in wanted if not files.exists(name)]
        for name in missing:
            _create(context, esp, name)
        with fat.opened(esp, writable=True) as files:
            for name, data in wanted.items():
                if files.read(name) != data:
                    files.replace(name, data)
        if context.layout.sector == 512:
            _renew_bios(context)


@dataclass(frozen=True)
class SwitchBank:
    """Have GRUB try the new bank at the next start: the one step after which it is another host."""

    title: str = "Switching to the new version"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """One sector."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the ESP cannot be written."""
        _leave_mark(context)
        _write_state(context, bootloader.on_trial(context.bank_state, context.bank))
        context.changed = "The new version is on the disk and is tried at the next start."


def _demand_same(confirmed: str, found: str, where: str) -> None:
    if confirmed and confirmed != found:
        raise HostError(
            f"The version {where} is {found} and not {confirmed}, which was confirmed.",
            hint="Look at the list of disks again and choose.",
        )


def _write_state(context: Context, state: bootloader.BankState) -> None:
    banks.write_state(context.nodes[Role.ESP], state)
    context.bank_state = state


def _leave_mark(context: Context) -> None:
    """A medium that starts again by itself must find that it was here. Files that are there stay."""
    if not context.payload.mark:
        return
    esp, name = context.nodes[Role.ESP], bootloader.mark_path(context.payload.mark)
    with fat.opened(esp) as files:
        if files.exists(name):
            return
    _create(context, esp, name)


def _create(context: Context, esp: str, name: str) -> None:
    """An empty file on the ESP. Nothing needs it yet, so it does not matter when the power goes."""
    empty = context.work / "empty"
    empty.write_bytes(b"")
    run(["mcopy", "-o", "-i", esp, empty, f"::/{name}"], env={"MTOOLS_SKIP_CHECK": "1"})


def _renew_bios(context: Context) -> None:
    """The new core goes to the half of its partition that is not in use, then the boot code leads there."""
    slot = context.layout.need(Role.BIOS)
    halves = [start // 512 for start in (slot.start, slot.start + slot.size // 2)]
    code = signatures.read_at(context.disk.path, 0, signatures.BOOT_CODE)
    used = bootloader.core_sector(code)
    if used in halves and _is_current(context, code, used):
        return
    write_bios(context, halves[1] if used == halves[0] else halves[0])


def _is_current(context: Context, code: bytes, sector: int) -> bool:
    """Whether code and core on the disk are those of the new version."""
    boot = bootloader.boot_code(loader(context.loaders, "boot.img"), sector)
    core = bootloader.place_core(loader(context.loaders, "core.img"), sector)
    offset = sector * 512 - context.layout.need(Role.BIOS).start
    return code == boot and signatures.read_at(context.nodes[Role.BIOS], offset, len(core)) == core
