"""From commands to what they ask for: one function for each part of ``Script``.

Every function works on what is good in its command and leaves the rest at its default; what is wrong has
been reported, and a script with errors is never handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from host import keyboard, passwords
from host.config import validate
from host.config.model import DEFAULT_KEYBOARD, Dns, Ipv4, Ipv4Mode
from host.errors import HostError
from host.storage.names import LONGEST_NAME
from installer.kickstart import values
from installer.kickstart.commands import DEFAULT_FILTERS, MODES
from installer.kickstart.diagnostics import Report, quoted
from installer.kickstart.evaluate import Evaluated
from installer.kickstart.parser import Parsed
from installer.kickstart.script import (
    Clear,
    DiskChoice,
    Existing,
    ExtraDatastore,
    Mode,
    Network,
    Reboot,
    Script,
    Target,
)

Hasher = Callable[[str], str]
"""Makes a crypt(5) hash of a password."""

_SALT, _ALPHABET = r"[^$:\s]{0,16}", r"[./0-9A-Za-z]"
_HASHES = (
    re.compile(rf"\$1\$[^$:\s]{{0,8}}\${_ALPHABET}{{22}}"),
    re.compile(rf"\$5\$(?:rounds=[0-9]+\$)?{_SALT}\${_ALPHABET}{{43}}"),
    re.compile(rf"\$6\$(?:rounds=[0-9]+\$)?{_SALT}\${_ALPHABET}{{86}}"),
    re.compile(rf"\$y\${_ALPHABET}+\${_ALPHABET}{{0,86}}\${_ALPHABET}{{43}}"),
)
"""Forms of crypt(5): MD5, SHA-256, SHA-512, yescrypt. What does not fit lets nobody in, with any password."""

_MOST_WORDS = 4
"""Words of a layout's name; more have been refused."""

_LANGUAGES = {"english": DEFAULT_KEYBOARD, "american": DEFAULT_KEYBOARD, "british": "United Kingdom"}
"""Languages that files name where the reference has a country."""

_SERVERS_KEPT = 2
"""The reference takes two name servers."""


def understand(found: Evaluated, report: Report, *, file: str, hasher: Hasher) -> Script:
    """The script that the commands of a file make."""
    commands = [one for one in found.commands if not (one.foreign or one.broken)]
    return Script(
        file=file,
        target=_target(commands),
        password_hash=_password(_last(commands, "rootpw"), report, hasher),
        keyboard=_keyboard(_last(commands, "keyboard"), report),
        network=_network(_last(commands, "network"), report),
        clear=_clear([one for one in commands if one.command.name == "clearpart"]),
        datastores=_datastores(commands, report),
        sections=tuple(found.sections),
        reboot=_reboot(_last(commands, "reboot")),
        paranoid=_last(commands, "paranoid") is not None,
        dryrun=_last(commands, "dryrun") is not None,
        unread=tuple(found.unread),
    )


def _last(commands: Sequence[Parsed], name: str) -> Parsed | None:
    return next((one for one in reversed(commands) if one.command.name == name), None)


def _target(commands: Sequence[Parsed]) -> Target | None:
    one = next((one for one in commands if one.command.name in MODES), None)
    if one is None:
        return None
    source = one
    autopart = _last(commands, "autopart")
    if autopart is not None and not (one.has("--disk") or one.has("--firstdisk")):
        source = autopart
    choice = _choice(source, "--disk", "--firstdisk")
    if choice is None:
        return None
    existing = Existing.REFUSE
    if one.command.name == Mode.UPGRADE:
        pass  # it erases nothing, whatever the file says
    elif "--overwritevmfs" in one.options or "--overwritevmfs" in source.options:
        existing = Existing.OVERWRITE
    elif "--preservevmfs" in one.options:
        existing = Existing.PRESERVE
    return Target(
        place=one.place,
        mode=Mode(one.command.name),
        disk=choice,
        existing=existing,
        create_datastore="--novmfsondisk" not in one.options,
        ignore_check_warnings="--ignoreprereqwarnings" in one.options,
        ignore_check_errors="--ignoreprereqerrors" in one.options,
    )


