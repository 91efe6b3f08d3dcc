"""There is no firewall: what asks for open doors is so, what asks for closed ones is not done."""

from __future__ import annotations

from commands.language import Call, Row, Unmet, Usage

_OPEN = "There is no firewall on this host: a service can be reached while it runs."


def get(call: Call) -> tuple[Row, ...]:  # noqa: ARG001
    """How it is: everything passes."""
    return (("PASS", False, False),)


def set_firewall(call: Call) -> tuple[Row, ...]:
    """Off, and pass by default, is how it is."""
    enabled, passes = call.flag("enabled"), call.flag("default-action")
    if enabled is None and passes is None:
        raise Usage("Give --enabled or --default-action.")
    return _answer(call, is_so=enabled is False or passes is True)


def set_ruleset(call: Call) -> tuple[Row, ...]:
    """A rule set that is enabled, for all addresses, is how it is."""
    enabled, everybody = call.flag("enabled"), call.flag("allowed-all")
    if enabled is None and everybody is None:
        raise Usage("Give --enabled or --allowed-all.")
    return _answer(call, is_so=enabled is not False and everybody is not False)


def _answer(call: Call, *, is_so: bool) -> tuple[Row, ...]:
    if not is_so:
        raise Unmet(_OPEN)
    call.note(_OPEN)
    return ()
