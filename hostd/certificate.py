"""The agent's side of the certificate: serve the newest one, and ask for a new one when it is due."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from pathlib import Path

from host import certificates, paths
from host.network.watch import Watch

log = logging.getLogger(__name__)

_SETTLE = 2.0
"""Seconds to let an interface that changes come to rest."""

_DAY = 86400.0


class Served:
    """The certificate as TLS needs it. A file that was replaced counts from the next connection on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._mark()
        self._current = _context(path)
        self.context = _context(path)
        """What the server is started with; it hands each connection the current one."""
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Called by OpenSSL at the start of each handshake, with or without a server name."""
        self._refresh()
        connection.context = self._current

    def _refresh(self) -> None:
        mark = self._mark()
        if mark == self._seen:
            return
        try:
            self._current = _context(self._path)
        except OSError as error:  # ssl.SSLError is one
            log.warning("the new certificate cannot be used, the old one stays: %s", error)
        self._seen = mark

    def _mark(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns


async def keep_current(serving: Path = paths.SERVING_TLS, asked: Path = paths.ASKED) -> None:
    """Ask for a new certificate whenever the present one lacks an address or grows old. Runs for ever."""
    changed = asyncio.Event()
    with Watch() as watch:
        asyncio.get_running_loop().add_reader(watch.fileno(), changed.set)
        while True:
            ask_if_due(serving, asked)
            try:
                await asyncio.wait_for(changed.wait(), _DAY)
                await asyncio.sleep(_SETTLE)
            except TimeoutError:
                log.debug("a day has passed: looking at the certificate's age")
            watch.drain()
            changed.clear()


def ask_if_due(serving: Path, asked: Path) -> bool:
    """Ask root for a new certificate if one is due (bedplate-certificate.path answers); whether it is."""
    present = certificates.issued(serving)
    if present is not None and not present.is_due(certificates.present_names(), time.time()):
        return False
    try:
        (asked / "certificate").write_bytes(b"\n")
    except OSError as error:
        log.warning("a new certificate is due and cannot be asked for: %s", error)
    return True


def _context(path: Path) -> ssl.SSLContext:
    """TLS 1.2 and later with forward secrecy. Raises OSError when the file is missing or not usable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(path)
    return context
