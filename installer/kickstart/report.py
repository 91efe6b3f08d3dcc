"""What was understood, in words and as JSON, without a password or its hash in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from host.config.model import Ipv4Mode
from installer.kickstart.diagnostics import Diagnostic, Severity
from installer.kickstart.language import Kind
from installer.kickstart.parser import Parsed
from installer.kickstart.script import Clear, Existing, Mode, Network, Reboot, Script, Section, Target

if TYPE_CHECKING:
    from host.machine.model import Machine
    from installer.kickstart.binding import Bound

_EXISTING = {
    Existing.REFUSE: "if it holds no datastore",
    Existing.OVERWRITE: "a datastore on it is lost",
    Existing.PRESERVE: "a datastore on it is kept",
}
_REBOOTS = {
    Reboot.WAIT: "wait for a key",
    Reboot.EJECT: "eject the CD and restart",
    Reboot.KEEP: "restart, the CD stays in",
}


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many of each there are: ``2 errors, 1 warning``."""
    counted = [
        (sum(one.severity is severity for one in diagnostics), severity.value) for severity in Severity
    ]
    words = [f"{count} {word}{'s' if count != 1 else ''}" for count, word in counted if count]
    return ", ".join(words) or "nothing to remark"


def script_lines(script: Script) -> list[str]:
    """What a script asks for, a line for each thing."""
    lines = [
        f"Does:      {_target(script.target)}",
        *([f"Clears:    {clear_words(script.clear)}"] if script.clear else []),
        *(f"Datastore: {store.name} on {store.disk.words}" for store in script.datastores),
        f"Password:  {'given' if script.password_hash else 'not known here'}",
        f"Keyboard:  {script.keyboard}",
        *(f"Network:   {line}" for line in _network(script.network)),
        *(_section(section) for section in script.sections),
        f"Then:      {_REBOOTS[script.reboot]}",
    ]
    modes = [word for word, on in (("paranoid", script.paranoid), ("dryrun", script.dryrun)) if on]
    if modes:
        lines.append(f"Modes:     {', '.join(modes)}")
    lines += [f"Not read:  {name}" for name in script.unread]
    return lines


def bound_lines(bound: Bound, machine: Machine) -> list[str]:
    """What would be done on a machine. Raises HostError when the plan refuses it."""
    # A plan knows all the tasks of an installation, and without a machine there is none.
    from host.machine.nics import in_pci_order
    from installer.plan import describe

    nics = {f"vmnic{number}": nic for number, nic in enumerate(in_pci_order(machine.nics))}
    nic = nics.get(bound.adapter)
    lines = [f"Machine: {machine.vendor} {machine.product}".rstrip()]
    lines += describe(machine, bound.spec)
    if bound.adapter:
        make = f", {nic.mac}, {nic.description or nic.driver}" if nic else ""
        lines.append(f"Adapter: {bound.adapter}{make}")
    return lines


def as_json(
    diagnostics: Sequence[Diagnostic],
    *,
    commands: Sequence[Parsed],
    script: Script | None,
    bound: Bound | None,
    plan: Sequence[str],
) -> dict[str, Any]:
    """Everything for a program; ``commands`` is what the JSON schema describes."""
    return {
        "ok": not any(one.severity is Severity.ERROR for one in diagnostics),
        "diagnostics": msgspec.to_builtins(list(diagnostics)),
        "commands": [_command(one) for one in commands],
        "script": _without_secrets(msgspec.to_builtins(script)),
        "machine": _without_secrets(msgspec.to_builtins(bound)),
        "plan": list(plan),
    }


def _command(one: Parsed) -> dict[str, Any]:
    known = {option.name: option.kind for option in one.command.options}
    made: dict[str, Any] = {
        "command": one.command.name,
        "file": one.place.file,
        "line": one.place.line,
        "options": {name: True if known[name] is Kind.FLAG else value for name, value in one.options.items()},
    }
    if one.arguments and not one.command.secret:
        made["arguments"] = list(one.arguments)
    return made


def _without_secrets(data: Any) -> Any:
    """The same without password hashes and without scripts, which hold passwords often enough."""
    if isinstance(data, dict):
        return {
            key: _without_secrets(value)
            for key, value in data.items()
            if key not in ("password_hash", "body")
        }
    return [_without_secrets(value) for value in data] if isinstance(data, list | tuple) else data


def _target(target: Target | None) -> str:
    if target is None:
        return "not known here"
    words = [f"{target.mode} {target.disk.words}"]
    if target.disk.ignore_ssd:
        words.append("no solid state disk")
    if target.mode is not Mode.UPGRADE:
        words.append(_EXISTING[target.existing])
    if not target.create_datastore:
        words.append("no new datastore")
    if target.ignore_check_errors:
        words.append("whatever the checks find")
    return ", ".join(words)


def clear_words(clear: Clear) -> str:
    """What is erased before the installation."""
    if clear.first is not None:
        what = clear.first.words
    elif clear.every:
        what = "every disk" + (f" but {', '.join(clear.spared)}" if clear.spared else "")
    else:
        what = ", ".join(clear.disks)
    return f"{what}, {'datastores too' if clear.overwrite_datastores else 'not those with a datastore'}"


def _network(network: Network) -> list[str]:
    ipv4 = network.ipv4
    how = "DHCP"
    if ipv4.mode is Ipv4Mode.STATIC:
        how = f"{ipv4.address} {ipv4.netmask}" + (f" gateway {ipv4.gateway}" if ipv4.gateway else "")
    vlan = f", VLAN {network.vlan}" if network.vlan else ""
    group = "" if network.vm_port_group else ", no VM Network"
    lines = [f"{network.device or 'first adapter with a link'}, {how}{vlan}{group}"]
    if network.dns.servers:
        lines.append(f"name servers {', '.join(network.dns.servers)}")
    return [*lines, f"host name {network.hostname}"]


def _section(section: Section) -> str:
    words = [section.interpreter.value, f"{section.body.count(chr(10))} lines"]
    if section.timeout:
        words.append(f"{section.timeout} s at most")
    if section.ignore_failure:
        words.append("may fail")
    return f"{section.kind + ':':<10} {', '.join(words)}"
