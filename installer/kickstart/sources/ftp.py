"""``ks=ftp://``: in passive mode, anonymously or as the user the address names."""

from __future__ import annotations

import ftplib
from urllib.parse import unquote, urlsplit

from host.errors import HostError
from installer.kickstart.location import Ftp
from installer.kickstart.sources.base import Fetched, How, Temporary, check_size, persist

_TIMEOUT = 30.0
"""Seconds without any answer."""

_REACH = "See whether the server runs, and whether address, ksdevice= and vlanid= are right."


def fetch(location: Ftp, how: How) -> Fetched:
    """Raises HostError when the server cannot be reached or does not have the file."""
    return persist(lambda: _once(location), how)


def _once(location: Ftp) -> Fetched:
    parts = urlsplit(location.url)
    chunks: list[bytes] = []

    def take(chunk: bytes) -> None:
        chunks.append(chunk)
        check_size(sum(map(len, chunks)), location.url)

    try:
        with ftplib.FTP(timeout=_TIMEOUT) as server:
            server.connect(parts.hostname or "", parts.port or ftplib.FTP_PORT)
            server.login(location.user, location.password)
            # From the folder one is in after login (RFC 1738, 3.2.2); %2F begins at the root.
            server.retrbinary(f"RETR {unquote(parts.path.removeprefix('/'))}", take)
    except ftplib.error_perm as error:
        raise HostError(
            f"{location.url}: the server answers {error}.",
            hint="See whether path, user and password are right.",
        ) from error
    except ftplib.Error as error:
        raise Temporary(f"{location.url}: the server answers {error}.", hint=_REACH) from error
    except (OSError, EOFError) as error:
        words = getattr(error, "strerror", None) or str(error) or "the connection was closed"
        raise Temporary(f"{location.url}: {words}.", hint=_REACH) from error
    return Fetched(b"".join(chunks), location.url, location)
