"""Where a kickstart file is, as ``ks=`` and ``%include`` spell it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from host.errors import HostError

DEFAULT = "/ks.cfg"
"""The file that is looked for where a spelling names none."""

LABEL = "BEDPLATE_KS"
"""The label of a volume that ``ks=volume`` means."""

SPELLINGS = (
    "cdrom:/PATH, usb, usb:/PATH, volume, volume:/PATH, file:///PATH, http://HOST/PATH, https://HOST/PATH, "
    "ftp://HOST/PATH, nfs://HOST/PATH"
)


@dataclass(frozen=True)
class Optical:
    """On a CD or DVD, or on the medium the installer was started from; ``device`` is looked into first."""

    path: str
    device: str = ""


@dataclass(frozen=True)
class Usb:
    """On a USB stick or SD card. ``device`` is the volume to look at first."""

    path: str
    device: str = ""


@dataclass(frozen=True)
class Labelled:
    """On a volume labelled BEDPLATE_KS, on whatever bus. ``device`` is the volume to look at first."""

    path: str
    device: str = ""


@dataclass(frozen=True)
class LocalFile:
    """In the running system, or brought along by the boot loader."""

    path: str


@dataclass(frozen=True)
class Web:
    """On a web server. ``url`` holds no credentials: those are in ``user`` and ``password``."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Ftp:
    """On an FTP server, as ``Web``; without a ``user`` it is fetched anonymously."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Nfs:
    """On an NFS server, which exports the folder of ``path`` or one above it."""

    server: str
    path: str


Location: TypeAlias = Optical | Usb | Labelled | LocalFile | Web | Ftp | Nfs

_NETWORK = (Web, Ftp, Nfs)
_NFS = re.compile(r"//(\[[0-9A-Fa-f:.%]+\]|[^/:\[\]]+)(?::(?=/))?(/.*)")
_SCHEME = re.compile(r"(cdrom|usb|volume|file|https?|ftp|nfs)(?::(.*))?", re.IGNORECASE | re.DOTALL)


def parse(text: str) -> Location:
    """The place a spelling names. Raises HostError when it names none."""
    match = _SCHEME.fullmatch(text.strip())
    if match is None or not text.isprintable():
        raise _wrong(text, "It begins with none of the known kinds of places.")
    kind, rest = match[1].lower(), match[2] or ""
    if kind in _READERS:
        return _READERS[kind](text, rest)
    if kind == "file" and not rest.strip("/"):
        raise _wrong(text, "It names no file.")
    return _ON_DEVICES[kind](_path(rest))


def beside(location: Location, name: str) -> Location:
    """What ``%include name`` in the file at ``location`` means.

    A spelling with its kind is taken as it is, an absolute path is a file of the running system (where %pre
    writes), anything else lies beside the including file. Raises HostError as ``parse``.
    """
    if _SCHEME.fullmatch(name) and ":" in name:
        return parse(name)
    if name.startswith("/"):
        return LocalFile(posixpath.normpath(name))
    if isinstance(location, Web | Ftp):
        parts = urlsplit(location.url)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(parts.path) or "/", name))
        return replace(location, url=urlunsplit(parts._replace(path=path, query="", fragment="")))
    return replace(location, path=_path(posixpath.join(posixpath.dirname(location.path), name)))


def describe(location: Location) -> str:
    """The place as a person would type it, without credentials."""
    match location:
        case Optical():
            return f"cdrom:{location.path}"
        case Usb():
            return f"usb:{location.path}"
        case Labelled():
            return f"volume:{location.path}"
        case LocalFile():
            return f"file://{location.path}"
        case Nfs():
            return f"nfs://{location.server}{location.path}"
        case Web() | Ftp():
            return location.url


def spell(location: Location) -> str:
    """The place so that ``parse`` gives it again, credentials included: never to be shown or logged."""
    if isinstance(location, Web | Ftp) and location.user:
        secret = f":{quote(location.password, safe='')}" if location.password else ""
        return location.url.replace("://", f"://{quote(location.user, safe='')}{secret}@", 1)
    return describe(location)


def needs_network(location: Location) -> bool:
    """Whether the place is behind a network adapter."""
    return isinstance(location, _NETWORK)


def server(location: Location) -> str:
    """The host name or address of the server, without brackets; '' for places that have none."""
    if isinstance(location, Web | Ftp):
        return urlsplit(location.url).hostname or ""
    return location.server.strip("[]") if isinstance(location, Nfs) else ""


def _path(text: str) -> str:
    """A path from the root of its volume; ``..`` does not lead out of it."""
    path = posixpath.normpath("/" + text.lstrip("/"))
    return DEFAULT if path == "/" else path


def _read_web(text: str, rest: str) -> Web:
    url, parts = _url(text, rest)
    return Web(url, unquote(parts.username or ""), unquote(parts.password or ""))


def _read_ftp(text: str, rest: str) -> Ftp:
    url, parts = _url(text, rest)
    return Ftp(url, unquote(parts.username or ""), unquote(parts.password or ""))


def _url(text: str, rest: str) -> tuple[str, SplitResult]:
    """The address without credentials, and its parts with them."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _wrong(text, "It is no address.") from error
    if not rest.startswith("//") or not host:
        raise _wrong(text, "It names no server.")
    if not parts.path.strip("/") and not parts.query:
        raise _wrong(text, "It names no file on the server.")
    name = f"[{host}]" if ":" in host else host
    place = name if port is None else f"{name}:{port}"
    return urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=place, fragment="")), parts


def _read_nfs(text: str, rest: str) -> Nfs:
    match = _NFS.fullmatch(rest)
    if match is None or not match[2].strip("/"):
        raise _wrong(text, "It names no server and file.")
    return Nfs(match[1], _path(match[2]))


def _wrong(text: str, why: str) -> HostError:
    shown = re.sub(r"//[^/@]*@", "//", text)
    return HostError(f'"{shown}" is no place of a kickstart file. {why}', hint=f"Write one of: {SPELLINGS}.")


_READERS: dict[str, Callable[[str, str], Location]] = {
    "http": _read_web,
    "https": _read_web,
    "ftp": _read_ftp,
    "nfs": _read_nfs,
}
_ON_DEVICES: dict[str, Callable[[str], Location]] = {
    "cdrom": Optical,
    "usb": Usb,
    "volume": Labelled,
    "file": LocalFile,
}
