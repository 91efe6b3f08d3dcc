"""A machine on the bench: QEMU, its serial console, its keyboard and its screen in one hand."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from host.errors import HostError
from tools import keys
from tools.console import Console, frame
from tools.qemu import Machine, Qemu

running: list[Lab] = []
"""Every machine that is on, for whoever has to tell what they looked like when something failed."""


class Lab:
    """A running machine with a terminal on its first serial port.

    ``folder`` keeps what outlives a run, such as the firmware's variables; without one, it is a
    temporary folder that goes with the machine.
    """

    def __init__(
        self, machine: Machine, folder: Path | None = None, *, columns: int = 80, lines: int = 24
    ) -> None:
        self._own = None if folder else Path(tempfile.mkdtemp(prefix="bedplate-"))
        self.folder = folder or self._own or Path()
        self.qemu = Qemu(machine, self.folder)
        self.serial = Console(self.folder / "serial", columns=columns, lines=lines)
        running.append(self)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def keyboard(self, *names: str, pause: float = 0.25) -> None:
        """Press keys of the machine's own keyboard, ``pause`` seconds apart: ``f2``, ``alt-f1``, ``a`` …"""
        for name in names:
            self.qemu.send_keys(keys.monitor(name))
            time.sleep(pause)

    def keyboard_type(self, text: str) -> None:
        """Type a text on the machine's own keyboard, which has US keys."""
        self.keyboard(*text)

    def stop(self) -> None:
        """Switch off and clean up."""
        self._gone(self.qemu.stop)

    def kill(self) -> None:
        """Cut the power and clean up."""
        self._gone(self.qemu.kill)

    def _gone(self, end: Callable[[], None]) -> None:
        if self in running:
            running.remove(self)
        end()
        self.serial.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def save(self, target: Path, name: str) -> list[Path]:
        """Write what there is to see: the serial screen, everything it ever said, and the VGA picture."""
        target.mkdir(parents=True, exist_ok=True)
        screen, transcript = target / f"{name}.screen.txt", target / f"{name}.serial.log"
        screen.write_text(frame(self.serial.text) + "\n")
        transcript.write_bytes(bytes(self.serial.transcript))
        saved = [screen, transcript]
        if self.qemu.running():
            try:
                saved.append(self.qemu.screendump(target / f"{name}.png"))
            except (HostError, OSError) as error:
                screen.write_text(screen.read_text() + f"(no picture: {error})\n")
        return saved
