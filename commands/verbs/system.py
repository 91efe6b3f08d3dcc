"""What the host is, and how it ends: version, UUID, run time, maintenance mode, shutdown."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from commands.language import Call, Row, Usage
from host.errors import HostError

log = logging.getLogger(__name__)

_NO_MAINTENANCE = "Warning: there is no maintenance mode on this host yet; virtual machines stay as they are."
_DELAY = 10
"""Seconds until a shutdown that was ordered without a delay, as on ESXi."""

_STAT = Path("/proc/stat")


def version(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """Product, version and build of the running image."""
    from host.product import product

    found = product()
    return ((found.name, found.version, found.build),)


def uuid(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The UUID of the installation."""
    from host.config import store

    return ((store.load().config.uuid,),)


def runtime(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """How the host is. Scripts ask until it answers, to know that the host is up."""
    return (("connected", "poweredOn", False, _boot_time()),)


def get_maintenance(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """Never in it."""
    return (("Disabled",),)


def set_maintenance(call: Call) -> tuple[Row, ...]:
    """Off is how it is; on is not there."""
    if call.flag("enable"):
        call.note(_NO_MAINTENANCE)
    return ()


def enter_maintenance(call: Call) -> tuple[Row, ...]:
    """Not there."""
    call.note(_NO_MAINTENANCE)
    return ()


def exit_maintenance(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The host is never in it."""
    return ()


def reboot(call: Call) -> tuple[Row, ...]:
    """Start the host again, later."""
    from host import power

    power.restart(_delay(call, "restart"))
    return ()


def poweroff(call: Call) -> tuple[Row, ...]:
    """Switch the host off, later."""
    from host import power

    power.shut_down(_delay(call, "power-off"))
    return ()


def _delay(call: Call, what: str) -> int:
    """The seconds that were asked for, once nothing speaks against it."""
    from host import power

    delay = call.number("delay")
    if delay is not None and delay < 0:
        raise Usage("-d|--delay is a number of seconds.")
    running = power.running_vms()
    if running:
        raise HostError(f"Virtual machines are running: {', '.join(running)}.", hint="Shut them down first.")
    log.warning("%s ordered: %s", what, call.text("reason"))
    return _DELAY if delay is None else delay


def _boot_time() -> str:
    from datetime import UTC, datetime

    found = re.search(r"^btime (\d+)", _STAT.read_text(), re.MULTILINE)
    return datetime.fromtimestamp(int(found[1]) if found else 0, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
