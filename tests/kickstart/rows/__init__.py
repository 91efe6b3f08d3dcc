"""Cases of the language, many to a file: what is written, and below it everything that comes of it.

A case is ``# name``, perhaps with ``on MACHINE`` (a recorded one, else ``rack``) and ``bare`` behind it; its
lines, with four blanks in front; and what comes of them, with ``> `` in front: everything that is said, and
what the script and the machine make of it as far as that differs from the file without these lines. Unless it
is bare, ``vmaccepteula``, ``rootpw`` and ``install --firstdisk --overwritevmfs`` stand before the lines, each
only when they have no such command; they count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from installer.kickstart import Bound, Reading, Script, bind
from installer.kickstart.script import Clear, DiskChoice, Target
from installer.spec import InstallSpec
from tests.kickstart import support

HERE = Path(__file__).parent
HEAD = ("vmaccepteula", "rootpw Kiosk!Lamp42x", "install --firstdisk --overwritevmfs")
_SAME = (("vmaccepteula", "accepteula"), ("rootpw",), ("install", "upgrade", "installorupgrade"))
_TITLE = re.compile(r"# (?P<name>\S+)(?: on (?P<machine>\S+))?(?P<bare> bare)?")


@dataclass(frozen=True)
class Row:
    """A case, and what its file says comes of it."""

    name: str
    title: str
    machine: str
    bare: bool
    lines: tuple[str, ...]
    expected: tuple[str, ...]

    @property
    def text(self) -> str:
        """The kickstart file."""
        if self.bare:
            return "\n".join((*self.lines, ""))
        first = {line.split()[0] for line in self.lines if line.strip()}
        needed = (line for line, same in zip(HEAD, _SAME, strict=True) if not first & set(same))
        return "\n".join((*needed, *self.lines, ""))


def rows(topic: str) -> list[Row]:
    """The cases of a file, in its order."""
    found: list[Row] = []
    text = (HERE / f"{topic}.txt").read_text(encoding="utf-8")
    for block in re.split(r"^(?=# )", text, flags=re.MULTILINE)[1:]:
        title, *rest = block.rstrip("\n").split("\n")
        match = _TITLE.fullmatch(title)
        if match is None:
            raise AssertionError(f"{topic}.txt: {title}")
        lines = tuple(line[4:] for line in rest if line.startswith("    "))
        expected = tuple(line[2:] for line in rest if line.startswith("> "))
        found.append(
            Row(match["name"], title, match["machine"] or "rack", bool(match["bare"]), lines, expected)
        )
    return found


def written(found: Iterable[Row], results: Mapping[str, tuple[str, ...]]) -> str:
    """The text of a file of cases with these results."""
    parts = []
    for row in found:
        lines = [f"    {line}" for line in row.lines] + [f"> {line}" for line in results[row.name]]
        parts.append("\n".join([row.title, *lines, ""]))
    return "\n".join(parts)


def topics() -> list[str]:
    """Every file of cases."""
    return sorted(path.stem for path in HERE.glob("*.txt"))


def result(row: Row) -> tuple[str, ...]:
    """What comes of a case."""
    usual = _facts("\n".join((*HEAD, "")), row.machine)[1]
    said, facts = _facts(row.text, row.machine)
    return (*said, *(fact for fact in facts if fact not in usual))


def _facts(text: str, machine: str) -> tuple[list[str], list[str]]:
    reading = support.said_about(text)
    said = _said(reading)
    if reading.script is None:
        return [*said, "refused"], []
    facts = _script(reading.script)
    binding = bind(reading.script, support.machine(machine))
    said += [_without_file(str(one)) for one in binding.diagnostics]
    if binding.bound is None:
        return [*said, "not on this machine"], facts
    return said, [*facts, *_bound(binding.bound)]


def _said(reading: Reading) -> list[str]:
    return [_without_file(str(one)) for one in reading.diagnostics]


def _without_file(text: str) -> str:
    return text.replace("ks.cfg:", "")


def _script(script: Script) -> list[str]:
    network = script.network
    four = network.ipv4
    return [
        *([_target(script.target)] if script.target else []),
        *([_clear(script.clear)] if script.clear else []),
        *(f"part {store.name!r} {_choice(store.disk)}" for store in script.datastores),
        f"password {script.password_hash}",
        f"keyboard {script.keyboard}",
        f"device {network.device or 'any'}",
        f"host {network.hostname}",
        f"vlan {network.vlan}",
        f"ipv4 {four.mode.value} {four.address} {four.netmask} {four.gateway}".rstrip(),
        f"dns {'automatic' if network.dns.automatic else ' '.join(network.dns.servers) or 'none'}",
        f"VM Network {'yes' if network.vm_port_group else 'no'}",
        *(
            f"{one.kind.value} {one.interpreter.value} {one.body!r}"
            + (f" {one.timeout} s" if one.timeout else "")
            + (" may fail" if one.ignore_failure else "")
            for one in script.sections
        ),
        f"then {script.reboot.value}",
        *(["paranoid"] if script.paranoid else []),
        *(["dryrun"] if script.dryrun else []),
        *(f"unread {name}" for name in script.unread),
    ]


def _target(target: Target) -> str:
    words = [target.mode.value, _choice(target.disk), target.existing.value]
    words += [] if target.create_datastore else ["no new datastore"]
    words += ["whatever the checks warn of"] if target.ignore_check_warnings else []
    words += ["whatever the checks find"] if target.ignore_check_errors else []
    return ", ".join(words)


def _choice(choice: DiskChoice) -> str:
    return choice.name or f"first of {'/'.join(choice.filters)}{' without SSD' if choice.ignore_ssd else ''}"


def _clear(clear: Clear) -> str:
    what = _choice(clear.first) if clear.first else " ".join(clear.disks) or "every disk"
    spared = f" but {' '.join(clear.spared)}" if clear.spared else ""
    return f"clear {what}{spared}{', datastores too' if clear.overwrite_datastores else ''}"


def _bound(bound: Bound) -> list[str]:
    return [
        f"→ {bound.mode.value} {bound.disk.path}",
        *(f"→ erase {disk.path}" for disk in bound.clear),
        *(f"→ datastore {store.name!r} on {store.disk.path}" for store in bound.datastores),
        *([f"→ datastore {bound.spec.datastore.value}"] if isinstance(bound.spec, InstallSpec) else []),
        f"→ adapter {bound.adapter or 'as it is'}",
    ]
