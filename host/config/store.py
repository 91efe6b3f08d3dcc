"""Where the configuration is kept: one JSON document, replaced as a whole or not at all.

``host.json`` is written to a temporary file, flushed to the disk and renamed into place; the version before
it stays as ``host.previous.json``. A power cut at any moment leaves the old or the new document, and should
the disk lose it all the same, the previous one is used and a warning says so.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from host import paths
from host.config.migrate import NewerSchema, migrate
from host.config.model import HostConfig
from host.config.validate import config_problems
from host.errors import HostError

log = logging.getLogger(__name__)

CURRENT = "host.json"
PREVIOUS = "host.previous.json"
_LOCK = ".lock"


class Loaded(msgspec.Struct, frozen=True):
    """A configuration as it was found. ``warnings`` are sentences for the splash; none when all is well."""

    config: HostConfig
    warnings: tuple[str, ...] = ()


def load(directory: Path = paths.CONFIG) -> Loaded:
    """The configuration, or its previous version when the present one is missing or damaged.

    Values out of range are not refused, because a host with a strange value can be repaired and one that
    does not start cannot; they come back as warnings. Raises HostError when neither version can be read,
    and NewerSchema, whatever the previous version is, when the present one is a newer release's.
    """
    try:
        config = _read(directory / CURRENT)
    except NewerSchema:
        raise
    except HostError as error:
        log.warning("%s", error)
        return _load_previous(directory, error)
    return Loaded(config, tuple(f"Configuration: {text}" for text in config_problems(config).values()))


def save(config: HostConfig, directory: Path = paths.CONFIG) -> None:
    """Write the configuration; what was there before becomes the previous version.

    Raises HostError when a value is wrong or the disk cannot be written.
    """
    found = config_problems(config)
    if found:
        raise HostError("The configuration is not valid: " + " ".join(found.values()))
    with _writing(directory):
        _save(config, directory)


def update(change: Callable[[HostConfig], HostConfig], directory: Path = paths.CONFIG) -> HostConfig:
    """Change the configuration and return it; nobody else's change can come in between.

    Raises HostError when it cannot be read, when the result has a wrong value, or when it cannot be written.
    """
    with _writing(directory):
        old = load(directory).config
        new = change(old)
        if not is_current(new, directory):
            found = config_problems(new)
            if found:
                raise HostError("The change is not valid: " + " ".join(found.values()))
            _save(new, directory)
        return new


def is_current(config: HostConfig, directory: Path = paths.CONFIG) -> bool:
    """Whether this very configuration is what the document on the disk says."""
    try:
        return _read(directory / CURRENT) == config
    except HostError:
        return False


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file so that a power cut leaves the old or the new one, never a part. Raises OSError."""
    temporary = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    temporary.rename(path)
    sync_directory(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file for good, if it is there. Raises OSError."""
    with suppress(FileNotFoundError):
        path.unlink()
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory survive a power cut. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock that ``path`` stands for; waits for whoever holds it. A dead holder holds nothing."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(directory / _LOCK):
            yield
    except OSError as error:
        raise HostError(
            f"The configuration could not be written: {error}",
            hint="See whether the STATE partition is mounted and has space: findmnt /state; df /state.",
        ) from error


def _save(config: HostConfig, directory: Path) -> None:
    current = directory / CURRENT
    if _readable(current):
        _keep_as_previous(current, directory / PREVIOUS)
    write_file(current, msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n")


def _keep_as_previous(current: Path, previous: Path) -> None:
    """A damaged present version never gets here: it would take the place of the last good one."""
    temporary = previous.with_name(f".{previous.name}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    temporary.hardlink_to(current)
    temporary.rename(previous)
    sync_directory(previous.parent)


def _readable(path: Path) -> bool:
    try:
        _read(path)
    except HostError:
        return False
    return True


def _load_previous(directory: Path, reason: HostError) -> Loaded:
    try:
        config = _read(directory / PREVIOUS)
    except HostError as error:
        log.warning("%s", error)
        raise HostError(
            f"The configuration of this host cannot be read: {reason.message}",
            hint=reason.hint
            or "Nothing can be restored from it: reset the system configuration, or install again "
            "and keep the datastore.",
        ) from reason
    return Loaded(config, ("The configuration was damaged; its previous version is in use.",))


def _read(path: Path) -> HostConfig:
    try:
        document: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return msgspec.convert(migrate(document), HostConfig)
    except OSError as error:
        raise HostError(f"{path.name}: {error.strerror or error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HostError(f"{path.name} is damaged: {error}.") from error
    except HostError as error:
        raise type(error)(f"{path.name}: {error.message}", hint=error.hint) from error
