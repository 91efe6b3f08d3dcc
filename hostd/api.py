"""The API under ``/api/``, typed by FastAPI.

Importing this costs half a second and 20 MB, so the front (hostd.app) does it when the API is first asked,
and not while the host starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Response
from starlette.exceptions import HTTPException

from hostd import errors
from hostd.about import About, about

if TYPE_CHECKING:
    from fastapi import Request


def api() -> FastAPI:
    """The application. Its description is for making clients at build time and is not served."""
    application = FastAPI(title="Bedplate", openapi_url=None, docs_url=None, redoc_url=None)
    application.add_exception_handler(HTTPException, _error)

    async def get_about() -> About:
        """Product, version, build and state of the host."""
        return about()

    application.add_api_route("/api/about", get_about, methods=["GET", "HEAD"], response_model=About)
    return application


async def _error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if "Allow" in headers:
        # Starlette keeps methods in a set, whose order differs from one start to the next.
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return Response(errors.body(error.status_code), error.status_code, headers, "application/json")
