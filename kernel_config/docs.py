"""The tables of docs/kernel.md, written from the data so that they never tell something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from host.errors import HostError

PAGE = Path(__file__).parent.parent / "docs" / "kernel.md"
_TABLE = re.compile(r"(<!-- table: (?P<name>\w+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def write(page: Path = PAGE) -> None:
    """Replace every table of the page. Raises HostError when it cannot be read or names an unknown table."""
    page.write_text(filled(_read(page)), encoding="utf-8")


def is_fresh(page: Path = PAGE) -> bool:
    """Are the tables of the page those of the data?"""
    text = _read(page)
    return filled(text) == text


def filled(text: str) -> str:
    """The text with every table between ``<!-- table: NAME -->`` and ``<!-- end -->`` written anew."""

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in TABLES:
            raise HostError(
                f"There is no table {name} for docs/kernel.md.", hint=f"Tables are: {', '.join(TABLES)}."
            )
        return match[1] + TABLES[name]() + match[4]

    return _TABLE.sub(fill, text)


def _read(page: Path) -> str:
    try:
        return page.read_text(encoding="utf-8")
    except OSError as error:
        raise HostError(
            f"{page} cannot be read: {error.strerror}.", hint="The page is part of the repository."
        ) from error


def _rows(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _options() -> str:
    from kernel_config.options import groups

    return "\n".join(
        f"### {group.purpose}\n\n"
        + _rows(
            ("option", "needed", "ours", "for"),
            (
                (f"`{option.name}`", " or ".join(option.allowed), option.own, option.reason)
                for option in group.options
            ),
        )
        for group in groups()
    )


def _modules(keep: bool) -> str:
    from kernel_config.tables.modules import PARTS

    return _rows(
        ("what", "modules"),
        (
            (part.reason, " ".join(f"`{pattern}`" for pattern in part.patterns))
            for part in PARTS
            if part.keep is keep
        ),
    )


def _kept() -> str:
    return _modules(keep=True)


def _left_out() -> str:
    return _modules(keep=False)


def _initrd() -> str:
    from kernel_config.tables.initrd import CARRIED

    return _rows(
        ("what", "modules", "loaded"),
        (
            (
                part.reason,
                " ".join(f"`{name}`" for name in part.names),
                "at once" if part.at_once else "with its device",
            )
            for part in CARRIED
        ),
    )


def _netboot() -> str:
    from kernel_config.tables.netboot import FETCHING

    return _rows(
        ("what", "modules"),
        ((part.reason, " ".join(f"`{pattern}`" for pattern in part.patterns)) for part in FETCHING),
    )


def _cmdline() -> str:
    from kernel_config.cmdline import COMMON, HOST, INSTALL

    return _rows(
        ("where", "word", "why"),
        (
            (where, f"`{parameter.text}`", parameter.reason)
            for where, parameters in (("both", COMMON), ("installer", INSTALL), ("host", HOST))
            for parameter in parameters
        ),
    )


def _variants() -> str:
    from kernel_config.cmdline import VARIANTS

    def words(texts: tuple[str, ...]) -> str:
        return " ".join(f"`{text}`" for text in texts)

    return _rows(
        ("way to start", "without", "with", "when"),
        ((way.title, words(way.drop), words(way.add), way.reason) for way in VARIANTS),
    )


def _sysctl() -> str:
    from kernel_config.sysctl import SETTINGS

    return _rows(
        ("setting", "value", "why"),
        ((f"`{setting.name}`", f"`{setting.value}`", setting.reason) for setting in SETTINGS),
    ).replace("`|/bin/false`", "`\\|/bin/false`")


def _modprobe() -> str:
    from kernel_config.modprobe import OPTIONS

    return _rows(
        ("module", "options", "why"), ((f"`{row.module}`", f"`{row.options}`", row.reason) for row in OPTIONS)
    )


TABLES: dict[str, Callable[[], str]] = {
    "options": _options,
    "kept": _kept,
    "left_out": _left_out,
    "initrd": _initrd,
    "netboot": _netboot,
    "cmdline": _cmdline,
    "variants": _variants,
    "sysctl": _sysctl,
    "modprobe": _modprobe,
}
"""The tables by the name a page asks for them."""
