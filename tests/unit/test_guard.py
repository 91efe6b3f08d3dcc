"""The guard of tests/conftest.py: it must stop what it is there to stop."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.conftest import Forbidden


def test_a_process_is_refused() -> None:
    with pytest.raises(Forbidden, match="without the mark 'processes'"):
        subprocess.run([sys.executable, "-c", ""], check=True)


def test_a_fork_is_refused() -> None:
    with pytest.raises(Forbidden):
        os.fork()


def test_a_connection_is_refused() -> None:
    with socket.socket() as link, pytest.raises(Forbidden, match="without the mark 'network'"):
        link.connect(("127.0.0.1", 9))


def test_a_unix_socket_is_fine() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"


@pytest.mark.processes
def test_a_marked_test_may_start_processes() -> None:
    assert (
        subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True).stdout == b"1\n"
    )


@pytest.mark.network
def test_a_marked_test_may_open_sockets() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        assert server.getsockname()[1]
