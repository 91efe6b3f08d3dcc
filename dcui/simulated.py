"""A host that exists only in memory, for trying the console at a desk and for tests.

It remembers what is changed, so every dialog can be walked to its end. What a test wants to go
differently it sets as an attribute: ``verdict`` for the next network change, ``failing`` for the
methods that are to raise, ``clock`` for the countdown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

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
from host.config.model import HostConfig, Ipv4Mode, ManagementNetwork, ServicePolicy
from host.errors import HostError
from host.machine.model import Cpu, Firmware, Machine, Nic

PASSWORD = "desk-Pass1"
"""Root's password on a simulated host; it protects nothing."""

COUNTDOWN = 120.0
"""Seconds a doubtful change waits here."""

LEASE = {"address": "192.168.1.77", "netmask": "255.255.255.0", "gateway": "192.168.1.1"}
SERVERS = ("192.168.1.53", "192.168.1.54")

DESK = Machine(
    vendor="Dell Inc.",
    product="PowerEdge R640",
    serial="7XK2M13",
    firmware=Firmware.UEFI,
    secure_boot=True,
    cpu=Cpu(model="Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", packages=2, cores=32, threads=64),
    memory=128 << 30,
    nics=(
        Nic(name="vmnic0", mac="24:6e:96:0b:11:20", driver="ixgbe", link=True, speed=10000,
            description="Intel X520 10GbE SFP+"),
        Nic(name="vmnic1", mac="24:6e:96:0b:11:22", driver="ixgbe", link=True, speed=10000,
            description="Intel X520 10GbE SFP+"),
        Nic(name="vmnic2", mac="24:6e:96:0b:11:24", driver="igb", description="Intel I350 Gigabit"),
    ),
)  # fmt: skip


