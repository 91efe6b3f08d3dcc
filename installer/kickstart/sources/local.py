"""``ks=file:``: brought along by the boot loader beside the initrd, or in the running system."""

from __future__ import annotations

from pathlib import Path

from host import paths
from host.errors import HostError
from installer.kickstart.location import LocalFile
from installer.kickstart.sources.base import Fetched, How, read_file


def fetch(location: LocalFile, how: How, brought: Path = paths.INITRD_FILES) -> Fetched:  # noqa: ARG001
    """What the boot loader brought wins over a file of the system. Raises HostError."""
    path = Path(location.path)
    for candidate in (brought / location.path.lstrip("/"), path):
        try:
            return Fetched(read_file(candidate, str(path)), str(path), location)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise HostError(f"{path} cannot be read: {error.strerror}.") from error
    raise HostError(
        f"{path} is neither in the running system nor was it brought along by the boot loader.",
        hint="Append it to the initrd under that path, or name another place with ks=.",
    )
