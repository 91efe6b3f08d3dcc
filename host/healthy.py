"""Confirms a version of the system that is on trial, once the host works with it.

``python3 -m host.healthy`` is what bedplate-healthy.service starts, on a trial only. It ends with 0 when the
version is confirmed, and with 1 when the host did not come to work in time: then systemd restarts the
machine, GRUB counts that as a try, and after the last one starts the version before.
"""

from __future__ import annotations

import http.client
import logging
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from host import boot, bootloader, paths
from host.bootloader import Bank
from host.errors import HostError
from host.run import CommandError, run

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds the host gets to come to work. A slow one is there after two or three minutes; an update that was
given up by mistake costs more than waiting."""

PAUSE = 5.0
"""Seconds between two looks."""

STEADY = 4
"""How many looks in a row must find everything in order: what crashes and starts again does not pass."""

_ANSWER = 20.0
"""Seconds the agent gets for an answer; on an emulated processor a TLS handshake takes a few."""

Check = Callable[[], bool]


def configured() -> bool:
    """The system's files are those of the configuration: the initrd copied them, or the service made them."""
    return boot.load().rendered or is_active("bedplate-config.service")


def console_runs() -> bool:
    """The direct console is there."""
    return is_active("bedplate-dcui.service")


def machines_can_start() -> bool:
    """The virtual machine engine can be reached. It is not woken up for this: its first start takes long."""
    return is_active("libvirtd.socket")


def agent_answers() -> bool:
    """The management agent answers over HTTPS, with whatever certificate: this is the host itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", 443, timeout=_ANSWER, context=context)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException) as error:
        log.debug("agent: %s", error)
        return False
    finally:
        connection.close()


CHECKS: Mapping[str, Check] = {
    "the configuration is in effect": configured,
    "the direct console runs": console_runs,
    "the management agent answers": agent_answers,
    "the virtual machine engine can be reached": machines_can_start,
}
"""What a host must be able to do. The network is none of it: a switch that is down would end every update."""


@dataclass(frozen=True)
class Trial:
    """How a trial is judged; tests put their own in."""

    checks: Mapping[str, Check] = field(default_factory=lambda: CHECKS)
    patience: float = PATIENCE
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def passed(self) -> bool:
        """Look until everything is in order and stays so, or time is over."""
        until = self.clock() + self.patience
        steady, told = 0, ""
        while steady < STEADY:
            missing = self._missing()
            steady = 0 if missing else steady + 1
            if missing and missing != told:
                log.info("not so yet: %s", missing)
                told = missing
            if steady < STEADY:
                if self.clock() >= until:
                    log.error("given up after %g s: it is not so that %s", self.patience, missing or told)
                    return False
                self.pause(PAUSE)
        return True

    def _missing(self) -> str:
        """The first thing that is not in order; empty when all is."""
        for what, check in self.checks.items():
            try:
                if not check():
                    return what
            except HostError as error:
                log.debug("%s: %s", what, error)
                return what
        return ""


def confirm(started: boot.Boot, confirmed: Path = paths.CONFIRMED) -> None:
    """Write down on the ESP that the bank this host was started from works. Raises HostError."""
    from host.storage import banks

    if not started.bank:
        raise HostError(
            "Nothing says which bank this system was started from.", hint="Restart the host from its disk."
        )
    bank = Bank(started.bank)
    esp = banks.esp_of(started.disk)
    state = banks.read_state(esp)
    if state.trying is bank:
        banks.write_state(esp, bootloader.confirmed(state, bank))
        log.info("confirmed: bank %s is what starts from now on", bank)
    confirmed.touch()


def is_active(unit: str) -> bool:
    """Whether systemd has a unit running, or listening."""
    try:
        return run(["systemctl", "is-active", "--quiet", unit], check=False, timeout=60).returncode == 0
    except CommandError as error:
        log.debug("%s: %s", unit, error)
        return False


def main() -> int:
    """What the service runs; see the module's text."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not Trial().passed():
        return 1
    try:
        confirm(boot.load())
    except (HostError, OSError) as error:
        # The host works. It would be tried again, and in the end given up, for a bank state that cannot be
        # written; restarting it now would make neither better.
        log.error("the version works, and that cannot be written down: %s", error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
