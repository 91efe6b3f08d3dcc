"""What the values of options mean, one function for each kind. Each raises ``Unusable`` with what to do."""

from __future__ import annotations

import re
from collections.abc import Callable

from host.config import validate
from host.errors import HostError
from installer.kickstart.diagnostics import quoted
from installer.kickstart.language import Kind
from installer.kickstart.script import Interpreter

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")

_INTERPRETERS = {
    "busybox": Interpreter.BUSYBOX,
    "sh": Interpreter.BUSYBOX,
    "ash": Interpreter.BUSYBOX,
    "none": Interpreter.BUSYBOX,
    "python": Interpreter.PYTHON,
    "python2": Interpreter.PYTHON,
    "python3": Interpreter.PYTHON,
    "bash": Interpreter.BASH,
}
"""By the last part of a path, so that ``/bin/sh`` and ``/usr/bin/python3`` are understood, too."""

_PLACEHOLDER = re.compile(
    r"\{\{|\{%|<%|\$[{(A-Za-z_]|@[A-Za-z_]+@|\?\?\w+\?\?|\b__[A-Z_]+__\b"
    r"|<[A-Za-z][\w .-]*>|\[[A-Za-z][\w .-]*\]|[xX]{3}"
)
"""How programs that make kickstart files, and people who publish theirs, mark what is to be filled in."""
_PARTITIONS = (
    re.compile(r"(?P<disk>(?:naa|eui|t10|vml)\..+):\d+$", re.IGNORECASE),
    re.compile(r"(?P<disk>(?:mpx\.)?vmhba\d+:C\d+:T\d+:L\d+):\d+$", re.IGNORECASE),
    re.compile(r"(?P<disk>/dev/(?:sd|hd|vd|xvd)[a-z]+)\d+$"),
    re.compile(r"(?P<disk>/dev/(?:nvme\d+n\d+|mmcblk\d+))p\d+$"),
    re.compile(r"(?P<disk>.+)-part\d+$"),
)
_NO_DISK = re.compile(r"[<>{}$,\"']")
"""Signs of placeholders and lists, which no name has: udev writes them as ``\\x2c`` or ``_``."""
_OLD_PLACE = re.compile(r"(?:mpx\.)?vmhba(\d+):(\d+):(\d+)(?::0)?$", re.IGNORECASE)
_NEW_PLACE = re.compile(r"vmhba\d+:C\d+:T\d+:L\d+$", re.IGNORECASE)
_FOLDERS = ("/vmfs/devices/disks/", "/vmfs/devices/lvm/", "/dev/disks/", "/dev/disk/by-id/")
_VMNIC = re.compile(r"vmnic(\d{1,4})$", re.IGNORECASE)
_VLANS = range(1, 4095)


