"""What network boot's initrd does when there is no medium: its own scripts under its own busybox tools, on
real links in a network of its own, with real servers at the other end of the cable.

Only the adapter is told apart by its name here: virtual links have no hardware behind them.
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from host.run import CommandError, run
from iso_build import cache, initramfs, target
from iso_build.netboot import archive, samples
from tests.loop.netns import Namespace, move

pytestmark = pytest.mark.root

MAC, SECOND, THERE = "52:54:00:00:00:0a", "52:54:00:00:00:0b", "52:54:00:00:00:99"
SERVER = "192.0.2.1"
PATIENCE = 60.0
"""Seconds for the slowest thing awaited here: a server that says nothing."""

HARNESS = """\
run=/run/bedplate medium=$run/medium mode=install trial=''
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount --bind /given/cmdline /proc/cmdline
[ ! -e /given/meminfo ] || mount --bind /given/meminfo /proc/meminfo
load_drivers() { :; }
. /functions
. /netboot/fetch
physical() { case $1 in */nic*) ;; *) return 1 ;; esac; }
fetch_system
echo "$device" >/given/device
cp -r $medium/bedplate /given/fetched
ip -o addr >/given/left
cat /sys/class/net/nic*/flags >/given/flags
"""
"""Init around the fetching: what it has mounted by then, its own functions, and what comes of it."""


@pytest.fixture
def there() -> Iterator[Namespace]:
    """The servers' end of the cable."""
    namespace = Namespace()
    yield namespace
    namespace.close()


@pytest.fixture
def here(there: Namespace) -> Iterator[Namespace]:
    """The machine that starts: ``nic0`` is plugged in, ``nic1`` once somebody switches ``wire1`` on."""
    namespace = Namespace()
    for number, mac in ((0, MAC), (1, SECOND)):
        ends = [f"nic{number}", "address", mac, "type", "veth", "peer", "name", f"wire{number}"]
        namespace.ip("link", "add", *ends)
    namespace.ip("link", "set", "wire0", "address", THERE)
    move(namespace, "wire0", there)
    there.ip("link", "set", "wire0", "up")
    there.ip("addr", "add", f"{SERVER}/24", "dev", "wire0")
    yield namespace
    namespace.close()


def spawn(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a group of its own, in the network of the thread that calls."""
    with log.open("ab") as output:
        return subprocess.Popen(argv, stdout=output, stderr=output, start_new_session=True)


@dataclass
class Root:
    """The initrd as far as fetching needs it, in a folder, and a machine started from it."""

    folder: Path
    here: Namespace
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def plug_in(self) -> None:
        """Give it the machine's consoles, of which one is read."""
        first, *others = Path("/sys/class/tty/console/active").read_text().split()
        for name in others:
            (self.folder / "dev" / name).symlink_to("null")
        console = self.folder / "dev" / first
        os.mkfifo(console)
        descriptor = os.open(console, os.O_RDWR)
        threading.Thread(target=self._listen, args=(descriptor,), daemon=True).start()

    def _listen(self, descriptor: int) -> None:
        while data := os.read(descriptor, 4096):
            self.said.append(data.decode())

    def start(self, words: str) -> None:
        (self.folder / "given/cmdline").write_text(f"BOOT_IMAGE=x quiet {words}\n")
        argv = ["unshare", "--mount", "chroot", str(self.folder), "/bin/sh", "/harness"]
        self.started.append(self.here.do(spawn, argv, self.folder / "out"))

    @property
    def screen(self) -> str:
        """Everything a console has shown, and what nothing should have written elsewhere."""
        return "".join(self.said) + (self.folder / "out").read_text()

    def wait(self, pattern: str) -> str:
        """Wait until the screen has said that."""
        return self.until(lambda: bool(re.search(pattern, self.screen)), f"no {pattern!r}")

    def finish(self) -> dict[str, bytes]:
        """Wait for the end; the files that were fetched."""
        self.until(lambda: self.started[-1].poll() is not None, "it goes on")
        assert self.started[-1].returncode == 0, self.screen
        return {path.name: path.read_bytes() for path in (self.folder / "given/fetched").iterdir()}

    def until(self, there: Callable[[], bool], otherwise: str) -> str:
        end = time.monotonic() + PATIENCE
        while not there():
            assert time.monotonic() < end, f"{otherwise} in:\n{self.screen}"
            time.sleep(0.05)
        return self.screen

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def files() -> dict[str, bytes]:
    """A payload in small; its names are those of a real one."""
    return {
        "initrd": os.urandom(300_001),
        "software.cdx.json": b"{}\n",
        "system-0123456789abcdef.img": os.urandom(6_000_000),
        "vmlinuz": os.urandom(500_000),
    }


def manifest(files: dict[str, bytes], version: str = "0.1.0", build: str = "0badcafe") -> str:
    listed = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    }
    whole = {"product": "Bedplate", "version": version, "build": build, "root_hash": "", "files": listed}
    return json.dumps(whole, indent=1) + "\n"


