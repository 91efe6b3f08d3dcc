"""A network change that waits to be confirmed, as a file beside the configuration.

While the file is there, the network settings in it are the ones to go back to. Whoever removes it decides:
after a confirmation the present settings stay, and taking back writes the previous ones first. The tree
rendered for the next start has no stamp all the while, so a power cut always ends in ``take_back``.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from host.config import store
from host.config.model import HostConfig, ManagementNetwork
from host.errors import HostError

FILE = "network.pending.json"

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What to go back to, and when.

    ``deadline`` is in seconds of CLOCK_BOOTTIME, which no one can set, and means nothing in another boot
    than ``boot_id``. ``doubts`` are the sentences that say why the change did not keep itself; there are none
    while it is still being tried.
    """

    hostname: str
    management: ManagementNetwork
    deadline: float
    boot_id: str
    doubts: tuple[str, ...] = ()

    @property
    def seconds_left(self) -> float:
        """Seconds until the change is taken back; 0 when that is due."""
        if self.boot_id != boot_id():
            return 0.0
        return max(0.0, self.deadline - now())


def now() -> float:
    """Seconds since the machine started, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """The kernel's name for this boot."""
    return _BOOT_ID.read_text().strip()


def exists(directory: Path) -> bool:
    """Whether a change waits."""
    return (directory / FILE).exists()


def read(directory: Path) -> Pending | None:
    """The change that waits, if any. Raises HostError when it cannot be read."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=Pending)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise HostError(
            f"The network change that waits to be confirmed cannot be read: {error}",
            hint="Look at the management network's settings and set them again.",
        ) from error


def write(pending: Pending, directory: Path) -> None:
    """Note a change, safely on the disk before this returns. Raises OSError."""
    store.write_file(directory / FILE, msgspec.json.encode(pending) + b"\n")


def clear(directory: Path) -> None:
    """Let the present settings stay. Raises OSError."""
    store.remove_file(directory / FILE)


def restore(directory: Path) -> HostConfig | None:
    """Put the previous settings back into the configuration and return it; None when nothing waits.

    The note stays. One that cannot be read is void: the file is written as a whole before anything is
    changed, so only a damaged disk makes it so, and then the present settings are as good a guess as any.
    """
    try:
        waiting = read(directory)
    except HostError:
        return store.load(directory).config
    if waiting is None:
        return None

    def previous(config: HostConfig) -> HostConfig:
        return msgspec.structs.replace(config, hostname=waiting.hostname, management=waiting.management)

    return store.update(previous, directory)


def take_back(directory: Path) -> HostConfig | None:
    """``restore``, and forget the change. For a system that is starting, where nothing else has to follow.

    Raises HostError when the disk cannot be written.
    """
    config = restore(directory)
    if config is not None:
        try:
            clear(directory)
        except OSError as error:
            raise HostError(f"The network change could not be taken back: {error}") from error
    return config
