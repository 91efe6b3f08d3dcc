"""The front of the agent: the page, and the way to the API.

Plain ASGI, because it has to answer as soon as the host is up and the API's framework is slow to load.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from host import reached
from host.errors import HostError
from hostd import errors
from hostd.about import about
from hostd.page import page

log = logging.getLogger(__name__)

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

_METHODS = ("GET", "HEAD")
_HTML = b"text/html; charset=utf-8"
_JSON = b"application/json"


class Front:
    """The ASGI application that the server runs."""

    def __init__(self) -> None:
        self._api: Application | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        _note_visit(scope)
        if scope["path"].startswith("/api/"):
            await (await self._loaded_api())(scope, receive, send)
            return
        await _answer(scope, send)

    async def _loaded_api(self) -> Application:
        async with self._loading:
            if self._api is None:
                self._api = await asyncio.to_thread(_load_api)
        return self._api


def _load_api() -> Application:
    from hostd.api import api

    return api()


def _note_visit(scope: Scope) -> None:
    """Have a network change confirmed that waits for somebody to reach the host."""
    if scope["server"] and scope["client"]:
        try:
            reached.note(scope["server"][0], scope["client"][0])
        except ValueError as error:
            log.debug("not an address: %s", error)


async def _answer(scope: Scope, send: Send) -> None:
    known = {"/": _page, "/favicon.ico": _no_icon}
    answer = known.get(scope["path"])
    if answer is None:
        await _send(scope, send, 404, errors.body(404), _JSON)
    elif scope["method"] not in _METHODS:
        allow = ((b"allow", ", ".join(_METHODS).encode()),)
        await _send(scope, send, 405, errors.body(405), _JSON, allow)
    else:
        await answer(scope, send)


async def _page(scope: Scope, send: Send) -> None:
    try:
        text = page(about())
    except HostError as error:
        log.error("%s", error)
        await _send(scope, send, 500, errors.body(500), _JSON)
    else:
        await _send(scope, send, 200, text.encode(), _HTML)


async def _no_icon(scope: Scope, send: Send) -> None:
    await _send(scope, send, 204, b"", b"")


async def _send(
    scope: Scope, send: Send, status: int, body: bytes, content: bytes, more: Headers = ()
) -> None:
    headers = [*more]
    if content:
        headers += [(b"content-type", content), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
