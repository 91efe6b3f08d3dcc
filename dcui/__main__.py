"""The direct console; ``--consoles`` runs it on all local consoles, ``--machine`` at a desk."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from dcui.backend import Backend
from dcui.session import Session
from host.errors import HostError
from tui import palette, terminal
from tui.app import App
from tui.frame import KeyStyle

SCREEN_OF_MACHINE = "tty1"
"""The console that is the machine's own screen and keyboard; all others are serial lines."""


def main(arguments: list[str]) -> int:
    """Run the console; returns the exit code."""
    options = _options(arguments)
    _log(to_stderr=options.consoles)
    try:
        backend = _backend(options.machine)
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    if options.consoles:
        _serve(backend)
        return 0
    local = options.machine is not None or os.environ.get("TERM") == "linux"
    run(backend, local=local, ctrl_c_leaves=True)
    return 0


def run(backend: Backend, *, local: bool, ctrl_c_leaves: bool) -> None:
    """Run one console in the current terminal until it is left."""
    screen = terminal.open_current()
    app = App(screen, key_style=KeyStyle.ANGLE, colours=palette.choose(screen.term))
    app.run(Session(app, backend, local=local, ctrl_c_leaves=ctrl_c_leaves).start())


def _serve(backend: Backend) -> None:
    from dcui import real
    from tui import consoles

    real.preload()

    def program(name: str) -> None:
        run(backend, local=name == SCREEN_OF_MACHINE, ctrl_c_leaves=False)

    consoles.serve(consoles.local_consoles, program)


def _backend(machine: Path | None) -> Backend:
    if machine is None:
        from dcui.real import Host

        return Host()
    from dcui import simulated
    from host.machine.model import load

    return simulated.Host(load(machine))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m dcui", description="The direct console of this host.")
    parser.add_argument("--consoles", action="store_true", help="run on every local console until stopped")
    parser.add_argument(
        "--machine",
        type=Path,
        metavar="FILE",
        help="show a recorded machine instead of this one; nothing real is changed, and root's password "
        "is desk-Pass1. Ctrl+C leaves.",
    )
    return parser.parse_args(arguments)


def _log(*, to_stderr: bool) -> None:
    """A log on the terminal that is drawn on would spoil it."""
    handler: logging.Handler = logging.NullHandler()
    if to_stderr or not sys.stderr.isatty():
        handler = logging.StreamHandler()
    logging.basicConfig(handlers=[handler], level=logging.INFO, format="%(name)s: %(message)s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
