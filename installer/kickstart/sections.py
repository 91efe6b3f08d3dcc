"""Sections: what their headers say, and whether a script in Python is one."""

from __future__ import annotations

import ast
import warnings

from installer.kickstart import values
from installer.kickstart.diagnostics import Place, Report
from installer.kickstart.language import Status
from installer.kickstart.lexer import Block
from installer.kickstart.parser import parse
from installer.kickstart.script import Interpreter, Section, SectionKind

_LONGEST_PYTHON = 256 * 1024
"""Characters; a larger script is not looked at, which would take seconds."""


def section(block: Block, report: Report) -> Section | None:
    """The script to run; None for one that cannot be read, and for another product's, which is left out."""
    header = parse(block.header, report)
    if header is None or header.broken or header.command.status is Status.LEGACY:
        return None
    options = header.options
    if options.get("--interpreter", "").lower() == "none":
        report.warning(header.place, "There is no interpreter none; the script is run by busybox.")
    made = Section(
        kind=SectionKind(header.command.name),
        place=header.place,
        body=block.body,
        interpreter=values.interpreter(options.get("--interpreter", "busybox")),
        timeout=values.seconds(options.get("--timeout", "0")),
        ignore_failure="--ignorefailure" in options and values.boolean(options["--ignorefailure"]),
    )
    if made.interpreter is Interpreter.PYTHON and len(made.body) <= _LONGEST_PYTHON:
        _check_python(made, block, report)
    return made


def _check_python(made: Section, block: Block, report: Report) -> None:
    """Old files have scripts for Python 2, which would fail in the middle of an installation."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(block.body)
    except SyntaxError as error:
        line = block.header.last + (error.lineno or 1)
        report.warning(
            Place(made.place.file, line),
            "This is not Python 3.",
            "Scripts for ESXi before 6.5 are Python 2; rewrite them.",
        )
    except (ValueError, RecursionError, MemoryError) as error:
        report.warning(made.place, f"The script cannot be read as Python: {error}.")
