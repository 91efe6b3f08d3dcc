"""``python3 -m hostd``: the management agent, on a host or on a developer's machine."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import socket
import sys
from pathlib import Path

from host import certificates, paths
from host.errors import HostError
from hostd.app import Front
from hostd.certificate import Served, keep_current
from hostd.server import listen, serve


def main(argv: list[str]) -> int:
    """Serve until told to stop. The exit code is 0 then, and 1 when it could not start."""
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        asyncio.run(_run(options))
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hostd", description="The management agent of this host.")
    parser.add_argument("--port", type=int, default=443, help="where to listen (default: %(default)s)")
    parser.add_argument("--address", default="::", help="on which address (default: all of them)")
    parser.add_argument(
        "--state",
        type=Path,
        help="on a developer's machine: keep a certificate in DIR/tls, made here if need be",
        metavar="DIR",
    )
    return parser.parse_args(argv)


async def _run(options: argparse.Namespace) -> None:
    served = _certificate(options.state)
    listening = listen(options.address, options.port)
    await serve(
        Front(),
        listening,
        served.context,
        ready=lambda: _ready(listening),
        beside=None if options.state else keep_current,
    )


def _certificate(state: Path | None) -> Served:
    """The certificate root has made for us; a developer's own in ``state``."""
    directory = paths.SERVING_TLS
    if state is not None:
        directory = state / "tls"
        certificates.ensure(certificates.present_names(), tls=directory, serving=None)
    try:
        return Served(directory / "host.pem")
    except OSError as error:
        raise HostError(
            f"The certificate in {directory} cannot be used: {error}",
            hint="Have it made: systemctl start bedplate-certificate.service. To try the agent without being "
            "root: python3 -m hostd --port 8443 --state DIR.",
        ) from error


def _ready(listening: socket.socket) -> None:
    """Say that connections are taken: in the log, and to systemd (sd_notify(3)) if it started us."""
    address, port = listening.getsockname()[:2]
    logging.info("listening on %s port %d", address, port)
    manager = os.environ.get("NOTIFY_SOCKET")
    if manager:
        # A name that starts with @ is in the abstract namespace.
        manager = f"\0{manager[1:]}" if manager.startswith("@") else manager
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
            notify.sendto(b"READY=1", manager)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
