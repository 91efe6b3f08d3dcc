"""Carries out one installation: reads a spec on standard input, prints events, ends with 0 or 1.

``python3 -m installer.engine [--dry-run] [--machine FILE] [--payload DIR] [--loaders DIR] [--work DIR]
[--detach | --wait]``

The password hash in the spec is written to the new host's configuration and nowhere else.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from host import events, paths
from host.errors import HostError
from host.events import Emit
from installer import process
from installer.context import NOTHING, Context

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from host.machine.model import Machine
    from installer.plan import Plan
    from installer.spec import Spec

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the engine; see the module's text."""
    given = _parse(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    try:
        return _wait(given) if given.wait else _start(given)
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _start(given: argparse.Namespace) -> int:
    data = sys.stdin.buffer.read()
    with process.only_one(given.work / process.LOCK):
        if given.detach:
            (given.work / process.EVENTS).write_bytes(b"")
            if not process.detach(given.work):
                return 0
        return _run(given, data)


def _wait(given: argparse.Namespace) -> int:
    """Load everything, then wait for a spec and carry it out."""
    with process.only_one(given.work / process.READY):
        process.make_pipe(given.work)
        if not process.detach(given.work):
            return 0
        _load()
        data = process.receive(given.work)
        with process.only_one(given.work / process.LOCK):
            return _run(given, data)


def _load() -> None:
    """Import what an installation needs, the libraries in C among it."""
    import parted
    import pyudev

    import host.machine.probe
    import installer.kickstart.writing
    import installer.plan
    import installer.progress

    ours = [host.machine.probe, installer.kickstart.writing, installer.plan, installer.progress]
    log.debug("loaded %s", [parted, pyudev, *ours])


def _run(given: argparse.Namespace, data: bytes) -> int:
    _log_to(given.work / process.LOG)
    emit = _printer(sys.stdout.fileno())
    try:
        return _install(given, data, emit)
    except HostError as error:
        emit(events.Error(error.message, error.hint, NOTHING))
    except Exception as error:
        log.exception("the engine failed")
        emit(events.Error(f"The installer failed: {error!r}", "Save the logs and report this.", NOTHING))
    return 1


def _install(given: argparse.Namespace, data: bytes, emit: Emit) -> int:
    from host.machine.disks import find_disks
    from installer.payload import read_payload
    from installer.plan import describe, plan

    started = time.monotonic()
    spec = _spec(data)
    machine = _machine(given)
    made = plan(machine, spec)
    for line in describe(machine, spec):
        log.info("plan: %s", line)
    if given.dry_run:
        return _show(made, describe(machine, spec), emit)
    context = Context(
        machine=machine,
        spec=spec,
        disk=made.disk,
        layout=made.layout,
        payload=read_payload(given.payload),
        loaders=given.loaders,
        work=given.work,
        find_disks=partial(find_disks, loops=given.loops),
        advance=_nowhere,
        copied=_nowhere,
        warn=lambda text: emit(events.Warning(text)),
        volumes=given.volumes,
        said=lambda source, text: emit(events.Output(source, text)),
    )
    return _carry_out(made, context, emit, started)


def _carry_out(made: Plan, context: Context, emit: Emit, started: float) -> int:
    """Run the tasks one after the other; whatever happens, let go of the disk at the end."""
    from installer.progress import Meter

    weights = [task.weight(context) for task in made.tasks]
    meter = Meter(sum(weights), emit)
    context.advance, context.copied = meter.advance, meter.copied
    kind: Literal["installation", "upgrade"] = "upgrade" if context.is_upgrade else "installation"
    emit(events.Begun(kind))
    try:
        with context.at_end, _stoppable(), _keeping_log(context):
            for number, (task, weight) in enumerate(zip(made.tasks, weights, strict=True), 1):
                emit(events.Step(number, len(made.tasks), task.title))
                meter.begin(weight)
                task.run(context)
                meter.end()
    except HostError as error:
        emit(events.Error(error.message, error.hint, context.changed))
        return 1
    except OSError as error:
        emit(events.Error(f"The {kind} failed: {error}", "Save the logs; try another disk.", context.changed))
        return 1
    emit(events.Done(time.monotonic() - started))
    return 0


@contextmanager
def _keeping_log(context: Context) -> Iterator[None]:
    """Log a failure, and have the log on the disk if there is a place for it by then."""
    from installer.tasks.seal import keep_log

    try:
        yield
    except HostError as error:
        log.error("failed: %s", error)
        keep_log(context)
        raise
    except OSError:
        log.exception("failed")
        keep_log(context)
        raise


def _show(made: Plan, lines: tuple[str, ...], emit: Emit) -> int:
    """A dry run: the plan in words on standard error, its steps as events, and nothing done."""
    sys.stderr.write("\n".join(lines) + "\n")
    for number, task in enumerate(made.tasks, 1):
        emit(events.Step(number, len(made.tasks), task.title))
    emit(events.Done(0.0))
    return 0


def _spec(data: bytes) -> Spec:
    import msgspec

    from installer.spec import from_json

    try:
        return from_json(data)
    except msgspec.DecodeError as error:
        raise HostError(f"The engine was given no valid specification: {error}") from error


def _machine(given: argparse.Namespace) -> Machine:
    import msgspec

    from host.machine.model import Firmware, load
    from host.machine.probe import probe

    if given.machine is None:
        found = probe(loops=given.loops)
        return msgspec.structs.replace(found, firmware=Firmware(given.firmware)) if given.firmware else found
    if not given.dry_run:
        raise HostError("A recorded machine has no disks to write to.", hint="Add --dry-run.")
    return load(given.machine)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    import argparse

    parser = argparse.ArgumentParser(prog="installer.engine", description="Carry out an installation.")
    parser.add_argument("--machine", type=Path, help="a recorded machine, with --dry-run")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
    parser.add_argument("--payload", type=Path, default=paths.PAYLOAD, help="the folder with the system")
    parser.add_argument(
        "--loaders", type=Path, default=paths.LOADERS, help="the folder with the boot loaders"
    )
    parser.add_argument(
        "--volumes", type=Path, default=paths.VOLUMES, help="where scripts find the datastore"
    )
    parser.add_argument("--work", type=Path, default=paths.INSTALL, help="scratch folder, in memory")
    parser.add_argument("--detach", action="store_true", help="go on in the background; events go to a file")
    parser.add_argument("--wait", action="store_true", help="load, then wait in the background for a spec")
    parser.add_argument("--loops", action="store_true", help="allow loop devices as target, for tests")
    parser.add_argument("--firmware", choices=["bios", "uefi"], help="another firmware than found, for tests")
    return parser.parse_args(arguments)


@contextmanager
def _stoppable() -> Iterator[None]:
    """End the work on SIGTERM as on any other error, so that everything is unmounted."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise HostError("The installation was stopped.", hint="Start it again.")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_to(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    logging.basicConfig(
        stream=os.fdopen(descriptor, "w"), level=logging.DEBUG, format="%(asctime)s %(name)s: %(message)s"
    )


def _printer(descriptor: int) -> Emit:
    def emit(event: events.Event) -> None:
        # What scripts say is in the log already.
        if not isinstance(event, events.Progress | events.Output):
            log.info("%s", event)
        # One write a line: readers of the file never see a part of an event from a live engine.
        os.write(descriptor, events.to_line(event))

    return emit


def _nowhere(count: int) -> None:
    """Progress before there is anything to measure."""


if __name__ == "__main__":
    raise SystemExit(main())
