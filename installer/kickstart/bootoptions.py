"""The kernel command line as far as the installer reads it: ESXi's boot options, and two of our own.

Nothing here touches the machine. All that is wrong is collected, so that a person corrects the line once.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from host.errors import HostError
from installer.kickstart import location
from installer.kickstart.location import Location

NO_VERIFY = "noverifyssl"
"""The option that takes any certificate of an https server, as ESXi always does."""


@dataclass(frozen=True)
class Problem:
    """Something to tell whoever typed the line: what it is, and what to do."""

    message: str
    hint: str = ""


class Choice(StrEnum):
    """How a network adapter was chosen."""

    LINK = "link"
    VMNIC = "vmnic"
    MAC = "mac"
    NAME = "name"


@dataclass(frozen=True)
class Adapter:
    """The network adapter to fetch with.

    ``value`` is a MAC address in lower case with colons, the number of a ``vmnic`` from 0, or the kernel's
    name; empty for ``LINK``, the first adapter that has a link.
    """

    choice: Choice
    value: str = ""


@dataclass(frozen=True)
class Address:
    """A static IPv4 address for fetching: dotted quads, ``prefix`` in bits, ``gateway`` may be empty."""

    address: str
    prefix: int
    gateway: str = ""


@dataclass(frozen=True)
class BootOptions:
    """What the command line says.

    ``location`` is where the kickstart file is, None for an interactive installation. ``address`` is None
    for DHCP. ``vlan`` is 0 for none. ``verify`` is whether certificates are checked. ``start`` is whether
    ``runweasel`` was given. With ``problems`` a scripted installation cannot go on; ``notes`` are told, and
    are no obstacle.
    """

    location: Location | None = None
    adapter: Adapter | None = None
    address: Address | None = None
    nameservers: tuple[str, ...] = ()
    vlan: int = 0
    verify: bool = True
    start: bool = False
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


WITHOUT_EFFECT: dict[str, str] = {
    "cdromboot": "the medium is found by what is on it",
    "bootproto": "ip= decides: with it the address is static, without it DHCP is used",
    "systemmediasize": "the system partitions have fixed sizes",
    "autopartitionosdatasize": "the system partitions have fixed sizes",
    "autopartitiononlyonceandskipssd": "only the installation disk is partitioned",
    "allowlegacycpu": "no processor with hardware virtualization is refused",
    "prefervmklinux": "there is one driver for each device",
    "installerdiskdumpslotsize": "crash dumps are on STATE",
    "noiommu": 'choose "without IOMMU" under "Install with options" in the boot menu',
    "debuglogtoserial": 'choose "show all messages" under "Install with options" in the boot menu',
    "formatwithmbr": "disks get a GPT, which starts by BIOS and UEFI",
    "logport": "the serial lines have fixed roles",
    "tty2port": "the serial lines have fixed roles",
    "gdbport": "the serial lines have fixed roles",
}
"""Options of the reference that are accepted and do nothing here, in lower case, and why."""

_NEEDS_VALUE = (
    *("ks", "ksdevice", "netdevice", "bootif", "ip", "netmask", "gateway", "nameserver", "vlanid"),
    "systemmediasize",
)
"""The options that say something, in lower case."""

KNOWN = frozenset({*_NEEDS_VALUE, *WITHOUT_EFFECT, "runweasel", NO_VERIFY})
"""Every option the installer knows, in lower case."""

_SIZES = ("min", "small", "default", "max")
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}")
_KERNEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,14}")


def load(path: Path = Path("/proc/cmdline")) -> BootOptions:
    """What the running system was started with. Raises OSError."""
    return parse(path.read_text(errors="replace"))


def parse(cmdline: str) -> BootOptions:
    """Read the text of /proc/cmdline. Words that are not the installer's are passed over; the last one wins
    where an option is given twice.
    """
    return _Reader(cmdline).options()


def words(cmdline: str) -> list[tuple[str, str | None]]:
    """Names and values (None for a word without ``=``); double quotes keep blanks, as for the kernel."""
    found = []
    for match in _WORD.finditer(cmdline):
        name, equals, value = match[0].replace('"', "").partition("=")
        found.append((name, value if equals else None))
    return found


@dataclass
class _Network:
    """What was said about the address so far, still as text."""

    address: str = ""
    netmask: str = ""
    gateway: str = ""


@dataclass
class _Reader:
    cmdline: str
    given: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def options(self) -> BootOptions:
        self._collect()
        place = self._location()
        adapter = self._adapter()
        address = self._address()
        nameservers = self._nameservers()
        vlan = self._vlan()
        self._tell_without_effect()
        return BootOptions(
            location=place,
            adapter=adapter,
            address=address,
            nameservers=nameservers,
            vlan=vlan,
            verify=NO_VERIFY not in self.given,
            start="runweasel" in self.given,
            problems=tuple(self.problems),
            notes=tuple(self.notes),
        )

    def _collect(self) -> None:
        for name, value in words(self.cmdline):
            key = name.lower()
            if key in _NEEDS_VALUE and self.given.get(key, value) != value:
                self.notes.append(Problem(f"{name}= is given twice; the last one is taken."))
            self.given[key] = value
        for key in _NEEDS_VALUE:
            if key in self.given and not self.given[key]:
                del self.given[key]
                self.problems.append(Problem(f"{key}= has no value.", "Give one, or leave it out."))

    def _text(self, key: str) -> str:
        return self.given.get(key) or ""

    def _location(self) -> Location | None:
        try:
            return location.parse(self._text("ks")) if "ks" in self.given else None
        except HostError as error:
            self.problems.append(Problem(error.message, error.hint))
            return None

    def _adapter(self) -> Adapter | None:
        """ksdevice and netdevice are one option under two names; BOOTIF is what PXE says by itself."""
        boot = self._bootif()
        named = {key: self._text(key) for key in ("ksdevice", "netdevice") if key in self.given}
        if len({value.lower() for value in named.values()}) > 1:
            self.problems.append(
                Problem(
                    f"ksdevice={named['ksdevice']} and netdevice={named['netdevice']} name two adapters.",
                    "Give one of them.",
                )
            )
            return None
        if not named:
            return boot
        key, text = next(iter(named.items()))
        if text.lower() == "bootif":
            if boot is None and "bootif" not in self.given:
                self.problems.append(
                    Problem(
                        f"{key}=bootif, but there is no BOOTIF=.", "Have PXELINUX say it with IPAPPEND 2."
                    )
                )
            return boot
        chosen = adapter(text)
        if chosen is None:
            self.problems.append(
                Problem(
                    f"{key}={text} names no network adapter.",
                    "Give vmnic0, a MAC address, the kernel's name, link or bootif.",
                )
            )
        return chosen

    def _bootif(self) -> Adapter | None:
        """The kind of hardware in front of the address is ARP's: 01 is Ethernet (RFC 1700)."""
        if "bootif" not in self.given:
            return None
        text = self._text("bootif").lower()
        match = re.fullmatch(rf"(?:01[-:])?({_MAC.pattern})", text)
        if match:
            return Adapter(Choice.MAC, match[1].replace("-", ":"))
        self.problems.append(
            Problem(f"BOOTIF={text} is no Ethernet address.", "It looks like 01-52-54-00-12-34-56.")
        )
        return None

    def _address(self) -> Address | None:
        said = self._said()
        if not said.address:
            if said.netmask or said.gateway:
                key = "netmask" if said.netmask else "gateway"
                self.problems.append(
                    Problem(f"{key}= has no use without ip=.", "Add ip=, or leave it out for DHCP.")
                )
            return None
        address, prefix = self._ipv4("ip", said.address), self._prefix(said.netmask)
        gateway = self._ipv4("gateway", said.gateway) if said.gateway else None
        if address is None or prefix is None:
            return None
        network = ipaddress.IPv4Network((address, prefix), strict=False)
        if prefix < 31 and address in (network.network_address, network.broadcast_address):
            self.problems.append(
                Problem(f"ip={address} is not the address of a machine in {network}.", "Give another one.")
            )
        if gateway is not None and gateway not in network:
            self.problems.append(
                Problem(f"The gateway {gateway} is not in {network}.", "Correct gateway=, ip= or netmask=.")
            )
        return Address(str(address), prefix, "" if gateway is None else str(gateway))

    def _said(self) -> _Network:
        """``ip=`` also comes as PXELINUX and the kernel spell it: address, boot server, gateway, netmask."""
        text = self._text("ip")
        if text.lower() in ("dhcp", "on", "any", "none", "off", "both"):
            text = ""
        said = _Network()
        if text.count(":") >= 3 and not _is_ipv6(text):
            said.address, _, said.gateway, said.netmask = text.split(":")[:4]
        else:
            said.address, _, said.netmask = text.partition("/")
        said.netmask = self._text("netmask") or said.netmask
        said.gateway = self._text("gateway") or said.gateway
        return said

    def _ipv4(self, key: str, text: str) -> ipaddress.IPv4Address | None:
        try:
            return ipaddress.IPv4Address(text)
        except ValueError:
            self.problems.append(Problem(f"{key}={text} is no IPv4 address.", "It looks like 192.0.2.10."))
            return None

    def _prefix(self, text: str) -> int | None:
        if not text:
            self.problems.append(Problem("ip= needs netmask= with it.", "Add netmask=255.255.255.0, say."))
            return None
        try:
            network = ipaddress.IPv4Network(f"0.0.0.0/{text}")
        except ValueError:
            network = None
        # A netmask with its bits inverted is one to Python, and a mistake here.
        if network is None or ("." in text and str(network.netmask) != text) or network.prefixlen == 0:
            self.problems.append(
                Problem(f"netmask={text} is no subnet mask.", "It looks like 255.255.255.0.")
            )
            return None
        return network.prefixlen

    def _nameservers(self) -> tuple[str, ...]:
        found = []
        for text in filter(None, re.split(r"[,\s]+", self._text("nameserver"))):
            try:
                found.append(str(ipaddress.ip_address(text)))
            except ValueError:
                self.problems.append(
                    Problem(
                        f"nameserver={text} is no address.",
                        "Give IPv4 or IPv6 addresses, with commas between them.",
                    )
                )
        return tuple(found)

    def _vlan(self) -> int:
        text = self._text("vlanid")
        if not text:
            return 0
        if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= 4094:
            return int(text)
        self.problems.append(
            Problem(f"vlanid={text} is no VLAN.", "It is a number from 1 to 4094, or 0 for none.")
        )
        return 0

    def _tell_without_effect(self) -> None:
        size = self._text("systemmediasize")
        if size and size.lower() not in _SIZES:
            self.problems.append(
                Problem(f"systemMediaSize={size} is not known.", f"It is one of {', '.join(_SIZES)}.")
            )
        for name, _ in words(self.cmdline):
            reason = WITHOUT_EFFECT.get(name.lower())
            if reason:
                self.notes.append(Problem(f"{name} has no effect: {reason}."))


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text.partition("/")[0])
    except ValueError:
        return False
    return True


def adapter(text: str) -> Adapter | None:
    """An adapter as ``ksdevice=`` spells it; None when it cannot be one. ``ethN`` is another ``vmnicN``."""
    text = text.strip()
    low = text.lower()
    if low == "link":
        return Adapter(Choice.LINK)
    match = re.fullmatch(r"(?:vmnic|eth)(\d{1,4})", low)
    if match:
        return Adapter(Choice.VMNIC, str(int(match[1])))
    mac = low.removeprefix("01-") if low.count("-") == 6 else low
    if _MAC.fullmatch(mac):
        return Adapter(Choice.MAC, mac.replace("-", ":"))
    return Adapter(Choice.NAME, text) if _KERNEL_NAME.fullmatch(text) else None
