"""Files as data: what rendering produces and applying writes."""

from __future__ import annotations

import msgspec

GENERATED = "# Written by Bedplate from the host's configuration; changes made here are lost.\n"


class File(msgspec.Struct, frozen=True):
    """The content of a file, or, with ``symlink``, where a symbolic link points. ``mode`` is its
    permissions.
    """

    text: str
    mode: int = 0o644
    symlink: bool = False
