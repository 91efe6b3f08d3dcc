"""Shutting down and restarting the host, and what runs on it that this would stop."""

from __future__ import annotations

import logging
from pathlib import Path

from host import run

log = logging.getLogger(__name__)

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


def shut_down() -> None:
    """Begin to shut the host down and switch it off. Returns at once. Raises HostError when that fails.

    Virtual machines that run are ended with the host: whoever calls this asks first (``running_vms``).
    """
    run.run(["systemctl", "--no-block", "poweroff"], timeout=60)


def restart() -> None:
    """Begin to shut the host down and start it again. Returns at once. Raises HostError when that fails."""
    run.run(["systemctl", "--no-block", "reboot"], timeout=60)


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
