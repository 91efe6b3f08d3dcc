"""Test Management Network: does what the host needs from the network answer?"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import msgspec

from host import run as runner
from host.errors import HostError
from host.network.state import ManagementState
from host.network.units import VMK

_PINGS = 3
_PING_WAIT = 5
"""Seconds until an unanswered ping counts as lost; together with the others in ping's own -w."""

_RESOLVE_TIMEOUT = 15.0


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """What to test: ``gateway`` and ``dns`` are addresses; empty ones are left out."""

    gateway: str = ""
    dns: tuple[str, ...] = ()
    hostname: str = ""


class Line(msgspec.Struct, frozen=True):
    """A finished test: ``what`` was done with ``target``, ``text`` is how it went, after ``seconds``."""

    target: str
    what: str
    ok: bool
    text: str
    seconds: float


def targets(state: ManagementState) -> Targets:
    """What is tested unless the user says otherwise: the gateway, two name servers, the host's own name."""
    return Targets(gateway=state.gateway, dns=state.dns[:2], hostname=state.hostname)


def run(wanted: Targets) -> Iterator[Line]:
    """Run the tests one after the other; each line comes when its test is over. Raises nothing."""
    if wanted.gateway:
        yield ping(wanted.gateway, "Pinging the default gateway")
    for server in wanted.dns:
        yield ping(server, "Pinging a DNS server")
    if wanted.hostname:
        yield resolve(wanted.hostname)


def ping(address: str, what: str) -> Line:
    """Ping an address through vmk0; one answer is enough."""
    begin = time.monotonic()
    argv = ["ping", "-n", "-c", str(_PINGS), "-i", "0.3", "-w", str(_PING_WAIT), "-I", VMK, address]
    try:
        result = runner.run(argv, check=False, timeout=_PING_WAIT + 5, reads_only=True)
    except HostError as error:
        return Line(address, what, False, str(error), time.monotonic() - begin)
    seconds = time.monotonic() - begin
    received = re.search(r"(\d+) received", result.stdout)
    if received and int(received[1]):
        average = re.search(r"= [\d.]+/([\d.]+)/", result.stdout)
        return Line(address, what, True, f"answers after {average[1]} ms" if average else "answers", seconds)
    reason = (result.stderr.strip().splitlines() or ["no answer"])[-1].removeprefix("ping: ")
    return Line(address, what, False, reason, seconds)


def resolve(name: str) -> Line:
    """Ask the DNS servers for a name; neither /etc/hosts nor an earlier answer will do."""
    what = "Resolving the host name"
    begin = time.monotonic()
    argv = ["resolvectl", "--legend=no", "--cache=no", "--synthesize=no", "query", name]
    try:
        result = runner.run(argv, check=False, timeout=_RESOLVE_TIMEOUT, reads_only=True)
    except HostError as error:
        return Line(name, what, False, str(error), time.monotonic() - begin)
    seconds = time.monotonic() - begin
    if result.returncode == 0:
        first = re.search(r":\s+(\S+)", result.stdout)
        return Line(name, what, True, f"is {first[1]}" if first else "has an address", seconds)
    reason = (result.stderr.strip().splitlines() or ["no answer"])[-1]
    return Line(name, what, False, reason, seconds)
