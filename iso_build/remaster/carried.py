"""What goes onto the medium: the kickstart file, what it includes, and what else was asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from host.errors import HostError
from installer.kickstart import evaluate, lexer, parser
from installer.kickstart import location as places
from installer.kickstart.diagnostics import Report
from installer.kickstart.location import Location, Optical
from installer.kickstart.reading import from_disk
from installer.kickstart.sources.base import LIMIT
from installer.kickstart.text import to_text

NAME = "/KS.CFG"
"""The kickstart file on the medium; ESXi's habit."""


@dataclass(frozen=True)
class Carried:
    """A file, its path on the medium, and the SHA-256 of its contents."""

    source: Path
    target: str
    sha256: bytes


@dataclass(frozen=True)
class Load:
    """Everything that goes along, by path on the medium; ``warnings`` are to be told."""

    files: tuple[Carried, ...]
    warnings: tuple[str, ...] = ()


def gather(kickstart: Path, more: Sequence[Path], own: Collection[str]) -> Load:
    """The kickstart file under ``NAME``, what it includes beside it, and ``more`` files and folders.

    ``own`` are the paths the medium has already. Raises HostError when a file cannot be read, is too large
    for the installer, or two would have the same path.
    """
    found = _Files(own)
    found.add(kickstart, NAME, LIMIT)
    missing = _follow(kickstart, NAME, found)
    for path in more:
        for source, target in _below(path):
            found.add(source, target)
    present = {target.casefold() for target in found.by_target}
    warnings = [
        f"cdrom:{path} is included and is not on the medium. Give it with --add if it belongs there."
        for path in missing
        if path.casefold() not in present
    ]
    return Load(tuple(sorted(found.by_target.values(), key=lambda one: one.target)), tuple(warnings))


def digest(load: Load, *more: str) -> bytes:
    """A hash of all contents, all paths, and ``more``."""
    sha256 = hashlib.sha256()
    parts = [*(word.encode() for word in more)]
    for one in load.files:
        parts += [one.target.encode(), one.sha256]
    for part in parts:
        sha256.update(len(part).to_bytes(8, "little") + part)
    return sha256.digest()


class _Files:
    """Files by their path on the medium, where large and small letters make no difference to Windows."""

    def __init__(self, own: Collection[str]) -> None:
        self.by_target: dict[str, Carried] = {}
        self._reserved = {path.split("/")[1].casefold() for path in own} | {"efi"}
        self._known: dict[str, Path] = {}

    def add(self, source: Path, target: str, largest: int | None = None) -> bool:
        """Take a file of at most ``largest`` bytes along; False when it is already. Raises HostError."""
        if not target.isprintable():
            raise HostError(
                f"{target!r} is no name for a file on a medium.",
                hint="Leave out line ends and control signs.",
            )
        source = source.resolve()
        folded = target.casefold()
        if folded.split("/")[1] in self._reserved:
            raise HostError(
                f"{source} would be {target} on the medium, which holds the system.",
                hint="Give the file or its folder another name.",
            )
        before = self._known.get(folded)
        if before == source:
            return False
        clash = before or next((path for known, path in self._known.items() if _nested(known, folded)), None)
        if clash is not None:
            raise HostError(
                f"{source} and {clash} would both be {target} on the medium.",
                hint="Give one of them another name; large and small letters count as the same.",
            )
        self._known[folded] = source
        self.by_target[target] = Carried(source, target, _sha256(source, largest))
        return True


def _nested(one: str, other: str) -> bool:
    """Whether one of two paths would be a folder of the other."""
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _follow(file: Path, target: str, found: _Files) -> list[str]:
    """Take along what a kickstart file includes from beside itself; returns what it wants from the medium by
    an address of its own. What is wrong with its lines is said elsewhere.
    """
    missing: list[str] = []
    for name in _included(file):
        place = _place(target, name)
        if not isinstance(place, Optical):
            continue
        if ":" in name and name.lower().startswith("cdrom:"):
            missing.append(place.path)
            continue
        source = Path(evaluate.resolve(str(file), name))
        # One that is missing is written by %pre, or the check has stopped us.
        if source.is_file() and found.add(source, place.path, LIMIT):
            missing += _follow(source, place.path, found)
    return missing


def _included(file: Path) -> Iterator[str]:
    unheard = Report()
    text = to_text(from_disk(str(file)), str(file), unheard) or ""
    for item in lexer.lex(text, str(file), unheard):
        parsed = parser.parse(item, unheard) if isinstance(item, lexer.Line) else None
        if parsed is not None and parsed.command.name == "%include" and parsed.arguments:
            yield parsed.arguments[0]


def _place(target: str, name: str) -> Location | None:
    """What ``%include name`` means in the file that is ``target`` on the medium; None for no place at all."""
    try:
        return places.beside(Optical(target), name)
    except HostError:
        return None


def _below(path: Path) -> Iterator[tuple[Path, str]]:
    """A file under its name, or all files of a folder below the folder's name."""
    name = path.name or path.resolve().name
    if path.is_dir():
        for source in sorted(path.rglob("*")):
            if source.is_symlink() or not source.is_dir():
                yield source, f"/{name}/{source.relative_to(path)}"
    else:
        yield path, f"/{name}"


def _sha256(path: Path, largest: int | None) -> bytes:
    if not path.exists():
        raise HostError(f"{path} does not exist.", hint="See the path.")
    if not path.is_file():
        raise HostError(f"{path} is no plain file.", hint="Give files, or folders that hold files.")
    if largest is not None and path.stat().st_size > largest:
        raise HostError(
            f"{path} has more than {largest // 1024} KiB, which the installer does not read.",
            hint="Put what is large beside it with --add, and have a script read it from there.",
        )
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror}.") from error
