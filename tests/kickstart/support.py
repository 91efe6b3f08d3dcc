"""Files of our own in the style of the field, and what is made of them as text."""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path

from host.machine.model import Machine, load
from installer.kickstart import Binding, Reading, Script, bind, read
from installer.kickstart.reading import from_disk
from installer.kickstart.report import script_lines, summary
from installer.spec import InstallSpec

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
GOLDEN = HERE / "golden"
MACHINES = HERE.parent / "machines"

PASSWORDS = ("Kiosk", "Lamp", "Secret", "Nothing-Seen", "Other!", "weakling", "root_password")
"""Parts of the passwords in the corpus; none may show up in what is said."""


def machine(name: str) -> Machine:
    return load(MACHINES / f"{name}.json")


def at_the_desk(name: str) -> Reading:
    """A file of the corpus, named as it is called when the corpus is the current folder."""
    with chdir(CORPUS):
        return read(f"{name}.cfg", reader=from_disk, hasher=quick)


def quick(_: str) -> str:
    """Hashing takes 50 ms on purpose; one test of test_meaning does it for real."""
    return "$6$salt$hash"


def said_about(text: str | bytes) -> Reading:
    """What comes of a text that includes nothing."""
    data = text.encode() if isinstance(text, str) else text
    return read("ks.cfg", reader=lambda _: data, hasher=quick)


def script(text: str) -> Script:
    """The script of a text that has no errors."""
    reading = said_about(text)
    assert reading.script is not None, [str(one) for one in reading.diagnostics]
    return reading.script


def whole(*lines: str) -> str:
    """A file that has what every file needs, and these lines."""
    return "\n".join(("vmaccepteula", "rootpw Kiosk!Lamp42x", *lines, ""))


def messages(reading: Reading | Binding) -> list[str]:
    return [str(one) for one in reading.diagnostics]


def as_text(reading: Reading, on: Machine) -> str:
    """Everything about a file, for people and for comparing."""
    lines = [str(one) for one in reading.diagnostics]
    lines += [f"= {summary(reading.diagnostics)}", ""]
    if reading.script is None:
        return "\n".join(lines)
    lines += [*script_lines(reading.script), ""]
    return "\n".join([*lines, *_bound_lines(bind(reading.script, on))])


def _bound_lines(binding: Binding) -> list[str]:
    lines = [str(one) for one in binding.diagnostics]
    bound = binding.bound
    if bound is None:
        return [*lines, ""]
    lines.append(f"{bound.mode} {bound.disk.id} ({bound.disk.path})")
    lines += [f"erase before {disk.id} ({disk.path})" for disk in bound.clear]
    lines += [f"datastore {store.name!r} on {store.disk.id}" for store in bound.datastores]
    if isinstance(bound.spec, InstallSpec):
        lines.append(f"datastore: {bound.spec.datastore}")
    return [*lines, *([f"adapter: {bound.adapter}"] if bound.adapter else []), ""]


def compare(name: str, text: str) -> None:
    """Hold a text against its golden file; ``UPDATE_GOLDEN=1`` writes it anew."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
