"""SSH and the shell, by the same functions as Troubleshooting Options of the direct console."""

from __future__ import annotations

from commands.language import Call, Row
from host import services
from host.errors import HostError


def enable_ssh(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """SSH starts with the host, and now."""
    return _settled(services.set_policy("ssh", True))


def disable_ssh(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """SSH does not start with the host and stops now; open sessions stay open."""
    return _settled(services.set_policy("ssh", False))


def start_ssh(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """SSH starts now; what happens at the next start is left as it is."""
    return _settled(services.start("ssh"))


def stop_ssh(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """SSH stops now."""
    return _settled(services.stop("ssh"))


def enable_shell(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The shell starts with the host, and now."""
    return _settled(services.set_policy("shell", True))


def disable_shell(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The shell does not start with the host and stops now."""
    return _settled(services.set_policy("shell", False))


def start_shell(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The shell starts now."""
    return _settled(services.start("shell"))


def stop_shell(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """The shell stops now."""
    return _settled(services.stop("shell"))


def _settled(outcome: services.Outcome) -> tuple[Row, ...]:
    """Nothing is said where it went well, as on ESXi."""
    if not outcome.ok:
        unit = services.find(outcome.name).unit
        raise HostError(outcome.text, hint=f"The reason may be in its log: journalctl --unit={unit}.")
    return ()
