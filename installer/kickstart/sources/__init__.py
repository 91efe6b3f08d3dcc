"""Fetches a kickstart file from wherever it is. One module for each kind of place, one call for all."""

from __future__ import annotations

from host.errors import HostError
from installer.kickstart.location import Ftp, Labelled, LocalFile, Location, Nfs, Optical, Usb, Web, beside
from installer.kickstart.sources import ftp, labelled, local, nfs, optical, usb, web
from installer.kickstart.sources.base import Fetched, How

__all__ = ["Fetched", "How", "fetch", "include"]


def fetch(location: Location, how: How) -> Fetched:
    """The file at that place. Raises HostError saying what was tried and what to do.

    Places behind a network need ``installer.kickstart.network.bring_up`` first.
    """
    match location:
        case Optical():
            return optical.fetch(location, how)
        case Usb():
            return usb.fetch(location, how)
        case Labelled():
            return labelled.fetch(location, how)
        case LocalFile():
            return local.fetch(location, how)
        case Web():
            return web.fetch(location, how)
        case Ftp():
            return ftp.fetch(location, how)
        case Nfs():
            return nfs.fetch(location, how)


def include(fetched: Fetched, name: str, how: How) -> Fetched:
    """What ``%include name`` in that file brings. Raises HostError as ``fetch``."""
    try:
        return fetch(beside(fetched.location, name), how)
    except HostError as error:
        raise HostError(f"{fetched.where} includes {name}: {error.message}", hint=error.hint) from error
