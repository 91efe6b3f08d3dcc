"""Build products that depend on nothing but their inputs are kept by content hash, outside the clone."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

KEEP = 3
"""How many versions of one product stay in the cache."""


def directory() -> Path:
    """The cache folder: ``$BEDPLATE_CACHE``, else ``bedplate`` in the user's cache folder."""
    given = os.environ.get("BEDPLATE_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(given) if given else Path(base) / "bedplate"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked() -> Iterator[None]:
    """One build at a time uses the cache; another one waits here and then finds most of its work done."""
    with (directory() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def key(parts: Iterable[str | bytes | Path]) -> str:
    """A hash over texts, bytes, files and whole folders (their names and contents, sorted)."""
    digest = hashlib.sha256()

    def add(data: bytes) -> None:
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)

    for part in parts:
        if isinstance(part, Path):
            for path in files_of(part):
                add(str(path.relative_to(part.parent)).encode())
                add(path.read_bytes())
                add(b"x" if path.stat().st_mode & 0o100 else b"-")
        else:
            add(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()[:24]


def files_of(path: Path) -> list[Path]:
    """The file itself, or every file below a folder but compiled Python, sorted."""
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def slot(product: str, content_key: str) -> Path:
    """Where a product with this key is or will be; older versions beyond KEEP are dropped."""
    folder = directory() / product
    folder.mkdir(exist_ok=True)
    mine = folder / content_key
    finished = (path for path in folder.iterdir() if path != mine and not path.suffix)
    others = sorted(finished, key=lambda path: path.stat().st_mtime)
    for old in others[: max(0, len(others) - KEEP + 1)]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    return mine
