"""What every use of mmdebstrap needs so that the same packages give the same files, wherever it runs."""

from __future__ import annotations

from host.errors import HostError

INHERITED = ("PATH", "TMPDIR", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "SSL_CERT_FILE")
"""Variables that packages' scripts may see. Others, such as PYTHONDONTWRITEBYTECODE, change what they do."""


def demand_mounts(said: str) -> None:
    """Refuse a root that was made without /proc and /dev, by what mmdebstrap said (mmdebstrap(1)).

    Packages' scripts go on without them, but what they write to /dev/null is then in a file, and what they
    make from /proc is missing. Raises HostError.
    """
    if "W: skipping mount" in said or "W: skipping bind-mounting" in said:
        raise HostError(
            "mmdebstrap could not mount /proc and /dev for packages' scripts; what they made is not usable.",
            hint="In a container, run it privileged; else check that the program mount is installed.",
        )