def _choice(one: Parsed, by_name: str, first: str) -> DiskChoice | None:
    if by_name in one.options:
        return DiskChoice(name=values.disk(one.options[by_name]))
    if first in one.options:
        wanted = values.filters(one.options[first]) or DEFAULT_FILTERS
        return DiskChoice(filters=wanted, ignore_ssd="--ignoressd" in one.options)
    return None


def _clear(found: Sequence[Parsed]) -> Clear | None:
    """What is erased. Several commands only add disks by name, or repeat each other (``rules``)."""
    if not found:
        return None
    named = [one.options["--drives"] for one in found if "--drives" in one.options]
    one = found[0]
    options = one.options
    return Clear(
        place=one.place,
        disks=tuple(dict.fromkeys(name for names in named for name in values.disks(names))),
        spared=values.disks(options["--ignoredrives"]) if "--ignoredrives" in options else (),
        every="--alldrives" in options or "--ignoredrives" in options,
        first=_choice(one, "", "--firstdisk"),
        overwrite_datastores="--overwritevmfs" in options,
    )


def _datastores(commands: Sequence[Parsed], report: Report) -> tuple[ExtraDatastore, ...]:
    made: list[ExtraDatastore] = []
    taken: set[str] = set()
    for one in commands:
        choice = _choice(one, "--ondisk", "--onfirstdisk") if one.command.name == "part" else None
        if choice is None or len(one.arguments) != 1:
            continue
        name = one.arguments[0]
        if not re.fullmatch(r"[^/]{1,42}", name) or not name.isprintable() or name != name.strip(". "):
            report.error(
                one.place,
                "This cannot be the name of a datastore.",
                "Use 1 to 42 characters without slashes, not beginning or ending in a dot.",
            )
            continue
        short = _shortened(name, taken)
        if name in taken:
            report.error(one.place, "There is already a datastore of this name.", "Give it another one.")
            continue
        if short != name:
            report.warning(
                one.place,
                f"The name of a datastore has at most {LONGEST_NAME} bytes here; this one is named "
                f"{quoted(short)}.",
                "Choose a shorter name, also where scripts use it.",
            )
        taken.add(short)
        made.append(ExtraDatastore(place=one.place, name=short, disk=choice))
    return tuple(made)


def _shortened(name: str, taken: Collection[str]) -> str:
    """The name as far as a file system's label has room for it, told apart from those that are taken."""
    short, number = _cut(name, LONGEST_NAME), 2
    while short != name and short in taken:
        end = f"-{number}"
        short, number = _cut(name, LONGEST_NAME - len(end)) + end, number + 1
    return short


def _cut(name: str, size: int) -> str:
    """At most ``size`` bytes of the name, no character of it halved, without dots and blanks at the end."""
    if len(name.encode()) <= size:
        return name
    return name.encode()[:size].decode(errors="ignore").rstrip(". ")


def _password(one: Parsed | None, report: Report, hasher: Hasher) -> str:
    """The hash of root's password; no word of the password gets into a message."""
    if one is None or len(one.arguments) != 1:
        return ""
    given = one.arguments[0]
    if "--iscrypted" in one.options:
        return _given_hash(given, one, report)
    if not given:
        report.error(one.place, "The password is empty.", "Write one: rootpw PASSWORD.")
        return ""
    problem = passwords.problem(given)
    if any(form.fullmatch(given) for form in _HASHES):
        report.warning(
            one.place,
            "The password looks like a hash and is taken as it stands.",
            "Add --iscrypted if it is one.",
        )
    elif problem:
        report.warning(one.place, "The password breaks the rules for passwords.", problem)
    if "\\" in given:
        report.warning(
            one.place,
            "The password has a backslash, which belongs to it.",
            "Put the password in single quotes if that is meant.",
        )
    try:
        return hasher(given)
    except HostError as error:
        report.error(one.place, error.message, error.hint)
        return ""


def _given_hash(given: str, one: Parsed, report: Report) -> str:
    if r"\$" in given:
        # A program or a shell that writes files needs it before a $; no hash has a backslash in it.
        report.warning(one.place, "The backslashes before $ do not belong to the hash.", "Remove them.")
        given = given.replace(r"\$", "$")
    if not any(form.fullmatch(given) for form in _HASHES):
        report.error(
            one.place,
            "What follows --iscrypted is not a password hash, and no password would fit it.",
            "Make one with: openssl passwd -6. It begins with $6$ (or $1$, $5$, $y$).",
        )
        return ""
    if given.startswith("$1$"):
        report.warning(
            one.place,
            "The password hash is MD5, which is guessed quickly.",
            "Make one with: openssl passwd -6.",
        )
    return given


