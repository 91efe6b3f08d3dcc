"""Single settings of the host under the names that ESXi has for them, ``/UserVars/SuppressShellWarning``.

Only what has an effect is here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from host.config.model import HostConfig, Settings
from host.errors import HostError


@dataclass(frozen=True)
class Setting:
    """A number that can be set: its ``path``, its range, and the field of the configuration it is kept in.

    ``is_switch`` marks one that is a boolean there, 0 or 1 here.
    """

    path: str
    help: str
    least: int
    most: int
    field: str
    is_switch: bool = False

    def read(self, config: HostConfig) -> int:
        """Its value."""
        return int(getattr(config.settings, self.field))

    @property
    def default(self) -> int:
        """The value it has unless somebody sets it."""
        return int(getattr(Settings(), self.field))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        path="/UserVars/ESXiShellInteractiveTimeOut",
        help="Seconds after which a login shell that waits for a key ends; 0 is never.",
        least=0,
        most=86400,
        field="shell_idle",
    ),
    Setting(
        path="/UserVars/SuppressShellWarning",
        help="With 1, the direct console does not say that SSH or the shell is enabled.",
        least=0,
        most=1,
        field="suppress_shell_warning",
        is_switch=True,
    ),
)


def find(path: str) -> Setting | None:
    """The setting of that path, whatever its case; None when there is none."""
    return next((each for each in SETTINGS if each.path.lower() == path.lower()), None)


def change(setting: Setting, value: int) -> None:
    """Set it, now and for every start. Raises HostError when the value is out of range, or cannot be kept."""
    if not setting.least <= value <= setting.most:
        raise HostError(f"{setting.path} is a number from {setting.least} to {setting.most}, not {value}.")
    from host.config import apply, store

    apply.apply(store.update(_with(setting, value)))


def _with(setting: Setting, value: int) -> Callable[[HostConfig], HostConfig]:
    kept = bool(value) if setting.is_switch else value

    def make(config: HostConfig) -> HostConfig:
        settings: Settings = msgspec.structs.replace(config.settings, **{setting.field: kept})
        return msgspec.structs.replace(config, settings=settings)

    return make
