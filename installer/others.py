"""Disks besides the one that is installed on: which they are, and whether they may be written."""

from __future__ import annotations

from collections.abc import Iterable

from host.errors import HostError
from host.machine.model import Disk
from host.storage.layout import datastore_layout
from installer import words
from installer.prechecks import unwritable
from installer.spec import InstallSpec, OtherDisk


def same(disks: Iterable[Disk], disk_id: str, serial: str, size: int) -> Disk:
    """The disk of that id, if it is still the one with that serial number and size in bytes.

    Raises HostError when it is gone, has become another one, or cannot be told from another.
    """
    found = [disk for disk in disks if disk_id in (disk.id, *disk.aliases)]
    if not found:
        raise HostError(f"The disk {disk_id} is not there (any more).", hint="Plug it in, or choose again.")
    if len(found) > 1:
        raise HostError(
            f"{disk_id} fits {len(found)} disks: {', '.join(disk.path for disk in found)}.",
            hint="Name the disk by its full id.",
        )
    disk = found[0]
    if (disk.serial, disk.size) != (serial, size):
        raise HostError(
            f"The disk {disk_id} is another one than was chosen: serial number "
            f"{disk.serial or '(none)'} and {disk.size} bytes instead of {serial or '(none)'} and {size}.",
            hint="Look at the list of disks again and choose.",
        )
    return disk


def is_free(disk: Disk) -> bool:
    """Whether there is nothing to lose: the disk is empty, or holds what a cut off installation left."""
    return not disk.holders and all(found.kind == "unfinished" for found in disk.contents)


def refusal(disk: Disk) -> str:
    """Why no datastore can be made on the whole of a disk, and what to do; empty when one can."""
    reason = unwritable(disk)
    if reason:
        return reason
    try:
        datastore_layout(disk.size, disk.sector)
    except HostError as error:
        return f"{error.message} {error.hint}"
    return ""


def erasable(disks: tuple[Disk, ...], wanted: OtherDisk, spec: InstallSpec) -> Disk:
    """The disk as it is now, if it may be written at all.

    Raises HostError when it is another one by now, the system's own, in use, or write-protected.
    """
    disk = same(disks, wanted.id, wanted.serial, wanted.size)
    if disk is same(disks, spec.disk_id, spec.disk_serial, spec.disk_size):
        raise _refused(disk, "The system is installed on it.")
    reason = unwritable(disk)
    if reason:
        raise _refused(disk, reason)
    if disk.holders:
        raise _refused(disk, f"It is in use: {', '.join(disk.holders)}.")
    return disk


def for_datastore(disks: tuple[Disk, ...], wanted: OtherDisk, spec: InstallSpec) -> Disk:
    """The disk as it is now, if a datastore may be made on the whole of it. Raises HostError as ``erasable``,
    and when it holds something nobody agreed to lose or is too small.
    """
    disk = erasable(disks, wanted, spec)
    if not is_free(disk) and wanted not in spec.clear:
        raise _refused(disk, f"It is not empty: {words.brief(disk)}.")
    datastore_layout(disk.size, disk.sector)
    return disk


def check(disks: tuple[Disk, ...], spec: InstallSpec) -> tuple[tuple[Disk, ...], tuple[Disk, ...]]:
    """The disks to erase and those for datastores, in the order of the spec.

    Raises HostError when one of them may not be written, or is to hold two datastores.
    """
    cleared = tuple(erasable(disks, wanted, spec) for wanted in spec.clear)
    stores = tuple(for_datastore(disks, store.disk, spec) for store in spec.datastores)
    for number, disk in enumerate(stores):
        if disk in stores[:number]:
            raise _refused(disk, "Two datastores are to be made on it.")
    return cleared, stores


def _refused(disk: Disk, reason: str) -> HostError:
    return HostError(
        f"{disk.id} is not written to. {reason}", hint="Leave it out, or see to it first and try again."
    )
