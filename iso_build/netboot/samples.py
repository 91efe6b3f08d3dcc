"""The boot loaders' menus and the servers' settings, filled in with the address the folder is served at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from host.errors import HostError
from iso_build.release import version
from kernel_config import cmdline

SAMPLES = Path(__file__).parent / "samples"

PLACEHOLDER = "http://192.0.2.1/"
"""The address where nobody gave one, from the range that is for examples (RFC 5737)."""

_HOST = re.compile(r"[A-Za-z0-9.-]+")


def texts(url: str) -> Iterator[tuple[str, str]]:
    """Path and text of every sample.

    ``url`` is the web address of the folder, '' when it is not known: the menus then ask the server that they
    came from, and what cannot do that has an example in it. Raises HostError when it is none.
    """
    base = base_url(url) if url else PLACEHOLDER
    blanks = {
        "VERSION": version(),
        "INSTALL": " ".join(cmdline.install()),
        "URL": base,
        "HOST": str(urlsplit(base).hostname),
        "GRUB": base if url else "http://$server/",
        "IPXE": base if url else "http://${next-server}/",
        "EDIT": "" if url else "Put your server's address in place of 192.0.2.1.",
    }
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(SAMPLES)), fill(path.read_text(), blanks)


def base_url(text: str) -> str:
    """The address of the folder, with the ``/`` at its end. Raises HostError."""
    parts = urlsplit(text if text.endswith("/") else text + "/")
    try:
        port = parts.port
    except ValueError:
        port = -1
    good = (
        parts.scheme in ("http", "https")
        and _HOST.fullmatch(parts.hostname or "")
        and "@" not in parts.netloc
    )
    if not good or port == -1 or not re.fullmatch(r"[A-Za-z0-9._~/-]+", parts.path) or parts.query:
        raise HostError(
            f"{text} is no address of a folder on a web server.", hint="It looks like URL=http://192.0.2.1/."
        )
    return parts.geturl()


def fill(text: str, blanks: dict[str, str]) -> str:
    """The text with ``@NAME@`` replaced. Raises HostError for a name there is not."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in blanks:
            raise HostError(f"There is nothing for @{match[1]}@ in a sample.")
        return blanks[match[1]]

    lines = re.sub(r"@([A-Z]+)@", value, text).splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)
