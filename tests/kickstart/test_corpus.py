"""Whole files: what is said about each, what each asks for, and what that is on a machine of the field.

``UPDATE_GOLDEN=1 pytest tests/kickstart`` writes the results anew. Look at the difference before keeping it.
"""

from __future__ import annotations

import pytest

from installer.kickstart.diagnostics import Diagnostic
from tests.kickstart import support

NAMES = sorted(path.stem for path in support.CORPUS.glob("*.cfg"))


@pytest.mark.parametrize("name", NAMES)
def test_file(name: str) -> None:
    text = support.as_text(support.at_the_desk(name), support.machine("rack"))
    support.compare(name, text)
    assert [secret for secret in support.PASSWORDS if secret in text] == []


def test_every_result_belongs_to_a_file() -> None:
    assert sorted(path.stem for path in support.GOLDEN.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_everything_said_has_a_place_and_says_what_to_do(name: str) -> None:
    said = support.at_the_desk(name).diagnostics
    assert [one for one in said if not _is_complete(one)] == []


def _is_complete(one: Diagnostic) -> bool:
    sentences = one.message.endswith((".", "?")) and (not one.hint or one.hint[-1] in ".?")
    return bool(one.file) and one.line > 0 and sentences
