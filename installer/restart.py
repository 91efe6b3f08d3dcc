"""The end of the installer: the machine starts again, without the CD it was started from."""

from __future__ import annotations

import os

from host import boot, paths, power


def restart(*, eject: bool = True) -> None:
    """Restart the machine; a CD is ejected on the way if it is the medium. Raises HostError."""
    started = boot.load()
    if eject and started.disk.startswith("/dev/sr"):
        paths.EJECT.write_text(started.disk + "\n", encoding="utf-8")
    os.sync()
    power.restart()
