"""HTTP/1.1 on one connection: uvicorn's, for clients that may be slow but not for ever."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from hostd import errors
from hostd.headers import HEADERS

REQUEST_TIMEOUT = 20.0
"""Seconds a client has from the connection, or the first byte of a further request, to the request's end."""

_ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


class Protocol(H11Protocol):
    """uvicorn's protocol with a deadline for requests and our headers on every answer.

    uvicorn itself waits without end for a client that has connected and says nothing, or stops half-way.
    """

    def __init__(self, config: Config, state: ServerState, timeout: float = REQUEST_TIMEOUT) -> None:
        super().__init__(config, state, {})
        self._timeout = timeout
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected and is expected to ask for something."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Some part of a request has arrived."""
        if self._deadline is None:
            self._expect()
        super().data_received(data)
        if self.conn.their_state not in _UNFINISHED:
            self._forgive()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._forgive()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Answer what has arrived, with the headers and the date that every answer has."""
        date = (b"date", formatdate(time.time(), usegmt=True).encode())
        self.server_state.default_headers = [date, *_ENCODED]
        super().handle_events()

    def on_response_complete(self) -> None:
        """An answer is out; the beginning of the next request may be here already."""
        super().on_response_complete()
        if self._deadline is None and self.conn.their_state in _UNFINISHED and self.conn.trailing_data[0]:
            self._expect()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, and hang up."""
        body = errors.body(400, msg)
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self._timeout, self._give_up)

    def _forgive(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()
