"""The services of the host: which there are, whether they run, and whether they start with the host."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import msgspec

from host import run
from host.config.model import HostConfig, ServicePolicy, Services
from host.errors import HostError

log = logging.getLogger(__name__)

START_TIMEOUT = 120.0
"""Seconds a service may take to start or stop before that counts as a failure. systemd itself gives up
after 90."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service people know by ``name`` (for programs) and ``title`` (on screens).

    ``unit`` is the systemd unit that provides it. ``policy`` names the field of the configuration that says
    whether it starts with the host; '' means that it always does. ``agent`` marks the services that "Restart
    Management Agents" restarts; with ``on_demand`` a service that is not running is fine, because it starts
    when it is asked for.
    """

    name: str
    title: str
    unit: str
    description: str
    policy: str = ""
    agent: bool = False
    on_demand: bool = False


SERVICES: tuple[Service, ...] = (
    Service(
        name="ssh",
        title="SSH",
        unit="ssh.service",
        description="Remote logins to the shell.",
        policy="ssh",
    ),
    Service(
        name="shell",
        title="Shell",
        unit="bedplate-shell@tty2.service",
        description="The shell on the local console, at Alt+F1.",
        policy="shell",
    ),
    Service(
        name="hostd",
        title="Management agent",
        unit="bedplate-hostd.service",
        description="Answers browsers and programs over HTTPS.",
        agent=True,
    ),
    Service(
        name="libvirt",
        title="Virtual machine engine",
        unit="libvirtd.service",
        description="Starts, stops and watches virtual machines. They keep running while it restarts.",
        agent=True,
        on_demand=True,
    ),
    Service(
        name="time",
        title="Time",
        unit="chrony.service",
        description="Keeps the clock right.",
    ),
)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a service is.

    ``state`` is systemd's word (``active``, ``inactive``, ``failed``, ``activating`` ...) or ``missing`` when
    the system has no such service.
    """

    name: str
    running: bool
    state: str


class Outcome(msgspec.Struct, frozen=True):
    """What became of something done to the service ``name``; ``text`` is a sentence for people."""

    name: str
    ok: bool
    text: str


def find(name: str) -> Service:
    """The service of that name. Raises HostError when there is none."""
    for service in SERVICES:
        if service.name == name:
            return service
    raise HostError(
        f'There is no service "{name}".',
        hint="Choose one of: " + ", ".join(service.name for service in SERVICES) + ".",
    )


def status(name: str) -> Status:
    """How the service is now. Raises HostError for an unknown name, or without systemd."""
    state = _state(find(name))
    return Status(name=name, running=state in ("active", "reloading"), state=state)


def start(name: str) -> Outcome:
    """Start the service. That it fails is an outcome; HostError is for an unknown name or no systemd."""
    return _do("start", find(name), "is running")


def stop(name: str) -> Outcome:
    """Stop the service. SSH sessions that are open stay open, as on ESXi."""
    return _do("stop", find(name), "has stopped")


def restart(name: str) -> Outcome:
    """Restart the service; one that starts on demand and is not running stays as it is."""
    service = find(name)
    if service.on_demand and _state(service) == "inactive":
        return Outcome(name, True, f"{service.title} was not running. It starts when it is needed.")
    return _do("restart", service, "has restarted")


def set_policy(name: str, on: bool) -> Outcome:
    """Have the service start with the host, or not, and start or stop it now.

    Raises HostError when the service has no policy, or the configuration cannot be written; then nothing has
    changed.
    """
    from host.config import apply, store

    service = find(name)
    if not service.policy:
        raise HostError(f"{service.title} always starts with the host.")
    policy = ServicePolicy.ON if on else ServicePolicy.OFF
    config = store.update(_with_policy(service.policy, policy))
    try:
        apply.keep(config)
    except HostError as error:
        # The next start makes the files itself then, which takes it a few seconds longer.
        log.warning("%s", error)
    return start(name) if on else stop(name)


def restart_management_agents() -> Iterator[Outcome]:
    """Restart the management agents one after the other, and say of each how it went.

    Virtual machines keep running. An agent that fails does not keep the next one from its turn.
    """
    for service in SERVICES:
        if service.agent:
            yield restart(service.name)


def _state(service: Service) -> str:
    """systemd's word for the state of the service's unit; "missing" when the system has no such unit."""
    answer = run.run(
        ["systemctl", "show", "--property=LoadState,ActiveState", service.unit],
        timeout=START_TIMEOUT,
        reads_only=True,
    )
    values = dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)
    return values.get("ActiveState", "missing") if values.get("LoadState") == "loaded" else "missing"


def _do(verb: str, service: Service, done: str) -> Outcome:
    if _state(service) == "missing":
        return Outcome(service.name, False, f"{service.title} is not part of this system.")
    try:
        run.run(["systemctl", verb, service.unit], timeout=START_TIMEOUT)
    except run.CommandError as error:
        log.warning("%s %s: %s", verb, service.unit, error)
        return Outcome(service.name, False, f"{service.title}: {error}")
    return Outcome(service.name, True, f"{service.title} {done}.")


def _with_policy(field: str, policy: ServicePolicy) -> Callable[[HostConfig], HostConfig]:
    def change(config: HostConfig) -> HostConfig:
        services: Services = msgspec.structs.replace(config.services, **{field: policy})
        return msgspec.structs.replace(config, services=services)

    return change
