"""Which passwords are good enough, and that their hashes are everybody's."""

from __future__ import annotations

import logging
import string
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host import passwords
from host.errors import HostError

SHORT, LONG, CLASSES = "at least 7 char", "at most 40", "Mix at least 3"
NAME, WORD, PRINT, EMPTY = "user name", "common word", "that print", "Enter a password"

GOOD = [
    "VMware1!",
    "xQaT3pb",
    "xqat3h!",
    "aB3$efg",
    "Ærø7!xyz",
    "密码密码aB3x",
    "a b\"'\\$1Z",
    "-rf / *;`id`3x",
    "ends in blank1 !",
    "qwerty!A1b",
    "x1B" + "!" * 37,
]

BAD = [
    ("", EMPTY),
    ("aB3!", SHORT),
    ("aB3!ef", SHORT),
    ("x1B" + "!" * 38, LONG),
    ("tab\t1Aaaa", PRINT),
    ("line\n1Aaaa", PRINT),
    ("nul\x001Aaaa", PRINT),
    ("undecodable\udc80A1!", PRINT),
    ("abcdefgh", CLASSES),
    ("Xqat3hi", CLASSES),
    ("Xqathijk9", CLASSES),
    ("XQATHIJ9", CLASSES),
    ("xqathij!", CLASSES),
    ("Root7!abcD", NAME),
    ("toorA7!", NAME),
    ("r00tA7!x", NAME),
    ("P@ssw0rd", WORD),
    ("Password1!", WORD),
    ("myp@ssw0rd", WORD),
    ("drowssaP1!a", WORD),
    ("aQwerty1!", WORD),
]


@pytest.mark.parametrize("password", GOOD)
def test_good(password: str) -> None:
    assert passwords.problem(password) == ""


@pytest.mark.parametrize(("password", "says"), BAD)
def test_bad(password: str, says: str) -> None:
    assert says in passwords.problem(password)


def test_the_name_is_that_of_the_user() -> None:
    assert "user name" in passwords.problem("Alice7!abC", "alice")
    assert passwords.problem("Alice7!abC", "root") == ""
    assert passwords.problem("edgar7!abC", "ed") == "", "two letters are no name in a password"


@given(st.text(min_size=1, max_size=60))
def test_length_and_print_are_always_looked_at(password: str) -> None:
    told = passwords.problem(password)
    composed = passwords._composed(password)
    if not password.isprintable() or not 7 <= len(composed) <= 40:
        assert told


@given(st.text(string.ascii_lowercase, min_size=5, max_size=38))
def test_one_class_with_decoration_is_never_enough(letters: str) -> None:
    assert passwords.problem(f"A{letters}9")


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_gets_an_answer_without_the_password_in_it(password: str, user: str) -> None:
    told = {passwords.problem(word) for word, _ in BAD} | {""}
    assert passwords.problem(password, user) in told


@settings(max_examples=8, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_a_hash_belongs_to_its_password_only(password: str) -> None:
    hashed = passwords.hash_password(password)
    assert passwords.verify(password, hashed)
    assert not passwords.verify(f"{password}x", hashed)
    assert not passwords.verify(password[:-1], hashed)


def test_hashes_are_yescrypt_with_their_own_salt() -> None:
    one, two = passwords.hash_password("VMware1!"), passwords.hash_password("VMware1!")
    assert one.startswith("$y$")
    assert one != two
    assert ":" not in one, "shadow(5) has colons between its fields"


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    hashed = passwords.hash_password("Ström1!x")
    assert passwords.verify("Stro\u0308m1!x", hashed)


@pytest.mark.processes
@pytest.mark.parametrize("method", ["-1", "-5", "-6"])
@pytest.mark.parametrize("password", ["VMware1!", "a b\"'\\$1Z", "Ærø7!xyz", "-rf / *;`id`"])
def test_hashes_of_other_programs_are_understood(method: str, password: str) -> None:
    made = subprocess.run(
        ["openssl", "passwd", method, "-stdin"],
        input=f"{password}\n".encode(),
        capture_output=True,
        check=True,
    )
    hashed = made.stdout.decode().strip()
    assert passwords.verify(password, hashed)
    assert not passwords.verify(f"{password}!", hashed)


@pytest.mark.parametrize("hashed", ["", "*", "!", "!$6$x$y", "x", "$", "$nonsense$", "$6$", "$y$j9T$", "*0"])
def test_locked_empty_and_damaged_hashes_let_nobody_in(hashed: str) -> None:
    assert not passwords.verify("", hashed)
    assert not passwords.verify("VMware1!", hashed)
    assert not passwords.verify(hashed, hashed)


@pytest.mark.parametrize("password", ["", "a\nb", "\udc80"])
def test_what_cannot_be_typed_is_not_hashed(password: str) -> None:
    with pytest.raises(HostError):
        passwords.hash_password(password)
    assert not passwords.verify(password, passwords.hash_password("VMware1!"))


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    passwords.verify("VMware1!", passwords.hash_password("VMware1!"))
    passwords.problem("VMware1!")
    assert caplog.text == ""