class Unusable(HostError):
    """A value that cannot be what the option takes."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)


def text(value: str) -> str:
    """Anything but nothing."""
    if not value:
        raise Unusable("The value is missing.", "Write it after the =.")
    return value


def boolean(value: str) -> bool:
    """True or false, in the words and figures for them; true when there is no value."""
    folded = value.lower() or "true"
    if folded not in (*_TRUE, *_FALSE):
        raise Unusable(f"{quoted(value)} is neither true nor false.", "Write true or false (1 or 0).")
    return folded in _TRUE


def seconds(value: str) -> int:
    """A time in whole seconds."""
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise Unusable(f"{quoted(value)} is not a number of seconds.", "Write a whole number.")
    return int(value)


def listed(value: str) -> tuple[str, ...]:
    """Values separated by commas, without blanks around them and without empty ones."""
    return tuple(part for part in (part.strip() for part in value.split(",")) if part)


def disk(value: str) -> str:
    """A disk's name without the folder it is in, its signs unescaped.

    A path below ``/dev`` stays one, as a device node has no other name.
    """
    name = text(value.strip()).replace("\\:", ":")
    for folder in _FOLDERS:
        name = name.removeprefix(folder)
    for pattern in _PARTITIONS:
        found = pattern.match(name)
        if found:
            raise Unusable(
                f"{quoted(value)} is a partition.", f"Name the whole disk: {quoted(found['disk'])}."
            )
    old = _OLD_PLACE.match(name)
    if old:
        # ESX 3 and 4 wrote adapter, target and LUN; there was one channel.
        return "mpx.vmhba{}:C0:T{}:L{}".format(*old.groups())
    if not re.fullmatch(r"[^\s/]+|/dev/[^\s]+", name) or _NO_DISK.search(name):
        raise Unusable(
            f"{quoted(value)} is not the name of a disk.",
            "Write it as ESXi does, for example naa.5000c500a1b2c3d4 or mpx.vmhba0:C0:T0:L0.",
        )
    return f"mpx.{name}" if _NEW_PLACE.match(name) else name


def disks(value: str) -> tuple[str, ...]:
    """One disk or several."""
    names = tuple(disk(part) for part in listed(value))
    if not names:
        raise Unusable("No disk is named.", "Write disks with commas between them.")
    return names


def filters(value: str) -> tuple[str, ...]:
    """What --firstdisk looks for, in this order; nothing when it was given no value."""
    return listed(value)


def bootproto(value: str) -> str:
    """``dhcp`` or ``static``."""
    folded = value.lower()
    if folded not in ("dhcp", "static"):
        raise Unusable(f"{quoted(value)} is no way to get an address.", "Write dhcp or static.")
    return folded


def address(value: str) -> str:
    """An IPv4 address as a dotted quad."""
    if validate.parse_ipv4(value) is None:
        raise Unusable(f"{quoted(value)} is not an IPv4 address.", "Write one such as 192.168.1.10.")
    return value


def netmask(value: str) -> str:
    """A subnet mask as a dotted quad."""
    if validate.prefix_length(value) is None:
        raise Unusable(f"{quoted(value)} is not a subnet mask.", "Write one such as 255.255.255.0.")
    return value


def servers(value: str) -> tuple[str, ...]:
    """Addresses of name servers."""
    found = listed(value)
    if not found:
        raise Unusable("No name server is named.", "Write its address.")
    for one in found:
        problem = validate.dns_problem(one)
        if problem:
            raise Unusable(f"{quoted(one)} is not the address of a name server.", problem)
    return found


def adapter(value: str) -> str:
    """A network adapter: ``vmnicN``, or a MAC address in lower case with colons."""
    number = _VMNIC.match(value)
    if number:
        return f"vmnic{int(number[1])}"
    digits = re.sub(r"[:.-]", "", value).lower()
    if len(digits) == 14 and digits.startswith("01"):
        digits = digits[2:]  # the form PXELINUX gives to BOOTIF: the hardware type (1 is Ethernet) in front
    if re.fullmatch(r"[0-9a-f]{12}", digits):
        return ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    raise Unusable(f"{quoted(value)} is not a network adapter.", "Write vmnic0, vmnic1 … or a MAC address.")


def hostname(value: str) -> str:
    """A host name, with a domain or without."""
    problem = validate.hostname_problem(value)
    if problem:
        raise Unusable(f"{quoted(value)} is not a host name.", problem)
    return value


def vlan(value: str) -> int:
    """A VLAN id; 0 for none, which 4095 means as well (see ``host.config.validate.VLAN_ALL``)."""
    if not value.strip():
        return 0
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else -1
    if number not in (0, *_VLANS, validate.VLAN_ALL):
        hint = "Write a number from 1 to 4094, or 0 for none."
        if number == 4096:
            hint += " 4096 stands in the reference's manual by mistake; ids have 12 bits."
        raise Unusable(f"{quoted(value)} is not a VLAN id.", hint)
    return 0 if number == validate.VLAN_ALL else number


def interpreter(value: str) -> Interpreter:
    """What runs a script, by name or path."""
    found = _INTERPRETERS.get(value.rsplit("/", 1)[-1].lower())
    if found is None:
        raise Unusable(f"{quoted(value)} is no interpreter here.", "Write busybox, python or bash.")
    return found


CONVERTERS: dict[Kind, Callable[[str], object]] = {
    Kind.TEXT: text,
    Kind.SECONDS: seconds,
    Kind.BOOLEAN: boolean,
    Kind.DISK: disk,
    Kind.DISKS: disks,
    Kind.FILTERS: filters,
    Kind.BOOTPROTO: bootproto,
    Kind.ADDRESS: address,
    Kind.NETMASK: netmask,
    Kind.SERVERS: servers,
    Kind.ADAPTER: adapter,
    Kind.HOSTNAME: hostname,
    Kind.VLAN: vlan,
    Kind.INTERPRETER: interpreter,
}
"""The function for every kind that has a value."""


def check(kind: Kind, value: str) -> None:
    """Raises ``Unusable`` when the value is not of this kind, also saying when it was never filled in."""
    try:
        CONVERTERS[kind](value)
    except Unusable as problem:
        if _PLACEHOLDER.search(value):
            problem.hint = f"It looks like a template's placeholder; fill it in. {problem.hint}".rstrip()
        raise
