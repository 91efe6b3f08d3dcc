"""Which modules the image keeps, and which of those the initrd and network boot carry.

All answers are closed under dependencies: what a kept module needs is kept too, so nothing that is there
fails to load. The table itself names what Debian's kernel needs, so that ``keep`` alone is enough before
there is a modules.dep; ``select`` follows the dependencies of any kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cache

import msgspec

from host.errors import HostError
from kernel_config.tables.initrd import CARRIED
from kernel_config.tables.modules import PARTS, Part
from kernel_config.tables.netboot import FETCHING

Dependencies = Mapping[str, tuple[str, ...]]
"""Path of each module, and the paths of those it needs (all of them), as modules.dep lists them."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with each module of a kernel; paths are as in modules.dep, relative to its directory.

    ``pulled_in`` are those of ``kept`` that are there only because another one needs them.
    """

    kept: tuple[str, ...]
    left_out: tuple[str, ...]
    pulled_in: tuple[str, ...]


def parse_dependencies(modules_dep: str) -> dict[str, tuple[str, ...]]:
    """The text of modules.dep (see modules.dep(5))."""
    dependencies: dict[str, tuple[str, ...]] = {}
    for line in modules_dep.splitlines():
        path, colon, needed = line.partition(":")
        if not colon:
            raise HostError(
                f"This is no list of module dependencies: {line}",
                hint="Give the modules.dep of the kernel; depmod writes it.",
            )
        dependencies[path] = tuple(needed.split())
    return dependencies


def select(modules_dep: str) -> Selection:
    """Divide the modules of a kernel by the table.

    Raises HostError when ``modules_dep`` is no modules.dep.
    """
    dependencies = parse_dependencies(modules_dep)
    wanted = {path for path in dependencies if keep(path)}
    kept = with_dependencies(wanted, dependencies)
    return Selection(
        kept=tuple(sorted(kept)),
        left_out=tuple(sorted(dependencies.keys() - kept)),
        pulled_in=tuple(sorted(kept - wanted)),
    )


def keep(path: str) -> bool:
    """Does the table keep this module? What it does not name is left out.

    ``path`` is relative to the directory of the kernel's modules (``kernel/fs/xfs/xfs.ko.xz``) or to
    ``kernel/``; the ending does not matter.
    """
    part = part_of(path)
    return part is not None and part.keep


def part_of(path: str) -> Part | None:
    """The entry of the table that decides about this module, or None when nothing fits."""
    found = fitting(path)
    return found[max(found, key=len)] if found else None


def fitting(path: str) -> dict[str, Part]:
    """Every pattern of the table that fits this module, with its entry."""
    name = without_ending(path).removeprefix("kernel/")
    return {pattern: part for pattern, regex, part in _patterns() if regex.match(name)}


def with_dependencies(paths: Iterable[str], dependencies: Dependencies) -> set[str]:
    """These modules and all that they need.

    Raises HostError when one needs a module that ``dependencies`` does not list.
    """
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        if path not in dependencies:
            raise HostError(
                f"The kernel's module {path} is needed but missing.",
                hint="Install the kernel package anew and run depmod.",
            )
        found.add(path)
        waiting.extend(dependencies[path])
    return found


def initrd_modules(modules_dep: str) -> list[str]:
    """The files the initrd carries, every module after those it needs; paths are as in modules.dep.

    A module that is not listed is built in: ``check`` has seen to it that the kernel has its option.
    """
    return _in_order(modules_dep, (name for part in CARRIED for name in part.names))


def load_at_once(modules_dep: str) -> list[str]:
    """Those of ``initrd_modules`` to load before any device is looked at, in that order."""
    return _in_order(modules_dep, (name for part in CARRIED if part.at_once for name in part.names))


def netboot_modules(modules_dep: str) -> list[str]:
    """The files that network boot carries beside those of the initrd, in order of their names.

    Raises HostError when ``modules_dep`` is no modules.dep.
    """
    dependencies = parse_dependencies(modules_dep)
    wanted = {path for path in dependencies if keep(path) and _fetches(path)}
    return sorted(with_dependencies(wanted, dependencies) - set(initrd_modules(modules_dep)))


def _fetches(path: str) -> bool:
    name = without_ending(path).removeprefix("kernel/")
    return any(regex.match(name) for regex in _fetching_patterns())


def _in_order(modules_dep: str, names: Iterable[str]) -> list[str]:
    dependencies = parse_dependencies(modules_dep)
    paths = {module_name(path): path for path in dependencies}
    ordered: dict[str, None] = {}
    for name in names:
        if name in paths:
            _add(paths[name], dependencies, ordered)
    return list(ordered)


def _add(path: str, dependencies: Dependencies, ordered: dict[str, None]) -> None:
    for needed in dependencies.get(path, ()):
        if needed not in ordered:
            _add(needed, dependencies, ordered)
    ordered[path] = None


def without_ending(path: str) -> str:
    """A module's path without ``.ko`` and the ending of its compression."""
    directory, slash, name = path.rpartition("/")
    return directory + slash + name.partition(".ko")[0]


def module_name(path: str) -> str:
    """A module's name as lsmod shows it, with underscores: ``nls_iso8859_1``."""
    return without_ending(path).rpartition("/")[2].replace("-", "_")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], Part], ...]:
    return tuple((pattern, _compiled(pattern), part) for part in PARTS for pattern in part.patterns)


@cache
def _fetching_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled(pattern) for part in FETCHING for pattern in part.patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern + "*" if pattern.endswith("/") else pattern))
