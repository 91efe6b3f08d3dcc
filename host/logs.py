"""The logs a person can read on the console, under the names and digits they know from ESXi."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from host import paths, run
from host.errors import HostError

DEFAULT_LINES = 2000

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A log: the ``digit`` that opens it, its ``name``, and where it comes from.

    Either ``journal`` holds arguments of journalctl(1) that select its entries, or ``file`` is where it is;
    ``newer`` is read instead where it exists.
    """

    digit: str
    name: str
    journal: tuple[str, ...] = ()
    file: Path | None = None
    newer: Path | None = None


LOGS: tuple[Log, ...] = (
    Log(digit="1", name="Syslog"),
    Log(digit="2", name="VMkernel", journal=("--dmesg",)),
    Log(
        digit="3",
        name="Config",
        journal=(
            "--unit=bedplate-config.service",
            "--unit=bedplate-reached.service",
            "--unit=systemd-networkd.service",
        ),
    ),
    Log(
        digit="4",
        name="Management Agent (hostd)",
        journal=("--unit=bedplate-hostd.service", "--unit=bedplate-certificate.service"),
    ),
    Log(
        digit="5",
        name="Virtual machine engine",
        journal=("--unit=libvirtd.service", "--unit=virtlogd.service"),
    ),
    Log(digit="6", name="Installation", file=paths.INSTALL_LOG, newer=paths.UPGRADE_LOG),
    Log(digit="7", name="First boot", file=paths.FIRST_BOOT_LOG),
)


def find(name: str) -> Log:
    """The log of that name or digit. Raises HostError when there is none."""
    for log in LOGS:
        if name in (log.digit, log.name):
            return log
    raise HostError(
        f'There is no log "{name}".',
        hint="Choose one of: " + ", ".join(log.name for log in LOGS) + ".",
    )


def read(name: str, lines: int = DEFAULT_LINES) -> str:
    """The last ``lines`` lines of the log of that name, oldest first, or a sentence saying that it is empty.

    Control characters are replaced, so that nothing a program logged can act on a terminal. Raises HostError
    when the name is unknown or the log cannot be read.
    """
    log = find(name)
    file = log.newer if log.newer is not None and log.newer.exists() else log.file
    text = _from_journal(log, lines) if file is None else _from_file(file, lines)
    return printable(text) or "This log is empty.\n"


def printable(text: str) -> str:
    """The text with every control character but line feed and tab replaced."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def _from_journal(log: Log, lines: int) -> str:
    argv = ["journalctl", "--no-pager", "--quiet", "--output=short-iso", f"--lines={lines}", *log.journal]
    return run.run(argv, timeout=120, reads_only=True).stdout


def _from_file(path: Path, lines: int) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            kept = file.readlines()[-lines:]
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror}", hint="See the Syslog.") from error
    return "".join(kept)
