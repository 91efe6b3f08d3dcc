"""``ks=nfs://``: the folder of the file is mounted read-only, as NFS 4 or 3.

The kernel mounts by itself when it is given the server's address and is spared locks, so the image needs
neither mount.nfs nor rpcbind (nfs(5), "addr"; the mount protocol of version 3 is spoken by the kernel, too).
"""

from __future__ import annotations

import posixpath
import socket
import tempfile
from pathlib import Path

from host import paths
from host.errors import HostError
from host.run import CommandError, run
from installer.kickstart.location import Nfs, describe, server
from installer.kickstart.sources.base import Fetched, How, Temporary, persist, read_file
from installer.kickstart.sources.media import locate

VERSIONS = ("4.1", "4.0", "3")
"""What is asked for, the newest first. 4.2 has nothing that reading one file needs, and its READ_PLUS was
seen to bring zeros instead of the file's bytes (Linux 6.12 from NFS-Ganesha 4.3)."""

_SAFE = "ro,nosuid,nodev,noexec,nolock,soft,timeo=100,retrans=2"
"""``soft`` with 10 s and two more tries: a server that goes away must not hang the installer for ever."""

_TIMEOUT = 60.0
_HINT = (
    "See whether the server exports that folder to this machine (exportfs -v there), and whether address, "
    "ksdevice= and vlanid= are right."
)


def fetch(location: Nfs, how: How, work: Path = paths.KICKSTART) -> Fetched:
    """Raises HostError when the folder cannot be mounted or does not have the file."""
    return persist(lambda: _once(location, work), how)


def mount_commands(location: Nfs, address: str, place: Path) -> list[list[str]]:
    """The commands to try one after the other, one for each version. ``-i``: without a helper program."""
    folder = posixpath.dirname(location.path)
    family = "tcp6" if ":" in address else "tcp"
    return [
        [
            *["mount", "-i", "-t", "nfs", "-o", f"{_SAFE},vers={version},proto={family},addr={address}"],
            *[f"{location.server}:{folder}", str(place)],
        ]
        for version in VERSIONS
    ]


def _once(location: Nfs, work: Path) -> Fetched:
    name = describe(location)
    addresses = _resolve(location)
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(prefix="nfs-", dir=work))
    try:
        _mount(location, addresses, place)
        try:
            data = read_file(locate(place, posixpath.basename(location.path)), name)
        except FileNotFoundError as error:
            raise HostError(f"{name}: there is no such file.", hint="See the path after ks=.") from error
        except OSError as error:
            raise Temporary(f"{name} cannot be read: {error.strerror}.", hint=_HINT) from error
        finally:
            run(["umount", place], check=False, timeout=_TIMEOUT)
    finally:
        place.rmdir()
    return Fetched(data, name, location)


def _mount(location: Nfs, addresses: list[str], place: Path) -> None:
    reasons: list[str] = []
    for command in (each for address in addresses for each in mount_commands(location, address, place)):
        try:
            run(command, timeout=_TIMEOUT)
        except CommandError as error:
            reason = (error.output.strip().splitlines() or [error.message])[0].rpartition(": ")[2]
            reasons += [reason] if reason not in reasons else []
        else:
            return
    raise Temporary(f"{describe(location)}: the folder cannot be mounted ({'; '.join(reasons)}).", hint=_HINT)


def _resolve(location: Nfs) -> list[str]:
    """The server's addresses, each once."""
    host = server(location)
    try:
        found = socket.getaddrinfo(host, 2049, type=socket.SOCK_STREAM)
    except OSError as error:
        text = f"{describe(location)}: {host} has no address: {error.strerror}."
        raise Temporary(text, hint=_HINT) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
