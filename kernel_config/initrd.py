"""Which modules the initrd carries, in an order in which each can be loaded."""

from __future__ import annotations

from collections.abc import Mapping

from host.errors import HostError
from kernel_config.modules import Dependencies, module_name, parse_dependencies
from kernel_config.tables.initrd import CARRIED


def initrd_modules(modules_dep: str, modules_builtin: str = "") -> list[str]:
    """The files the initrd carries, every module after those it needs; paths are as in modules.dep.

    ``modules_dep`` and ``modules_builtin`` are the texts of the kernel's files of these names; a module
    that is built in is not carried. Raises HostError when the kernel has a module in neither of the two:
    an initrd without it would leave some machine without its disk.
    """
    return _resolve(modules_dep, modules_builtin, tuple(name for part in CARRIED for name in part.names))


def load_at_once(modules_dep: str, modules_builtin: str = "") -> list[str]:
    """Those of ``initrd_modules`` to load before any device is looked at, in that order."""
    return _resolve(
        modules_dep, modules_builtin, tuple(name for part in CARRIED if part.at_once for name in part.names)
    )


def _resolve(modules_dep: str, modules_builtin: str, names: tuple[str, ...]) -> list[str]:
    dependencies = parse_dependencies(modules_dep)
    paths = {module_name(path): path for path in dependencies}
    built_in = {module_name(path) for path in modules_builtin.split()}
    ordered: dict[str, None] = {}
    for name in names:
        if name in built_in:
            continue
        if name not in paths:
            raise HostError(
                f"The kernel has no module {name}, which the initrd carries.",
                hint="Build the option in or as a module; python3 -m kernel_config check names it.",
            )
        _add(paths[name], dependencies, ordered)
    return list(ordered)


def _add(
    path: str, dependencies: Dependencies | Mapping[str, tuple[str, ...]], ordered: dict[str, None]
) -> None:
    for needed in dependencies.get(path, ()):
        if needed not in ordered:
            _add(needed, dependencies, ordered)
    ordered[path] = None
