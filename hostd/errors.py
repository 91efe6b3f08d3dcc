"""What an error looks like to a client: ``{"error": {"code": ..., "message": ...}}``."""

from __future__ import annotations

from http import HTTPStatus

import msgspec


def body(status: int, message: str = "") -> bytes:
    """The error as JSON. Without a message it is HTTP's own word for the status."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-")
    return msgspec.json.encode({"error": {"code": code, "message": message or f"{phrase}."}})
