"""The host's certificate: when it stays, when it is replaced, and that damage leaves no host without."""

from __future__ import annotations

import grp
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from cryptography import x509

from host import certificates
from host.certificates import LIFETIME, RENEW_BEFORE
from host.config import store
from host.config.model import Dns, HostConfig, Ipv4, Ipv4Mode, ManagementNetwork
from host.errors import HostError

NAMES = ("esx1.lab", "192.0.2.7", "2001:db8::7", "localhost", "127.0.0.1", "::1")
NOW = time.time()
DAY = 86400


@pytest.fixture
def tls(tmp_path: Path) -> Path:
    return tmp_path / "tls"


def ensure(tls: Path, names: tuple[str, ...] = NAMES, now: float = NOW) -> certificates.Issued:
    return certificates.ensure(names, tls=tls, serving=tls.with_name("serving"), now=now)


def test_it_names_what_was_required(tls: Path) -> None:
    ensure(tls)
    certificate = x509.load_pem_x509_certificate((tls / "host.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(NAMES)
    assert "CN=esx1.lab" in certificate.subject.rfc4514_string()


@pytest.mark.processes
def test_openssl_accepts_it_strictly_and_agrees_on_the_fingerprint(tls: Path) -> None:
    made = ensure(tls)
    authority = tls.with_name("ca.pem")
    authority.write_text((tls / "authority.pem").read_text().partition("-----END PRIVATE KEY-----\n")[2])
    check = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_ip", "192.0.2.7"]
    checked = subprocess.run(
        [*check, "-CAfile", authority, tls / "host.pem"], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    shown = subprocess.run(
        ["openssl", "x509", "-in", tls / "host.pem", "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        check=True,
    )
    assert shown.stdout.decode().strip().endswith(f"={made.fingerprint}")
    assert certificates.fingerprint(tls) == made.fingerprint


def test_only_root_reads_the_keys_and_the_agent_its_copy(tls: Path) -> None:
    os.umask(0o022)
    ensure(tls)
    serving = tls.with_name("serving")
    assert tls.stat().st_mode & 0o777 == 0o700
    assert serving.stat().st_mode & 0o777 == 0o750
    for path in (tls / "authority.pem", tls / "host.pem", serving / "host.pem"):
        assert path.stat().st_mode & 0o077 in (0, 0o040 if path.parent == serving else 0)
    assert sorted(path.name for path in serving.iterdir()) == ["host.pem", "issued.json"]
    assert (serving / "host.pem").read_bytes() == (tls / "host.pem").read_bytes()
    assert certificates.issued(serving) == certificates.issued(tls)


@pytest.mark.parametrize(
    ("names", "later"),
    [
        (NAMES, 0),
        (NAMES[1:], 0),
        (("localhost",), 0),
        (NAMES, LIFETIME - RENEW_BEFORE - 2 * DAY),
        (NAMES, -DAY / 2),
    ],
    ids=["same", "address away", "before the network is up", "still young", "clock a little back"],
)
def test_it_stays(tls: Path, names: tuple[str, ...], later: float) -> None:
    first = ensure(tls)
    assert ensure(tls, names, NOW + later) == first


@pytest.mark.parametrize(
    ("names", "later"),
    [
        ((*NAMES, "192.0.2.8"), 0),
        (("esx2.lab", *NAMES[1:]), 0),
        (NAMES, LIFETIME - RENEW_BEFORE),
        (NAMES, LIFETIME * 3),
        (NAMES, -2 * DAY),
        (NAMES, -20 * 365 * DAY),
    ],
    ids=["new address", "new name", "old", "expired", "clock was ahead", "clock was far ahead"],
)
def test_it_is_replaced_under_the_same_authority(tls: Path, names: tuple[str, ...], later: float) -> None:
    first = ensure(tls)
    authority = (tls / "authority.pem").read_bytes()
    second = ensure(tls, names, NOW + later)
    assert second.fingerprint != first.fingerprint
    assert second.names == names
    assert not second.is_due(names, NOW + later)
    assert (tls / "authority.pem").read_bytes() == authority
    assert certificates.issued(tls.with_name("serving")) == second


@pytest.mark.parametrize("damage", ["", "damaged", None])
@pytest.mark.parametrize("file", ["host.pem", "issued.json"])
def test_a_torn_or_missing_file_means_a_new_one(tls: Path, file: str, damage: str | None) -> None:
    first = ensure(tls)
    spoil(tls / file, damage)
    assert certificates.issued(tls) is None
    assert certificates.fingerprint(tls) == ""
    second = ensure(tls)
    assert second.fingerprint != first.fingerprint
    assert certificates.issued(tls) == second


def test_a_record_of_another_certificate_does_not_count(tls: Path, tmp_path: Path) -> None:
    ensure(tls)
    other = tmp_path / "other" / "tls"
    ensure(other)
    shutil.copy(other / "host.pem", tls / "host.pem")
    assert certificates.issued(tls) is None


@pytest.mark.parametrize("damage", ["", "damaged", None])
def test_a_damaged_authority_is_replaced_when_it_is_needed(tls: Path, damage: str | None) -> None:
    first = ensure(tls)
    spoil(tls / "authority.pem", damage)
    assert ensure(tls) == first, "nothing has to be issued yet"
    second = ensure(tls, (*NAMES, "192.0.2.8"))
    assert second != first


def test_two_hosts_have_authorities_of_their_own(tls: Path, tmp_path: Path) -> None:
    ensure(tls)
    ensure(tmp_path / "other" / "tls")
    names = {
        x509.load_pem_x509_certificate((directory / "authority.pem").read_bytes()).subject
        for directory in (tls, tmp_path / "other" / "tls")
    }
    assert len(names) == 2


def test_a_disk_that_cannot_be_written_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match="could not be written") as error:
        ensure(tmp_path / "file" / "tls")
    assert "/state" in error.value.hint


def test_names_come_from_the_configuration_before_they_are_in_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = ManagementNetwork(
        ipv4=Ipv4(mode=Ipv4Mode.STATIC, address="192.0.2.7", netmask="255.255.255.0", gateway="192.0.2.1"),
        dns=Dns(automatic=False, suffixes=("lab.example",)),
    )
    monkeypatch.setattr(store.load, "__defaults__", (tmp_path,))
    uuid = "6f6f1b0e-4bc5-4d6f-8a61-6a1c7d6c3f10"
    store.save(HostConfig(uuid=uuid, hostname="esx1", management=network), tmp_path)
    names = certificates.names()
    assert names[-3:] == ("localhost", "127.0.0.1", "::1")
    assert {"esx1", "esx1.lab.example", "192.0.2.7"} <= set(names)
    assert len(set(names)) == len(names)


def test_an_address_that_is_only_kept_is_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = ManagementNetwork(ipv4=Ipv4(address="192.0.2.7", netmask="255.255.255.0"))
    monkeypatch.setattr(store.load, "__defaults__", (tmp_path,))
    store.save(HostConfig(uuid="6f6f1b0e-4bc5-4d6f-8a61-6a1c7d6c3f10", management=network), tmp_path)
    assert "192.0.2.7" not in certificates.names()


def test_a_damaged_configuration_does_not_keep_the_agent_from_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.load, "__defaults__", (tmp_path,))
    (tmp_path / store.CURRENT).write_text("damaged")
    assert set(certificates.names()) >= {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("esx1", True),
        ("ESX1.Lab.Example", True),
        ("a-b.c", True),
        ("", False),
        ("-a", False),
        ("a-", False),
        ("a..b", False),
        ("a b", False),
        ("a\n", False),
        ("höst", False),
        ("localhost", False),
        ("a" * 64, False),
    ],
)
def test_only_host_names_get_into_a_certificate(name: str, valid: bool) -> None:
    assert certificates._valid([name]) == ({name.lower()} if valid else set())


def spoil(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
    else:
        path.write_text(text)


@pytest.mark.root
def test_the_agents_group_reads_its_copy_and_nothing_else(tls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = grp.getgrnam("nogroup").gr_gid
    monkeypatch.setattr(certificates, "GROUP", "nogroup")
    ensure(tls)
    serving = tls.with_name("serving")
    for path in (serving, serving / "host.pem", serving / "issued.json"):
        assert path.stat().st_gid == group
    assert (serving / "host.pem").stat().st_mode & 0o777 == 0o640
    assert {path.stat().st_mode & 0o777 for path in tls.iterdir() if path.name != ".lock"} == {0o600}