@pytest.fixture
def site(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """The server's folder, with the payload below bedplate/."""
    folder = tmp_path / "site/bedplate"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "manifest.json").write_text(manifest(files))
    return folder.parent


@pytest.fixture
def root(tmp_path: Path, here: Namespace, files: dict[str, bytes]) -> Iterator[Root]:
    """The initrd's tools, and no others, with the scripts as they are."""
    folder = tmp_path / "root"
    for name in ("bin", "dev", "proc", "sys", "run/bedplate/medium", "given", "lib64"):
        (folder / name).mkdir(parents=True)
    _busybox(folder)
    shutil.copytree(archive.SCRIPTS, folder / "netboot")
    (folder / "netboot/lease").chmod(0o755)
    text = manifest(files)
    (folder / "netboot/manifest.json").write_text(text)
    (folder / "netboot/files").write_text(archive.file_list(text))
    (folder / "functions").write_text(_functions("say", "stop", "give_up_trial", "seconds_up"))
    (folder / "harness").write_text(HARNESS)
    os.mknod(folder / "dev/null", 0o666 | 0o020000, os.makedev(1, 3))
    os.mknod(folder / "dev/urandom", 0o666 | 0o020000, os.makedev(1, 9))
    made = Root(folder, here)
    made.plug_in()
    yield made
    made.stop()


def _busybox(folder: Path) -> None:
    """That of the image: an older one is another program (1.35 crashes in wget -T)."""
    trees = sorted((cache.directory() / "root").glob("*/tree"), key=lambda path: path.stat().st_mtime)
    if not trees:
        pytest.skip("the image's busybox is in no package root yet; `make iso` makes one")
    tree = trees[-1]
    shutil.copy(tree / "usr/bin/busybox", folder / "bin/busybox")
    for applet in (*initramfs.APPLETS, *archive.APPLETS):
        (folder / "bin" / applet).symlink_to("busybox")
    (folder / target.LIBRARIES).mkdir(parents=True)
    for library in ("libc.so.6", "libresolv.so.2"):
        shutil.copy(tree / target.LIBRARIES / library, folder / target.LIBRARIES)
    shutil.copy(tree / "usr/lib64/ld-linux-x86-64.so.2", folder / "lib64")


def _functions(*names: str) -> str:
    text = (initramfs.SOURCE / "init").read_text()
    return "\n".join(
        re.search(rf"^{name}\(\) \{{\n.*?^\}}\n", text, re.MULTILINE | re.DOTALL)[0]  # type: ignore[index]
        for name in names
    )


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that keeps to itself, and breaks off an answer after ``limit`` bytes, ``breaks`` times."""

    protocol_version = "HTTP/1.0"
    limit = 0
    breaks = 0
    ranges = False
    asked: list[tuple[str, str]]

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Not a word."""

    def do_GET(self) -> None:
        """A file, or the part of it that is asked for where this server knows how."""
        kind = type(self)
        wanted = self.headers.get("Range", "")
        kind.asked.append((self.path, wanted))
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data, first = path.read_bytes(), 0
        if wanted and kind.ranges:
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        end = len(data)
        if kind.breaks and len(data) - first > kind.limit:
            kind.breaks -= 1
            end = first + kind.limit
        self.wfile.write(data[first:end])


class BothFamilies(http.server.ThreadingHTTPServer):
    """Reached over IPv6 and, since the kernel maps those addresses, IPv4."""

    address_family = socket.AF_INET6


Serve = Callable[..., type[Quiet]]


