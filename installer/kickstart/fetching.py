"""Reads a kickstart file and what it includes by their spellings, for whoever reads the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from installer.kickstart import location as places
from installer.kickstart.location import Labelled, LocalFile, Location, Optical, Usb
from installer.kickstart.sources import Fetched, How, fetch


class Fetcher:
    """Call it with a spelling (``usb:/ks.cfg``, ``http://...``, a plain path) for the bytes of the file.

    Once a file came from one of several sticks, drives or volumes, the next one of that kind is looked for
    there first: what a file includes mostly lies beside it. ``found`` has what was fetched, in order. Raises
    HostError as ``installer.kickstart.sources.fetch``.
    """

    def __init__(self, how: How, source: Callable[[Location, How], Fetched] = fetch) -> None:
        self._how = how
        self._source = source
        self._devices: dict[type[Location], str] = {}
        self.found: list[Fetched] = []

    def __call__(self, spelling: str) -> bytes:
        """The contents of the file."""
        place = LocalFile(spelling) if spelling.startswith("/") else places.parse(spelling)
        if isinstance(place, Usb | Optical | Labelled):
            place = replace(place, device=self._devices.get(type(place), ""))
        fetched = self._source(place, self._how)
        if isinstance(fetched.location, Usb | Optical | Labelled):
            self._devices[type(fetched.location)] = fetched.location.device
        self.found.append(fetched)
        return fetched.data
