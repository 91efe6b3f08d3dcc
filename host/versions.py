"""Which of two versions is the newer one."""

from __future__ import annotations

import re

_FORM = re.compile(r"v?(\d+(?:\.\d+)*)[-._]?(.*)", re.IGNORECASE)

_BEFORE = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "pre": 3, "rc": 3}
"""What comes before a release, in this order: ``0.2.0rc1`` is older than ``0.2.0``."""

_RELEASE = 9

Order = tuple[tuple[int, ...], int, tuple[int, ...]]


def order(version: str) -> Order:
    """Something to compare versions by: 0.9 < 0.10.0.dev1 < 0.10.0rc2 < 0.10.0 = 0.10 < 0.10.0+git3.

    Raises ValueError for what is no version.
    """
    form = _FORM.fullmatch(version.strip())
    if form is None:
        raise ValueError(f"{version!r} is no version")
    numbers = [int(number) for number in form[1].split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    suffix = form[2].lower().lstrip("~")
    word = re.match(r"[a-z]*", suffix)
    step = _BEFORE.get(word[0] if word else "", _RELEASE)
    return tuple(numbers), step, tuple(int(number) for number in re.findall(r"\d+", suffix))
