"""Does a kernel's configuration have what the appliance needs?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from host.errors import HostError
from kernel_config.options import Option, options

_SET = re.compile(r"^CONFIG_(\w+)=(.*)$", re.MULTILINE)


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """One demand that is not met: the kernel has ``have`` where one of ``want`` is needed, for ``reason``."""

    option: str
    have: str
    want: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"CONFIG_{self.option} is {self.have}, needs {' or '.join(self.want)}: {self.reason}"


def parse(config: str) -> dict[str, str]:
    """The options a configuration (``/boot/config-*``, ``.config``) sets; what it does not set is ``n``."""
    return dict(_SET.findall(config))


def check(config: str) -> list[Missing]:
    """The demands that the kernel with this configuration does not meet, in the order of the tables.

    Raises HostError when ``config`` is no kernel configuration for 64-bit x86, so that a wrong file is
    not reported as a kernel that lacks everything.
    """
    have = parse(config)
    if have.get("X86_64") != "y":
        raise HostError(
            "This is not the configuration of a 64-bit x86 kernel.",
            hint="Give the file that a kernel package installs as /boot/config-VERSION.",
        )
    return unmet(have, ((option, option.allowed) for option in options()))


def check_own(config: str) -> list[Missing]:
    """As ``check``, but demands the very value that ``make kernel`` asks for.

    Kconfig drops a value whose dependencies are not met without a word; this says so.
    """
    from kernel_config.own import demands

    return unmet(parse(config), ((option, (option.own,)) for option in demands()))


def check_file(path: Path) -> list[Missing]:
    """``check`` for a file. Raises HostError when it cannot be read."""
    try:
        config = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise HostError(
            f"The kernel configuration {path} cannot be read: {error.strerror}.",
            hint="Give the file that a kernel package installs as /boot/config-VERSION.",
        ) from error
    return check(config)


def unmet(have: dict[str, str], wanted: Iterable[tuple[Option, tuple[str, ...]]]) -> list[Missing]:
    """Those of the wanted values that a parsed configuration does not have."""
    return [
        Missing(option=option.name, have=value, want=want, reason=option.reason)
        for option, want in wanted
        if (value := have.get(option.name, "n")) not in want
    ]
