"""The host's certificate: issued by the host's own authority, for the names and addresses it is reached at.

``/state/tls`` holds ``authority.pem`` and ``host.pem`` (each a private key and its certificate, in one
file so that a power cut cannot part them; host.pem also has the authority's certificate) and ``issued.json``,
which says when a new certificate is due without reading this one. Only root reads them; the agent, which is
not root, gets a copy of the latter two in ``/run/bedplate/tls``.

A certificate stays while it names all the host is called now, so that the fingerprint a person has compared
keeps its worth: one that names more, or an address that is away just now, is no reason for a new one.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from host import paths
from host.errors import HostError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

log = logging.getLogger(__name__)

GROUP = "bedplate"
"""Who may read the copy of host.pem: the group of the agent's user."""

MANAGEMENT_INTERFACE = "vmk0"

_DAY = 86400
LIFETIME = 820 * _DAY
"""Seconds. Apple's systems accept no server certificate for more than 825 days, of whichever authority."""

RENEW_BEFORE = LIFETIME // 3
"""A certificate with less than this many seconds to go is replaced."""

_ALWAYS = ("localhost", "127.0.0.1", "::1")
_HOSTNAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")
_LONGEST_COMMON_NAME = 64


class Issued(msgspec.Struct, frozen=True):
    """A certificate that was issued.

    ``names`` are the host names and addresses in it; the times are in seconds since 1970; ``fingerprint`` is
    its SHA-256 as people compare it (``AB:CD:...``).
    """

    names: tuple[str, ...]
    not_before: int
    renew_after: int
    fingerprint: str

    def is_due(self, required: Iterable[str], now: float) -> bool:
        """Whether a new one is needed: for a name it lacks, its age, or a clock that was wrong."""
        return bool(set(required) - set(self.names)) or not self.not_before <= now < self.renew_after


def names() -> tuple[str, ...]:
    """What this host is called: its host name, with and without domain, and its management addresses.

    What is configured counts before it is in effect: the certificate is made while the host starts.
    """
    host_names, addresses = _configured()
    host_names |= _valid({os.uname().nodename})
    return *sorted(host_names), *sorted(addresses | _present_addresses()), *_ALWAYS


def present_names() -> tuple[str, ...]:
    """What the host is called as far as anybody can see who may not read its configuration."""
    return *sorted(_valid({os.uname().nodename})), *sorted(_present_addresses()), *_ALWAYS


def issued(tls: Path = paths.TLS) -> Issued | None:
    """The certificate there is; None when there is none, or it is not the one on record."""
    try:
        record = msgspec.json.decode((tls / "issued.json").read_bytes(), type=Issued)
        present = _fingerprint((tls / "host.pem").read_text())
    except (OSError, msgspec.DecodeError, ValueError):
        return None
    return record if record.fingerprint == present else None


def fingerprint(tls: Path = paths.TLS) -> str:
    """The certificate's SHA-256 fingerprint, ``AB:CD:...``; '' before there is one."""
    present = issued(tls)
    return present.fingerprint if present else ""


def ensure(
    required: tuple[str, ...] | None = None,
    tls: Path = paths.TLS,
    serving: Path | None = paths.SERVING_TLS,
    now: float | None = None,
) -> Issued:
    """See to it that there is a certificate for the ``required`` names, and return it.

    They are ``names()`` by default. Issues a certificate when it is due, and an authority when there is none;
    then brings the agent's copy up to date.
    Raises HostError when the files cannot be written.
    """
    from host.config import store

    required = names() if required is None else required
    now = time.time() if now is None else now
    try:
        tls.mkdir(parents=True, exist_ok=True, mode=0o700)
        with store.locked(tls / ".lock"):
            present = issued(tls)
            if present is None or present.is_due(required, now):
                present = _issue(required, tls, now)
            if serving is not None:
                _copy_for_agent(tls, serving)
    except OSError as error:
        raise HostError(
            f"The host's certificate could not be written: {error}",
            hint="See whether the STATE partition is mounted and has space: findmnt /state; df /state.",
        ) from error
    return present


def _configured() -> tuple[set[str], set[str]]:
    """Host names and addresses by the configuration; none when it cannot be read, which others report."""
    from host.config import store
    from host.config.model import Ipv4Mode

    try:
        config = store.load().config
    except HostError as error:
        log.warning("names for the certificate: %s", error)
        return set(), set()
    short = config.hostname.partition(".")[0]
    host_names = {config.hostname, short, *(f"{short}.{suffix}" for suffix in config.management.dns.suffixes)}
    ipv4 = config.management.ipv4
    return _valid(host_names), {ipv4.address} if ipv4.mode is Ipv4Mode.STATIC and ipv4.address else set()


