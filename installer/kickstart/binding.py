"""A script on one machine: which disk, which adapter, and whether that may be done. Pure functions."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from host.config.model import ManagementNetwork
from host.machine.model import Disk, Machine, Nic
from host.machine.nics import in_pci_order
from host.scripts.model import Script as Runnable
from host.storage.names import DEFAULT_LABEL
from installer import others, prechecks, words
from installer.kickstart import disks
from installer.kickstart.diagnostics import Diagnostic, Place, Report, failed
from installer.kickstart.runnable import as_script
from installer.kickstart.script import (
    Clear,
    DiskChoice,
    Existing,
    Mode,
    Network,
    Script,
    SectionKind,
    Target,
)
from installer.spec import Datastore, ExtraDatastore, InstallSpec, OtherDisk, Spec, UpgradeSpec


class BoundDisk(msgspec.Struct, frozen=True, kw_only=True):
    """A disk of this machine; ``serial`` and ``size`` (bytes) tell whether it is still the same later."""

    id: str
    path: str
    serial: str
    size: int


class NewDatastore(msgspec.Struct, frozen=True, kw_only=True):
    """A datastore to create on a disk of its own."""

    name: str
    disk: BoundDisk


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What will be done on this machine.

    ``mode`` is INSTALL or UPGRADE. ``spec`` is what the engine gets; that of an upgrade names no versions,
    which are read from the disk later. ``adapter`` is '' for an upgrade, which keeps the host's network.
    ``clear`` are the other disks to erase first, ``datastores`` what to create on others.
    """

    mode: Mode
    disk: BoundDisk
    spec: Spec
    adapter: str = ""
    clear: tuple[BoundDisk, ...] = ()
    datastores: tuple[NewDatastore, ...] = ()


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """What came of binding: None when there are errors, and everything there is to say."""

    bound: Bound | None
    diagnostics: tuple[Diagnostic, ...]


def bind(script: Script, machine: Machine) -> Binding:
    """Find what the script asks for on this machine. Nothing is changed and nothing is looked at."""
    report = Report()
    report.reading(script.file)
    bound = _Binder(script, machine, report).bound()
    said = report.diagnostics(paranoid=script.paranoid)
    return Binding(bound=None if failed(said) else bound, diagnostics=said)


