"""Writes rendered files below a root and says what that changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from host.config.files import File
from host.config.store import sync_directory


def write(files: Mapping[str, File], root: Path, owned: Iterable[str]) -> frozenset[str]:
    """Make the files below ``root`` be these; returns the paths that were written or removed.

    ``owned`` are globs of paths that belong to rendering: what they match and is not in ``files`` is removed.
    Nothing else is touched. Written files are flushed to the disk one by one. Raises OSError.
    """
    changed = {path for path, file in files.items() if _write(root / path, file)}
    removed = {path for pattern in owned for path in _present(root, pattern) if path not in files}
    for path in sorted(removed):
        (root / path).unlink()
    for directory in {(root / path).parent for path in changed | removed}:
        sync_directory(directory)
    return frozenset(changed | removed)


def _present(root: Path, pattern: str) -> list[str]:
    # Path.glob follows a link whose name it does not have to look for, and a dangling one would be missed.
    found = root.glob(pattern) if "*" in pattern else [root / pattern]
    return [str(path.relative_to(root)) for path in found if path.is_symlink() or path.is_file()]


def _write(path: Path, file: File) -> bool:
    if file.symlink:
        return _write_link(path, file.text)
    before = _content(path)
    if before == file.text.encode() and not path.is_symlink() and path.stat().st_mode & 0o7777 == file.mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        output.write(file.text.encode())
        output.flush()
        _keep_owner(path, descriptor)
        os.fchmod(descriptor, file.mode)
        os.fsync(descriptor)
    temporary.rename(path)
    return True


def _write_link(path: Path, target: str) -> bool:
    if path.is_symlink() and str(path.readlink()) == target:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    temporary.symlink_to(target)
    temporary.rename(path)
    return True


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _keep_owner(path: Path, descriptor: int) -> None:
    """/etc/shadow stays readable for the group it is of."""
    if os.geteuid() == 0 and path.exists():
        status = path.stat()
        os.fchown(descriptor, status.st_uid, status.st_gid)