@pytest.fixture
def serve(there: Namespace, site: Path) -> Iterator[Serve]:
    """Starts web servers at the other end: ``serve(port=80, address=..., tls=..., **how)``."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(port: int = 80, *, tls: ssl.SSLContext | None = None, **how: Any) -> type[Quiet]:
        kind = type("Kind", (Quiet,), {"asked": [], **how})
        handler = functools.partial(kind, directory=str(site))
        server = there.do(BothFamilies, ("::", port), handler)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return kind

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def dnsmasq(there: Namespace, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Starts dnsmasq at the other end; each word is a line of its configuration."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*lines: str) -> None:
        path = tmp_path / f"dnsmasq{len(running)}.conf"
        own = ["bind-dynamic", "user=root", f"dhcp-leasefile={tmp_path}/leases", "no-ping", "pid-file="]
        path.write_text("\n".join((*lines, *own)) + "\n")
        argv = ["dnsmasq", "--keep-in-foreground", f"--conf-file={path}", "--no-resolv", "--no-hosts"]
        running.append(there.do(spawn, argv, tmp_path / "dnsmasq.log"))

    yield start
    for process in running:
        process.terminate()
        process.wait()


DHCP = ("port=0", "dhcp-range=192.0.2.100,192.0.2.199,1h")


def test_the_system_comes_by_dhcp_and_http(
    root: Root, serve: Serve, dnsmasq: Callable[..., None], files: dict[str, bytes]
) -> None:
    serve()
    dnsmasq(*DHCP)
    root.start(f"bedplate.source=http://{SERVER}/bedplate")
    got = root.finish()
    assert json.loads(got.pop("manifest.json"))["build"] == "0badcafe"
    assert got == files
    assert (root.folder / "given/device").read_text() == f"http://{SERVER}/bedplate/\n"
    assert re.search(r"system-0123456789abcdef\.img: 6\.0 of 6\.0 MB", root.screen)
    # The system that starts finds the network as if nothing had been there.
    assert "192.0.2." not in (root.folder / "given/left").read_text()
    flags = (root.folder / "given/flags").read_text().split()
    assert [int(text, 16) & 1 for text in flags] == [0, 0]


@pytest.mark.parametrize(
    "words",
    [
        "ip=192.0.2.50 netmask=255.255.255.0 ksdevice=vmnic0",
        f"ip=192.0.2.50:{SERVER}:{SERVER}:255.255.255.0 BOOTIF=01-{MAC.replace(':', '-')}",
        "ip=192.0.2.50/24 gateway=192.0.2.1 netdevice=52-54-00-00-00-0A",
    ],
)
def test_a_fixed_address(root: Root, serve: Serve, files: dict[str, bytes], words: str) -> None:
    serve(8080)
    root.start(f"bedplate.source=http://{SERVER}:8080/bedplate {words}")
    assert files.items() <= root.finish().items()


def test_a_server_in_another_network_by_name(
    root: Root, serve: Serve, there: Namespace, dnsmasq: Callable[..., None], files: dict[str, bytes]
) -> None:
    """Over a gateway, with the name server and the domain that DHCP names."""
    there.ip("addr", "add", "198.51.100.7/32", "dev", "lo")
    dnsmasq(
        *DHCP[1:], "dhcp-option=option:router,192.0.2.1", "dhcp-option=option:dns-server,192.0.2.1",
        "dhcp-option=option:domain-name,lab.example", "address=/deploy.lab.example/198.51.100.7",
    )  # fmt: skip
    serve()
    root.start("bedplate.source=http://deploy/bedplate")
    assert files.items() <= root.finish().items()


def test_ipv6_where_no_dhcp_server_is(
    root: Root, serve: Serve, there: Namespace, here: Namespace, files: dict[str, bytes]
) -> None:
    """The address is one that the kernel made of a router's announcement, or as good as that."""
    there.ip("addr", "add", "2001:db8::1/64", "dev", "wire0", "nodad")
    here.ip("addr", "add", "2001:db8::10/64", "dev", "nic0", "nodad")
    serve()
    root.start("bedplate.source=http://[2001:db8::1]/bedplate/")
    assert files.items() <= root.finish().items()


def test_tftp(root: Root, dnsmasq: Callable[..., None], site: Path, files: dict[str, bytes]) -> None:
    dnsmasq(*DHCP, "enable-tftp", f"tftp-root={site}")
    root.start(f"bedplate.source=tftp://{SERVER}/bedplate/")
    assert files.items() <= root.finish().items()


