"""Mount the datastores: every partition named ``bedplate-datastore``, wherever its disk is attached.

``python3 -m host.storage.datastores mount`` does it at start-up; ``unmount`` undoes it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from host import boot, paths
from host.errors import HostError
from host.machine.blocks import read_blocks
from host.machine.disks import DATASTORE_PART
from host.run import run
from host.storage.names import DEFAULT_LABEL, LONGEST_NAME

_SET_LABEL, _LABEL_FIELD = 0x41009432, 256
"""FS_IOC_SETFSLABEL, and the bytes it takes (linux/fs.h)."""

OPTIONS = "nodev,nosuid,noexec,noatime"
"""A datastore holds disks and settings of machines, nothing the host runs."""


class Datastore(msgspec.Struct, frozen=True):
    """A datastore: its label, its partition, the disk that is on, and where it is mounted ('' nowhere)."""

    label: str
    path: str
    disk: str
    mounted: str = ""


def find(*, loops: bool = False) -> tuple[Datastore, ...]:
    """Every datastore of the machine; the one on the disk of the running system comes first."""
    own = boot.load().disk
    found = [
        Datastore(part.label or DEFAULT_LABEL, part.path, block.path, next(iter(part.mounts), ""))
        for block in read_blocks(loops=loops)
        for part in block.parts
        if part.name == DATASTORE_PART and part.kind == "xfs"
    ]
    return tuple(sorted(found, key=lambda store: store.disk != own))


def names(datastores: Iterable[Datastore]) -> dict[str, str]:
    """By partition, the name each datastore gets: its label, numbered as ESXi does where two share one."""
    taken: set[str] = set()
    given = {}
    for store in datastores:
        label = _as_name(store.label)
        name, number = label, 1
        while name in taken:
            name, number = f"{label} ({number})", number + 1
        taken.add(name)
        given[store.path] = name
    return given


def make(path: str, label: str) -> None:
    """Make the file system of a datastore, whatever the partition held. Raises HostError."""
    # Without discard (-K), which can take minutes, and with sector 0 unmistakably XFS (-f).
    run(["mkfs.xfs", "-q", "-f", "-K", "-m", "reflink=1", "-L", label, path])


def mount_all(volumes: Path = paths.VOLUMES, *, loops: bool = False) -> tuple[str, ...]:
    """Mount every datastore below ``volumes``; return what went wrong, a sentence each.

    One damaged datastore does not keep the others, or the host, from starting.
    """
    found = find(loops=loops)
    problems = []
    for store in found:
        if store.mounted:
            continue
        place = volumes / names(found)[store.path]
        try:
            place.mkdir(parents=True, exist_ok=True)
            run(["mount", "-t", "xfs", "-o", OPTIONS, store.path, place])
        except (HostError, OSError) as error:
            problems.append(f"Datastore {store.label} ({store.path}) could not be mounted: {error}")
            _remove_empty(place)
    return tuple(problems)


def unmount_all(volumes: Path = paths.VOLUMES, *, loops: bool = False) -> None:
    """Unmount every datastore that is mounted below ``volumes``. Raises HostError when one is in use."""
    for store in find(loops=loops):
        if store.mounted.startswith(f"{volumes}/"):
            run(["umount", store.mounted])
            _remove_empty(Path(store.mounted))


def rename(old: str, new: str, volumes: Path = paths.VOLUMES, *, loops: bool = False) -> None:
    """Give a mounted datastore another name: the label of its file system, and its place below ``volumes``.

    Raises HostError, with everything as it was, when there is no such datastore, the name cannot be one or is
    taken, or something uses the datastore under its present name.
    """
    found = find(loops=loops)
    store = next((store for store in found if store.mounted == f"{volumes}/{old}"), None)
    if store is None:
        present = ", ".join(sorted(Path(store.mounted).name for store in found if store.mounted))
        raise HostError(f"There is no datastore {old}.", hint=f"There is: {present}." if present else "")
    if new == old:
        return
    problem = name_problem(new)
    if not problem and (new in names(found).values() or (volumes / new).exists()):
        problem = f"There is something called {new} already."
    if problem:
        raise HostError(problem)
    _move(store, volumes / new)


def name_problem(name: str) -> str:
    """Why a datastore cannot be called that, in a sentence; '' when it can."""
    if len(name.encode(errors="replace")) > LONGEST_NAME:
        return (
            f"The name of a datastore has at most {LONGEST_NAME} bytes here; {name} has {len(name.encode())}."
        )
    if not name or not name.isprintable() or name != _as_name(name):
        return "The name of a datastore is text without / that does not begin or end with a dot or a blank."
    return ""


def _move(store: Datastore, place: Path) -> None:
    """The label first, then a second mount, then the old one goes: at each step the datastore is there.

    A mount cannot be moved, since systemd shares the root's mounts (mount(8)).
    """
    old = Path(store.mounted)
    try:
        _label(old, place.name)
        place.mkdir()
        run(["mount", "-t", "xfs", "-o", OPTIONS, store.path, place])
        run(["umount", old])
    except (HostError, OSError) as error:
        if place.is_mount():
            run(["umount", place], check=False)
        _remove_empty(place)
        with suppress(OSError):
            _label(old, store.label)
        raise HostError(
            f"The datastore {old.name} could not be renamed: {error}",
            hint="Close what uses it: virtual machines, and shells that are in one of its folders.",
        ) from error
    _remove_empty(old)
    # Nobody else tells udev, whose word find() takes for the label.
    for asked in (["trigger", "--action=change", store.path], ["settle", "--timeout=10"]):
        run(["udevadm", *asked], check=False, timeout=30)


def _label(place: Path, label: str) -> None:
    """Give the mounted file system a label (ioctl_fslabel(2), xfs since Linux 4.18). Raises OSError."""
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(descriptor, _SET_LABEL, label.encode().ljust(_LABEL_FIELD, b"\0"))
    finally:
        os.close(descriptor)


def _as_name(label: str) -> str:
    """A label as the name of a directory: it comes from a disk and may hold anything."""
    return re.sub(r"[/\x00-\x1f]", "_", label).strip(". ") or DEFAULT_LABEL


def _remove_empty(place: Path) -> None:
    """Leave no empty directory that looks like a datastore and fills the memory of the host when written
    to.
    """
    if place.is_dir() and not place.is_mount() and not any(place.iterdir()):
        place.rmdir()


def main(arguments: list[str] | None = None) -> int:
    """Mount or unmount; problems go to standard error and are no reason to fail the start of the host."""
    import argparse
    import sys

    parser = argparse.ArgumentParser(prog="host.storage.datastores", description="Mount the datastores.")
    parser.add_argument("action", choices=["mount", "unmount"])
    if parser.parse_args(arguments).action == "unmount":
        unmount_all()
        return 0
    for problem in mount_all():
        sys.stderr.write(problem + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
