"""``ks=usb``: on every USB stick and SD card, with partitions or without."""

from __future__ import annotations

from dataclasses import replace

from host.machine.volumes import Volume, find_volumes
from installer.kickstart.location import Usb
from installer.kickstart.sources import media
from installer.kickstart.sources.base import Fetched, How

HINT = (
    "Copy the file to a stick with FAT32, exFAT or ext4, as ks.cfg in its root or where ks=usb:/PATH says, "
    "plug it in, and start again."
)


def fetch(location: Usb, how: How, find: media.Find = find_volumes) -> Fetched:
    """The stick of the file before comes first. Raises HostError."""

    def sticks() -> list[Volume]:
        found = [volume for volume in find() if volume.usb]
        return sorted(found, key=lambda volume: volume.path != location.device)

    hit = media.wait_for(location.path, sticks, how, what="USB stick", hint=HINT)
    return Fetched(hit.data, hit.where, replace(location, path=hit.path, device=hit.volume.path))
