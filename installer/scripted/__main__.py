"""``python3 -m installer.scripted``: carry out the scripted installation that the boot options ask for.

Without ``--restart`` the machine is left running at the end, whatever the file says.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from host import paths
from host.errors import HostError
from installer import process
from installer.scripted.session import CMDLINE, EVENTS, LOCK, PID

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from host.machine.model import Disk, Machine
    from installer.kickstart.bootoptions import BootOptions
    from installer.kickstart.script import Reboot
    from installer.scripted.events import Emit
    from installer.scripted.run import World
    from installer.upgrading import Examined

log = logging.getLogger(__name__)

RESTART_AFTER = 5.0
"""Seconds in which somebody can read that the installation is complete."""

PATIENCE = 10.0
"""Seconds that disks and adapters the file asks for are waited for: controllers find theirs late."""

_SETTLE = 60
"""Seconds for the network's service to start."""

_CLAIM_TRIES = 20
_CLAIM_PAUSE = 0.1
"""A console that just looks who owns the installation makes a claim fail for a moment."""


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 when the machine is installed or a dry run went well."""
    given = _parser().parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    try:
        with process.only_one(given.work / LOCK):
            is_done = given.once and (given.work / EVENTS).exists()
            return 0 if is_done else _start(given)
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _start(given: argparse.Namespace) -> int:
    """The beginning is told before this program goes its own way: who started it sees it at once."""
    from installer.scripted.events import Begun, to_line

    begun = to_line(Begun())
    if given.detach:
        with (given.work / EVENTS).open("ab") as file:
            file.write(begun)
        if not process.detach(given.work, EVENTS):
            return 0
    else:
        os.write(1, begun)
    (given.work / PID).write_text(str(os.getpid()))
    signal.signal(signal.SIGTERM, _interrupt)
    return _run(given)


def _run(given: argparse.Namespace) -> int:
    from host.events import Output
    from installer import session
    from installer.scripted import events

    _log_to(given.work / process.LOG)
    told: list[events.Event] = []

    def emit(event: events.Event) -> None:
        told[:] = [event]
        if not isinstance(event, Output):  # what scripts say is in the log already
            log.info("%s", event)
        os.write(1, events.to_line(event))

    try:
        reboot = _carry_out(given, emit)
        if given.restart and reboot is not None:
            _restart(reboot)
    except KeyboardInterrupt:
        emit(events.because("The scripted installation was stopped at a console."))
    finally:
        session.release(given.work)
    return 1 if isinstance(told[0], events.Failed) else 0


def _carry_out(given: argparse.Namespace, emit: Emit) -> Reboot | None:
    """Own the installation, and carry it out."""
    from installer import session
    from installer.scripted.events import because
    from installer.scripted.run import Run

    if not _claim(given.work):
        owner = session.owner(given.work) or "another console"
        emit(because(f"An installation is already under way; it was started on {owner}."))
        return None
    return Run(_world(given), emit).carry_out()


def _claim(work: Path) -> bool:
    """Take the installation, so that nobody starts one by hand beside it."""
    from installer import session

    for _ in range(_CLAIM_TRIES):
        if session.claim(session.KICKSTART, work):
            return True
        time.sleep(_CLAIM_PAUSE)
    return False


def _restart(reboot: Reboot) -> None:
    from installer import restart
    from installer.kickstart.script import Reboot

    if reboot is not Reboot.WAIT:
        time.sleep(RESTART_AFTER)
        restart.restart(eject=reboot is Reboot.EJECT)


def _world(given: argparse.Namespace) -> World:
    from installer import session
    from installer.kickstart import bootoptions
    from installer.scripted.run import World

    return World(
        work=given.work,
        options=partial(bootoptions.load, given.cmdline),
        bring_up=_bring_up,
        machine=partial(_machine, loops=given.loops),
        examine=_examine,
        start=lambda spec: session.start(spec, given.work, options=tuple(given.engine)),
        follow=lambda offset: session.follow(offset, given.work),
        committed=_no_longer_stoppable,
        patience=given.patience,
    )


def _bring_up(options: BootOptions, tell: Callable[[str], None], six: bool) -> None:
    """The installer's screens are there before adapters and the network's service are: both are waited for.

    vmnic0 is the first adapter of all of them, not the first one to come.
    """
    from host.machine.settle import settle
    from host.run import CommandError, run
    from installer.kickstart import network

    settle()
    try:
        run(["systemctl", "start", "systemd-networkd.service"], check=False, timeout=_SETTLE)
    except CommandError as error:  # what is missing then is said in plain words
        log.warning("%s", error)
    network.bring_up(options, tell, ipv6=six)


def _machine(*, loops: bool) -> Machine:
    """The machine once udev has read the devices that are there: a file that comes with the boot loader is
    read before that.
    """
    from host.machine.probe import probe
    from host.machine.settle import settle

    settle()
    return probe(loops=loops)


def _examine(disk: Disk) -> Examined:
    from installer import upgrading

    return upgrading.examine(disk)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="installer.scripted", description="Install as ks= says.")
    parser.add_argument("--cmdline", type=Path, default=CMDLINE, metavar="FILE", help="the boot options")
    parser.add_argument("--work", type=Path, default=paths.INSTALL, help="scratch folder, in memory")
    parser.add_argument("--detach", action="store_true", help="go on in the background; events go to a file")
    parser.add_argument("--once", action="store_true", help="do nothing if there was a run already")
    parser.add_argument("--restart", action="store_true", help="restart the machine if the file says so")
    parser.add_argument("--loops", action="store_true", help="take in loop devices, for tests")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, metavar="SECONDS", help="how long devices are waited for"
    )
    parser.add_argument(
        "--engine", action="append", default=[], metavar="OPTION", help="hand an option on to the engine"
    )
    return parser


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """Not an error that a chapter could take for one of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _no_longer_stoppable() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _log_to(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    logging.basicConfig(
        stream=os.fdopen(descriptor, "w"), level=logging.DEBUG, format="%(asctime)s %(name)s: %(message)s"
    )


if __name__ == "__main__":
    raise SystemExit(main())