def _present_addresses() -> set[str]:
    from host.addresses import addresses

    found = addresses(MANAGEMENT_INTERFACE)
    return {entry.address for entry in found.ipv4} | {*found.ipv6_global, *found.ipv6_link_local}


def _valid(host_names: Iterable[str]) -> set[str]:
    return {name.lower() for name in host_names if _HOSTNAME.fullmatch(name)} - {"localhost"}


def _issue(required: tuple[str, ...], tls: Path, now: float) -> Issued:
    """Issue a certificate. The record comes last: until it fits host.pem, a certificate is due."""
    from host.config.store import write_file

    authority_key, authority = _authority(tls / "authority.pem")
    key, certificate = _leaf(required, authority_key, authority, now)
    pem = _pem(key, certificate) + _certificate_pem(authority)
    record = Issued(
        names=required,
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        renew_after=int(certificate.not_valid_after_utc.timestamp()) - RENEW_BEFORE,
        fingerprint=_fingerprint(pem),
    )
    write_file(tls / "host.pem", pem.encode(), 0o600)
    write_file(tls / "issued.json", msgspec.json.encode(record), 0o600)
    log.info("issued a certificate for %s: %s", ", ".join(required), record.fingerprint)
    return record


def _authority(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The host's own authority: the one there is, or a new one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from host.config.store import write_file

    try:
        pem = path.read_bytes()
        key = load_pem_private_key(pem, None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key, x509.load_pem_x509_certificate(pem)
        log.warning("%s holds a key of another kind: making a new authority", path)
    except FileNotFoundError:
        log.info("making this host's certificate authority")
    except ValueError as error:
        log.warning("%s is damaged, making a new authority: %s", path, error)
    new_key, certificate = _new_authority()
    write_file(path, _pem(new_key, certificate).encode(), 0o600)
    return new_key, certificate


def _new_authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    key = ec.generate_private_key(ec.SECP256R1())
    # The number keeps apart the authorities of two hosts in one browser's list.
    name = _subject(f"Bedplate host {os.urandom(4).hex()}")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Fixed times, because the clock of a new machine may be years off. The last second that every
        # implementation can read (UTCTime, RFC 5280 4.1.2.5.1).
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return key, certificate


def _leaf(
    required: tuple[str, ...],
    authority_key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    now: float,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    # From a day ago on, for browsers whose clock is behind ours.
    begins = int(now) - _DAY
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_subject(required[0]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(begins, UTC))
        .not_valid_after(datetime.fromtimestamp(begins + LIFETIME, UTC))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(n) for n in required]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, SHA256())
    )
    return key, certificate


def _subject(common_name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bedplate"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_LONGEST_COMMON_NAME]),
        ]
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    import ipaddress

    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private + _certificate_pem(certificate)


def _certificate_pem(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _fingerprint(pem: str) -> str:
    """The SHA-256 of the first certificate in the text. Raises ValueError when it holds none."""
    import base64
    import hashlib

    found = re.search("-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", pem, re.DOTALL)
    if not found:
        raise ValueError("no certificate")
    digest = hashlib.sha256(base64.b64decode(found[1])).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _copy_for_agent(tls: Path, serving: Path) -> None:
    """Give the agent its copy of certificate, key and record, if it has not got the same already."""
    group = _group()
    serving.mkdir(parents=True, exist_ok=True)
    # Set, not only asked for: the unit's umask takes the group's rights away from what is made.
    serving.chmod(0o750)
    if group is not None:
        os.chown(serving, -1, group)
    for name in ("host.pem", "issued.json"):
        data = (tls / name).read_bytes()
        copy = serving / name
        if not copy.exists() or copy.read_bytes() != data:
            _give(copy, data, group)


def _give(copy: Path, data: bytes, group: int | None) -> None:
    """Write the file out of the agent's sight and rename it, so that the agent never reads half of it."""
    hidden = copy.with_name(f".{copy.name}.new")
    hidden.unlink(missing_ok=True)
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if group is not None:
            os.fchown(descriptor, -1, group)
            os.fchmod(descriptor, 0o640)
    hidden.rename(copy)


def _group() -> int | None:
    """The agent's group; None on a developer's machine, where the agent runs as its developer."""
    import grp

    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


def main(argv: list[str]) -> int:
    """``ensure``: issue a certificate if one is due, and print its fingerprint."""
    if argv != ["ensure"]:
        sys.stderr.write("usage: python3 -m host.certificates ensure\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        present = ensure()
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{present.fingerprint}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
