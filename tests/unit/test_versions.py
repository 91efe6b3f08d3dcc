"""Which version is the newer one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.errors import HostError
from host.versions import order
from installer import upgrading

IN_ORDER = [
    "0.9",
    "0.10.0.dev1",
    "0.10.0a1",
    "0.10.0rc2",
    "0.10.0rc10",
    "0.10.0",
    "0.10.0+git3",
    "0.10.1",
    "1",
]


def test_the_order() -> None:
    assert sorted(set(IN_ORDER), key=order) == IN_ORDER
    assert order("0.10") == order("0.10.0") == order(" v0.10.0 ")


@pytest.mark.parametrize("text", ["", "x", "-1", "latest"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        order(text)


@given(st.text())
def test_anything_is_a_version_or_refused(text: str) -> None:
    try:
        assert order(text) == order(text)
    except ValueError as error:
        assert "no version" in str(error)


@pytest.mark.parametrize(
    ("installed", "offered", "refused"),
    [
        ("0.1.0", "0.2.0", ""),
        ("0.2.0", "0.2.0", ""),
        ("0.9.0", "0.10.0", ""),
        ("0.2.0rc1", "0.2.0", ""),
        ("0.10.0", "0.9.0", "newer than 0.9.0"),
        ("0.2.0", "0.2.0rc1", "newer than"),
        ("unknown", "0.2.0", "cannot be compared"),
    ],
)
def test_what_can_be_upgraded(installed: str, offered: str, refused: str) -> None:
    if not refused:
        upgrading.demand(installed, offered)
        return
    with pytest.raises(HostError, match=refused) as error:
        upgrading.demand(installed, offered)
    assert error.value.hint
