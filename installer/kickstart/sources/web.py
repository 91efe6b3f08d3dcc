"""``ks=http://`` and ``ks=https://``: straight from the server, never through a proxy."""

from __future__ import annotations

import base64
import http.client
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from host.errors import HostError
from host.product import product
from installer.kickstart.bootoptions import NO_VERIFY
from installer.kickstart.location import Web
from installer.kickstart.sources.base import Fetched, How, Temporary, persist, read_limited

_TIMEOUT = 30.0
"""Seconds without any answer."""

_LATER = {408, 425, 429, 500, 502, 503, 504}
"""Answers that may be another one next time (RFC 9110, 15.5 and 15.6)."""

_REACH = "See whether the server runs, and whether address, ksdevice= and vlanid= are right."


def fetch(location: Web, how: How) -> Fetched:
    """Raises HostError when the server cannot be reached, does not have the file or cannot be trusted."""
    return persist(lambda: _once(location, how), how)


def _once(location: Web, how: How) -> Fetched:
    request = Request(location.url, headers=_headers(location))
    try:
        with _opener(how.verify).open(request, timeout=_TIMEOUT) as answer:
            data = read_limited(answer, location.url)
            if answer.length:
                raise Temporary(f"{location.url}: the answer broke off.", hint=_REACH)
            url = answer.geturl()
    except HTTPError as error:
        raise _refused(location, error) from error
    except URLError as error:
        raise _unreachable(location, error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(location, error) from error
    moved = f" (for {location.url})" if url != location.url else ""
    return Fetched(data, f"{url}{moved}", replace(location, url=url))


def _headers(location: Web) -> dict[str, str]:
    found = product()
    headers = {"User-Agent": f"{found.name}/{found.version}", "Accept": "*/*"}
    if location.user:
        secret = base64.b64encode(f"{location.user}:{location.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    return headers


class _Redirects(HTTPRedirectHandler):
    """Follows redirects, but not from https to anything that can be read on the way, nor to other schemes."""

    max_redirections = 5

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Credentials go to no other server."""
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.scheme not in ("http", "https") or (before.scheme, after.scheme) == ("https", "http"):
            raise HostError(
                f"{req.full_url} leads to {newurl}, which is not followed.",
                hint="Name the final address with ks=.",
            )
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None and (before.scheme, before.netloc) != (after.scheme, after.netloc):
            request.remove_header("Authorization")
        return request


def _opener(verify: bool) -> OpenerDirector:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return build_opener(ProxyHandler({}), HTTPSHandler(context=context), _Redirects())


def _refused(location: Web, error: HTTPError) -> HostError:
    if error.code // 100 == 3:
        return HostError(
            f"{location.url}: the server redirects in a circle or to another kind of place: not followed.",
            hint="Name the final address with ks=.",
        )
    kind: Callable[..., HostError] = Temporary if error.code in _LATER else HostError
    words = http.client.responses.get(error.code, "")
    hints = {
        401: "Write user and password into the address: http://USER:PASSWORD@HOST/PATH.",
        403: "See whether the server may read the file.",
        404: "See whether the path after ks= is right; servers tell large and small letters apart.",
    }
    return kind(
        f"{location.url}: the server answers {error.code} {words}".rstrip() + ".",
        hint=hints.get(error.code, "See the server's log."),
    )


def _unreachable(location: Web, reason: object) -> HostError:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return HostError(
            f"{location.url}: the server's certificate is not trusted: {reason.verify_message}.",
            hint="Use a certificate of a public authority, see whether this machine's clock is right, or "
            f"give the boot option {NO_VERIFY} to have any certificate taken.",
        )
    if isinstance(reason, TimeoutError):
        return Temporary(f"{location.url}: no answer within {_TIMEOUT:g} s.", hint=_REACH)
    words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return Temporary(f"{location.url}: {words}.", hint=_REACH)
