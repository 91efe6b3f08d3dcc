"""Puts the finished folder where a server may be handing it out already."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection
from pathlib import Path

from host.errors import HostError

_OURS = Path("bedplate/manifest.json")
_WRITTEN = Path("bedplate/menus.json")
"""The SHA-256 of every menu as it was written, to know those that somebody has changed since."""

_FETCHED_FIRST = ("bedplate/vmlinuz", "bedplate/initrd", "bedplate/initrd.net", str(_OURS))
"""What decides which build a machine asks for; it comes last, when everything it leads to is there."""


def publish(made: Path, output: Path, menus: Collection[str]) -> list[str]:
    """Replace the files of an earlier build; returns the menus that somebody has changed.

    Those stay as they are, and the new one lies beside as ``NAME.new``. Each file is replaced as a whole.
    Raises HostError when the folder holds something else.
    """
    if output.exists() and (not output.is_dir() or (any(output.iterdir()) and not (output / _OURS).exists())):
        raise HostError(
            f"{output} holds something else than network boot.",
            hint="Name a new or an empty folder with OUT=.",
        )
    before = _written(output)
    now = {name: _digest(made / name) for name in menus}
    (made / _WRITTEN).write_text(json.dumps(now, indent=1) + "\n")
    changed = []
    names = [str(path.relative_to(made)) for path in sorted(made.rglob("*")) if path.is_file()]
    for name in sorted(names, key=lambda name: (name in _FETCHED_FIRST, name)):
        goal = name
        if name in menus and _edited(output / name, {before.get(name), now[name]}):
            goal = f"{name}.new"
            changed.append(name)
        _replace(made / name, output / goal)
    for old in set(output.glob("bedplate/system-*.img")) - {output / name for name in names}:
        old.unlink()
    return changed


def _written(output: Path) -> dict[str, str]:
    try:
        return dict(json.loads((output / _WRITTEN).read_bytes()))
    except (OSError, ValueError):
        # Without the list, whatever differs from the new menus counts as changed, and stays.
        return {}


def _edited(there: Path, ours: Collection[str | None]) -> bool:
    return there.exists() and _digest(there) not in ours


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _replace(source: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    partial = goal.with_name(goal.name + ".partial")
    shutil.copyfile(source, partial)
    partial.chmod(0o644)
    partial.replace(goal)
