"""Whether this version is on trial, and whether an update was given up: what GRUB said about it.

GRUB says so on the kernel's command line (host.bootloader), so a normal start costs nothing: the ESP is not
even looked at, and bedplate-healthy.service does not start.
"""

from __future__ import annotations

from pathlib import Path

from host import paths
from host.bootloader import GIVEN_UP, TRIAL

CMDLINE = Path("/proc/cmdline")


def is_on_trial(cmdline: Path = CMDLINE) -> bool:
    """Whether GRUB started this version on trial; that stays so until the host is started again."""
    return TRIAL in _words(cmdline)


def notices(version: str, cmdline: Path = CMDLINE, confirmed: Path = paths.CONFIRMED) -> tuple[str, ...]:
    """What the splash says: that ``version``, which runs, is on trial, or that an update was given up."""
    if is_on_trial(cmdline) and not confirmed.exists():
        return (f"Version {version} is on trial until this host has proved to work.",)
    given_up = [word.partition("=")[2] for word in _words(cmdline) if word.startswith(f"{GIVEN_UP}=")]
    if not given_up:
        return ()
    # The bank it was in may be withdrawn by now, and its version with it.
    update = f"The update to version {given_up[-1]}" if given_up[-1] else "The last update"
    return (f"{update} was given up: it did not come to work. Version {version} runs, as before.",)


def _words(cmdline: Path) -> list[str]:
    try:
        return cmdline.read_text(errors="replace").split()
    except OSError:
        return []
