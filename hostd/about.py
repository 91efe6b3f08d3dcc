"""What the agent tells anybody: product, version, build and state of the host, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from host.product import product

ENGINE_SOCKET = Path("/run/libvirt/libvirt-sock")
"""libvirt is there as soon as this is: systemd holds it and starts libvirt on demand."""


class State(StrEnum):
    """How the host is: ``degraded`` means that it cannot run virtual machines."""

    RUNNING = "running"
    DEGRADED = "degraded"


@dataclass(frozen=True)
class About:
    """The answer of ``/api/about``. A dataclass and not a msgspec.Struct, because FastAPI knows those."""

    product: str
    version: str
    build: str
    state: State


def about() -> About:
    """What the host is and how it is now. Raises HostError when the image does not say what it is."""
    ours = product()
    return About(product=ours.name, version=ours.version, build=ours.build, state=state())


def state(engine: Path = ENGINE_SOCKET) -> State:
    """The state of the host now."""
    return State.RUNNING if engine.exists() else State.DEGRADED