def _keyboard(one: Parsed | None, report: Report) -> str:
    if one is None or len(one.arguments) > _MOST_WORDS:
        return DEFAULT_KEYBOARD
    name = " ".join(one.arguments) or _foreign_layout(one)
    if not name:
        report.error(one.place, "keyboard names no layout.", "Write for example: keyboard 'US Default'.")
        return DEFAULT_KEYBOARD
    if len(one.arguments) > 1:
        report.warning(one.place, "The layout's name has blanks.", "Put it in quotes.")
    try:
        found = keyboard.find(_LANGUAGES.get(name.lower(), name)).name
    except HostError as error:
        report.error(one.place, f"There is no keyboard layout {quoted(name)}.", error.hint)
        return DEFAULT_KEYBOARD
    if found.casefold() != name.casefold():
        report.warning(one.place, f"The layout is taken for '{found}'.", f"Write: keyboard '{found}'.")
    return found


def _foreign_layout(one: Parsed) -> str:
    named = one.options.get("--vckeymap") or one.options.get("--xlayouts", "")
    return named.split(",")[0].strip("'\" ")


def _network(one: Parsed | None, report: Report) -> Network:
    if one is None:
        return Network()
    options = one.options
    static = options.get("--bootproto", "").lower() == "static"
    if not static and "--bootproto" not in one.rejected:
        _say_unused(one, report)
    return Network(
        place=one.place,
        device=values.adapter(options["--device"]) if "--device" in options else "",
        hostname=options.get("--hostname", Network().hostname),
        vlan=_vlan(one, report),
        ipv4=_static(one, report) if static else Ipv4(),
        dns=_dns(one, report) if static and "--nameserver" in options else Dns(automatic=not static),
        vm_port_group=values.boolean(options.get("--addvmportgroup", "1")),
    )


def _say_unused(one: Parsed, report: Report) -> None:
    unused = [name for name in ("--ip", "--netmask", "--gateway", "--nameserver") if one.has(name)]
    if unused:
        report.warning(
            one.place,
            f"{', '.join(unused)}: only used with --bootproto=static; the address comes from DHCP.",
            "Add --bootproto=static, or remove them.",
        )


def _vlan(one: Parsed, report: Report) -> int:
    text = one.options.get("--vlanid", "0")
    if text == str(validate.VLAN_ALL):
        report.warning(
            one.place,
            f"VLAN {validate.VLAN_ALL} is all VLANs; the management network takes the untagged frames only.",
            "Write 0 if that is meant, or the VLAN's id.",
        )
    return values.vlan(text)


def _static(one: Parsed, report: Report) -> Ipv4:
    options = one.options
    ipv4 = Ipv4(
        mode=Ipv4Mode.STATIC,
        address=options.get("--ip", ""),
        netmask=options.get("--netmask", ""),
        gateway=options.get("--gateway", ""),
    )
    for name in ("--ip", "--netmask"):
        if not one.has(name):
            report.error(one.place, f"A static address needs {name}.", "Add it, or write --bootproto=dhcp.")
    if not one.has("--gateway"):
        report.note(one.place, "Without --gateway the host is reached from its own network only.")
    if not one.rejected & {"--ip", "--netmask", "--gateway"} and ipv4.address and ipv4.netmask:
        for name, problem in validate.ipv4_problems(ipv4).items():
            option = "--ip" if name == "address" else f"--{name}"
            report.error(one.place, f"{option}={options[option]} does not fit.", problem)
    return ipv4


def _dns(one: Parsed, report: Report) -> Dns:
    servers = tuple(dict.fromkeys(values.servers(one.options["--nameserver"])))
    if len(servers) > _SERVERS_KEPT:
        report.warning(
            one.place,
            f"There are {len(servers)} name servers; the first {_SERVERS_KEPT} are used.",
            "Remove the others.",
        )
    return Dns(automatic=False, servers=servers[:_SERVERS_KEPT])


def _reboot(one: Parsed | None) -> Reboot:
    if one is None:
        return Reboot.WAIT
    return Reboot.KEEP if "--noeject" in one.options else Reboot.EJECT
