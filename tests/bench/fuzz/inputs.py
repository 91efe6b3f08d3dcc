"""Kickstart files nobody would write, each made anew from its number.

They are lines of tests/kickstart/corpus, words of the language, and commands that might be right, changed:
left out, doubled, swapped, spliced, quoted, cut, with CR, NUL, other encodings, and long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from installer.kickstart.commands import COMMANDS

CORPUS = Path(__file__).parents[2] / "kickstart/corpus"

LONGEST = 3000
"""Characters of most inputs. One in a thousand is much longer, where it would take long."""

WORDS = tuple(name for one in COMMANDS for name in (one.name, *one.aliases))
OPTIONS = tuple(option.name for one in COMMANDS for option in one.options)
VALUES = (
    *("", "0", "1", "-1", "4095", "4096", "99999999999", "true", "false", "None", "static", "dhcp"),
    *("vmnic0", "vmnic99999", "eth0", "52:54:00:12:34:56", "52-54-00-12-34-56", "192.0.2.1", "255.255.0.255"),
    *("192.0.2.1,192.0.2.2", "'192.0.2.1, 192.0.2.2'", "::1", "local", "usb", "local,remote,usb", "esx"),
    *("DELL", '"DELLBOSS VD"', "'LOGICAL VOLUME',local", "/dev/sda", "vml.0", "mpx.vmhba2:C2:T1:L0"),
    *("naa.6d0946606b3a5c002a1b3c4d5e6f7082", "mpx.vmhba2:C2:T1:L0:1", "/vmfs/devices/disks/t10.x"),
    *("t10.VirtIO__BP-0001", "busybox", "python", "/bin/bash", "perl", "'a b", '"', "'", "\\", "\\\\", "#"),
    *("=", "--", "-", "\\$6\\$a$b", "US", "'US Default'", "<<EOF", "EOF", "%end", "%post", "ks.cfg"),
    *("/tmp/x", "http://[::1", "../..", "{{ x }}", "\N{NO-BREAK SPACE}", "\N{LEFT DOUBLE QUOTATION MARK}"),
    *("\N{EN DASH}", "\N{ZERO WIDTH SPACE}", "\x85", "\x1c", "\0", "\x1b[2J", "\u0130", "\ufb01", "é" * 50),
)
BLANKS = (" ", " ", " ", "  ", "\t", " \\\n  ", "\\\n", "\n", " # ", "\r")
ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\n\n", " \n", "\\\n", "\\\r\n", "")

DISKS = (
    *("--firstdisk", "--firstdisk=local", "--firstdisk=usb,local", "--firstdisk=esx,remote,local"),
    *("--firstdisk='DELLBOSS VD'", "--firstdisk=hpsa,lsi_mr3,vmw_ahci,nvme_pcie,pvscsi,local"),
    *("--disk=naa.6d0946606b3a5c002a1b3c4d5e6f7082", "--disk=/vmfs/devices/disks/mpx.vmhba2:C2:T1:L0"),
    *("--disk=t10.VirtIO__BP-0001", "--drive=/dev/vda", "--firstdisk --ignoressd"),
)
FATES = ("", "--overwritevmfs", "--preservevmfs", "--novmfsondisk", "--overwritevmfs --novmfsondisk")
PLAUSIBLE = (
    *("network --bootproto=dhcp --hostname=a.b", "network --vlanid=7 --device=vmnic0", "network"),
    "network --bootproto=static --ip=192.0.2.7 --netmask=255.255.255.0 --gateway=192.0.2.1 --nameserver=::2",
    *("clearpart --alldrives --overwritevmfs", "clearpart --firstdisk", "clearpart --drives=naa.1,/dev/sdb"),
    *("clearpart --ignoredrives=mpx.vmhba32:C0:T0:L0 --overwritevmfs", "part more --onfirstdisk"),
    *("part 'a name with blanks' --onfirstdisk=usb,remote", "partition x --ondisk=/dev/sdb", "dryrun"),
    *(
        "keyboard 'US Default'",
        "keyboard de",
        "reboot",
        "reboot --noeject",
        "serialnum --esx=A B C",
        "lang en",
    ),
    *("%include /tmp/x", "%include ks.cfg", "include part.cfg", "autopart --firstdisk", "# %post"),
    *("%pre --interpreter=python\nimport os", "%post --timeout=5 --ignorefailure=true\ncat <<A\n%pre\nA"),
    *("%firstboot --interpreter=busybox\nreboot", "%firstboot\n", "vim-cmd x", "paranoid", "%end"),
)

Lines = list[str]


def corpus() -> tuple[str, ...]:
    """Every file of the corpus as text, bytes that are no UTF-8 kept as they are."""
    paths = sorted(CORPUS.rglob("*.cfg"))
    return tuple(path.read_bytes().decode(errors="surrogateescape") for path in paths)


def made(number: int, texts: Sequence[str], seed: str) -> bytes:
    """Input ``number`` of a seed; always the same while the corpus and the table of the language are."""
    random = Random(f"{seed}/{number}")
    kind = random.random()
    if kind < 0.02:
        return random.randbytes(random.randrange(300))
    if kind < 0.2:
        lines = _words(random)
    elif kind < 0.6:
        lines = _plausible(random)
    else:
        lines = random.choice(texts).split("\n")
    if kind > 0.8:
        lines = _splice(lines, random.choice(texts).split("\n"), random)
    for _ in range(random.choice((0, 0, 1, 1, 2, 5))):
        random.choice(MUTATIONS)(lines, random)
    whole = _joined(lines, random)
    whole = whole * random.choice((10, 100)) if random.random() < 0.001 else whole[:LONGEST]
    return _encoded(whole, random)


def _plausible(random: Random) -> Lines:
    mode = random.choice(("install", "install", "install", "installorupgrade", "upgrade"))
    needed = ["accepteula", "rootpw Kiosk!Lamp42x", f"{mode} {random.choice(DISKS)} {random.choice(FATES)}"]
    return needed + random.sample(PLAUSIBLE, random.randrange(6))


def _words(random: Random) -> Lines:
    lines = ["vmaccepteula", "rootpw Kiosk!Lamp42x", "install --firstdisk --overwritevmfs"]
    for _ in range(random.randrange(6)):
        words = (random.choice((_option, _value))(random) for _ in range(random.randrange(5)))
        lines.append(random.choice(BLANKS).join([random.choice(WORDS), *words]))
    return lines


def _option(random: Random) -> str:
    name, value = random.choice(OPTIONS), _value(random)
    return random.choice((f"{name}={value}", name, f"{name} {value}"))


def _value(random: Random) -> str:
    return random.choice(VALUES)


def _splice(first: Lines, second: Lines, random: Random) -> Lines:
    return first[: random.randrange(len(first) + 1)] + second[random.randrange(len(second)) :]


def _joined(lines: Lines, random: Random) -> str:
    if random.random() < 0.7:
        return "\n".join(lines)
    return "".join(line + random.choice(ENDS) for line in lines)


def _encoded(text: str, random: Random) -> bytes:
    name = "utf-8"
    if random.random() < 0.05:
        name = random.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037"))
    return text.encode(name, errors="surrogateescape" if name == "utf-8" else "replace")


def _drop(lines: Lines, random: Random) -> None:
    del lines[random.randrange(len(lines))]


def _double(lines: Lines, random: Random) -> None:
    lines.insert(random.randrange(len(lines)), random.choice(lines))


def _swap(lines: Lines, random: Random) -> None:
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


def _command(lines: Lines, random: Random) -> None:
    lines.insert(random.randrange(len(lines)), f"{random.choice(WORDS)} {_option(random)}")


def _insert(line: str, at: int, random: Random) -> str:
    return line[:at] + random.choice(VALUES) + line[at:]


def _blank(line: str, at: int, random: Random) -> str:
    return line[:at] + random.choice(BLANKS) + line[at:]


def _cut(line: str, at: int, random: Random) -> str:
    return line[:at] + line[at + random.randrange(1, 9) :]


def _sign(line: str, at: int, random: Random) -> str:
    return line[:at] + chr(random.randrange(0xD800)) + line[at + 1 :]


def _case(line: str, at: int, random: Random) -> str:  # noqa: ARG001
    return line[:at] + line[at:].swapcase()


def _repeat(line: str, at: int, random: Random) -> str:
    return line[:at] + line[at:] * random.randrange(2, 30)


def _within(how: Callable[[str, int, Random], str]) -> Callable[[Lines, Random], None]:
    """A change inside of one line as a change of the lines."""

    def mutation(lines: Lines, random: Random) -> None:
        index = random.randrange(len(lines))
        lines[index] = how(lines[index], random.randrange(len(lines[index]) + 1), random)

    return mutation


def _any(how: Callable[[Lines, Random], None]) -> Callable[[Lines, Random], None]:
    """The same where there may be no line left."""

    def mutation(lines: Lines, random: Random) -> None:
        if lines:
            how(lines, random)

    return mutation


MUTATIONS = tuple(
    _any(how)
    for how in (
        *(_drop, _double, _swap, _command),
        *(_within(how) for how in (_insert, _insert, _blank, _cut, _sign, _case, _repeat)),
    )
)
"""What is done to lines, each as often as the others."""