def test_https(
    root: Root, serve: Serve, dnsmasq: Callable[..., None], files: dict[str, bytes], tmp_path: Path
) -> None:
    """Whoever answers: what comes is compared with the manifest."""
    run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "2"),
            *("-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"),
        ]
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    serve(443, tls=context)
    dnsmasq(*DHCP)
    root.start(f"bedplate.source=https://{SERVER}/bedplate/")
    assert files.items() <= root.finish().items()


@pytest.mark.parametrize("ranges", [True, False])
def test_an_answer_that_breaks_off_is_continued(
    root: Root, serve: Serve, dnsmasq: Callable[..., None], files: dict[str, bytes], ranges: bool
) -> None:
    kind = serve(limit=2_500_000, breaks=1, ranges=ranges)
    dnsmasq(*DHCP)
    root.start(f"bedplate.source=http://{SERVER}/bedplate/")
    assert files.items() <= root.finish().items()
    image = [wanted for path, wanted in kind.asked if path.endswith(".img")]
    assert image == ["", "bytes=2500000-"]


def test_what_goes_wrong_is_shown_and_can_be_put_right(
    root: Root,
    serve: Serve,
    dnsmasq: Callable[..., None],
    here: Namespace,
    site: Path,
    files: dict[str, bytes],
) -> None:
    """Unplugged, no DHCP, no server, no files, another build, a damaged file, and in the end all is well."""
    here.ip("link", "set", "wire1", "up")
    root.start(f"bedplate.source=http://{SERVER}/bedplate/")
    root.wait(r"vmnic0 \(52:54:00:00:00:0a\): no DHCP server answers")
    assert "vmnic1 (52:54:00:00:00:0b): no DHCP server answers" in root.screen
    dnsmasq(*DHCP)
    root.wait(r"vmnic0 \(52:54:00:00:00:0a\), 192\.0\.2\.1\d\d: the server refuses the connection")
    hidden = site.with_name("hidden")
    (site / "bedplate").rename(hidden)
    serve()
    root.wait(r"http://192\.0\.2\.1/bedplate/manifest\.json is not there \(404\)")
    (hidden / "manifest.json").write_text(manifest(files, "0.2.0", "12345678"))
    hidden.rename(site / "bedplate")
    root.wait(r"has version 0\.2\.0, build 12345678; what was started is version 0\.1\.0, build 0badcafe")
    (site / "bedplate/vmlinuz").write_bytes(bytes(len(files["vmlinuz"])))
    (site / "bedplate/manifest.json").write_text(manifest(files))
    root.wait(r"bedplate/vmlinuz has other contents than it should have")
    (site / "bedplate/vmlinuz").write_bytes(files["vmlinuz"])
    assert files.items() <= root.finish().items()


def test_a_page_of_somebody_else_is_no_manifest(
    root: Root, serve: Serve, dnsmasq: Callable[..., None], site: Path
) -> None:
    (site / "bedplate/manifest.json").write_text("<html>Please log in</html>\n")
    serve()
    dnsmasq(*DHCP)
    root.start(f"bedplate.source=http://{SERVER}/bedplate/")
    root.wait(r"has a manifest\.json that is not of Bedplate")


def test_a_cable_that_is_not_plugged_in(root: Root) -> None:
    """The other end of nic1 is switched off: no link."""
    root.start(f"bedplate.source=http://{SERVER}/bedplate/ ksdevice=vmnic1")
    root.wait(r"No link: vmnic1 \(52:54:00:00:00:0b\)")


def test_an_adapter_that_is_not_there(root: Root) -> None:
    root.start(f"bedplate.source=http://{SERVER}/bedplate/ ksdevice=vmnic7")
    root.wait(
        r"no network adapter vmnic7\. It has: vmnic0 \(52:54:00:00:00:0a\), vmnic1 \(52:54:00:00:00:0b\)"
    )


def test_only_the_adapter_that_is_named_asks(
    root: Root, dnsmasq: Callable[..., None], here: Namespace
) -> None:
    here.ip("link", "set", "wire1", "up")
    dnsmasq(*DHCP)
    root.start(f"bedplate.source=http://{SERVER}/bedplate/ BOOTIF=01-{SECOND.replace(':', '-')}")
    root.wait(r"vmnic1 \(52:54:00:00:00:0b\): no DHCP server answers")
    assert "vmnic0 (52" not in root.screen


