"""Take down whatever stands on a disk: mounts, swap, RAID, LVM, multipath. Nothing is erased here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from host.errors import HostError
from host.machine.blocks import SYS, describe_holder, mounts_by_device
from host.run import CommandError, run


def take_down(disk: str) -> tuple[str, ...]:
    """Free a disk and return what was stopped, in words.

    Raises HostError when something will not let go, naming it.
    """
    stopped = []
    for name in _devices(Path(disk).resolve().name):
        stopped += _release(name)
    left = [
        describe_holder(holder) for name in _devices(Path(disk).resolve().name) for holder in _holders(name)
    ]
    if left:
        raise HostError(
            f"{disk} is still in use by {', '.join(left)}.",
            hint="Stop it from a shell (Alt+F1), or unplug the disks that are not needed and start again.",
        )
    return tuple(stopped)


def _devices(name: str) -> Iterator[str]:
    """The disk's partitions, then the disk itself, as kernel names."""
    for entry in sorted((SYS / "class/block" / name).glob(f"{name}*")):
        if (entry / "partition").exists():
            yield entry.name
    yield name


def _holders(name: str) -> list[str]:
    return sorted(path.name for path in (SYS / "class/block" / name / "holders").glob("*"))


def _release(name: str) -> list[str]:
    """Stop what uses a device, from the top down."""
    stopped = []
    for holder in _holders(name):
        stopped += _release(holder)
        stopped.append(describe_holder(holder))
        _stop(holder)
    for place in reversed(mounts_by_device().get(_number(name), [])):
        stopped.append("swap" if place == "swap" else f"mount at {place}")
        _let_go(["swapoff", f"/dev/{name}"] if place == "swap" else ["umount", place])
    return stopped


def _stop(holder: str) -> None:
    if holder.startswith("dm-"):
        title = (SYS / "class/block" / holder / "dm/name").read_text().strip()
        _let_go(["dmsetup", "remove", "--retry", title])
    elif holder.startswith("md"):
        _let_go(["mdadm", "--stop", f"/dev/{holder}"])
    elif holder.startswith("bcache"):
        (SYS / "class/block" / holder / "bcache/stop").write_text("1")


def _let_go(argv: list[str]) -> None:
    try:
        run(argv)
    except CommandError as error:
        raise HostError(
            f"What the disk is used for could not be stopped: {error.message}",
            hint="Close what uses it in the shell (Alt+F1) and try again, or start the machine again.",
        ) from error


def _number(name: str) -> str:
    return (SYS / "class/block" / name / "dev").read_text().strip()
