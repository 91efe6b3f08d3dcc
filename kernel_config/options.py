"""What the appliance demands of its kernel: one row per option, with the reason.

A row serves two ends. The ISO build refuses a kernel whose configuration has none of the ``allowed``
values, and ``make kernel`` asks for ``own``. The rows are in kernel_config.tables; this module is only
their shape.

Values are written as Kconfig writes them: ``y``, ``m``, ``n`` (also for an option the kernel does not
know), a number, or a string in double quotes.
"""

from __future__ import annotations

import msgspec


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One kernel option.

    ``name`` is without ``CONFIG_``; ``allowed`` are the values the appliance can work with, ``own`` the
    one ``make kernel`` sets. ``module`` is the file name of the module, without ``.ko``, where one may be
    built: a kernel that has the option as ``m`` must ship it.
    """

    name: str
    allowed: tuple[str, ...]
    own: str
    reason: str
    module: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Options that serve one purpose. ``purpose`` is a heading."""

    purpose: str
    options: tuple[Option, ...]


def built_in(name: str, reason: str) -> Option:
    """An option that must be built in, or that knows only yes and no."""
    return Option(name=name, allowed=("y",), own="y", reason=reason)


def driver(name: str, module: str, reason: str, *, own: str = "m") -> Option:
    """A driver or feature that may be built in or be the module ``module``."""
    return Option(name=name, allowed=("y", "m"), own=own, reason=reason, module=module)


def base(name: str, module: str, reason: str) -> Option:
    """As ``driver``, but built into our own kernel: every host uses it, so a module only costs time."""
    return driver(name, module, reason, own="y")


def absent(name: str, reason: str) -> Option:
    """An option that must not be set."""
    return Option(name=name, allowed=("n",), own="n", reason=reason)


def groups() -> tuple[Group, ...]:
    """Every demand, in the order in which the documentation lists them."""
    from kernel_config.tables import boot, console, network, storage, system, virtualization

    return (
        *virtualization.GROUPS,
        *network.GROUPS,
        *storage.GROUPS,
        *boot.GROUPS,
        *console.GROUPS,
        *system.GROUPS,
    )


def options() -> tuple[Option, ...]:
    """Every demand without the grouping."""
    return tuple(option for group in groups() for option in group.options)
