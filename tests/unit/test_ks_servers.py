"""Kickstart files from real servers on this machine: http, https and ftp, well and badly behaved."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from host.errors import HostError
from installer.kickstart import location
from installer.kickstart.location import Web
from installer.kickstart.sources import Fetched, How, fetch, include, nfs
from installer.kickstart.sources.base import LIMIT

pytestmark = pytest.mark.network

KS = b"vmaccepteula\nrootpw secret\n"


class Told(list[str]):
    """What was said about attempts; pauses are counted and not slept."""

    def __init__(self) -> None:
        super().__init__()
        self.paused: list[float] = []

    def how(self, *, verify: bool = True) -> How:
        return How(on_attempt=self.append, verify=verify, waits=(1.0, 2.0), pause=self.paused.append)


@pytest.fixture
def told() -> Told:
    return Told()


class WebServer:
    """Answers from a table; remembers what it was asked."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers.get("Authorization", "")))
                answers = outer.answers.get(self.path, [(404, {}, b"")])
                code, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """The tests look at what was asked."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.base = f"http{'s' if context else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, path: str, *answers: tuple[int, dict[str, str], bytes]) -> None:
        self.answers[path] = list(answers)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


MakeServer = Callable[..., WebServer]


@pytest.fixture
def serve() -> Iterator[MakeServer]:
    with ExitStack() as stack:

        def make(context: ssl.SSLContext | None = None) -> WebServer:
            server = WebServer(context)
            stack.callback(server.close)
            return server

        yield make


def get(url: str, how: How) -> Fetched:
    return fetch(location.parse(url), how)


class TestHttp:
    def test_a_file(self, serve: MakeServer, told: Told) -> None:
        server = serve()
        server.answer("/ks.cfg?mac=1", (200, {}, KS))
        found = get(f"{server.base}/ks.cfg?mac=1", told.how())
        assert (found.data, found.where) == (KS, f"{server.base}/ks.cfg?mac=1")
        assert told == [] and "secret" not in repr(found)

    def test_a_redirect_is_followed_and_includes_are_looked_for_there(
        self, serve: MakeServer, told: Told
    ) -> None:
        first, second = serve(), serve()
        first.answer("/ks", (302, {"Location": f"{second.base}/hosts/ks.cfg"}, b""))
        second.answer("/hosts/ks.cfg", (200, {}, KS))
        second.answer("/hosts/net.cfg", (200, {}, b"network"))
        found = get(f"{first.base}/ks", told.how())
        assert found.data == KS and second.base in found.where
        assert include(found, "net.cfg", told.how()).data == b"network"

    def test_redirects_in_a_circle_end(self, serve: MakeServer, told: Told) -> None:
        server = serve()
        server.answer("/ks.cfg", (302, {"Location": "/ks.cfg"}, b""))
        with pytest.raises(HostError, match="not followed"):
            get(f"{server.base}/ks.cfg", told.how())
        assert len(server.asked) < 10

    @pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/ks.cfg"])
    def test_redirects_to_other_kinds_of_places_are_not_followed(
        self, serve: MakeServer, told: Told, target: str
    ) -> None:
        server = serve()
        server.answer("/ks.cfg", (302, {"Location": target}, b""))
        with pytest.raises(HostError, match="not followed"):
            get(f"{server.base}/ks.cfg", told.how())

    def test_credentials_go_to_their_own_server_only(self, serve: MakeServer, told: Told) -> None:
        first, second = serve(), serve()
        first.answer("/a", (302, {"Location": "/b"}, b""))
        first.answer("/b", (302, {"Location": f"{second.base}/c"}, b""))
        second.answer("/c", (200, {}, KS))
        address = first.base.removeprefix("http://")
        get(f"http://me:pw@{address}/a", told.how())
        basic = "Basic " + base64.b64encode(b"me:pw").decode()
        assert first.asked == [("/a", basic), ("/b", basic)]
        assert second.asked == [("/c", "")]

    @pytest.mark.parametrize("code", [401, 403, 404, 410])
    def test_a_plain_no_is_not_asked_again(self, serve: MakeServer, told: Told, code: int) -> None:
        server = serve()
        server.answer("/ks.cfg", (code, {}, b""))
        with pytest.raises(HostError, match=f"the server answers {code}") as error:
            get(f"{server.base}/ks.cfg", told.how())
        assert error.value.hint and len(server.asked) == 1 and told == []

    def test_a_server_that_is_not_ready_is_asked_again_with_the_reason_told(
        self, serve: MakeServer, told: Told
    ) -> None:
        server = serve()
        server.answer("/ks.cfg", (503, {}, b""), (500, {}, b""), (200, {}, KS))
        assert get(f"{server.base}/ks.cfg", told.how()).data == KS
        assert told == [
            f"{server.base}/ks.cfg: the server answers 503 Service Unavailable. "
            "Attempt 2 of 3 follows in 1 s.",
            f"{server.base}/ks.cfg: the server answers 500 Internal Server Error. "
            "Attempt 3 of 3 follows in 2 s.",
        ]
        assert told.paused == [1.0, 2.0]

    def test_nobody_there(self, told: Told) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{reserved.getsockname()[1]}/ks.cfg"
            with pytest.raises(HostError, match=r"Connection refused\. Given up after 3 attempts") as error:
                get(url, told.how())
        assert len(told) == 2 and "vlanid=" in error.value.hint

    def test_a_name_that_does_not_exist(self, told: Told) -> None:
        with pytest.raises(HostError, match="no-such-host.invalid"):
            get("http://no-such-host.invalid/ks.cfg", told.how())

    def test_an_answer_that_breaks_off_is_no_file(self, serve: MakeServer, told: Told) -> None:
        server = serve()
        server.answer("/ks.cfg", (200, {"Content-Length": "100"}, KS))
        with pytest.raises(HostError, match=r"broke off.* Given up after 3"):
            get(f"{server.base}/ks.cfg", told.how())

    def test_an_endless_answer_is_cut_off(self, serve: MakeServer, told: Told) -> None:
        server = serve()
        server.answer("/ks.cfg", (200, {}, b"x" * (LIMIT * 3)))
        with pytest.raises(HostError, match="larger than 1024 KiB"):
            get(f"{server.base}/ks.cfg", told.how())
        assert len(server.asked) == 1

    def test_proxies_of_the_environment_are_not_used(
        self, serve: MakeServer, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
        server = serve()
        server.answer("/ks.cfg", (200, {}, KS))
        assert get(f"{server.base}/ks.cfg", told.how()).data == KS


class Authority:
    """A certificate authority of the test, and a server certificate by it for 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "authority.pem"
        self._server = folder / "server.pem"
        key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        authority = _certificate(name, name, key, key, x509.BasicConstraints(ca=True, path_length=0))
        self.file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        leaf = _certificate(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "deploy")]), name, own, key, address
        )
        self._server.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
        )

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server)
        return context


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(extension, critical=False)
        .sign(signer, hashes.SHA256())
    )


