"""Changes of the management network that cannot lock anyone out for good.

A change is applied with the previous settings noted on the disk, and then verified: is there a link, an
address, is the address nobody else's, does the gateway answer? If all of it is so, the change keeps itself.
If anything is doubtful it must be confirmed within COUNTDOWN seconds, from the console or by somebody who
reaches the new address; otherwise it is taken back. A timer of systemd sees to that if this process dies,
and the next start does if the power goes.

``python3 -m host.network.commit status|confirm|rollback|expire`` is the same for the shell and the timer.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from host import paths
from host.config import store
from host.config.model import HostConfig, Ipv4Mode, ManagementNetwork
from host.config.validate import problems
from host.errors import HostError
from host.network import pending as note
from host.network.pending import Pending

log = logging.getLogger(__name__)

COUNTDOWN = 60.0
"""Seconds a doubtful change waits to be confirmed."""

_TRIAL = 120.0
"""Seconds more that applying and verifying may take before a change is taken back unasked."""

_LOCK = "network.lock"


class Result(StrEnum):
    """What became of a change."""

    UNCHANGED = "unchanged"
    KEPT = "kept"
    DOUBTFUL = "doubtful"
    TAKEN_BACK = "taken back"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change, and why it is doubtful. ``seconds`` are left to confirm a doubtful one."""

    result: Result
    doubts: tuple[str, ...] = ()
    seconds: float = 0.0


class System(Protocol):
    """What is done to the system and asked from it; host.network.system is the one there is."""

    def use(self, config: HostConfig) -> None:
        """Make the system follow the configuration."""

    def keep(self, config: HostConfig) -> None:
        """Have the next start use this configuration at once."""

    def unstamp(self) -> None:
        """Have the next start look at what is pending."""

    def arm(self, seconds: float) -> None:
        """Have ``expire`` called after that time, whatever becomes of this process."""

    def disarm(self) -> None:
        """Do not have it called any more."""

    def has_vmk_link(self) -> bool:
        """Whether vmk0 sees a link."""

    def owner(self, address: str) -> str:
        """Who else uses the address, '' when nobody does."""

    def doubts(self, config: HostConfig) -> tuple[str, ...]:
        """Why the network may not be what was wanted."""

    def restart(self, config: HostConfig) -> None:
        """Take the network down and up."""


class Committer:
    """Changes to the configuration in ``directory``, applied to ``system``; safe to use from many
    processes.
    """

    def __init__(self, directory: Path, system: System) -> None:
        self._directory = directory
        self._system = system

    def change(self, management: ManagementNetwork, hostname: str | None = None) -> Outcome:
        """Change the management network, and the host name if one is given. See the module-level function."""
        return self.update(
            lambda old: msgspec.structs.replace(old, management=management, hostname=hostname or old.hostname)
        )

    def update(self, make: Callable[[HostConfig], HostConfig]) -> Outcome:
        """Change part of the network settings. See the module-level function."""
        with self._locked():
            old = store.load(self._directory).config
            new = make(old)
            self._refuse_unless_valid(new)
            if new == old:
                return Outcome(result=Result.UNCHANGED)
            if not _can_lock_out(old, new):
                self._system.use(self._store(new))
                return Outcome(result=Result.KEPT)
            self._refuse_duplicate(old, new)
            mine = self._begin(old)
            self._try(new)
        return self._settle(mine, new, self._system.doubts(new))

    def pending(self) -> Pending | None:
        """The change that waits to be confirmed, if any."""
        return note.read(self._directory)

    def confirm(self) -> bool:
        """Keep the change that waits; False when none does."""
        with self._locked():
            if not note.exists(self._directory):
                return False
            self._keep(store.load(self._directory).config)
            return True

    def rollback(self) -> bool:
        """Take the change that waits back; False when none does. Raises HostError when the system refuses."""
        with self._locked():
            return self._take_back()

    def expire(self, sleep: Callable[[float], None] = time.sleep) -> bool:
        """Take the change that waits back once its time is over; False when it was settled before."""
        while True:
            waiting = note.read(self._directory)
            if waiting is None:
                return False
            if not waiting.seconds_left:
                with self._locked():
                    # Settled, or given more time, while this waited for the lock: look again.
                    if note.read(self._directory) == waiting:
                        return self._take_back()
                continue
            sleep(waiting.seconds_left)

    def restart(self) -> tuple[str, ...]:
        """Take the management network down and up; returns what is doubtful about it afterwards."""
        config = store.load(self._directory).config
        self._system.restart(config)
        return self._system.doubts(config)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with store.locked(self._directory / _LOCK):
                yield
        except OSError as error:
            raise HostError(
                f"The network change could not be noted: {error}",
                hint="See whether the STATE partition is mounted and has space: findmnt /state; df /state.",
            ) from error

    def _refuse_unless_valid(self, new: HostConfig) -> None:
        found = problems(new.management, new.hostname)
        if found:
            raise HostError("The network settings are not valid: " + " ".join(found.values()))
        if note.exists(self._directory):
            raise HostError(
                "Another network change is waiting to be confirmed.",
                hint="Confirm it or take it back first.",
            )

    def _refuse_duplicate(self, old: HostConfig, new: HostConfig) -> None:
        """Before anything is changed, where the old network is the one the address is meant for."""
        address = new.management.ipv4.address
        if (
            new.management.ipv4.mode != Ipv4Mode.STATIC
            or _wiring(old) != _wiring(new)
            or (old.management.ipv4.mode == Ipv4Mode.STATIC and old.management.ipv4.address == address)
            or not self._system.has_vmk_link()
        ):
            return
        mac = self._system.owner(address)
        if mac:
            raise HostError(
                f"{address} is already used by the machine with the MAC address {mac}.",
                hint="Nothing was changed. Choose another address, or take that machine off the network.",
            )

    def _begin(self, old: HostConfig) -> Pending:
        """From here on, every way this can end restores ``old`` unless the change is kept."""
        mine = Pending(
            hostname=old.hostname,
            management=old.management,
            deadline=note.now() + COUNTDOWN + _TRIAL,
            boot_id=note.boot_id(),
        )
        self._system.unstamp()
        note.write(mine, self._directory)
        try:
            self._system.arm(COUNTDOWN)
        except HostError:
            self._keep(old)
            raise
        return mine

    def _try(self, new: HostConfig) -> None:
        try:
            self._system.use(self._store(new))
        except HostError as error:
            self._take_back()
            raise HostError(
                f"The change could not be applied and was taken back: {error.message}", hint=error.hint
            ) from error

    def _store(self, new: HostConfig) -> HostConfig:
        def change(config: HostConfig) -> HostConfig:
            return msgspec.structs.replace(config, hostname=new.hostname, management=new.management)

        return store.update(change, self._directory)

    def _settle(self, mine: Pending, new: HostConfig, doubts: tuple[str, ...]) -> Outcome:
        with self._locked():
            if note.read(self._directory) != mine:
                return Outcome(result=self._settled_by_others(new), doubts=doubts)
            if not doubts:
                self._keep(store.load(self._directory).config)
                return Outcome(result=Result.KEPT)
            for doubt in doubts:
                log.warning("network change: %s", doubt)
            waiting = msgspec.structs.replace(mine, deadline=note.now() + COUNTDOWN, doubts=doubts)
            note.write(waiting, self._directory)
            return Outcome(result=Result.DOUBTFUL, doubts=doubts, seconds=COUNTDOWN)

    def _settled_by_others(self, new: HostConfig) -> Result:
        config = store.load(self._directory).config
        kept = (config.management, config.hostname) == (new.management, new.hostname)
        return Result.KEPT if kept else Result.TAKEN_BACK

    def _keep(self, config: HostConfig) -> None:
        note.clear(self._directory)
        self._system.disarm()
        self._system.keep(config)

    def _take_back(self) -> bool:
        """The note goes last, so that whatever stops this, the next start does it again."""
        config = note.restore(self._directory)
        if config is None:
            return False
        log.warning("network change: taken back")
        try:
            self._system.use(config)
        finally:
            self._keep(config)
        return True


