"""The host that this console runs on. Thin: everything is done by the modules of ``host``.

They are imported where they are used, so that the first screen does not wait for what only a menu needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from dcui.backend import (
    SHELL,
    SSH,
    Adapter,
    Check,
    Hardware,
    Log,
    Network,
    Outcome,
    Product,
    Service,
    Targets,
    Verdict,
)
from host.config import store
from host.config.model import HostConfig, ManagementNetwork, ServicePolicy
from host.errors import HostError

if TYPE_CHECKING:
    from dcui.watching import Watching

_SYSTEMCTL_TIMEOUT = 60.0

_SPLASH = (
    "dcui.watching",
    "host.machine.probe",
    "host.network.commit",
    "host.network.state",
    "host.product",
    "host.scripts.firstboot",
    "host.trial",
    "netifaces",
)
"""What the methods that the splash calls import."""


class Host:
    """This host; see dcui.backend.Backend for what the methods mean."""

    def __init__(self) -> None:
        self._watching: Watching | None = None

    def product(self) -> Product:
        """From the image's release file."""
        from host.product import product

        found = product()
        return Product(name=found.name, version=found.version, build=found.build)

    def hardware(self) -> Hardware:
        """Without a look at disks and adapters, which takes long and is of no use here."""
        from host.machine.probe import probe

        machine = probe(devices=False)
        return Hardware(
            vendor=machine.vendor,
            product=machine.product,
            cpu=machine.cpu.model,
            packages=machine.cpu.packages,
            memory=machine.memory,
        )

    def config(self) -> HostConfig:
        """From the store."""
        return store.load().config

    def network(self) -> Network:
        """From the kernel; without a readable configuration as far as it goes without one."""
        from host.network.state import state

        try:
            config = self.config()
        except HostError:
            config = None
        now = state(config)
        ipv4 = now.ipv4[0] if now.ipv4 else None
        local = [each.address for each in now.ipv6 if each.link_local]
        return Network(
            hostname=now.hostname,
            address=ipv4.address if ipv4 else "",
            netmask=ipv4.netmask if ipv4 else "",
            origin=ipv4.origin if ipv4 else "",
            gateway=now.gateway,
            ipv6=tuple(each.address for each in now.ipv6 if not each.link_local),
            ipv6_origin=next((each.origin for each in now.ipv6 if not each.link_local), ""),
            ipv6_link_local=local[0] if local else "",
            dns=now.dns,
            problems=now.warnings,
        )

    def adapters(self) -> tuple[Adapter, ...]:
        """The kernel's state of them, with what udev knows of their make."""
        from host.machine.nics import find_nics
        from host.network.state import uplinks

        makes = {nic.name: nic.description for nic in find_nics()}
        return tuple(
            Adapter(
                name=each.name,
                mac=each.mac,
                driver=each.driver,
                description=makes.get(each.name, ""),
                link=each.link,
                speed=each.speed,
                used=each.used,
            )
            for each in uplinks(self.config())
            if each.present
        )

    def notices(self) -> tuple[str, ...]:
        """What the store warns of, how updates and first boot scripts went, and open ways in."""
        from host import trial
        from host.scripts import firstboot

        loaded = store.load()
        told = (*loaded.warnings, *trial.notices(self.product().version), *firstboot.notices())
        ways = ((SSH, "SSH"), (SHELL, "the ESXi Shell"))
        enabled = [words for name, words in ways if _starts(loaded.config, name)]
        if not enabled or loaded.config.settings.suppress_shell_warning:
            return told
        words = " and ".join(enabled)
        verb = "are" if len(enabled) > 1 else "is"
        return (*told, f"{words[0].upper()}{words[1:]} {verb} enabled.")

    def failed_services(self) -> tuple[str, ...]:
        """From systemd."""
        from host.run import run

        argv = ["systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--full"]
        lines = run(argv, timeout=_SYSTEMCTL_TIMEOUT, reads_only=True).stdout.splitlines()
        return tuple(line.split()[0].removesuffix(".service") for line in lines if line.strip())

    def watch(self) -> int | None:
        """Network and store in one descriptor."""
        from dcui.watching import Watching

        if self._watching is None:
            try:
                self._watching = Watching()
            except OSError:
                return None
        return self._watching.fileno()

    def drain(self) -> None:
        """Take what was said."""
        if self._watching is not None:
            self._watching.drain()

    def password_matches(self, password: str) -> bool:
        """Against the configured hash; without one nobody gets in."""
        from host import passwords

        known = self.config().password_hash
        return bool(known) and passwords.verify(password, known)

    def password_problem(self, password: str) -> str:
        """By the product's rules."""
        from host import passwords

        return passwords.problem(password)

    def set_password(self, password: str) -> None:
        """Hashed before it goes anywhere."""
        from host import passwords

        hashed = passwords.hash_password(password)
        _update(lambda config: msgspec.structs.replace(config, password_hash=hashed))

    def change_network(self, management: ManagementNetwork, hostname: str) -> Outcome:
        """Through the one door for changes that could lock everybody out."""
        from host.network import commit

        outcome = commit.change(management, hostname)
        doubts = "\n".join(outcome.doubts)
        if outcome.result is commit.Result.DOUBTFUL:
            return Outcome(verdict=Verdict.DOUBTFUL, text=doubts)
        if outcome.result is commit.Result.TAKEN_BACK:
            return Outcome(verdict=Verdict.ROLLED_BACK, text=doubts)
        return Outcome(verdict=Verdict.KEPT, text="The network was checked and works.")

    def pending_seconds(self) -> float | None:
        """From the note on the disk."""
        from host.network import commit

        waiting = commit.pending()
        return None if waiting is None else waiting.seconds_left

    def keep_network(self) -> None:
        """Late is as good as never."""
        from host.network import commit

        if not commit.confirm():
            raise HostError("There is no change to confirm any more.", hint="The previous settings are back.")

    def restore_network(self) -> None:
        """If it was taken back meanwhile, so much the better."""
        from host.network import commit

        commit.rollback()

    def restart_network(self) -> tuple[str, ...]:
        """Down, up, and a look at it."""
        from host.network import commit

        return commit.restart()

    def test_network(self, targets: Targets) -> Iterator[Check]:
        """Line by line."""
        from host.network import check

        servers = tuple(filter(None, (targets.primary, targets.alternate)))
        wanted = check.Targets(gateway=targets.gateway, dns=servers, hostname=targets.name)
        for line in check.run(wanted):
            yield Check(title=f"{line.what} {line.target}", ok=line.ok, text=line.text)

    def service(self, name: str) -> Service:
        """State from systemd, policy from the store."""
        from host import services

        return Service(running=services.status(name).running, starts=_starts(self.config(), name))

    def switch_service(self, name: str, on: bool) -> None:
        """Now and at every start."""
        from host import services

        outcome = services.set_policy(name, on)
        if not outcome.ok:
            raise HostError(outcome.text, hint="View System Logs has the reason.")

    def restart_agents(self) -> Iterator[Check]:
        """One after the other."""
        from host import services

        for outcome in services.restart_management_agents():
            yield Check(title=services.find(outcome.name).title, ok=outcome.ok, text=outcome.text)

    def keyboards(self) -> tuple[str, ...]:
        """The product's layouts."""
        from host import keyboard

        return tuple(layout.name for layout in keyboard.LAYOUTS)

    def set_keyboard(self, name: str) -> None:
        """Kept, and loaded by applying it."""
        _update(lambda config: msgspec.structs.replace(config, keyboard=name))

    def logs(self) -> tuple[Log, ...]:
        """In the order of their digits."""
        from host import logs

        return tuple(Log(name=log.name, title=log.name) for log in logs.LOGS)

    def read_log(self, name: str) -> tuple[str, ...]:
        """The end of it."""
        from host import logs

        return tuple(logs.read(name).splitlines())

    def support(self) -> tuple[tuple[str, str], ...]:
        """All sections as one list."""
        from host import support

        return tuple(fact for section in support.support() for fact in section.facts)

    def running_machines(self) -> tuple[str, ...]:
        """From libvirt."""
        from host import power

        return power.running_vms()

    def shut_down(self) -> None:
        """By systemd."""
        from host import power

        power.shut_down()

    def restart(self) -> None:
        """By systemd."""
        from host import power

        power.restart()


def preload() -> None:
    """Import what every console's splash needs, so that consoles forked from here share it."""
    from importlib import import_module

    for name in _SPLASH:
        import_module(name)


def _starts(config: HostConfig, name: str) -> bool:
    policies = {SSH: config.services.ssh, SHELL: config.services.shell}
    return policies[name] is ServicePolicy.ON


def _update(change: Callable[[HostConfig], HostConfig]) -> None:
    """Change the configuration and make the system follow."""
    from host.config import apply

    apply.apply(store.update(change))
