"""A DHCP server for UEFI HTTP boot: QEMU's own does not name the class that the firmware waits for.

It sits on the same hub as QEMU's network and answers clients of the class HTTPClient alone, with the address
that QEMU's server gives its first client, so that both mean the same. Frames come and go as datagrams.
"""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass

SERVER, CLIENT = "10.0.2.4", "10.0.2.15"
"""An address nobody has in QEMU's network; and the first one its DHCP server gives."""

_OUR_MAC = bytes.fromhex("5254000a0204")
_COOKIE = bytes.fromhex("63825363")
_DISCOVER, _OFFER, _REQUEST, _ACK = 1, 2, 3, 5
_TYPE, _SERVER_ID, _CLASS, _BOOT_FILE = 53, 54, 60, 67


@dataclass(frozen=True)
class Asked:
    """A client's message: RFC 2131's head up to the cookie, and the options by number."""

    head: bytes
    options: dict[int, bytes]

    @property
    def kind(self) -> int:
        return self.options.get(_TYPE, b"\0")[0]


class HttpBootDhcp:
    """Answers until it is closed. ``ports`` is for ``Nic.answers``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._machine = int(probe.getsockname()[1])
        self.ports = (int(self._socket.getsockname()[1]), self._machine)
        self.answered: list[int] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                frame = self._socket.recv(65536)
            except OSError:
                return  # closed
            asked = read(frame)
            if asked and asked.options.get(_CLASS, b"").startswith(b"HTTPClient") and self._is_for_us(asked):
                self.answered.append(asked.kind)
                self._socket.sendto(self._answer(asked), ("127.0.0.1", self._machine))

    def _is_for_us(self, asked: Asked) -> bool:
        if asked.kind == _DISCOVER:
            return True
        return asked.kind == _REQUEST and asked.options.get(_SERVER_ID) == socket.inet_aton(SERVER)

    def _answer(self, asked: Asked) -> bytes:
        options = {
            _TYPE: bytes([_OFFER if asked.kind == _DISCOVER else _ACK]),
            _SERVER_ID: socket.inet_aton(SERVER),
            51: (3600).to_bytes(4, "big"),
            1: socket.inet_aton("255.255.255.0"),
            3: socket.inet_aton("10.0.2.2"),
            6: socket.inet_aton("10.0.2.3"),
            _CLASS: b"HTTPClient",
            _BOOT_FILE: self._url.encode(),
        }
        head = bytearray(asked.head)
        head[0] = 2  # a reply
        head[16:20] = socket.inet_aton(CLIENT)
        head[20:24] = socket.inet_aton(SERVER)
        listed = b"".join(bytes([number, len(value)]) + value for number, value in options.items())
        return frame_of(bytes(head) + _COOKIE + listed + b"\xff", to=asked.head[28:34])


def read(frame: bytes) -> Asked | None:
    """The DHCP message in an Ethernet frame, None where there is none from a client."""
    if frame[12:14] != b"\x08\x00" or frame[23:24] != b"\x11":
        return None
    datagram = frame[14 + (frame[14] & 15) * 4 :]
    source, target = struct.unpack("!HH", datagram[:4])
    message = datagram[8:]
    if (source, target) != (68, 67) or message[236:240] != _COOKIE:
        return None
    options, rest = {}, message[240:]
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        options[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    return Asked(message[:236], options)


def frame_of(message: bytes, *, to: bytes) -> bytes:
    """A broadcast from our port 67 to a client's 68; the UDP checksum may be left out (RFC 768)."""
    datagram = struct.pack("!HHHH", 67, 68, 8 + len(message), 0) + message
    source, target = socket.inet_aton(SERVER), socket.inet_aton("255.255.255.255")
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0, source, target)
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:]
    return to + _OUR_MAC + b"\x08\x00" + head + datagram