class _Binder:
    def __init__(self, script: Script, machine: Machine, report: Report) -> None:
        self.script = script
        self.machine = machine
        self.report = report
        self.selected: tuple[Disk, ...] = ()

    def bound(self) -> Bound | None:
        """The whole of it; None when the target is missing (the reason is reported)."""
        target = self.script.target
        if target is None:
            self.adapter(self.script.network)
            where = Place(self.script.file, 1)
            self.report.note(where, "What to install on is known only on the machine.")
            return None
        self.check_machine(target)
        disk = self.choose(target.disk, target.place)
        if disk is not None and _mode(target, disk) is Mode.UPGRADE:
            return self.upgrade(target, disk)
        adapter = self.adapter(self.script.network)
        if disk is None:
            return None
        if self.script.clear is not None:
            self.selected = self.select(self.script.clear)
        cleared = self.cleared(self.script.clear, disk)
        datastores = self.datastores(disk, cleared)
        clear = tuple(_bound(one) for one in cleared)
        return Bound(
            mode=Mode.INSTALL,
            disk=_bound(disk),
            adapter=adapter,
            spec=self.install(target, disk, adapter, clear, datastores),
            clear=clear,
            datastores=datastores,
        )

    def check_machine(self, target: Target) -> None:
        """The checks that the installer's screens make, too."""
        for finding in prechecks.check(self.machine, None):
            text = f"{finding.code}: {finding.text}"
            if finding.level == "error" and not target.ignore_check_errors:
                self.report.error(target.place, text, finding.hint)
            elif target.ignore_check_warnings:
                self.report.note(target.place, text, finding.hint)
            else:
                self.report.warning(target.place, text, finding.hint)

    def choose(self, choice: DiskChoice, at: Place) -> Disk | None:
        """The disk to install on that a choice means; None, and reported, when there is none that can be."""
        return self.usable(choice, at, lambda disk: prechecks.refusal(disk, self.machine.firmware))

    def usable(
        self,
        choice: DiskChoice,
        at: Place,
        refuse: Callable[[Disk], str],
        taken: frozenset[str] = frozenset(),
    ) -> Disk | None:
        """The disk a choice means; None, and reported, when there is none or ``refuse`` says why not."""
        if not choice.name:
            return self.choose_first(choice, at, refuse, taken)
        disk = self.by_name(choice.name, at)
        reason = refuse(disk) if disk is not None else ""
        if disk is not None and reason:
            self.report.error(at, f"{disk.id} cannot be used.", reason)
            return None
        return disk

    def choose_first(
        self, choice: DiskChoice, at: Place, refuse: Callable[[Disk], str], taken: frozenset[str]
    ) -> Disk | None:
        found = disks.first(choice, self.machine, taken, refuse)
        for disk, reason in found.passed:
            self.report.note(at, f"{disk.id} is passed over. {reason}")
        if found.disk is None:
            self.report.error(at, f"No disk fits {choice.words}.", self.what_there_is())
        return found.disk

    def by_name(self, name: str, at: Place) -> Disk | None:
        found = disks.named(name, self.machine.disks)
        if not found:
            self.report.error(at, f"There is no disk {name}.", self.what_there_is())
            return None
        if len(found) > 1:
            paths = ", ".join(disk.path for disk in found)
            self.report.error(
                at, f"{name} fits {len(found)} disks: {paths}.", "Name the disk by its full id."
            )
            return None
        if name in (found[0].path, found[0].path.removeprefix("/dev/")):
            self.report.warning(
                at, f"{name} may be another disk at the next start.", f"Write {found[0].id} for this one."
            )
        return found[0]

    def what_there_is(self) -> str:
        there = (disk for disk in self.machine.disks if not disk.boot_medium)
        return f"The machine has: {disks.listed(there)}."

    def install(
        self,
        target: Target,
        disk: Disk,
        adapter: str,
        clear: tuple[BoundDisk, ...],
        datastores: tuple[NewDatastore, ...],
    ) -> InstallSpec:
        """What the engine gets."""
        network = self.script.network
        return InstallSpec(
            disk_id=disk.id,
            disk_serial=disk.serial,
            disk_size=disk.size,
            password_hash=self.script.password_hash,
            erase=True,  # everything but a datastore is given up without asking, as the reference does
            datastore=self.datastore(target, disk),
            keyboard=self.script.keyboard,
            hostname=network.hostname,
            management=ManagementNetwork(
                uplinks=(adapter,), vlan=network.vlan, ipv4=network.ipv4, dns=network.dns
            ),
            vm_port_group=network.vm_port_group,
            post=self.scripts(SectionKind.POST),
            first_boot=self.scripts(SectionKind.FIRSTBOOT),
            clear=tuple(_other(one) for one in clear),
            datastores=tuple(ExtraDatastore(name=one.name, disk=_other(one.disk)) for one in datastores),
            reboot=self.script.reboot,
        )

    def upgrade(self, target: Target, disk: Disk) -> Bound:
        """An upgrade; which version is there is not looked at yet. Other disks are left alone."""
        if not disk.holds("bedplate"):
            self.report.error(
                target.place,
                f"{disk.id} has no installation of Bedplate that could be upgraded.",
                "Use install or installorupgrade, or name the disk that has one; ESXi cannot be upgraded.",
            )
        self.report.note(
            target.place,
            "The host is upgraded and keeps its settings: rootpw, keyboard and network of this file are not "
            "used.",
        )
        for store in self.script.datastores:
            self.report.note(store.place, f"An upgrade makes no datastores; {store.name} is left out.")
        spec = UpgradeSpec(
            disk_id=disk.id,
            disk_serial=disk.serial,
            disk_size=disk.size,
            post=self.scripts(SectionKind.POST),
            first_boot=self.scripts(SectionKind.FIRSTBOOT),
        )
        return Bound(mode=Mode.UPGRADE, disk=_bound(disk), spec=spec)

    def scripts(self, kind: SectionKind) -> tuple[Runnable, ...]:
        """The scripts of a kind, as they are run."""
        return tuple(as_script(section) for section in self.script.of(kind))

    def datastore(self, target: Target, disk: Disk) -> Datastore:
        """What becomes of the datastore on the target, and whether it may."""
        wanted = Datastore.CREATE if target.create_datastore else Datastore.NONE
        if not disks.holds_datastore(disk):
            return wanted
        is_cleared = self.is_cleared(disk)
        if target.existing is Existing.PRESERVE:
            self.check_preserved(target, disk, is_cleared=is_cleared)
            return Datastore.PRESERVE
        if target.existing is Existing.REFUSE and not is_cleared:
            self.report.error(
                target.place,
                f"{disk.id} holds a datastore, and nothing says what becomes of it.",
                "Add --overwritevmfs if it may be lost"
                + (", or --preservevmfs to keep it." if _is_ours(disk) else "; VMFS cannot be kept."),
            )
        return wanted

    def check_preserved(self, target: Target, disk: Disk, *, is_cleared: bool) -> None:
        at = target.place
        if not _is_ours(disk):
            self.report.error(
                at,
                f"{disk.id} holds a datastore that cannot be kept on this disk.",
                "Only one that Bedplate made can be. Copy its machines elsewhere and use --overwritevmfs, or "
                "install on another disk.",
            )
        if not target.create_datastore:
            self.report.error(
                at,
                "--preservevmfs keeps the datastore that --novmfsondisk does not want.",
                "Keep one of them.",
            )
        if is_cleared:
            self.report.error(
                at,
                "--preservevmfs keeps the datastore that clearpart --overwritevmfs erases.",
                "Keep one of them.",
            )

    def is_cleared(self, disk: Disk) -> bool:
        """Whether clearpart takes the datastore off the target before the installation looks at it."""
        clear = self.script.clear
        return clear is not None and clear.overwrite_datastores and disk in self.selected

    def cleared(self, clear: Clear | None, target: Disk) -> tuple[Disk, ...]:
        """The disks to erase besides the target, whose erasing is up to the installation."""
        if clear is None:
            return ()
        kept = []
        for disk in self.selected:
            if disk is target or not (disk.contents or disk.holders):
                continue
            if disk.holders:
                self.say_in_use(clear, disk)
            elif disks.holds_datastore(disk) and not clear.overwrite_datastores:
                self.report.warning(
                    clear.place,
                    f"{disk.id} holds a datastore and is not erased.",
                    "Add --overwritevmfs if it may be lost.",
                )
            else:
                kept.append(disk)
        return tuple(kept)

    def say_in_use(self, clear: Clear, disk: Disk) -> None:
        """A disk that is used is never erased; where it was not named, it is left out."""
        say = self.report.warning if clear.every else self.report.error
        say(
            clear.place,
            f"{disk.id} is in use and is not erased: {', '.join(disk.holders)}.",
            "Have %pre stop what uses it, or leave the disk out.",
        )

    def select(self, clear: Clear) -> tuple[Disk, ...]:
        """The disks clearpart names, without those that can never be erased."""
        if clear.first is not None:
            found = self.choose(clear.first, clear.place)
            return (found,) if found is not None else ()
        chosen = tuple(self.by_name(name, clear.place) for name in clear.disks)
        spared = tuple(self.by_name(name, clear.place) for name in clear.spared)
        if clear.every:
            chosen = tuple(disk for disk in self.machine.disks if disk not in spared)
        kept = []
        for disk in dict.fromkeys(disk for disk in chosen if disk is not None):
            if not (disk.boot_medium or disk.read_only):
                kept.append(disk)
            elif not clear.every:
                reason = (
                    "The running system was started from it."
                    if disk.boot_medium
                    else "It is write-protected."
                )
                self.report.error(clear.place, f"{disk.id} cannot be erased.", reason)
        return disks.in_place_order(kept)

    def datastores(self, target: Disk, cleared: tuple[Disk, ...]) -> tuple[NewDatastore, ...]:
        """The extra datastores with their disks, each on one of its own."""
        made: list[NewDatastore] = []
        taken = {target.id}
        for wanted in self.script.datastores:
            disk = self.usable(wanted.disk, wanted.place, others.refusal, frozenset(taken))
            if disk is None:
                continue
            if disk.id in taken:
                what = "the system" if disk is target else "another datastore"
                self.report.error(wanted.place, f"{disk.id} is taken by {what}.", "Choose another disk.")
            elif not others.is_free(disk) and disk not in cleared:
                self.report.error(
                    wanted.place,
                    f"{disk.id} is not empty: {words.brief(disk)}.",
                    f"Erase it first: clearpart --drives={disk.id} (with --overwritevmfs for a datastore).",
                )
            else:
                if wanted.name == DEFAULT_LABEL:
                    self.report.warning(
                        wanted.place,
                        f"{DEFAULT_LABEL} is also the name of the datastore on the system's disk.",
                        "Choose another name, or add --novmfsondisk to install.",
                    )
                taken.add(disk.id)
                made.append(NewDatastore(name=wanted.name, disk=_bound(disk)))
        return tuple(made)

    def adapter(self, network: Network) -> str:
        """The name the chosen adapter will have on the host."""
        at = network.place or Place(self.script.file, 1)
        nics = in_pci_order(self.machine.nics)
        names = {f"vmnic{number}": nic for number, nic in enumerate(nics)}
        if not network.device:
            return next((name for name, nic in names.items() if nic.link), "vmnic0")
        chosen = next((name for name, nic in names.items() if network.device in (name, nic.mac)), "")
        if not chosen:
            self.report.error(at, f"There is no network adapter {network.device}.", _adapters(names))
            return "vmnic0"
        if not names[chosen].link:
            self.report.note(at, f"{chosen} has no link now.")
        return chosen


def _mode(target: Target, disk: Disk) -> Mode:
    if target.mode is not Mode.INSTALL_OR_UPGRADE:
        return target.mode
    return Mode.UPGRADE if disk.holds("bedplate") else Mode.INSTALL


def _is_ours(disk: Disk) -> bool:
    """Whether the datastore on a disk is one that an installation can leave where it is."""
    kinds = {content.kind for content in disk.contents}
    return {"bedplate", "datastore"} <= kinds and "VMFS" not in kinds


def _bound(disk: Disk) -> BoundDisk:
    return BoundDisk(id=disk.id, path=disk.path, serial=disk.serial, size=disk.size)


def _other(disk: BoundDisk) -> OtherDisk:
    return OtherDisk(id=disk.id, serial=disk.serial, size=disk.size)


def _adapters(names: dict[str, Nic]) -> str:
    listed = ", ".join(
        f"{name} ({nic.mac}, {'link' if nic.link else 'no link'})" for name, nic in names.items()
    )
    return f"The machine has: {listed or 'none'}."
