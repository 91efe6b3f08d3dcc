"""How this system was started, as the initrd wrote it down."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from host import paths
from host.errors import HostError


class Boot(msgspec.Struct, frozen=True):
    """What the initrd found.

    ``mode`` is ``install`` or ``host``; ``image`` is the root hash of the running system image; ``device``
    is the block device it was read from, ``disk`` the whole disk or CD that is on; after network boot
    ``device`` is the URL of the folder it came from, and ``disk`` is empty. ``bank`` is ``a`` or ``b`` on an
    installed host. ``rendered`` says whether the files made from the configuration were in
    place before the first service started.
    """

    mode: Literal["install", "host", ""] = ""
    image: str = ""
    device: str = ""
    disk: str = ""
    bank: Literal["a", "b", ""] = ""
    rendered: bool = False

    @property
    def over_network(self) -> bool:
        """Whether the system came from a server; it then lies in memory, and there is no medium."""
        return "://" in self.device


def load(path: Path = paths.BOOT) -> Boot:
    """Read the initrd's note; all fields are empty on a machine that our initrd did not start.

    Raises HostError when there is a note and it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Boot)
    except FileNotFoundError:
        return Boot()
    except (OSError, msgspec.DecodeError) as error:
        raise HostError(
            f"{path} does not say how this system was started: {error}",
            hint="Start the machine again; if it happens again, write the installation medium anew.",
        ) from error
