"""Shutting down and restarting the host, and what runs on it that this would stop."""

from __future__ import annotations

import logging
from pathlib import Path

from host import run

log = logging.getLogger(__name__)

_UNIT = "bedplate-shutdown"
"""The timer of a shutdown that waits."""

LIBVIRT_STATE = Path("/run/libvirt/qemu")
"""Where libvirt keeps one XML file for each virtual machine that is running."""


def running_vms(state: Path = LIBVIRT_STATE) -> tuple[str, ...]:
    """The names of the virtual machines that are running (or suspended), sorted.

    Without a state file none is, and libvirt is not woken up to say so. When libvirt does not answer, the
    names are those of its state files: a warning about machines that may run is better than none.
    """
    recorded = tuple(sorted(path.stem for path in state.glob("*.xml")))
    if not recorded:
        return ()
    active = _active()
    return recorded if active is None else active


def shut_down(delay: int = 0) -> None:
    """Begin to shut the host down and switch it off, after ``delay`` seconds.

    Returns at once. Raises HostError when that fails. Virtual machines that run are ended with the host:
    whoever calls this asks first (``running_vms``).
    """
    _go_down("poweroff", delay)


def restart(delay: int = 0) -> None:
    """Begin to shut the host down and start it again, after ``delay`` seconds; otherwise as ``shut_down``."""
    _go_down("reboot", delay)


def going_down() -> bool:
    """Whether a shutdown is under way, or will be after a delay. Raises HostError when nobody can tell."""
    asked = ["systemctl", "is-system-running"]
    if run.run(asked, check=False, reads_only=True, timeout=60).stdout.strip() == "stopping":
        return True
    asked = ["systemctl", "is-active", f"{_UNIT}.timer"]
    return run.run(asked, check=False, reads_only=True, timeout=60).stdout.strip() == "active"


def _go_down(verb: str, delay: int) -> None:
    argv = ["systemctl", "--no-block", verb]
    if delay > 0:
        timer = [f"--unit={_UNIT}", f"--on-active={delay}s", "--timer-property=AccuracySec=1s"]
        # An earlier order that still waits makes way for this one.
        run.run(["systemctl", "stop", f"{_UNIT}.timer"], check=False, timeout=60)
        argv = ["systemd-run", "--quiet", "--collect", *timer, *argv]
    run.run(argv, timeout=60)


def _active() -> tuple[str, ...] | None:
    """The names of the active virtual machines as libvirt knows them; None when it does not answer."""
    try:
        import libvirt
    except ImportError:
        log.warning("libvirt is not installed, but its state files are there")
        return None
    # By default libvirt prints its errors, which would go right across a text screen.
    libvirt.registerErrorHandler(lambda _context, _error: None, None)
    try:
        connection = libvirt.openReadOnly("qemu:///system")
        try:
            domains = connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
            return tuple(sorted(domain.name() for domain in domains))
        finally:
            connection.close()
    except libvirt.libvirtError as error:
        log.warning("libvirt does not say which virtual machines run: %s", error)
        return None
