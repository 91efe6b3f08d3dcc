"""Kickstart files (``ks.cfg``): the language, what a file says, and what that means on a machine.

* ``text`` and ``lexer``: bytes to commands and sections;
* ``language``, ``commands``, ``legacy``: the one table of everything that can be written;
* ``parser``, ``values``: commands held against the table;
* ``evaluate``: %pre, includes, the whole file;
* ``rules``: what must be there once, and what excludes what;
* ``script``, ``meaning``: what the file asks for, on whatever machine;
* ``disks``, ``binding``: the same on one machine, down to the ``InstallSpec``;
* ``writing``: the way back, from an ``InstallSpec`` to a file;
* ``matching``, ``explained``, ``explaining``, ``manual``, ``report``, ``__main__``: for people.

``read`` and ``bind`` are the way in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from installer.kickstart.binding import Binding, Bound, bind
    from installer.kickstart.diagnostics import Diagnostic, Place, Severity
    from installer.kickstart.reading import Reading, read
    from installer.kickstart.script import Script, Section

_HOME = {
    **dict.fromkeys(("Binding", "Bound", "bind"), "binding"),
    **dict.fromkeys(("Diagnostic", "Place", "Severity"), "diagnostics"),
    **dict.fromkeys(("Reading", "read"), "reading"),
    **dict.fromkeys(("Script", "Section"), "script"),
}
"""The module of each name. Modules are loaded when a name is asked for: a check at a desk needs no machine,
and must be able to say what is missing where libraries are.
"""

__all__ = [
    "Binding",
    "Bound",
    "Diagnostic",
    "Place",
    "Reading",
    "Script",
    "Section",
    "Severity",
    "bind",
    "read",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
