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
    reading = support.at_the_desk(name)
    text = support.as_text(reading, support.machine("rack"))
    support.compare(name, text)
    assert [secret for secret in support.PASSWORDS if secret in text + repr(reading)] == []
    assert [one for one in reading.diagnostics if not _is_complete(one)] == []


def test_every_result_belongs_to_a_file() -> None:
    assert sorted(path.stem for path in support.GOLDEN.glob("*.txt")) == NAMES


def _is_complete(one: Diagnostic) -> bool:
    """Whether it has a place, and says in sentences what is so and what to do."""
    sentences = one.message.endswith((".", "?")) and (not one.hint or one.hint[-1] in ".?")
    return bool(one.file) and one.line > 0 and sentences
