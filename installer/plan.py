"""What an installation will do, before it does it: a list of tasks, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass

from host.config.model import Ipv4Mode, ManagementNetwork
from host.errors import HostError
from host.machine.model import Content, Disk, Firmware, Machine
from host.storage.layout import MIB, Layout, Role, gib, layout
from host.storage.names import DEFAULT_LABEL
from installer.others import check as check_others
from installer.prechecks import refusal
from installer.spec import Datastore, DiskSpec, InstallSpec, Spec, UpgradeSpec
from installer.tasks.base import Task
from installer.tasks.configuration import WriteConfiguration
from installer.tasks.erase import EraseDisk, EraseSystem
from installer.tasks.filesystems import MakeFilesystems, MakeOwnDatastore
from installer.tasks.loaders import RegisterWithFirmware, WriteLoaders
from installer.tasks.others import EraseOther, FinishDatastores, MakeDatastore, VerifyOthers
from installer.tasks.partitions import WritePartitions
from installer.tasks.scripts import KeepFirstBootScripts, RunPostScript
from installer.tasks.seal import Seal
from installer.tasks.system import CopySystem, VerifySystem
from installer.tasks.target import CheckKept, FreeDisk, VerifyTarget, choose
from installer.tasks.upgrade import CheckInstalled, MakeBank, RenewLoaders, SwitchBank, WithdrawBank

_PURPOSE = {
    Role.BIOS: "boot loader for BIOS",
    Role.ESP: "boot loader for UEFI, bank state (FAT32)",
    Role.BANK_A: "system (ext4)",
    Role.BANK_B: "room for the next version",
    Role.STATE: "host configuration and logs (ext4)",
    Role.DATASTORE: f"{DEFAULT_LABEL} (XFS)",
    Role.UNFINISHED: "datastore (XFS)",
}


@dataclass(frozen=True)
class Plan:
    """One installation or upgrade: the disk as it was found, how it is or will be laid out, and the tasks in
    their order.
    """

    disk: Disk
    layout: Layout
    tasks: tuple[Task, ...]


def plan(machine: Machine, spec: Spec) -> Plan:
    """The tasks that carry out ``spec`` on this machine.

    Raises HostError when the disk is not there, cannot be a target, holds data nobody agreed to lose, or
    has no datastore to keep, or nothing to upgrade; also when one of the other disks may not be written.
    """
    disk = choose(machine.disks, spec)
    reason = refusal(disk, machine.firmware)
    if reason:
        raise HostError(f"{disk.id} cannot be installed on. {reason}")
    if isinstance(spec, UpgradeSpec):
        return _upgrade(disk, spec)
    keep = spec.datastore is Datastore.PRESERVE
    if keep:
        _demand_datastore(disk)
    elif disk.contents and not spec.erase:
        raise HostError(
            f"{disk.id} is not empty: {_in_words(disk.contents)}.",
            hint="Agree to erasing it, or choose another disk.",
        )
    check_others(machine.disks, spec)
    wanted = layout(disk.size, disk.sector, datastore=spec.datastore is not Datastore.NONE)
    firmware = machine.firmware
    tasks = _keeping_tasks(firmware) if keep else _fresh_tasks(wanted, firmware)
    return Plan(disk, wanted, _with_scripts(_with_others(tasks, spec), spec))


def describe(machine: Machine, spec: Spec) -> tuple[str, ...]:
    """The plan in words, as the confirm screen, a dry run and the log print it. Raises HostError as
    ``plan``.
    """
    made = plan(machine, spec)
    if isinstance(spec, UpgradeSpec):
        return _upgrade_lines(made.disk, spec)
    return (
        *_disk_lines(made.disk, spec),
        *_partition_lines(made, spec),
        *_other_lines(machine, spec),
        _start_line(made, machine),
        *_host_lines(spec),
    )


def _upgrade(disk: Disk, spec: UpgradeSpec) -> Plan:
    if not disk.holds("bedplate"):
        raise HostError(
            f"{disk.id} has no installation of Bedplate that could be upgraded.", hint="Install on it."
        )
    return Plan(disk, layout(disk.size, disk.sector, datastore=False), _upgrade_tasks(spec))


def _upgrade_tasks(spec: UpgradeSpec) -> tuple[Task, ...]:
    """Nothing the host needs is touched before the last task. What a %post script, which may fail, does comes
    before first boot scripts are put on STATE, which the present version would run, too.
    """
    return (
        VerifyTarget(),
        FreeDisk(),
        CheckInstalled(),
        WithdrawBank(),
        MakeBank(),
        CopySystem(),
        VerifySystem(),
        RenewLoaders(),
        *(RunPostScript(script) for script in spec.post),
        *((KeepFirstBootScripts(),) if spec.first_boot else ()),
        Seal(),
        SwitchBank(),
    )


def _fresh_tasks(wanted: Layout, firmware: Firmware) -> tuple[Task, ...]:
    return (
        VerifyTarget(),
        FreeDisk(),
        EraseDisk(),
        WritePartitions(),
        MakeFilesystems(),
        *_system_tasks(firmware, new_datastore=wanted.slot(Role.DATASTORE) is not None),
    )


def _keeping_tasks(firmware: Firmware) -> tuple[Task, ...]:
    return (
        VerifyTarget(),
        FreeDisk(),
        CheckKept(),
        EraseSystem(),
        MakeFilesystems(),
        *_system_tasks(firmware, new_datastore=False),
    )


def _system_tasks(firmware: Firmware, *, new_datastore: bool) -> tuple[Task, ...]:
    """The boot loaders come after everything a started host needs: a power cut leaves no half of one."""
    return (
        CopySystem(),
        VerifySystem(),
        WriteConfiguration(),
        *((MakeOwnDatastore(),) if new_datastore else ()),
        WriteLoaders(),
        *((RegisterWithFirmware(),) if firmware is Firmware.UEFI else ()),
        Seal(),
    )


def _with_others(tasks: tuple[Task, ...], spec: InstallSpec) -> tuple[Task, ...]:
    """The other disks are looked at before anything is written, and written when the system is known to be
    whole on its disk, but before that disk starts.
    """
    if not (spec.clear or spec.datastores):
        return tasks
    used = {store.disk for store in spec.datastores}
    found: list[Task] = []
    for task in tasks:
        found.append(task)
        if isinstance(task, WriteConfiguration):
            found += (EraseOther(disk) for disk in spec.clear if disk not in used)
            found += (MakeDatastore(store) for store in spec.datastores)
        if isinstance(task, VerifyTarget):
            found.append(VerifyOthers())
        if isinstance(task, WriteLoaders) and spec.datastores:
            found.append(FinishDatastores())
    return tuple(found)


def _with_scripts(tasks: tuple[Task, ...], spec: InstallSpec) -> tuple[Task, ...]:
    """First boot scripts lie on STATE before the disk starts; %post finds everything in place, and the log of
    the installation, which the last task writes, has what it said.
    """
    found: list[Task] = []
    for task in tasks:
        if isinstance(task, Seal):
            found += (RunPostScript(script) for script in spec.post)
        found.append(task)
        if isinstance(task, WriteConfiguration) and spec.first_boot:
            found.append(KeepFirstBootScripts())
    return tuple(found)


def _demand_datastore(disk: Disk) -> None:
    kinds = {content.kind for content in disk.contents}
    if not {"bedplate", "datastore"} <= kinds:
        raise HostError(
            f"{disk.id} has no datastore that could be kept.",
            hint="Install with a new datastore, or choose the disk that has the old one.",
        )


def _upgrade_lines(disk: Disk, spec: UpgradeSpec) -> tuple[str, ...]:
    kept = [content for content in disk.contents if content.kind != "bedplate"]
    return (
        f"Upgrade: from version {spec.installed or '(not read yet)'} "
        f"to version {spec.offered or '(that of the medium)'}",
        f"Disk: {_named(disk)}",
        f"      {disk.id}",
        "Written: the bank that does not run; boot loaders that have changed",
        f"Kept: {', '.join(('all settings', *((_in_words(tuple(kept)),) if kept else ())))}",
        *((f"Stopped first: {', '.join(disk.holders)}",) if disk.holders else ()),
        "The new version is tried at the next start. If it does not report healthy, "
        "the installed one starts again.",
        *_script_lines(spec),
    )


def _script_lines(spec: DiskSpec) -> list[str]:
    return [
        *(f"Script at the end: {script.title}" for script in spec.post),
        *(f"Script at the first start: {script.title}" for script in spec.first_boot),
    ]


def _disk_lines(disk: Disk, spec: InstallSpec) -> list[str]:
    lines = [f"Disk: {_named(disk)}", f"      {disk.id}"]
    lost = [content for content in disk.contents if not _is_kept(content, spec)]
    if lost:
        lines.append(f"Erased for good: {_in_words(tuple(lost))}")
    elif not disk.contents:
        lines.append("The disk is empty.")
    kept = [content for content in disk.contents if _is_kept(content, spec)]
    if kept:
        lines.append(f"Kept: {_in_words(tuple(kept))}")
    if disk.holders:
        lines.append(f"Stopped first: {', '.join(disk.holders)}")
    return lines


def _is_kept(content: Content, spec: InstallSpec) -> bool:
    return spec.datastore is Datastore.PRESERVE and content.kind == "datastore"


def _partition_lines(made: Plan, spec: InstallSpec) -> list[str]:
    lines = ["Partitions (GPT):"]
    for slot in made.layout.slots:
        if slot.role is Role.DATASTORE and spec.datastore is Datastore.PRESERVE:
            lines.append(f"  {slot.number} {slot.role:<19} unchanged  datastore, kept")
        else:
            lines.append(f"  {slot.number} {slot.role:<19} {_size(slot.size):>9}  {_PURPOSE[slot.role]}")
    if made.layout.no_datastore:
        lines.append(made.layout.no_datastore)
    return lines


def _other_lines(machine: Machine, spec: InstallSpec) -> list[str]:
    cleared, stores = check_others(machine.disks, spec)
    lines = []
    for disk in cleared:
        lines += [f"Also erased for good: {_named(disk)}", f"      {disk.id}"]
        lines += [f"      {_in_words((content,))}" for content in disk.contents]
    for store, disk in zip(spec.datastores, stores, strict=True):
        lines += [f"Also made: datastore {store.name} (XFS) on the whole of", f"      {_named(disk)}"]
        lines.append(f"      {disk.id}")
    return lines


def _named(disk: Disk) -> str:
    name = " ".join(word for word in (disk.vendor, disk.model) if word) or "Disk"
    return f"{name}, {gib(disk.size)}, serial {disk.serial or '(none)'}"


def _start_line(made: Plan, machine: Machine) -> str:
    now = "UEFI" if machine.firmware is Firmware.UEFI else "BIOS"
    if made.layout.sector == 4096:
        return "Starts by UEFI only, because the disk has sectors of 4096 bytes."
    return f"Starts by BIOS and by UEFI; this machine uses {now}."


def _host_lines(spec: InstallSpec) -> list[str]:
    return [
        f"Host name: {spec.hostname}; keyboard: {spec.keyboard}",
        f"Management network: {_network(spec.management)}",
        *_script_lines(spec),
    ]


def _network(management: ManagementNetwork) -> str:
    ipv4 = management.ipv4
    how = {
        Ipv4Mode.DHCP: "IPv4 by DHCP",
        Ipv4Mode.STATIC: f"{ipv4.address} {ipv4.netmask}",
        Ipv4Mode.OFF: "no IPv4",
    }
    vlan = f", VLAN {management.vlan}" if management.vlan else ""
    return f"{', '.join(management.uplinks) or 'no adapter'}{vlan}, {how[ipv4.mode]}"


def _in_words(contents: tuple[Content, ...]) -> str:
    words = {
        "bedplate": "an installation of Bedplate",
        "datastore": "datastore",
        "unfinished": "unfinished datastore",
        "VMFS": "VMFS datastore",
        "LVM2_member": "LVM",
        "linux_raid_member": "RAID member",
        "gpt": "partition table (GPT)",
        "dos": "partition table (MBR)",
    }
    return ", ".join(
        f"{words.get(content.kind, content.kind)}"
        + (f" {content.label}" if content.label else "")
        + (f" ({gib(content.size)})" if content.size and content.kind != "bedplate" else "")
        for content in contents
    )


def _size(size: int) -> str:
    return gib(size) if size >= 1024 * MIB else f"{size // MIB} MiB"