def change(management: ManagementNetwork, hostname: str | None = None) -> Outcome:
    """Change the management network, and the host name if one is given; takes up to about a minute.

    KEPT: everything was verified, or the change cannot cut anyone off. DOUBTFUL: ``confirm`` it within
    ``seconds`` or it is taken back. TAKEN_BACK: somebody did so meanwhile. Raises HostError, with the
    settings as they were, when a value is wrong, another change waits, the address is somebody else's, or
    the system refuses.
    """
    return _committer().change(management, hostname)


def update(make: Callable[[HostConfig], HostConfig]) -> Outcome:
    """Change part of the network settings: ``make`` gets the present configuration and returns the new one.

    Nobody else's change can come in between. Only the management network and the host name are taken from
    what it returns. Otherwise as ``change``; what ``make`` raises ends it with nothing changed.
    """
    return _committer().update(make)


def pending() -> Pending | None:
    """The change that waits, with ``seconds_left`` and ``doubts``; None when there is none. Raises
    HostError.
    """
    return _committer().pending()


def confirm() -> bool:
    """Keep the change that waits; False when none does. Raises HostError."""
    return _committer().confirm()


def rollback() -> bool:
    """Take the change that waits back; False when none does. Raises HostError."""
    return _committer().rollback()


def restart() -> tuple[str, ...]:
    """Restart the management network, which also renews a DHCP lease; returns what is doubtful afterwards.

    Takes up to about a minute. Raises HostError when systemd-networkd refuses.
    """
    return _committer().restart()


def main(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    committer = _committer()
    actions: dict[str, Callable[[], bool]] = {
        "confirm": committer.confirm,
        "rollback": committer.rollback,
        "expire": committer.expire,
        "status": lambda: committer.pending() is not None,
    }
    try:
        if len(arguments) != 1 or arguments[0] not in actions:
            usage = f"Use: python3 -m host.network.commit {'|'.join(actions)}"
            raise HostError("Unknown arguments.", hint=usage)
        done = actions[arguments[0]]()
    except HostError as error:
        log.error("%s", error)
        return 1
    log.info("%s", _said(arguments[0], done))
    return 0


def _said(action: str, done: bool) -> str:
    if not done:
        return "No network change is waiting."
    if action == "status":
        return "A network change waits to be confirmed."
    return "The network change is kept." if action == "confirm" else "The network change was taken back."


def _committer() -> Committer:
    from host.network import system

    return Committer(paths.CONFIG, system)


def _can_lock_out(old: HostConfig, new: HostConfig) -> bool:
    """Name servers, suffixes and the host name change nothing about who reaches this host by its address.

    IPv6 on or off leaves the way over IPv4 as it is.
    """
    return _wiring(old) != _wiring(new) or old.management.ipv4 != new.management.ipv4


def _wiring(config: HostConfig) -> tuple[tuple[str, ...], int]:
    return config.management.uplinks, config.management.vlan


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
