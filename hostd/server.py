"""Listening, serving and stopping.

uvicorn's protocol is used and its server is not: that one wakes up ten times a second, cannot limit a TLS
handshake, and has no way to exchange the certificate.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Coroutine

from uvicorn.config import Config
from uvicorn.server import ServerState

from host.errors import HostError
from hostd.app import Application
from hostd.protocol import REQUEST_TIMEOUT, Protocol

log = logging.getLogger(__name__)

CONNECTIONS = 64
"""How many clients are served at once; one more is told to come back later."""

_KEEP_ALIVE = 15
_HANDSHAKE_TIMEOUT = 10.0
_SHUTDOWN_TIMEOUT = 3.0
_BACKLOG = 64
_LARGEST_HEAD = 16384
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def listen(address: str, port: int) -> socket.socket:
    """A listening socket; ``::`` means every address, IPv4 too. Raises HostError with what to do about it."""
    try:
        return _bound(address, port)
    except OSError as error:
        if address == "::" and error.errno in _NO_IPV6:
            return listen("0.0.0.0", port)
        raise HostError(
            f"The management agent cannot listen on port {port}: {error.strerror}",
            hint=f"See what uses it: ss -ltnp 'sport = :{port}'; or choose another with --port.",
        ) from error


async def serve(
    application: Application,
    listening: socket.socket,
    context: ssl.SSLContext,
    *,
    ready: Callable[[], None],
    beside: Callable[[], Coroutine[None, None, None]] | None = None,
    timeout: float = REQUEST_TIMEOUT,
) -> None:
    """Serve until SIGTERM or SIGINT, then let requests under way end.

    ``ready`` is called once connections are taken; ``beside`` runs beside, and its failure is logged;
    ``timeout`` is in seconds, for one request to arrive.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    config, state = _config(application), ServerState()
    server = await loop.create_server(
        lambda: Protocol(config, state, timeout),
        sock=listening,
        ssl=context,
        backlog=_BACKLOG,
        ssl_handshake_timeout=_HANDSHAKE_TIMEOUT,
        ssl_shutdown_timeout=_SHUTDOWN_TIMEOUT,
    )
    companion = loop.create_task(_logged(beside)) if beside else None
    ready()
    await stop.wait()
    if companion:
        companion.cancel()
    server.close()
    await _finish(state)


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address != "::")
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


def _config(application: Application) -> Config:
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    config.load()
    return config


async def _logged(work: Callable[[], Coroutine[None, None, None]]) -> None:
    try:
        await work()
    except OSError:
        log.exception("the certificate is not watched any more")


async def _finish(state: ServerState) -> None:
    """Let answers under way be sent, for a few seconds; then hang up."""
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=_SHUTDOWN_TIMEOUT)
    for connection in list(state.connections):
        if connection.transport is not None:
            connection.transport.abort()
