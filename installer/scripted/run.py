"""One scripted installation, chapter by chapter. It says what it does as events and raises nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from host import events as engine
from host.errors import HostError
from host.machine.model import Disk, Machine
from host.scripts.runner import Surroundings, run_script
from installer import upgrading, words
from installer.kickstart import Bound, Diagnostic, Script, Section, Severity, bind, read
from installer.kickstart import location as places
from installer.kickstart.bootoptions import BootOptions, Problem
from installer.kickstart.fetching import Fetcher
from installer.kickstart.location import Location
from installer.kickstart.report import bound_lines
from installer.kickstart.runnable import as_script
from installer.kickstart.script import Mode, Reboot
from installer.kickstart.sources import Fetched, How, fetch
from installer.process import LOG
from installer.scripted import events
from installer.scripted.events import Emit, Failed, Installed, Installing, Planned, Said, Stage
from installer.spec import Spec
from installer.upgrading import Examined

log = logging.getLogger(__name__)

_LOOK = 0.25
"""Seconds between looks at what the engine says."""


@dataclass(frozen=True)
class World:
    """What a run asks of the machine.

    ``bring_up`` has a network for the boot options and tells what it waits for. ``examine`` says which
    version is on a disk and whether that can be upgraded. ``start`` and ``follow`` are those of
    installer.session; ``committed`` is called just before ``start``: from then on the run is not to be
    stopped. ``work`` is the folder of the installation under way, ``patience`` how long disks and adapters
    that the file asks for are waited for, in seconds.
    """

    work: Path
    options: Callable[[], BootOptions]
    bring_up: Callable[[BootOptions, Callable[[str], None], bool], object]
    machine: Callable[[], Machine]
    examine: Callable[[Disk], Examined]
    start: Callable[[Spec], None]
    follow: Callable[[int], tuple[Sequence[engine.Event], int]]
    committed: Callable[[], None] = lambda: None
    source: Callable[[Location, How], Fetched] = fetch
    patience: float = 0.0


class Stopped(Exception):
    """The run ends here, and why."""

    def __init__(self, why: Failed) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Run:
    """One run. ``carry_out`` does it and says how the machine is to be restarted, None when it is not."""

    world: World
    emit: Emit
    online: bool = field(default=False, init=False)

    def carry_out(self) -> Reboot | None:
        """From the boot options to a machine that is installed. The last event tells how it ended."""
        try:
            options, place = self.boot_options()
            script = self.read(options, place)
            bound, machine = self.bind(script)
            bound = self.examine(bound, machine)
            plan = self.plan(bound, machine)
            if script.dryrun:
                self.emit(Planned(plan))
                return None
            return self.install(bound, machine, script.reboot)
        except Stopped as stopped:
            self.emit(stopped.why)
        except HostError as error:
            self.emit(events.because(error.message, error.hint))
        except Exception as error:
            log.exception("the scripted installation failed")
            self.emit(events.because(f"The installer failed: {error!r}", "Save the logs and report this."))
        return None

    def boot_options(self) -> tuple[BootOptions, Location]:
        """What to fetch, from where. A wrong option stops the run: it was meant for something."""
        self.emit(Stage("Reading the boot options."))
        options = self.world.options()
        for note in options.notes:
            self.emit(Said(_sentences(note)))
        if options.problems:
            found = options.problems
            raise Stopped(
                Failed(tuple(events.Problem("boot options", one.message, one.hint) for one in found))
            )
        if options.location is None:
            raise HostError("The boot options name no kickstart file.", hint="Give one with ks=.")
        return options, options.location

    def read(self, options: BootOptions, place: Location) -> Script:
        """The file and all it includes, its %pre scripts run on the way; everything that is wrong with it."""
        self.emit(Stage(f"Fetching the kickstart file from {places.describe(place)}."))
        how = How(on_attempt=lambda text: self.emit(Said(text)), verify=options.verify)
        fetcher = Fetcher(how, lambda place, how: self.fetch(place, how, options))
        reading = read(places.spell(place), reader=fetcher, run_pre=self.run_pre)
        self.tell(reading.diagnostics)
        if reading.script is None:
            raise Stopped(events.refused(reading.diagnostics))
        return reading.script

    def fetch(self, place: Location, how: How, options: BootOptions) -> Fetched:
        """One file. The network is brought up for the first one that is behind it."""
        if places.needs_network(place) and not self.online:
            self.emit(Stage("Bringing up the network."))
            six = ":" in places.server(place)
            self.world.bring_up(options, lambda text: self.emit(Said(text)), six)
            self.online = True
        fetched = self.world.source(place, how)
        self.emit(Said(f"Read: {fetched.where}"))
        return fetched

    def run_pre(self, section: Section) -> None:
        """Run a %pre script. Raises HostError when it fails."""
        script = as_script(section)
        self.emit(Stage(f"Running {script.title}."))
        outcome = run_script(
            script,
            log_file=self.world.work / LOG,
            said=lambda line: self.emit(engine.Output(script.title, line)),
            surroundings=Surroundings(work=self.world.work / "scripts", applets=self.world.work / "applets"),
        )
        if not outcome.ok:
            why = outcome.text.removeprefix(f"{script.title} ").removeprefix("failed with ")
            raise HostError(why, hint="Its output is in the log. Correct the script and try again.")

    def bind(self, script: Script) -> tuple[Bound, Machine]:
        """What the file means here. Disks and adapters that are not there yet are waited for a little."""
        self.emit(Stage("Looking at this machine."))
        until = time.monotonic() + self.world.patience
        waited = False
        while True:
            machine = self.world.machine()
            binding = bind(script, machine)
            if binding.bound is not None or time.monotonic() >= until:
                break
            if not waited:
                self.emit(Said(f"Waiting up to {self.world.patience:g} s for more devices."))
                waited = True
            time.sleep(1)
        self.tell(binding.diagnostics)
        if binding.bound is None:
            raise Stopped(events.refused(binding.diagnostics))
        return binding.bound, machine

    def examine(self, bound: Bound, machine: Machine) -> Bound:
        """Find out which version is upgraded. Raises HostError when it cannot be."""
        if bound.mode is not Mode.UPGRADE:
            return bound
        self.emit(Stage("Looking at the installed version."))
        disk = _disk(bound, machine)
        wanted = upgrading.spec(disk, self.world.examine(disk))
        scripts = {"post": bound.spec.post, "first_boot": bound.spec.first_boot}
        return msgspec.structs.replace(bound, spec=msgspec.structs.replace(wanted, **scripts))

    def plan(self, bound: Bound, machine: Machine) -> tuple[str, ...]:
        """What will be done, in words. Raises HostError when it cannot be done."""
        lines = tuple(bound_lines(bound, machine))
        for line in lines:
            log.info("plan: %s", line)
        return lines

    def install(self, bound: Bound, machine: Machine, reboot: Reboot) -> Reboot | None:
        """Have the engine do it, and wait for its end."""
        what = "upgrade" if bound.mode is Mode.UPGRADE else "installation"
        self.emit(Stage(f"Starting the {what}."))
        self.world.committed()
        self.world.start(bound.spec)
        self.emit(Installing(words.identity(_disk(bound, machine)), reboot))
        end = self.wait_for_end()
        if isinstance(end, engine.Error):
            raise Stopped(events.broken(end))
        self.emit(Installed(end.seconds, reboot))
        return reboot

    def wait_for_end(self) -> engine.Done | engine.Error:
        """The last word of the engine, however long it takes."""
        offset = 0
        while True:
            happened, offset = self.world.follow(offset)
            for event in happened:
                if isinstance(event, engine.Done | engine.Error):
                    return event
            time.sleep(_LOOK)

    def tell(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Warnings and notes about the file; the errors are told together when the run stops."""
        for one in diagnostics:
            text = f"{one.file}:{one.line}: {one.message} {one.hint}".rstrip()
            log.info("%s: %s", one.severity, text)
            if one.severity is Severity.WARNING:
                self.emit(engine.Warning(text))
            elif one.severity is Severity.NOTE:
                self.emit(Said(text))


def _sentences(problem: Problem) -> str:
    return f"{problem.message} {problem.hint}".rstrip()


def _disk(bound: Bound, machine: Machine) -> Disk:
    return next(disk for disk in machine.disks if disk.id == bound.disk.id)
