"""Read a kickstart file: from its place to a ``Script``, or to everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from host import passwords
from host.errors import HostError
from installer.kickstart import rules
from installer.kickstart.diagnostics import Diagnostic, Report, failed
from installer.kickstart.evaluate import Reader, RunPre, evaluate, shown
from installer.kickstart.meaning import Hasher, understand
from installer.kickstart.parser import Parsed
from installer.kickstart.script import Script
from installer.kickstart.text import LARGEST


def from_disk(location: str) -> bytes:
    """The bytes of a file, for ``read``. Raises HostError when it cannot be read."""
    try:
        with Path(location).open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise HostError(f"{location} cannot be read: {reason}.") from error


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a file: its script, None when there are errors, and everything there is to say.

    ``understood`` is what could be understood of it, errors or not: to be told, never to be carried out.
    ``includes`` are the names of the files it includes, as they are written.
    """

    script: Script | None
    diagnostics: tuple[Diagnostic, ...]
    understood: Script
    commands: tuple[Parsed, ...] = ()
    includes: tuple[str, ...] = ()


def read(
    location: str,
    *,
    reader: Reader,
    run_pre: RunPre | None = None,
    hasher: Hasher = passwords.hash_password,
    paranoid: bool = False,
) -> Reading:
    """Read the file at ``location`` (a path or address) and all it includes.

    ``run_pre`` runs a %pre script before includes are read; without it (at a desk) none is run, and included
    files that only the machine has are left out. ``paranoid`` reads the file as if it said so. Raises
    HostError when the file itself cannot be read.
    """
    report = Report()
    file = shown(location)
    found = evaluate(location, report, reader=reader, run_pre=run_pre)
    rules.check(found.commands, report, file=file, complete=not (found.unread or found.lost))
    script = understand(found, report, file=file, hasher=hasher)
    if paranoid:
        script = msgspec.structs.replace(script, paranoid=True)
    said = report.diagnostics(paranoid=script.paranoid)
    return Reading(
        script=None if failed(said) else script,
        diagnostics=said,
        understood=script,
        commands=tuple(found.commands),
        includes=tuple(found.includes),
    )


def not_hashed(password: str) -> str:
    """In place of a hash at a desk, where none is used. Raises HostError for what cannot be hashed."""
    passwords.demand_hashable(password)
    return "*"
