"""The scripts of a kickstart file: %post now, %firstboot kept for the new host."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from host import paths
from host.errors import HostError
from host.run import run
from host.scripts import firstboot
from host.scripts.model import Script
from host.scripts.runner import Surroundings, run_script
from host.storage import datastores
from host.storage.layout import Role
from host.storage.names import DEFAULT_LABEL
from installer.context import Context
from installer.process import LOG
from installer.spec import Datastore
from installer.tasks.base import MIB


@dataclass(frozen=True)
class KeepFirstBootScripts:
    """Put the scripts of %firstboot on STATE."""

    title: str = "Keeping the scripts of the first start"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """A few small files."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the disk cannot be written."""
        root = context.mount(Role.STATE) / paths.FIRST_BOOT.relative_to(paths.STATE)
        firstboot.store(context.spec.first_boot, root)


@dataclass(frozen=True)
class RunPostScript:
    """Run one %post script, in the running installer, with the new host's datastore at its usual place.

    That is where scripts for ESXi expect to be: not in the new system, which is an image that cannot be
    changed, but beside it, with the network of the installer.
    """

    script: Script

    @property
    def title(self) -> str:
        """The script by its place in the file."""
        return f"Running {self.script.title}"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """Unknown: next to nothing."""
        return MIB

    def run(self, context: Context) -> None:
        """Raises HostError when the script fails, unless it may."""
        if not context.is_upgrade:
            context.changed = "The system is on the disk and starts; not all %post scripts have run."
        mount_datastores(context)
        outcome = run_script(
            self.script,
            log_file=context.work / LOG,
            said=lambda line: context.said(self.script.title, line),
            surroundings=Surroundings(work=context.work / "scripts", applets=context.work / "applets"),
        )
        if outcome.ok:
            return
        if self.script.ignore_failure:
            context.warn(outcome.text)
            return
        raise HostError(
            outcome.text,
            hint="Its output is in the log. Correct the script, or let it fail with --ignorefailure=true.",
        )


def mount_datastores(context: Context) -> None:
    """Mount the new host's datastores below ``/vmfs/volumes`` under the names they will have.

    They are unmounted when the installation ends. Raises HostError when one cannot be mounted.
    """
    stores = [*_own_datastore(context), *context.datastores]
    for node, name in datastores.names(stores).items():
        _mount(context, node, context.volumes / name)


def _own_datastore(context: Context) -> list[datastores.Datastore]:
    """The one on the disk of the system, if it has one."""
    node = context.nodes.get(Role.DATASTORE)
    if node is None:
        return []
    is_kept = context.is_upgrade or context.install.datastore is Datastore.PRESERVE
    kept = context.disk.contents if is_kept else ()
    label = next((content.label for content in kept if content.path == node), "")
    return [datastores.Datastore(label or DEFAULT_LABEL, node, context.disk.path)]


def _mount(context: Context, node: str, place: Path) -> None:
    if place.is_mount():
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HostError(f"{place} cannot be made: {error.strerror}.") from error
    run(["mount", "-t", "xfs", "-o", datastores.OPTIONS, node, place])
    context.at_end.callback(_unmount, place)


def _unmount(place: Path) -> None:
    """Something a script left running may still be there; then the mount goes when that does."""
    if run(["umount", place], check=False).returncode:
        run(["umount", "--lazy", place], check=False)
