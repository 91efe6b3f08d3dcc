"""Older configuration documents made into today's, one schema version at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from host.config.model import SCHEMA
from host.errors import HostError

Document: TypeAlias = dict[str, Any]

MIGRATIONS: Mapping[int, Callable[[Document], Document]] = {}
"""From a schema version to the function that makes a document of the next one out of it."""


class NewerSchema(HostError):
    """The configuration was written by a newer release; an older one beside it must not take its place."""


def migrate(document: Document, schema: int = SCHEMA) -> Document:
    """The document as one of ``schema``.

    Raises NewerSchema when it comes from a newer release, HostError when this release cannot read it.
    """
    version = document.get("schema")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise HostError(f"The configuration has no usable schema version ({version!r}).")
    if version > schema:
        raise NewerSchema(
            f"The configuration is of schema {version}; this release knows up to {schema}.",
            hint="Start the newer release again (the other boot bank), or reset the configuration.",
        )
    for step in range(version, schema):
        if step not in MIGRATIONS:
            raise HostError(f"This release cannot read a configuration of schema {version}.")
        document = {**MIGRATIONS[step](document), "schema": step + 1}
    return document
