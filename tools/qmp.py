"""QEMU's machine protocol: one JSON object a line over a Unix socket."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

from host.errors import HostError


class Qmp:
    """A connection to a running QEMU. Not for use from several threads."""

    def __init__(self, path: Path, *, timeout: float = 30) -> None:
        """Connect and leave QEMU ready for commands; raises HostError when it does not answer."""
        self._socket = _connect(path, timeout)
        self._lines = self._socket.makefile("rb")
        self.events: list[dict[str, Any]] = []
        self._read()
        self.command("qmp_capabilities")

    def command(self, name: str, /, **arguments: Any) -> Any:
        """Run one command and return what it returns; raises HostError with QEMU's words."""
        request = {"execute": name, "arguments": arguments} if arguments else {"execute": name}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self._read()
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise HostError(f"QEMU refused {name}: {answer['error']['desc']}")
            elif "return" in answer:
                return answer["return"]

    def monitor(self, line: str) -> str:
        """Run a command of the human monitor, for what has no machine form."""
        return str(self.command("human-monitor-command", **{"command-line": line}))

    def close(self) -> None:
        """Hang up; QEMU goes on."""
        self._lines.close()
        self._socket.close()

    def _read(self) -> dict[str, Any]:
        try:
            line = self._lines.readline()
        except OSError as error:
            raise HostError(f"QEMU's monitor does not answer: {error}") from error
        if not line:
            raise HostError("QEMU ended.", hint="Its last words are in qemu.log beside the machine.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _connect(path: Path, timeout: float) -> socket.socket:
    until = time.monotonic() + timeout
    while True:
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(str(path))
        except OSError as error:
            link.close()
            if time.monotonic() > until:
                raise HostError(f"QEMU's monitor at {path} cannot be reached: {error}") from error
            time.sleep(0.05)
        else:
            link.settimeout(timeout)
            return link
