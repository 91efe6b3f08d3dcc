"""The errors of the whole product: each says what happened and what to do about it."""

from __future__ import annotations


class HostError(Exception):
    """A failure a person is told about.

    ``message`` says what happened in one sentence; ``hint`` says what to do, and may be empty
    where nothing sensible can be advised.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
