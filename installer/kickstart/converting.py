"""From what an installation left, or its engine was given, to the kickstart file that repeats it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from host import paths
from host.errors import HostError
from host.machine.model import load
from installer.kickstart.writing import as_kickstart, write_private
from installer.spec import UpgradeSpec, from_json


def converted(source: Path, machine: Path | None = None) -> str:
    """The file. ``source`` is the folder an installation left its log in, or a file: the kickstart file from
    there, or the engine's JSON, for which ``machine`` is the recorded machine before the installation.

    Raises HostError when there is none.
    """
    file = source / paths.INSTALL_KICKSTART.name if source.is_dir() else source
    data = _read(file)
    if not data.lstrip().startswith(b"{"):
        return data.decode(errors="replace")
    try:
        spec = from_json(data)
    except msgspec.DecodeError as error:
        raise HostError(
            f"{file} is not what an installation was given: {error}",
            hint="Give the folder with the log of an installation, /var/log on a host.",
        ) from error
    if isinstance(spec, UpgradeSpec):
        raise HostError(
            "An upgrade keeps the settings and has none to repeat.",
            hint="The file of the installation is still in /var/log of the host.",
        )
    return as_kickstart(spec, load(machine).disks if machine is not None else ())


def write(path: Path, text: str) -> None:
    """Write a file that is its owner's alone: it holds the hash of a password. Raises HostError."""
    try:
        write_private(path, text)
    except OSError as error:
        raise HostError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except PermissionError as error:
        raise HostError(f"{file} is root's alone.", hint="Run this as root.") from error
    except FileNotFoundError as error:
        raise HostError(
            f"There is no {file}.", hint="Every installation leaves one in /var/log of the host."
        ) from error
    except OSError as error:
        raise HostError(f"{file} cannot be read: {error.strerror}.") from error
