"""Advanced settings: those the host has, and what is said of the others."""

from __future__ import annotations

from commands.language import Call, Row, Unmet, Usage
from host import settings
from host.config import store
from host.errors import HostError
from host.settings import Setting

SATISFIED: dict[str, tuple[tuple[str, ...], str]] = {
    "/uservars/hostclientceipoptin": (("0", "2"), "This host reports nothing to anybody."),
    "/uservars/suppresshyperthreadwarning": (("1",), "There is no such warning on this host."),
    "/uservars/suppresscoredumpwarning": (("1",), "There is no such warning on this host."),
}
"""Settings that are not here, with the values that ask for what is so anyway, and a sentence that says so."""


def list_settings(call: Call) -> tuple[Row, ...]:
    """All of them, or those whose path begins with what was given."""
    wanted = call.text("option") or call.text("tree")
    found = [each for each in settings.SETTINGS if each.path.lower().startswith(wanted.lower())]
    if wanted and not found:
        raise _missing(wanted)
    config = store.load().config
    rows = [_row(each, each.read(config)) for each in found]
    return tuple(row for row in rows if not call.flag("delta") or row[2] != row[3])


def set_setting(call: Call) -> tuple[Row, ...]:
    """One setting, to a value or to its default."""
    number, text = call.number("int-value"), call.text("string-value")
    if (number is not None) + bool(text) + bool(call.flag("default")) != 1:
        raise Usage("Give --int-value, --string-value or --default.")
    return _set(call, call.text("option"), "default" if call.flag("default") else text or str(number))


def update(call: Call) -> tuple[Row, ...]:
    """vim-cmd's way: ``UserVars.SuppressShellWarning long 1``."""
    return _set(call, "/" + call.text("KEY").strip("/").replace(".", "/"), call.text("VALUE"))


def _set(call: Call, path: str, value: str) -> tuple[Row, ...]:
    setting = settings.find(path)
    if setting is None:
        values, sentence = SATISFIED.get(path.lower(), ((), ""))
        if value not in values:
            raise _missing(path)
        call.note(sentence)
        return ()
    try:
        number = setting.default if value == "default" else int(value, 0)
    except ValueError:
        raise HostError(f'{setting.path} is a number, not "{value}".') from None
    settings.change(setting, number)
    return ()


def _row(setting: Setting, value: int) -> Row:
    return (
        *(setting.path, "integer", value, setting.default, setting.least, setting.most),
        *("", "", "", setting.help),
    )


def _missing(path: str) -> Unmet:
    return Unmet(f"The setting {path} has no effect here, so it is not kept.")
