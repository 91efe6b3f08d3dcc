"""``ks=cdrom:``: on the medium the installer was started from, whatever it is, then in every CD drive."""

from __future__ import annotations

from dataclasses import replace

from host.machine.volumes import Volume, find_volumes
from installer.kickstart.location import Optical
from installer.kickstart.sources import media
from installer.kickstart.sources.base import Fetched, How

HINT = (
    "Put the file on the medium (KS.CFG in its root, say) and name it with ks=cdrom:/KS.CFG; large and small "
    "letters make no difference."
)


def fetch(location: Optical, how: How, find: media.Find = find_volumes) -> Fetched:
    """Every drive is looked into until the file is found, that of the file before first. Raises HostError."""

    def drives() -> list[Volume]:
        found = [volume for volume in find() if volume.boot or volume.optical]
        return sorted(found, key=lambda volume: (volume.path != location.device, not volume.boot))

    hit = media.wait_for(location.path, drives, how, what="CD", hint=HINT)
    return Fetched(hit.data, hit.where, replace(location, path=hit.path, device=hit.volume.path))
