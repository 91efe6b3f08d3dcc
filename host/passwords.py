"""Passwords: which are good enough, and their hashes.

The rules are those of ESXi (pam_passwdqc with ``min=disabled,disabled,disabled,7,7``): 7 to 40 characters,
at least 3 of the 4 classes lower case, upper case, digits and others, where a capital at the start and a
digit at the end do not count; no user name; not made of a common word. Its full dictionary is not
ours to copy: ``_COMMON`` holds what people really use, and it is a help, not a proof of strength.

A character is whatever prints, blanks and every script included; letters that have no case (and everything
else that is not an ASCII digit) count as others. Passwords are hashed as UTF-8 in the composed form (NFC),
which is what keyboards and SSH clients send. What does not print cannot be typed everywhere and is refused.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from host.errors import HostError

if TYPE_CHECKING:
    import ctypes

SHORTEST = 7
LONGEST = 40
CLASSES_NEEDED = 3

METHOD = b"$y$"
"""yescrypt, Debian's choice. One hash takes some 50 ms and 16 MiB, on purpose."""

_MATCH = 4
"""From how many letters on a common word or a user name counts as one."""

_COMMON = (
    *("password", "passwort", "passwd", "passphrase", "login", "logon", "admin", "administrator", "access"),
    *("welcome", "letmein", "changeme", "change", "default", "secret", "private", "public", "guest", "user"),
    *("test", "testing", "tester", "temp", "temporary", "demo", "sample", "example", "root", "toor", "super"),
    *("master", "manager", "service", "server", "system", "computer", "internet", "network", "windows"),
    *("linux", "debian", "ubuntu", "google", "apple", "microsoft", "oracle", "cisco", "samsung", "hello"),
    *("monkey", "dragon", "shadow", "killer", "hunter", "ranger", "tiger", "eagle", "falcon", "phoenix"),
    *("football", "baseball", "soccer", "hockey", "basketball", "superman", "batman", "pokemon", "starwars"),
    *("princess", "sunshine", "iloveyou", "lovely", "flower", "butterfly", "chocolate", "cookie", "cheese"),
    *("summer", "winter", "autumn", "spring", "monday", "tuesday", "wednesday", "thursday", "friday"),
    *("saturday", "sunday", "january", "february", "march", "april", "june", "july", "august", "september"),
    *("october", "november", "december", "michael", "jennifer", "jordan", "thomas", "charlie", "daniel"),
    *("andrew", "joshua", "matthew", "robert", "george", "jessica", "ashley", "nicole", "maggie", "buster"),
    *("company", "office", "school", "student", "teacher", "family", "mother", "father", "friend", "forever"),
    *(
        "freedom",
        "whatever",
        "nothing",
        "trustno",
        "matrix",
        "merlin",
        "ginger",
        "pepper",
        "silver",
        "golden",
    ),
    *("abcd", "abcde", "abcdef", "qwerty", "qwertz", "qwertyuiop", "azerty", "asdf", "asdfghjkl", "zxcv"),
    *("zxcvbnm", "1234567890", "0987654321", "1q2w3e4r5t", "qazwsx", "1111", "0000", "aaaa"),
)

_LOOKALIKES = str.maketrans(
    {
        "0": "o",
        "1": "i",
        "!": "i",
        "|": "i",
        "l": "i",
        "3": "e",
        "4": "a",
        "@": "a",
        "5": "s",
        "$": "s",
        "7": "t",
    }
)

_CRYPT_DATA_SIZE = 32768
"""sizeof(struct crypt_data) of libxcrypt, a fixed part of its interface (crypt(3))."""


def problem(password: str, user: str = "root") -> str:
    """What is wrong with the password for ``user``, as a sentence that says what to do; '' when it is good.

    The answer never quotes the password or a part of it.
    """
    if not password:
        return "Enter a password."
    if not password.isprintable():
        return "Use only characters that print: no tabs or other control characters."
    password = _composed(password)
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if _classes(password) < CLASSES_NEEDED:
        return (
            f"Mix at least {CLASSES_NEEDED} of: lower case, upper case, digits, other characters. "
            "A capital at the start and a digit at the end do not count."
        )
    if not _good_without_name(password, user):
        return "Do not use the user name, also not backwards or with look-alike characters."
    if not _good_without_words(password):
        return "This is little more than a common word or a row of keys. Add other characters."
    return ""


