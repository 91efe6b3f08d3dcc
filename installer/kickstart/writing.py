"""A kickstart file that repeats an installation: the way back from an ``InstallSpec``.

A datastore is given up in the file only where one was given up in the installation. A disk that was empty
holds a datastore by now, and the file stops there until somebody says what becomes of it.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from pathlib import Path

from host.config.model import Ipv4Mode, ManagementNetwork
from host.errors import HostError
from host.machine.model import Disk
from host.scripts.model import Interpreter, Script
from installer.kickstart.disks import holds_datastore
from installer.spec import Datastore, InstallSpec, Reboot

_PLAIN = re.compile(r"[\w.,:/+=@%^~$*!?&;()\[\]{}<>|-]+", re.ASCII)
"""What a word may be made of to stand without quotes."""

_HEAD = """\
# This file repeats the installation of this host.
# It holds the hash of root's password: whoever reads it can try passwords.
# For another machine, change --disk (to --firstdisk, for example) and network.
"""
_STOPS = """\
# If a datastore is on the disk, nothing is installed. Add --overwritevmfs to
# lose it, or --preservevmfs to keep it.
"""
_REBOOTS = {Reboot.WAIT: "", Reboot.EJECT: "reboot", Reboot.KEEP: "reboot --noeject"}


def as_kickstart(spec: InstallSpec, disks: Iterable[Disk] = ()) -> str:
    """The file. ``disks`` are those of the machine as they were before the installation, which tell whether
    a datastore was given up; without them none was.

    Raises HostError when the scripts cannot stand in one file.
    """
    found = tuple(disks)
    lines = [
        "vmaccepteula",
        f"keyboard {word(spec.keyboard)}",
        f"rootpw --iscrypted {word(spec.password_hash)}",
        *_target(spec, found),
        *_others(spec, found),
        *_network(spec),
        _REBOOTS[spec.reboot],
    ]
    commands = _HEAD + "".join(f"{line.rstrip()}\n" for line in lines if line)
    scripts = (*spec.post, *spec.first_boot)
    text = commands + "".join(_section(script) for script in scripts)
    _demand_scripts(text, scripts)
    return text


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner can read at any moment. Raises OSError."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def word(text: str) -> str:
    """A word as the file must have it, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and not text.startswith("-"):
        return text
    if "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _target(spec: InstallSpec, disks: tuple[Disk, ...]) -> list[str]:
    options = [f"--disk={word(spec.disk_id)}"]
    if spec.datastore is Datastore.PRESERVE:
        return [f"install {options[0]} --preservevmfs"]
    gives_up = spec.erase and _held_datastore(disks, spec.disk_id, spec.disk_serial)
    options += ["--overwritevmfs"] if gives_up else []
    options += ["--novmfsondisk"] if spec.datastore is Datastore.NONE else []
    return [*(() if gives_up else (_STOPS,)), f"install {' '.join(options)}"]


def _others(spec: InstallSpec, disks: tuple[Disk, ...]) -> list[str]:
    lines = []
    if spec.clear:
        given_up = any(_held_datastore(disks, disk.id, disk.serial) for disk in spec.clear)
        drives = word(",".join(disk.id for disk in spec.clear))
        lines.append(f"clearpart --drives={drives}{' --overwritevmfs' if given_up else ''}")
    return [*lines, *(f"part {word(one.name)} --ondisk={word(one.disk.id)}" for one in spec.datastores)]


def _held_datastore(disks: tuple[Disk, ...], disk_id: str, serial: str) -> bool:
    return any(holds_datastore(disk) for disk in disks if (disk.id, disk.serial) == (disk_id, serial))


def _network(spec: InstallSpec) -> list[str]:
    management, ipv4 = spec.management, spec.management.ipv4
    is_static = ipv4.mode is Ipv4Mode.STATIC
    options = [f"--bootproto={'static' if is_static else 'dhcp'}"]
    options += [f"--device={management.uplinks[0]}"] if management.uplinks else []
    if is_static:
        options += [f"--ip={ipv4.address}", f"--netmask={ipv4.netmask}"]
        options += [f"--gateway={ipv4.gateway}"] if ipv4.gateway else []
        options += [f"--nameserver={','.join(management.dns.servers)}"] if management.dns.servers else []
    options.append(f"--hostname={word(spec.hostname)}")
    options += [f"--vlanid={management.vlan}"] if management.vlan else []
    options += [] if spec.vm_port_group else ["--addvmportgroup=0"]
    return [*_unsaid(management), f"network {' '.join(options)}"]


def _unsaid(management: ManagementNetwork) -> list[str]:
    """Comments about what a kickstart file has no words for; neither screens nor files ask for it."""
    is_static, dns = management.ipv4.mode is Ipv4Mode.STATIC, management.dns
    remarks = (
        (len(management.uplinks) != 1, f"The adapters were: {', '.join(management.uplinks) or 'none'}."),
        (management.ipv4.mode is Ipv4Mode.OFF, "IPv4 was off."),
        (bool(dns.servers) and not is_static, f"The name servers were: {', '.join(dns.servers)}."),
        (bool(dns.suffixes), f"The DNS suffixes were: {', '.join(dns.suffixes)}."),
    )
    return [f"# Not repeated: {text}" for is_so, text in remarks if is_so]


def _section(script: Script) -> str:
    """A script below its header, exactly as it was, except that a line ends before the next header."""
    options = [script.section]
    if script.interpreter is not Interpreter.NONE:
        options.append(f"--interpreter={script.interpreter}")
    options += [f"--timeout={math.ceil(script.timeout)}"] if script.timeout else []
    options += ["--ignorefailure=true"] if script.ignore_failure else []
    return f"{' '.join(options)}\n{_ended(script.body)}"


def _ended(body: str) -> str:
    return body if not body or body.endswith("\n") else f"{body}\n"


def _demand_scripts(text: str, scripts: tuple[Script, ...]) -> None:
    """Read the scripts again: text that one of them never closes (``<<``) would swallow the next."""
    if not scripts:
        return
    from installer.kickstart.diagnostics import Report
    from installer.kickstart.lexer import Block, lex

    blocks = [one for one in lex(text, "ks.cfg", Report()) if isinstance(one, Block)]
    if [block.body for block in blocks] != [_ended(script.body) for script in scripts]:
        raise HostError(
            "The scripts of this installation cannot be written into one file: what begins with << in one of "
            "them ends in another.",
            hint="Close it in the file the installation was made from.",
        )
