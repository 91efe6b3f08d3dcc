"""Write the host's configuration to STATE, and the files made from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from host.config import render, store
from host.config.model import HostConfig, PortGroup, Uplink
from host.machine.model import Machine
from host.machine.nics import in_pci_order
from host.storage.layout import Role
from installer.context import Context
from installer.spec import InstallSpec
from installer.tasks.base import MIB


@dataclass(frozen=True)
class WriteConfiguration:
    """The configuration document, and its files rendered for the first start."""

    title: str = "Writing the configuration"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """A few small files."""
        return 2 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when it cannot be written."""
        state = context.mount(Role.STATE)
        config = host_config(context.machine, context.install, uuid=_new_uuid())
        missing = set(context.install.management.uplinks) - {nic.name for nic in config.nics}
        if missing:
            context.warn(
                f"This machine has no {', '.join(sorted(missing))}; the management network waits for it."
            )
        store.save(config, state / "config")
        stamp = render.stamp_of(state / "config", context.payload.manifest.root_hash)
        render.write_tree(config, state / "rendered", stamp)
        _sync(state)


def host_config(machine: Machine, spec: InstallSpec, *, uuid: str) -> HostConfig:
    """The configuration an installation starts with; adapters get their names by MAC, in PCI order."""
    nics = in_pci_order(machine.nics)
    return HostConfig(
        uuid=uuid,
        hostname=spec.hostname,
        password_hash=spec.password_hash,
        keyboard=spec.keyboard,
        nics=tuple(Uplink(name=f"vmnic{number}", mac=nic.mac) for number, nic in enumerate(nics)),
        management=spec.management,
        port_groups=(PortGroup(name="VM Network"),) if spec.vm_port_group else (),
    )


def _new_uuid() -> str:
    return Path("/proc/sys/kernel/random/uuid").read_text().strip()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.sync()
    finally:
        os.close(descriptor)
