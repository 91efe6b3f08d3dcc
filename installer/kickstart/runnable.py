"""From a section, as the language knows it, to a script that can be run."""

from __future__ import annotations

from host.scripts.model import Interpreter, Script
from installer.kickstart.script import Section


def as_script(section: Section) -> Script:
    """The script of a section; a timeout of 0, which is none in a file, becomes no limit."""
    return Script(
        section=section.kind.value,
        body=section.body,
        file=section.place.file,
        line=section.place.line,
        interpreter=Interpreter(section.interpreter.value),
        timeout=float(section.timeout) or None,
        ignore_failure=section.ignore_failure,
    )