class Host:
    """The simulated host; see dcui.backend.Backend for what the methods mean."""

    def __init__(self, machine: Machine = DESK, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.machine = machine
        self.clock = clock
        self.password = PASSWORD
        self.verdict = Verdict.KEPT
        self.failing: set[str] = set()
        self.said: tuple[str, ...] = ()
        self.broken: tuple[str, ...] = ()
        self.actions: list[str] = []
        self.machines: tuple[str, ...] = ()
        self._deadline: float | None = None
        self._config = HostConfig(uuid="00000000-0000-4000-8000-000000000001", hostname="desk-host1",
                                  password_hash="simulated", nics=())  # fmt: skip
        self._previous = self._config
        self._running = {SHELL: False, SSH: False}

    def product(self) -> Product:
        """A version that no release has."""
        return Product(name="Bedplate", version="0.1.0", build="1")

    def hardware(self) -> Hardware:
        """The recorded machine."""
        self._may_fail("hardware")
        machine = self.machine
        return Hardware(
            vendor=machine.vendor,
            product=machine.product,
            cpu=machine.cpu.model,
            packages=machine.cpu.packages,
            memory=machine.memory,
        )

    def config(self) -> HostConfig:
        """As last changed."""
        self._may_fail("config")
        return self._config

    def network(self) -> Network:
        """What the configuration would give on a network that hands out LEASE."""
        self._may_fail("network")
        self._expire()
        management = self._config.management
        values = self._ipv4()
        linked = any(each.link and each.used for each in self.adapters())
        if not linked:
            values = {}
        return Network(
            hostname=self._config.hostname,
            origin={Ipv4Mode.DHCP: "DHCP", Ipv4Mode.STATIC: "STATIC"}.get(management.ipv4.mode, ""),
            ipv6_link_local="fe80::266e:96ff:fe0b:1120" if linked else "",
            dns=SERVERS if management.dns.automatic else management.dns.servers,
            problems=() if linked else ("No network: none of the management adapters has a link.",),
            address=values.get("address", ""),
            netmask=values.get("netmask", ""),
            gateway=values.get("gateway", ""),
        )

    def adapters(self) -> tuple[Adapter, ...]:
        """The recorded ones."""
        self._may_fail("adapters")
        return tuple(self._adapter(nic) for nic in self.machine.nics)

    def notices(self) -> tuple[str, ...]:
        """What a test put there, and SSH."""
        self._may_fail("notices")
        return (*self.said, *(("SSH is enabled.",) if self._running[SSH] else ()))

    def failed_services(self) -> tuple[str, ...]:
        """What a test put there."""
        self._may_fail("failed_services")
        return self.broken

    def watch(self) -> int | None:
        """Nothing changes by itself here."""
        return None

    def drain(self) -> None:
        """Nothing to read."""

    def password_matches(self, password: str) -> bool:
        """Compared as it is; nothing here is worth hashing."""
        self._may_fail("password_matches")
        return password == self.password

    def password_problem(self, password: str) -> str:
        """By the product's rules."""
        from host import passwords

        return passwords.problem(password)

    def set_password(self, password: str) -> None:
        """Kept until the program ends."""
        self._may_fail("set_password")
        self.password = password

    def change_network(self, management: ManagementNetwork, hostname: str) -> Outcome:
        """Ends as ``verdict`` says."""
        self._may_fail("change_network")
        self.actions.append("change network")
        self._previous = self._config
        self._config = msgspec.structs.replace(self._config, management=management, hostname=hostname)
        if self.verdict is Verdict.ROLLED_BACK:
            self._config = self._previous
            return Outcome(verdict=self.verdict, text="The gateway 192.168.1.1 does not answer.")
        if self.verdict is Verdict.DOUBTFUL:
            self._deadline = self.clock() + COUNTDOWN
            return Outcome(verdict=self.verdict, text="The gateway 192.168.1.1 does not answer.")
        return Outcome(verdict=self.verdict, text="The gateway answers.")

    def pending_seconds(self) -> float | None:
        """Counted by ``clock``; at zero the previous settings come back."""
        self._expire()
        return None if self._deadline is None else self._deadline - self.clock()

    def keep_network(self) -> None:
        """The change stays."""
        if self.pending_seconds() is None:
            raise HostError("There is no change to confirm any more.", hint="The previous settings are back.")
        self._deadline = None

    def restore_network(self) -> None:
        """The previous settings come back."""
        self._deadline = None
        self._config = self._previous

    def restart_network(self) -> tuple[str, ...]:
        """Only remembered."""
        self._may_fail("restart_network")
        self.actions.append("restart network")
        return ()

    def test_network(self, targets: Targets) -> Iterator[Check]:
        """Addresses in the lease's network answer, names resolve when a server is there."""
        for address in filter(None, (targets.gateway, targets.primary, targets.alternate)):
            ok = address.startswith("192.168.1.")
            yield Check(title=f"Ping {address}", ok=ok, text="0.4 ms" if ok else "no answer within 5 s")
        if targets.name:
            ok = bool(self.network().dns)
            text = "192.168.1.77 in 2 ms" if ok else "no DNS server is set"
            yield Check(title=f"Resolve {targets.name}", ok=ok, text=text)

    def service(self, name: str) -> Service:
        """As last switched."""
        self._may_fail("service")
        return Service(running=self._running[name], starts=self._running[name])

    def switch_service(self, name: str, on: bool) -> None:
        """Kept until the program ends."""
        self._may_fail("switch_service")
        self._running[name] = on
        policy = ServicePolicy.ON if on else ServicePolicy.OFF
        services = msgspec.structs.replace(self._config.services, **{name: policy})
        self._config = msgspec.structs.replace(self._config, services=services)

    def restart_agents(self) -> Iterator[Check]:
        """The second one fails when ``failing`` says so."""
        self.actions.append("restart agents")
        yield Check(title="Management agent", ok=True, text="restarted")
        ok = "restart_agents" not in self.failing
        yield Check(title="Virtual machine manager", ok=ok, text="restarted" if ok else "did not start")

    def keyboards(self) -> tuple[str, ...]:
        """A few, enough to scroll on a small screen."""
        return ("Belgian", "Brazilian", "French", "German", "Swiss German", "United Kingdom", "US Default")

    def set_keyboard(self, name: str) -> None:
        """Only remembered."""
        self._may_fail("set_keyboard")
        self._config = msgspec.structs.replace(self._config, keyboard=name)

    def logs(self) -> tuple[Log, ...]:
        """Names as on a real host."""
        titles = {"syslog": "Syslog", "vmkernel": "Kernel", "hostd": "Management Agent"}
        return tuple(Log(name=name, title=title) for name, title in titles.items())

    def read_log(self, name: str) -> tuple[str, ...]:
        """Numbered lines, one of them long."""
        self._may_fail("read_log")
        lines = [f"2026-01-01T00:00:{n % 60:02}Z {name}[{100 + n}]: line {n}" for n in range(1, 200)]
        lines[120] += " and a long tail that does not fit on a narrow screen, so that it has to be wrapped"
        return tuple(lines)

    def support(self) -> tuple[tuple[str, str], ...]:
        """What the recorded machine has."""
        self._may_fail("support")
        machine = self.machine
        return (
            ("Serial number", machine.serial),
            ("Installation", self._config.uuid),
            ("Firmware", machine.firmware.upper()),
            ("Certificate (SHA-256)", ":".join(["A1"] * 32)),
        )

    def running_machines(self) -> tuple[str, ...]:
        """What a test put there."""
        self._may_fail("running_machines")
        return self.machines

    def shut_down(self) -> None:
        """Only remembered."""
        self._may_fail("shut_down")
        self.actions.append("shut down")

    def restart(self) -> None:
        """Only remembered."""
        self._may_fail("restart")
        self.actions.append("restart")

    def _may_fail(self, method: str) -> None:
        if method in self.failing:
            raise HostError(f"The simulated {method} failed.", hint="A test wanted it so.")

    def _expire(self) -> None:
        if self._deadline is not None and self.clock() >= self._deadline:
            self.restore_network()

    def _ipv4(self) -> dict[str, str]:
        ipv4 = self._config.management.ipv4
        if ipv4.mode is Ipv4Mode.DHCP:
            return LEASE
        if ipv4.mode is Ipv4Mode.OFF:
            return {}
        return {"address": ipv4.address, "netmask": ipv4.netmask, "gateway": ipv4.gateway}

    def _adapter(self, nic: Nic) -> Adapter:
        return Adapter(
            name=nic.name,
            mac=nic.mac,
            driver=nic.driver,
            description=nic.description,
            link=nic.link,
            speed=nic.speed,
            used=nic.name in self._config.management.uplinks,
        )
