"""Does a kernel's configuration have what the appliance needs?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from host.errors import HostError
from kernel_config.options import options

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
    return [
        Missing(option=option.name, have=value, want=option.allowed, reason=option.reason)
        for option in options()
        if (value := have.get(option.name, "n")) not in option.allowed
    ]


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
