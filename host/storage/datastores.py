"""Mount the datastores: every partition named ``bedplate-datastore``, wherever its disk is attached.

``python3 -m host.storage.datastores mount`` does it at start-up; ``unmount`` undoes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from host import boot, paths
from host.errors import HostError
from host.machine.blocks import read_blocks
from host.machine.disks import DATASTORE_PART
from host.run import run
from host.storage.names import DEFAULT_LABEL

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