class TestHttps:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    def test_a_stranger_is_refused_at_once_and_the_way_out_is_named(
        self, serve: MakeServer, authority: Authority, told: Told
    ) -> None:
        server = serve(authority.context())
        server.answer("/ks.cfg", (200, {}, KS))
        with pytest.raises(HostError, match="certificate is not trusted") as error:
            get(f"{server.base}/ks.cfg", told.how())
        assert "noverifyssl" in error.value.hint and "clock" in error.value.hint
        assert server.asked == [] and told == []

    def test_a_stranger_is_taken_when_the_boot_option_says_so(
        self, serve: MakeServer, authority: Authority, told: Told
    ) -> None:
        server = serve(authority.context())
        server.answer("/ks.cfg", (200, {}, KS))
        assert get(f"{server.base}/ks.cfg", told.how(verify=False)).data == KS

    def test_a_trusted_authority_is_enough(
        self, serve: MakeServer, authority: Authority, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        server = serve(authority.context())
        server.answer("/ks.cfg", (200, {}, KS))
        assert get(f"{server.base}/ks.cfg", told.how()).data == KS
        wrong_name = server.base.replace("127.0.0.1", "localhost")
        with pytest.raises(HostError, match="certificate is not trusted.*localhost"):
            get(f"{wrong_name}/ks.cfg", told.how())

    def test_no_redirect_leads_to_where_others_can_read(
        self, serve: MakeServer, authority: Authority, told: Told
    ) -> None:
        plain, safe = serve(), serve(authority.context())
        plain.answer("/ks.cfg", (200, {}, KS))
        safe.answer("/ks.cfg", (302, {"Location": f"{plain.base}/ks.cfg"}, b""))
        with pytest.raises(HostError, match="not followed"):
            get(f"{safe.base}/ks.cfg", told.how(verify=False))
        assert plain.asked == []


class FtpHandler(socketserver.StreamRequestHandler):
    """As much of RFC 959 as fetching a file takes, in extended passive mode (RFC 2428) too."""

    files: dict[str, bytes]
    users: dict[str, str]
    busy: list[int]

    def handle(self) -> None:
        if self.busy:
            self.busy.pop()
            self._say("421 Too many users")
            return
        self._say("220 Ready")
        self._user, self._in = "", False
        while line := self.rfile.readline().decode().strip():
            command, _, argument = line.partition(" ")
            method = getattr(self, f"do_{command.upper()}", None)
            if method is None:
                self._say("502 Not here")
            elif method(argument) == "end":
                return

    def do_USER(self, argument: str) -> None:
        self._user = argument
        self._say("331 Password?")

    def do_PASS(self, argument: str) -> None:
        self._in = self.users.get(self._user) in ("*", argument)
        self._say("230 In" if self._in else "530 Wrong")

    def do_TYPE(self, argument: str) -> None:
        self._say(f"200 {argument}")

    def do_PASV(self, _: str) -> None:
        self._data = socket.create_server(("127.0.0.1", 0))
        port = self._data.getsockname()[1]
        self._say(f"227 Passive (127,0,0,1,{port // 256},{port % 256})")

    def do_RETR(self, argument: str) -> None:
        if not self._in or argument not in self.files:
            self._say("550 No such file")
            return
        self._say("150 Here it comes")
        connection, _ = self._data.accept()
        try:
            connection.sendall(self.files[argument])
        except OSError:
            return
        finally:
            connection.close()
            self._data.close()
        self._say("226 Done")

    def do_QUIT(self, _: str) -> str:
        self._say("221 Bye")
        return "end"

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class TestFtp:
    @pytest.fixture
    def server(self) -> Iterator[socketserver.ThreadingTCPServer]:
        FtpHandler.files = {
            "pub/ks.cfg": KS,
            "pub/net.cfg": b"network",
            "/etc/ks.cfg": b"absolute",
            "large": b"x" * (LIMIT + 1),
        }
        FtpHandler.users = {"anonymous": "*", "me": "p@ss"}
        FtpHandler.busy = []
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), FtpHandler) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield server
            server.shutdown()

    @pytest.fixture
    def base(self, server: socketserver.ThreadingTCPServer) -> str:
        return f"127.0.0.1:{server.server_address[1]}"

    def test_a_file_and_what_it_includes(self, base: str, told: Told) -> None:
        found = get(f"ftp://{base}/pub/ks.cfg", told.how())
        assert found.data == KS
        assert include(found, "net.cfg", told.how()).data == b"network"

    def test_as_a_user_from_the_root(self, base: str, told: Told) -> None:
        assert get(f"ftp://me:p%40ss@{base}/%2Fetc/ks.cfg", told.how()).data == b"absolute"

    def test_a_plain_no_is_not_asked_again(self, base: str, told: Told) -> None:
        for url in (f"ftp://{base}/nothing", f"ftp://me:wrong@{base}/pub/ks.cfg"):
            with pytest.raises(HostError, match="the server answers 5[35]0") as error:
                get(url, told.how())
            assert "wrong" not in str(error.value).lower().replace("530 wrong", "")
        assert told == []

    def test_a_busy_server_is_asked_again(self, base: str, told: Told) -> None:
        FtpHandler.busy = [1]
        assert get(f"ftp://{base}/pub/ks.cfg", told.how()).data == KS
        assert len(told) == 1 and "421 Too many users" in told[0]

    def test_an_endless_answer_is_cut_off(self, base: str, told: Told) -> None:
        with pytest.raises(HostError, match="larger than 1024 KiB"):
            get(f"ftp://{base}/large", told.how())


