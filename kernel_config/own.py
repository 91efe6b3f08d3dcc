"""What ``make kernel`` asks for: the appliance's demands, and the wishes in own.config beside this file."""

from __future__ import annotations

import re
from pathlib import Path

from kernel_config.options import Option, options

LOCALVERSION = "-bedplate"
"""Ends the version of our kernel, and so the names of its package and its directories."""

WISHES = Path(__file__).with_name("own.config")
_LINE = re.compile(r"CONFIG_(?P<name>\w+)=(?P<value>.+)|# CONFIG_(?P<off>\w+) is not set")


def demands() -> tuple[Option, ...]:
    """Everything asked of our own kernel."""
    return (*options(), *wishes(WISHES.read_text(encoding="utf-8")))


def wishes(text: str) -> tuple[Option, ...]:
    """The rows of own.config. Raises ValueError for a line that is neither a setting, a reason nor empty."""
    rows: list[Option] = []
    reason = ""
    for line in text.splitlines():
        if line.startswith("## "):
            reason = line[3:]
        elif match := _LINE.fullmatch(line):
            name, value = (match["off"], "n") if match["off"] else (match["name"], match["value"])
            rows.append(Option(name=name, allowed=(value,), own=value, reason=reason))
        elif line and (line.startswith("# CONFIG") or not line.startswith("# ")):
            raise ValueError(f"{WISHES.name}: no setting and no reason: {line}")
    return tuple(rows)


def fragment() -> str:
    """Everything asked of our own kernel as a Kconfig fragment."""
    lines = (
        f"# CONFIG_{row.name} is not set" if row.own == "n" else f"CONFIG_{row.name}={row.own}"
        for row in demands()
    )
    return "\n".join(lines) + "\n"