def test_a_vlan(
    root: Root, serve: Serve, there: Namespace, dnsmasq: Callable[..., None], files: dict[str, bytes]
) -> None:
    try:
        there.ip("link", "add", "link", "wire0", "name", "wire0.20", "type", "vlan", "id", "20")
    except CommandError as error:
        pytest.skip(f"this machine's kernel has no vlan: {error.message}")
    there.ip("addr", "flush", "dev", "wire0")
    there.ip("link", "set", "wire0.20", "up")
    there.ip("addr", "add", f"{SERVER}/24", "dev", "wire0.20")
    serve()
    dnsmasq(*DHCP)
    root.start(f"bedplate.source=http://{SERVER}/bedplate/ vlanid=20")
    assert files.items() <= root.finish().items()


def test_too_little_memory_says_how_much(root: Root) -> None:
    (root.folder / "given/meminfo").write_text("MemTotal: 524288 kB\nMemAvailable:     307200 kB\n")
    root.start(f"bedplate.source=http://{SERVER}/bedplate/")
    text = root.wait(r"too little memory")
    assert "Free memory needed: 391 MiB (7 for the system, 384 for the installer). There is: 300 MiB." in text


def test_wrong_options_stop_at_once(root: Root) -> None:
    root.start("bedplate.source=http://192.0.2.1/ ip=192.0.2.5 vlanid=5000")
    text = root.wait(r"vlanid=5000 is no VLAN")
    assert "ip= needs netmask=" in text and "Bedplate cannot start" in text


# The settings for dnsmasq


def discover(architecture: int, vendor: str, user: str = "") -> bytes:
    """A DHCPDISCOVER of RFC 2131 as firmware sends it (option 93: RFC 4578)."""
    options = bytes([53, 1, 1, 93, 2]) + architecture.to_bytes(2, "big") + bytes([55, 4, 1, 3, 66, 67])
    options += bytes([60, len(vendor)]) + vendor.encode()
    if user:
        options += bytes([77, len(user)]) + user.encode()
    head = bytes([1, 1, 6, 0]) + os.urandom(4) + bytes([0, 0, 0x80, 0]) + bytes(16)
    hardware = bytes.fromhex(MAC.replace(":", "")) + bytes(10)
    return head + hardware + bytes(192) + bytes.fromhex("63825363") + options + b"\xff"


def ask(interface: str, packet: bytes) -> tuple[str, str]:
    """Boot file and vendor class of the first answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        client.bind(("0.0.0.0", 68))
        client.settimeout(1)
        for _ in range(30):  # dnsmasq may only be starting
            client.sendto(packet, ("255.255.255.255", 67))
            try:
                answer = client.recv(4096)
            except TimeoutError:
                continue
            if answer[4:8] == packet[4:8]:
                return read_answer(answer)
    raise AssertionError("no answer")


def read_answer(answer: bytes) -> tuple[str, str]:
    """RFC 2131: the boot file is in its own field or in option 67."""
    named, options = answer[108:236].rstrip(b"\0"), {}
    rest = answer[240:]
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        options[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    return (options.get(67, b"").rstrip(b"\0") or named).decode(), options.get(60, b"").decode()


def test_the_sample_for_dnsmasq_tells_every_firmware_its_file(
    here: Namespace, dnsmasq: Callable[..., None], site: Path
) -> None:
    texts = dict(samples.texts(f"http://{SERVER}/"))
    dnsmasq(texts["dnsmasq.conf"].replace("/srv/netboot", str(site)))
    here.ip("link", "set", "nic0", "up")
    here.ip("addr", "add", "192.0.2.50/24", "dev", "nic0")
    pxe, web = "PXEClient:Arch:00000:UNDI:002001", "HTTPClient:Arch:00016:UNDI:003001"
    wanted = {
        (0, pxe, ""): ("bios/grub.pxe", ""),
        (7, pxe, ""): ("efi/bootx64.efi", ""),
        (9, pxe, ""): ("efi/bootx64.efi", ""),
        (16, web, ""): (f"http://{SERVER}/efi/bootx64.efi", "HTTPClient"),
        (0, pxe, "iPXE"): (f"http://{SERVER}/boot.ipxe", ""),
        (7, pxe, "iPXE"): (f"http://{SERVER}/boot.ipxe", ""),
    }
    got = {key: here.do(ask, "nic0", discover(*key)) for key in wanted}
    for key, (name, vendor) in wanted.items():
        assert (got[key][0], got[key][1] if vendor else "") == (name, vendor), key