class TestNfs:
    def test_the_newest_version_is_asked_for_first_and_locks_never(self) -> None:
        place = location.Nfs("nas", "/export/hosts/ks.cfg")
        commands = nfs.mount_commands(place, "192.0.2.9", Path("/mnt"))
        options = [command[5].split(",") for command in commands]
        assert [option[-3] for option in options] == ["vers=4.1", "vers=4.0", "vers=3"]
        assert all({"ro", "nolock", "nosuid", "addr=192.0.2.9", "proto=tcp"} <= {*each} for each in options)
        assert all(command[-2:] == ["nas:/export/hosts", "/mnt"] for command in commands)
        assert "proto=tcp6" in nfs.mount_commands(place, "2001:db8::9", Path("/mnt"))[0][5]

    def test_a_server_without_an_address(self, tmp_path: Path, told: Told) -> None:
        with pytest.raises(HostError, match=r"no-such-host\.invalid has no address"):
            nfs.fetch(location.Nfs("no-such-host.invalid", "/a/ks.cfg"), told.how(), tmp_path)
        assert len(told) == 2


def test_the_address_of_a_server_is_known_without_brackets() -> None:
    assert location.server(Web("http://[2001:db8::1]:80/ks.cfg")) == "2001:db8::1"
    assert location.server(location.Nfs("[2001:db8::1]", "/a/b")) == "2001:db8::1"
