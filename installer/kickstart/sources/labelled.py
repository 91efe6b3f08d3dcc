"""``ks=volume``: on a volume labelled BEDPLATE_KS: a second CD or disk of a virtual machine, a stick."""

from __future__ import annotations

from dataclasses import replace

from host.machine.volumes import Volume, find_volumes
from installer.kickstart.location import LABEL, Labelled
from installer.kickstart.sources import media
from installer.kickstart.sources.base import Fetched, How

HINT = f"Give the volume with the file the label {LABEL}, connect it, and start again."


def fetch(location: Labelled, how: How, find: media.Find = find_volumes) -> Fetched:
    """The volume of the file before comes first. Raises HostError."""

    def volumes() -> list[Volume]:
        return sorted(labelled(find), key=lambda volume: volume.path != location.device)

    hit = media.wait_for(location.path, volumes, how, what=f"volume labelled {LABEL}", hint=HINT)
    return Fetched(hit.data, hit.where, replace(location, path=hit.path, device=hit.volume.path))


def labelled(find: media.Find = find_volumes) -> list[Volume]:
    """The volumes with that label now; FAT keeps labels in capitals, other file systems as written."""
    return [volume for volume in find() if volume.label.upper() == LABEL]
