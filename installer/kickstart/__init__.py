"""Kickstart files (``ks.cfg``): the language, what a file says, and what that means on a machine.

* ``text`` and ``lexer``: bytes to commands and sections;
* ``language``, ``commands``, ``legacy``: the one table of everything that can be written;
* ``parser``, ``values``: commands held against the table;
* ``evaluate``: %pre, includes, the whole file;
* ``rules``: what must be there once, and what excludes what;
* ``script``, ``meaning``: what the file asks for, on whatever machine;
* ``disks``, ``bind``: the same on one machine, down to the ``InstallSpec``;
* ``manual``, ``report``, ``__main__``: for people.

``read`` and ``bind`` are the way in.
"""

from installer.kickstart.bind import Binding, Bound, bind
from installer.kickstart.diagnostics import Diagnostic, Place, Severity
from installer.kickstart.reading import Reading, read
from installer.kickstart.script import Script, Section

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
