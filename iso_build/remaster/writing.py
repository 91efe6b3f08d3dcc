"""Writes the new ISO: everything put into the parts of the old one, then made as that one was made."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from host.errors import HostError
from host.run import CommandError, run
from iso_build import iso
from iso_build.remaster import carried, medium, menu
from iso_build.remaster.carried import Load
from iso_build.remaster.medium import Medium

_SPARE = 8 * 1024**2
"""Bytes for what is neither the ISO's nor the added files'."""


def write(out: Path, source: Medium, load: Load, words: Sequence[str], *, once: bool) -> None:
    """Write the ISO ``out``, which appears when it is whole. ``words`` are boot options, checked.

    With ``once``, a machine that the medium has installed starts from its disk. Raises HostError, OSError.
    """
    _demand_room(out, source, load)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        made = _make(source, load, words, Path(folder), once=once)
        # File systems of sticks know no modes; then it is said that others can read it.
        with suppress(PermissionError):
            made.chmod(0o600)
        made.replace(out)


def mark(source: Medium, load: Load, words: Sequence[str]) -> str:
    """What tells this medium from every other one, in 8 hex digits; the same for the same inputs.

    It is left on every disk the medium installs, and is worked out slowly: it must not be a short way to try
    passwords, which are in the kickstart file.
    """
    whole = carried.digest(load, *words)
    salt = source.manifest.root_hash.encode()
    return hashlib.scrypt(whole, salt=salt, n=2**14, r=8, p=1, dklen=4).hex()


def _demand_room(out: Path, source: Medium, load: Load) -> None:
    """The parts lie beside the new ISO until it is made."""
    added = sum(one.source.stat().st_size for one in load.files)
    needed = 2 * (source.iso.stat().st_size + added) + _SPARE
    free = shutil.disk_usage(out.parent).free
    if free < needed:
        mib = 1024**2
        raise HostError(
            f"{out.parent.absolute()} has {free // mib} MiB free, and {needed // mib} MiB are needed.",
            hint="Make room, or give a place on another disk with --out.",
        )


def _make(source: Medium, load: Load, words: Sequence[str], folder: Path, *, once: bool) -> Path:
    """Take the ISO apart in ``folder``, put everything in, put it together again; returns the new one."""
    parts = medium.take_apart(source, folder)
    _fill(parts.contents, source, load, words, once=once)
    made = folder / "made.iso"
    command = iso.command(parts.contents, parts.efi, parts.hybrid, made, seconds=source.seconds)
    try:
        run(command, env=iso.environment(source.seconds))
    except CommandError as error:
        last = (error.output.strip().splitlines() or [error.message])[-1]
        raise HostError(
            f"xorriso could not write the ISO: {last}", hint="See whether the disk is full or failing."
        ) from error
    if medium.ways_to_start(made) != medium.ways_to_start(source.iso):
        raise HostError(
            f"The new ISO would not start in every way that {source.iso} does.",
            hint="Use the sources that the ISO was built from.",
        )
    return made


def _fill(contents: Path, source: Medium, load: Load, words: Sequence[str], *, once: bool) -> None:
    """Put the files and the changed menu among those the ISO was built of."""
    own = mark(source, load, words)
    line = (f"bedplate.medium={own}", f"ks=cdrom:{carried.NAME}", *words)
    changed = menu.scripted(source.menu, file=carried.NAME[1:], words=line, mark=own, once=once)
    (contents / medium.MENU[1:]).write_text(changed, encoding="utf-8")
    for one in load.files:
        target = contents / one.target[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(one.source, target)
    added = "\n".join((own, *(one.target for one in load.files)))
    (contents / medium.ADDED[1:]).write_text(f"{added}\n", encoding="utf-8")
