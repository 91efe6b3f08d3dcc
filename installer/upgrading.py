"""Whether the installation on a disk can be upgraded to what the medium holds: front ends ask, the engine
makes sure.
"""

from __future__ import annotations

import msgspec

from host import versions
from host.errors import HostError
from host.machine.model import Disk
from host.product import product
from host.storage import banks
from installer.spec import UpgradeSpec


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What an examination of a disk found: the version ``installed`` ('' when it cannot be told), the one
    ``offered`` by the medium, and why the one cannot become the other ('' when it can).
    """

    installed: str = ""
    offered: str = ""
    refusal: str = ""


def examine(disk: Disk, offered: str = "") -> Examined:
    """Read from the disk which version is on it; that mounts a bank for a moment. Never raises.

    ``offered`` is by default the version that runs, which is that of the medium.
    """
    offered = offered or product().version
    installed = ""
    try:
        installed = banks.look(disk.path, disk.size, disk.sector).version
        demand(installed, offered)
    except HostError as error:
        return Examined(installed=installed, offered=offered, refusal=error.message)
    except OSError as error:
        return Examined(offered=offered, refusal=f"The disk cannot be read: {error.strerror}.")
    return Examined(installed=installed, offered=offered)


def demand(installed: str, offered: str) -> None:
    """Raises HostError when the version ``installed`` cannot be upgraded to the one ``offered``.

    The same version can: it goes to the other bank, which repairs a damaged one.
    """
    try:
        is_older = versions.order(offered) < versions.order(installed)
    except ValueError as error:
        raise HostError(
            f"Version {installed} cannot be compared with {offered}: {error}.",
            hint="Install; the datastore can be kept.",
        ) from error
    if is_older:
        raise HostError(
            f"Version {installed} is installed, which is newer than {offered} on this medium.",
            hint="Use a medium of that version or a newer one, or install; the datastore can be kept.",
        )


def spec(disk: Disk, examined: Examined) -> UpgradeSpec:
    """The upgrade of what was examined. Raises HostError when it was found impossible."""
    if examined.refusal:
        raise HostError(
            f"{disk.id} cannot be upgraded. {examined.refusal}",
            hint="Install on it; the datastore can be kept.",
        )
    return UpgradeSpec(
        disk_id=disk.id,
        disk_serial=disk.serial,
        disk_size=disk.size,
        installed=examined.installed,
        offered=examined.offered,
    )
