"""``python3 -m installer``: the installer, in this terminal or on all local consoles."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from host.errors import HostError

if TYPE_CHECKING:
    from installer.backend import Backend

WARM_UP = 0.5
"""Seconds after the first screen until what the later ones need is imported."""


def main(arguments: list[str] | None = None) -> int:
    """Run the installer; returns the exit code."""
    options = _parser().parse_args(arguments)
    _log(options.log)
    try:
        if options.consoles:
            return _on_consoles()
        return _here(_backend(options.machine))
    except HostError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m installer", description="Install this machine.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--machine", type=Path, metavar="FILE", help="show a recorded machine; nothing is changed"
    )
    where.add_argument("--consoles", action="store_true", help="serve every local console of this machine")
    parser.add_argument("--log", type=Path, metavar="FILE", help="log there (default: standard error)")
    return parser


def _log(file: Path | None) -> None:
    """Log where it does not go across the screen."""
    form = "%(levelname)s %(name)s: %(message)s"
    if file is None and sys.stderr.isatty():
        logging.basicConfig(handlers=[logging.NullHandler()])
    else:
        logging.basicConfig(filename=file, format=form, level=logging.INFO)


def _backend(machine: Path | None) -> Backend:
    from installer import backend

    return backend.recorded(machine) if machine else backend.real()


def _here(backend: Backend) -> int:
    run(backend, _console_name())
    return 0


def _on_consoles() -> int:
    backend = _backend(None)
    _import_all(scripted=backend.script is not None)
    from tui import consoles

    consoles.serve(consoles.local_consoles, lambda name: run(backend, name))
    return 0


def _import_all(*, scripted: bool) -> None:
    """Import now what every console will need, so that the children share it."""
    from importlib import import_module

    screens = ("installer.screens.wizard", *(("installer.screens.scripted",) if scripted else ()))
    for name in (*screens, "tui.app", "tui.terminal"):
        import_module(name)


def _console_name() -> str:
    try:
        return os.ttyname(0).removeprefix("/dev/")
    except OSError:
        return "this console"


def run(backend: Backend, console: str) -> None:
    """The installer on the terminal that is standard input and output."""
    from installer.backend import warm_up
    from installer.screens.wizard import Wizard
    from tui import palette, terminal
    from tui.app import App

    screen = terminal.open_current()
    app = App(screen, colours=palette.choose(screen.term))
    app.after(0, Wizard(app, backend, console).start)
    app.after(WARM_UP, lambda: app.background(warm_up, lambda _: None))
    app.run()


if __name__ == "__main__":
    sys.exit(main())
