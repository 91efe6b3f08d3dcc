"""The management agent as a client sees it: the real program, over real TLS, on loopback."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from host import certificates
from host.errors import HostError
from hostd import server
from hostd.about import About, State, state
from hostd.app import Front
from hostd.certificate import Served, ask_if_due
from hostd.headers import HEADERS
from hostd.page import page
from tools.places import ROOT

pytestmark = [pytest.mark.network, pytest.mark.processes]

ABOUT = About(product="Bedplate", version="1.2.3", build="7", state=State.RUNNING)


@dataclass(frozen=True)
class Agent:
    port: int
    state: Path
    address: str

    def authority(self) -> str:
        return (self.state / "tls" / "authority.pem").read_text().partition("-----END PRIVATE KEY-----\n")[2]

    def client(self, **_: object) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.authority())
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def ask(
        self, method: str, path: str, body: bytes | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPSConnection(self.address, self.port, context=self.client(), timeout=60)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module", params=["127.0.0.1", "::1"])
def agent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    if request.param == "::1" and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    directory = tmp_path_factory.mktemp("agent")
    process = start("--address", request.param, "--port", "0", "--state", str(directory))
    try:
        yield Agent(port_of(process), directory, request.param)
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hostd", *options], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


def port_of(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if match := re.match(r"listening on \S+ port (\d+)", line):
            return int(match[1])
    raise AssertionError("the agent did not start:\n" + "".join(said))


class TestAnswers:
    def test_the_page(self, agent: Agent) -> None:
        answer, body = agent.ask("GET", "/")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "Bedplate" in body.decode()

    def test_about(self, agent: Agent) -> None:
        answer, body = agent.ask("GET", "/api/about")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        about = json.loads(body)
        assert about.keys() == {"product", "version", "build", "state"}
        assert (about["product"], about["build"]) == ("Bedplate", "source")

    def test_no_icon(self, agent: Agent) -> None:
        answer, body = agent.ask("GET", "/favicon.ico")
        assert (answer.status, body) == (204, b"")

    @pytest.mark.parametrize("path", ["/", "/api/about", "/favicon.ico"])
    def test_head_is_get_without_a_body(self, agent: Agent, path: str) -> None:
        head, nothing = agent.ask("HEAD", path)
        get, _ = agent.ask("GET", path)
        assert (head.status, nothing) == (get.status, b"")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE"])
    @pytest.mark.parametrize("path", ["/", "/api/about", "/favicon.ico"])
    def test_other_methods(self, agent: Agent, method: str, path: str) -> None:
        answer, body = agent.ask(method, path)
        assert (answer.status, answer.headers["Content-Type"]) == (405, "application/json")
        assert answer.headers["Allow"] == "GET, HEAD"
        assert json.loads(body)["error"]["code"] == "method-not-allowed"

    @pytest.mark.parametrize(
        "path",
        ["/nothing", "/api", "/api/", "/api/nothing", "/docs", "/openapi.json", "/../etc/passwd", "//", "*"],
    )
    def test_unknown_paths(self, agent: Agent, path: str) -> None:
        answer, body = agent.ask("GET", path)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/json")
        assert json.loads(body)["error"]["code"] == "not-found"
        assert path.encode() not in body or len(path) == 1

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/"), ("GET", "/api/about"), ("GET", "/nothing"), ("POST", "/"), ("GET", "/favicon.ico")],
    )
    def test_every_answer_has_the_headers(self, agent: Agent, method: str, path: str) -> None:
        answer, _ = agent.ask(method, path)
        for name, value in HEADERS:
            assert answer.headers.get_all(name) == [value]
        assert answer.headers["Date"]
        assert answer.headers["Server"] is None

    def test_what_is_not_http_is_told_so_and_left(self, agent: Agent) -> None:
        with self.connected(agent) as connection:
            connection.sendall(b"\x16 nonsense\r\n\r\n")
            answer = received(connection)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"content-security-policy: " in answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "bad-request"

    def test_a_head_without_end_is_cut_off(self, agent: Agent) -> None:
        with self.connected(agent) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000)
            assert received(connection).startswith(b"HTTP/1.1 400 ")

    def test_several_requests_on_one_connection(self, agent: Agent) -> None:
        with self.connected(agent) as connection:
            request = b"GET / HTTP/1.1\r\nHost: x\r\n"
            connection.sendall(request + b"\r\n" + request + b"Connection: close\r\n\r\n")
            assert received(connection).count(b"HTTP/1.1 200 OK") == 2

    @staticmethod
    def connected(agent: Agent) -> ssl.SSLSocket:
        plain = socket.create_connection((agent.address, agent.port), timeout=60)
        return agent.client().wrap_socket(plain, server_hostname=agent.address)


class TestTls:
    def test_the_host_name_is_in_the_certificate(self, agent: Agent) -> None:
        with (
            socket.create_connection((agent.address, agent.port), timeout=60) as plain,
            agent.client().wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            assert connection.version() == "TLSv1.3"
            assert connection.selected_alpn_protocol() is None

    def test_another_name_is_not(self, agent: Agent) -> None:
        with (
            socket.create_connection((agent.address, agent.port), timeout=60) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            agent.client().wrap_socket(plain, server_hostname="other.example")

    @pytest.mark.parametrize(
        ("version", "spoken"), [(ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)]
    )
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_versions(self, agent: Agent, version: ssl.TLSVersion, spoken: bool) -> None:
        context = agent.client()
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection((agent.address, agent.port), timeout=60) as plain:
            if spoken:
                with context.wrap_socket(plain, server_hostname=agent.address) as connection:
                    cipher = connection.cipher()
                    assert cipher is not None
                    assert cipher[0].startswith("ECDHE-")
            else:
                with pytest.raises(ssl.SSLError):
                    context.wrap_socket(plain, server_hostname=agent.address)

    def test_a_new_certificate_counts_from_the_next_connection_on(self, agent: Agent) -> None:
        before = agent.ask("GET", "/")[0].status
        made = certificates.ensure(
            ("localhost", "127.0.0.1", "::1", "192.0.2.77"), tls=agent.state / "tls", serving=None
        )
        served = ssl.get_server_certificate((agent.address, agent.port))
        assert certificates._fingerprint(served) == made.fingerprint
        assert (before, agent.ask("GET", "/")[0].status) == (200, 200)

    def test_a_torn_certificate_does_not_stop_it(self, agent: Agent) -> None:
        path = agent.state / "tls" / "host.pem"
        whole = path.read_bytes()
        try:
            path.write_bytes(whole[:100])
            assert agent.ask("GET", "/")[0].status == 200
        finally:
            path.write_bytes(whole)
        assert agent.ask("GET", "/")[0].status == 200


class TestStart:
    def test_a_port_in_use_says_what_to_do(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            process = start("--address", "127.0.0.1", "--port", port, "--state", str(tmp_path))
            _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert f"cannot listen on port {port}" in errors
        assert "Traceback" not in errors

    def test_without_a_certificate_it_says_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "tls").touch()
        process = start("--address", "127.0.0.1", "--port", "0", "--state", str(tmp_path))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "certificate" in errors
        assert "Traceback" not in errors

    def test_systemd_is_told_when_it_is_ready(self, tmp_path: Path) -> None:
        manager = tmp_path / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(manager))
            notify.settimeout(60)
            environment = {**os.environ, "NOTIFY_SOCKET": str(manager)}
            process = subprocess.Popen(
                [sys.executable, "-m", "hostd", "--address", "::", "--port", "0", "--state", tmp_path],
                cwd=ROOT,
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                assert notify.recv(100) == b"READY=1"
                with socket.create_connection(("127.0.0.1", port_of(process)), timeout=60):
                    pass
            finally:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=60)
        assert process.returncode == 0

    def test_listen_on_everything_takes_ipv4_too(self) -> None:
        with server.listen("::", 0) as listening:
            listening.listen()
            port = listening.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                assert client.getpeername() == ("127.0.0.1", port)

    def test_listen_refuses_what_is_not_ours(self) -> None:
        with pytest.raises(HostError, match="cannot listen"):
            server.listen("192.0.2.1", 0)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class TestSlowClients:
    """The server in this process, with a patience of a moment."""

    @pytest.fixture
    def tls(self, tmp_path: Path) -> Path:
        certificates.ensure(("localhost", "127.0.0.1"), tls=tmp_path, serving=None)
        return tmp_path

    @pytest.mark.parametrize(
        "sent",
        [
            b"",
            b"GET",
            b"GET / HTTP/1.1\r\nHost: x\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
            b"POST /api/about HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n",
        ],
        ids=["nothing", "a word", "half a head", "half a body", "half a chunk", "half a second request"],
    )
    def test_whoever_stops_half_way_is_left(self, tls: Path, sent: bytes) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(sent)
            try:
                await asyncio.wait_for(reader.read(), 60)
            except ConnectionError:
                return

        self.served(tls, talk)

    def test_a_request_in_small_pieces_is_answered(self, tls: Path) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for byte in b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
            assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")

        self.served(tls, talk, timeout=60)

    def test_too_many_clients_are_told_to_come_back(self, tls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "CONNECTIONS", 1)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"x-frame-options: DENY" in answer

        self.served(tls, talk, timeout=60)

    @staticmethod
    def served(tls: Path, talk: Talk, timeout: float = 0.2) -> None:
        """Serve, let one client talk, stop; fails if any of it does."""

        async def both() -> None:
            listening = server.listen("127.0.0.1", 0)
            ready = asyncio.Event()
            serving = asyncio.create_task(
                server.serve(
                    Front(), listening, Served(tls / "host.pem").context, ready=ready.set, timeout=timeout
                )
            )
            await ready.wait()
            client = ssl.create_default_context()
            client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
            reader, writer = await asyncio.open_connection(*listening.getsockname(), ssl=client)
            try:
                await talk(reader, writer)
            finally:
                writer.transport.abort()
                os.kill(os.getpid(), signal.SIGTERM)
                await serving

        asyncio.run(both())


class TestAskingForACertificate:
    @pytest.fixture
    def asked(self, tmp_path: Path) -> Path:
        (tmp_path / "asked").mkdir()
        return tmp_path / "asked"

    def test_not_while_it_is_good(self, tmp_path: Path, asked: Path) -> None:
        certificates.ensure(certificates.present_names(), tls=tmp_path / "tls", serving=None)
        assert not ask_if_due(tmp_path / "tls", asked)
        assert list(asked.iterdir()) == []

    def test_when_it_lacks_a_name(self, tmp_path: Path, asked: Path) -> None:
        certificates.ensure(("localhost",), tls=tmp_path / "tls", serving=None)
        assert ask_if_due(tmp_path / "tls", asked)
        assert [path.name for path in asked.iterdir()] == ["certificate"]

    def test_when_there_is_none_and_nobody_to_ask(self, tmp_path: Path, asked: Path) -> None:
        asked.rmdir()
        assert ask_if_due(tmp_path / "tls", asked)


class TestPage:
    @pytest.mark.parametrize("state", State)
    def test_it_says_what_the_host_is_and_how(self, state: State) -> None:
        text = page(About(product="Bedplate", version="1.2.3", build="7", state=state))
        for part in ("Bedplate", "1.2.3", ">7<", f'class="state {state.value}"'):
            assert part in text

    def test_nothing_in_it_is_taken_for_markup(self) -> None:
        text = page(About(product="<script>", version='"><b>', build="&amp;", state=State.RUNNING))
        assert "<script>" not in text
        assert "<b>" not in text
        assert "&amp;amp;" in text

    def test_it_is_well_formed_and_loads_nothing(self) -> None:
        reader = Reader()
        reader.feed(page(ABOUT))
        reader.close()
        assert reader.open == []
        assert reader.headings == ["h1", "h2", "h2"]
        assert "script" not in reader.seen
        assert reader.loads == []
        assert reader.language == "en"


class Reader(HTMLParser):
    VOID = ("meta", "link", "img", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.headings: list[str] = []
        self.loads: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        given = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag != "a" and {"src", "href"} & given.keys():
            self.loads.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_state_follows_the_engine(tmp_path: Path) -> None:
    assert state(tmp_path / "socket") is State.DEGRADED
    (tmp_path / "socket").touch()
    assert state(tmp_path / "socket") is State.RUNNING


def received(connection: ssl.SSLSocket) -> bytes:
    """Everything the server sends until it hangs up."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)
