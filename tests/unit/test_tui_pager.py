"""The pager and the progress bar."""

from __future__ import annotations

import pytest

from tui.pager import Pager
from tui.progress import Bar, duration, rate

SIZE = (30, 6)
LINES = [f"line {number}" for number in range(1, 41)]


def text(target: Pager, size: tuple[int, int] = SIZE) -> str:
    return b"\n".join(target.render(size, True).text).decode()


def press(target: Pager, *keys: str) -> list[str]:
    return [key for key in keys if target.keypress(SIZE, key) is not None]


def test_scrolling() -> None:
    made = Pager(LINES)
    assert "line 1 " in text(made)
    assert (made.position, made.at_end) == ("0 %", False)
    press(made, "page down")
    assert "line 6" in text(made)
    press(made, "down", " ", "up", "end")
    assert "line 40" in text(made)
    assert (made.position, made.at_end) == ("100 %", True)
    press(made, "down", "page down")
    assert "line 40" in text(made)
    press(made, "home")
    assert "line 1 " in text(made)


def test_other_keys_are_left_alone() -> None:
    assert press(Pager(LINES), "enter", "esc", "/", "n", "q") == ["enter", "esc", "/", "n", "q"]


def test_short_text_is_at_its_end_at_once() -> None:
    made = Pager("one line")
    text(made)
    assert made.at_end and made.position == "100 %"


def test_searching() -> None:
    made = Pager(LINES, search=True)
    text(made)
    press(made, "/", *"NE 33", "enter")
    assert "line 33" in text(made)
    press(made, "n")
    assert '"NE 33" found' in text(made)
    press(made, "/", *"nowhere", "enter")
    assert "not found" in text(made)


def test_the_next_find_goes_on_from_the_last() -> None:
    made = Pager(["hit"] + ["-"] * 30 + ["hit"] + ["-"] * 30, search=True)
    text(made)
    press(made, "/", *"hit", "enter")
    assert made.position == "0 %"
    press(made, "n")
    assert made.position != "0 %"
    press(made, "n")
    assert made.position == "0 %"


def test_esc_ends_the_search_field_only() -> None:
    made = Pager(LINES, search=True)
    assert press(made, "/", "x", "backspace", "esc") == []
    assert not made.is_searching
    assert press(made, "esc") == ["esc"]


def test_following_ends_when_somebody_scrolls_up() -> None:
    made = Pager(LINES, follow=True)
    assert "line 40" in text(made)
    made.set_text([*LINES, "line 41"])
    assert "line 41" in text(made)
    press(made, "page up")
    made.set_text([*LINES, "line 41", "line 42"])
    assert "line 42" not in text(made)


def test_long_lines_are_wrapped_and_keep_their_indent() -> None:
    made = Pager("  " + "word " * 12)
    lines = text(made, (20, 8)).split("\n")
    assert all(line.startswith("  word") for line in lines[:4])


def test_hostile_text_is_drawn() -> None:
    made = Pager("tab\tbell\x07 esc\x1b[31m é 漢字 \u202e end")
    canvas = made.render((20, 3), True)
    assert (canvas.cols(), canvas.rows()) == (20, 3)


@pytest.mark.parametrize("size", [(1, 1), (4, 2), (240, 67)])
def test_it_draws_itself_at_any_size(size: tuple[int, int]) -> None:
    made = Pager(LINES, search=True)
    for key in ("/", "x", "enter", "end"):
        made.keypress(size, key)
        canvas = made.render(size, True)
        assert (canvas.cols(), canvas.rows()) == size


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (0.0, "[··········]   0 %"),
        (0.5, "[▒▒▒▒▒·····]  50 %"),
        (1.0, "[▒▒▒▒▒▒▒▒▒▒] 100 %"),
        (7.0, "100 %"),
        (0.999, " 99 %"),
    ],
)
def test_bar(fraction: float, shown: str) -> None:
    bar = Bar()
    bar.set(fraction)
    assert shown in b"".join(bar.render((18,)).text).decode()


def test_a_bar_that_knows_nothing_says_no_number() -> None:
    assert "%" not in b"".join(Bar(None).render((18,)).text).decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min 0 s"), (83, "1 min 23 s"), (3700, "1 h 1 min"), (-3, "0 s")],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_rate() -> None:
    assert rate(123_456_789) == "123.5 MB/s"