def hash_password(password: str) -> str:
    """The password's hash as crypt(5) writes it, with a random salt from the kernel.

    Raises HostError for a password that cannot be hashed (empty, or with a character that does not print).
    """
    demand_hashable(password)
    return _crypt(_composed(password), _salt())


def demand_hashable(password: str) -> None:
    """Raises HostError for a password that ``hash_password`` would not hash."""
    if not password or not password.isprintable():
        raise HostError("This password cannot be hashed.", hint="Use characters that print.")


def verify(password: str, hashed: str) -> bool:
    """Whether the password belongs to the hash, compared in constant time.

    Every method libxcrypt knows is understood. False for an empty or locked hash, so an account without
    password lets nobody in.
    """
    import hmac

    if not hashed.startswith("$") or not password.isprintable():
        return False
    try:
        computed = _crypt(_composed(password), hashed)
    except HostError:
        return False
    return hmac.compare_digest(computed.encode(), hashed.encode())


def _composed(password: str) -> str:
    if password.isascii():
        return password
    import unicodedata

    return unicodedata.normalize("NFC", password)


def _classes(password: str) -> int:
    counted = password
    if counted[:1].isupper():
        counted = counted[1:]
    if counted[-1:].isascii() and counted[-1:].isdigit():
        counted = counted[:-1]
    return len({_class(character) for character in counted})


def _class(character: str) -> str:
    if character.islower():
        return "lower"
    if character.isupper():
        return "upper"
    if character.isascii() and character.isdigit():
        return "digit"
    return "other"


def _good_without_name(password: str, user: str) -> bool:
    """Whether the password is still good once the user name in it, either way round, is taken out."""
    rest = password
    for name in (user, user[::-1]):
        if len(name) < _MATCH:
            continue
        at = _unified(rest).find(_unified(name))
        if at >= 0:
            rest = rest[:at] + rest[at + len(name) :]
    return rest == password or (len(rest) >= SHORTEST and _classes(rest) >= CLASSES_NEEDED)


def _good_without_words(password: str) -> bool:
    """Whether the password is long enough when the longest common word in it counts as 3 characters."""
    longest = 0
    for spelled in (password.lower(), _unified(password)):
        for way in (spelled, spelled[::-1]):
            for word, unified in _common():
                if len(word) > longest and (word in way or unified in way):
                    longest = len(word)
    return longest == 0 or len(password) - longest + _MATCH - 1 >= SHORTEST


@cache
def _common() -> tuple[tuple[str, str], ...]:
    """The common words as they are and with look-alikes; made once, as a password is looked at per key."""
    return tuple((word, _unified(word)) for word in _COMMON)


def _unified(text: str) -> str:
    """Lower case with look-alikes replaced, character by character, so that positions stay."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text).translate(_LOOKALIKES)


def _salt() -> str:
    import ctypes

    output = ctypes.create_string_buffer(192)  # CRYPT_GENSALT_OUTPUT_SIZE of crypt_gensalt_rn(3)
    made = _library().crypt_gensalt_rn(METHOD, ctypes.c_ulong(0), None, 0, output, ctypes.sizeof(output))
    if not made:
        raise HostError("The system's crypt library cannot make a salt.", hint="See the system log.")
    return output.value.decode()


def _crypt(password: str, setting: str) -> str:
    """crypt_r(3), with its working memory wiped. Raises HostError when the setting is not one it knows."""
    import ctypes

    memory = ctypes.create_string_buffer(_CRYPT_DATA_SIZE)
    try:
        made = _library().crypt_r(password.encode(), setting.encode(), memory)
        hashed = ctypes.string_at(made).decode() if made else "*"
    finally:
        ctypes.memset(memory, 0, _CRYPT_DATA_SIZE)
    if hashed.startswith("*"):
        raise HostError("This password hash is not one this system understands.")
    return hashed


def _library() -> ctypes.CDLL:
    import ctypes

    try:
        library = ctypes.CDLL("libcrypt.so.1", use_errno=True)
    except OSError as error:
        raise HostError(
            f"The system's crypt library is missing: {error}", hint="Install libcrypt1."
        ) from error
    library.crypt_r.restype = ctypes.c_void_p
    library.crypt_gensalt_rn.restype = ctypes.c_void_p
    return library
