"""What a file would do, with the reasons: in words, and as JSON for programs that read many files.

Everything that can be understood is told, also of a file with errors; no password or its hash is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from host.config.model import Ipv4Mode
from installer.kickstart.commands import MODES
from installer.kickstart.diagnostics import Diagnostic, Severity
from installer.kickstart.explained import Explained
from installer.kickstart.parser import Parsed
from installer.kickstart.report import bound_lines, clear_words, script_lines
from installer.kickstart.script import Clear, DiskChoice, Existing, Mode, Reboot, Script, Section, Target

if TYPE_CHECKING:
    from host.machine.model import Disk

_ERASED = {
    Existing.REFUSE: "Everything on the disk is erased. If a datastore is on it (VMFS or ours), nothing is "
    "done, unless clearpart --overwritevmfs takes it off.",
    Existing.OVERWRITE: "Everything on the disk is erased, datastores too.",
    Existing.PRESERVE: "Everything on the disk is erased but a datastore that Bedplate made. If there is "
    "another one, nothing is done.",
}
_UPGRADED = "Nothing on the disk is erased: settings and datastores stay."


def as_words(one: Explained) -> list[str]:
    """What is asked for, how the disk is chosen, what is lost, and what would be done on the machine."""
    script = one.reading.understood
    lines = ["What the file asks for:", *(f"  {line}" for line in script_lines(script))]
    if script.target is not None:
        lines += ["", "The disk:", *(f"  {line}" for line in _disk_lines(script.target, one))]
        lines += ["", "What is erased:", *(f"  {line}" for line in _erased_lines(script, script.target))]
    if one.bound is not None and one.machine is not None:
        lines += ["", "On this machine:", *(f"  {line}" for line in bound_lines(one.bound, one.machine))]
    return lines


def as_json(one: Explained) -> dict[str, Any]:
    """The same for programs. The keys are always there, None or empty where something is not known."""
    commands, script = one.reading.commands, one.reading.understood
    names, mode = {command.command.name for command in commands}, _mode(one)
    return {
        "accepted": "accepteula" in names,
        "mode": mode.command.name if mode is not None else None,
        "disk": _disk(one),
        "overwrite": _overwrite(one),
        "datastore": _datastore(one),
        "clear": _clear(one),
        "partitions": _partitions(one),
        "network": _network(one),
        "keyboard": _keyboard(one),
        "rootpw": _rootpw(_last(commands, "rootpw")),
        "reboot": {"reboot": script.reboot is not Reboot.WAIT, "eject": script.reboot is not Reboot.KEEP},
        "sections": [_section(section, script.file) for section in script.sections],
        "includes": list(one.reading.includes),
        "warnings": _said(one.diagnostics, Severity.WARNING),
        "errors": _said(one.diagnostics, Severity.ERROR),
    }


def _disk_lines(target: Target, one: Explained) -> list[str]:
    if one.machine is None:
        return [_rule(target.disk)]
    from installer.kickstart.matching import lines

    return [_rule(target.disk), *(lines(target.disk, one.verdicts) or ["The machine has no disks."])]


def _rule(choice: DiskChoice) -> str:
    if choice.name:
        return f"{choice.name}, and no other."
    tried = ", then ".join(choice.filters)
    words = f"The first that fits {tried}; for each in the order of the places they are plugged in."
    return f"{words} Solid state disks are passed over." if choice.ignore_ssd else words


def _erased_lines(script: Script, target: Target) -> list[str]:
    lines = [_ERASED[target.existing]]
    if target.mode is Mode.UPGRADE:
        lines = [_UPGRADED]
    elif target.mode is Mode.INSTALL_OR_UPGRADE:
        lines = [f"With an installation of Bedplate on it: {_UPGRADED}", f"Without: {lines[0]}"]
    if script.clear is not None:
        lines.append(f"clearpart erases {clear_words(script.clear)}.")
    return lines


def _disk(one: Explained) -> dict[str, Any]:
    from_machine: dict[str, Any] = {"chosen": None, "fits": None, "erased": [], "passed_over": []}
    target = one.reading.understood.target
    if target is None:
        return {"rule": None, **from_machine}
    from installer.kickstart.matching import SECOND, chosen

    taken = chosen(one.verdicts)
    if taken is not None:
        from_machine.update(chosen=taken.disk.id, fits=taken.by, erased=_erased(one, taken.disk))
    if one.machine is not None:
        from_machine["passed_over"] = [
            {"id": verdict.disk.id, "fits": verdict.by or None, "why": verdict.why or SECOND}
            for verdict in one.verdicts
            if verdict is not taken
        ]
    return {"rule": target.disk.words, **from_machine}


def _erased(one: Explained, disk: Disk) -> list[str]:
    """What the disk would lose, in words; nothing where nothing would be done."""
    from installer import words
    from installer.spec import Datastore, InstallSpec

    spec = one.bound.spec if one.bound else None
    if not isinstance(spec, InstallSpec):
        return []
    keeps = spec.datastore is Datastore.PRESERVE
    return [
        words.content(content) for content in disk.contents if not (keeps and content.kind == "datastore")
    ]


def _overwrite(one: Explained) -> bool:
    """Whether the file gives up a datastore on the disk, also where it does not say which disk."""
    target, mode = one.reading.understood.target, _mode(one)
    if target is not None:
        return target.existing is Existing.OVERWRITE
    return mode is not None and "--overwritevmfs" in mode.options


def _datastore(one: Explained) -> str | None:
    """What becomes of the datastore on the disk; an upgrade keeps it."""
    if one.bound is not None:
        return str(getattr(one.bound.spec, "datastore", "preserve"))
    mode = _mode(one)
    if mode is None:
        return None
    if mode.command.name == Mode.UPGRADE or "--preservevmfs" in mode.options:
        return "preserve"
    return "none" if "--novmfsondisk" in mode.options else "create"


def _mode(one: Explained) -> Parsed | None:
    return next((command for command in one.reading.commands if command.command.name in MODES), None)


def _clear(one: Explained) -> dict[str, Any] | None:
    clear = one.reading.understood.clear
    if clear is None:
        return None
    return {
        "rule": _clear_rule(clear) or None,
        "overwrite": clear.overwrite_datastores,
        "chosen": [disk.id for disk in one.bound.clear] if one.bound else None,
    }


def _clear_rule(clear: Clear) -> str:
    """The choice as the reference writes it; '' when what was written is no disk."""
    if clear.first is not None:
        return clear.first.words
    if clear.every:
        return f"--ignoredrives={','.join(clear.spared)}" if clear.spared else "--alldrives"
    return f"--drives={','.join(clear.disks)}" if clear.disks else ""


def _partitions(one: Explained) -> list[dict[str, Any]]:
    found = {store.name: store.disk.id for store in one.bound.datastores} if one.bound else {}
    return [
        {"name": store.name, "rule": store.disk.words, "chosen": found.get(store.name)}
        for store in one.reading.understood.datastores
    ]


def _network(one: Explained) -> dict[str, Any]:
    """The network as the file has it, with what counts where the file says nothing."""
    network, command = one.reading.understood.network, _last(one.reading.commands, "network")
    is_static = network.ipv4.mode is Ipv4Mode.STATIC
    is_known = command is not None or not one.reading.understood.unread
    bad = command.rejected if command is not None else frozenset()
    options = command.options if command is not None else {}
    return {
        "bootproto": ("static" if is_static else "dhcp") if is_known and "--bootproto" not in bad else None,
        "device": network.device or None,
        "ip": network.ipv4.address or None,
        "netmask": network.ipv4.netmask or None,
        "gateway": network.ipv4.gateway or None,
        "nameservers": list(network.dns.servers),
        "hostname": options.get("--hostname"),
        "vlan": network.vlan if is_known and "--vlanid" not in bad else None,
        "add_vm_portgroup": network.vm_port_group if is_known and "--addvmportgroup" not in bad else None,
    }


def _keyboard(one: Explained) -> str | None:
    """The layout; None for one that does not exist, and where a file that was not read may name it."""
    script, command = one.reading.understood, _last(one.reading.commands, "keyboard")
    if command is None:
        return None if script.unread else script.keyboard
    at = (command.place.file, command.place.line)
    wrong = any(said.severity is Severity.ERROR and (said.file, said.line) == at for said in one.diagnostics)
    return None if wrong else script.keyboard


def _rootpw(command: Parsed | None) -> str | None:
    if command is None or not command.arguments:
        return None
    return "crypted" if "--iscrypted" in command.options else "plain"


def _section(section: Section, file: str) -> dict[str, Any]:
    made = {
        "kind": section.kind.value.removeprefix("%"),
        "interpreter": section.interpreter.value,
        "timeout": section.timeout,
        "ignore_failure": section.ignore_failure,
        "line": section.place.line,
    }
    return made if section.place.file == file else {**made, "file": section.place.file}


def _said(diagnostics: Sequence[Diagnostic], severity: Severity) -> list[dict[str, Any]]:
    return [
        {"file": one.file, "line": one.line, "text": f"{one.message} {one.hint}".rstrip()}
        for one in diagnostics
        if one.severity is severity
    ]


def _last(commands: Sequence[Parsed], name: str) -> Parsed | None:
    """The last one that can be read; it is the one that counts."""
    return next(
        (one for one in reversed(commands) if one.command.name == name and not (one.broken or one.foreign)),
        None,
    )
