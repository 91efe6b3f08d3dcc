"""Lists to choose from, and two panes."""

from __future__ import annotations

import pytest

from tui.layout import shorten
from tui.lists import Gap, Header, Row, SelectList
from tui.two_pane import Pane, TwoPane

SIZE = (40, 5)


def rows(count: int) -> list[Row]:
    return [Row(f"k{number}", f"Entry {number}") for number in range(1, count + 1)]


def press(target: SelectList, *keys: str) -> list[str]:
    return [key for key in keys if target.keypress(SIZE, key) is not None]


def text(target: SelectList | TwoPane, size: tuple[int, int] = SIZE) -> str:
    return b"\n".join(target.render(size, True).text).decode()


def test_moving() -> None:
    made = SelectList(rows(20))
    for key, selected in [
        ("down", "k2"), ("up", "k1"), ("up", "k1"), ("page down", "k5"), ("page down", "k9"),
        ("end", "k20"), ("down", "k20"), ("page up", "k16"), ("home", "k1"),
    ]:  # fmt: skip
        press(made, key)
        assert made.selected == selected


def test_what_is_chosen_is_always_in_view() -> None:
    made = SelectList([Header("Group"), *rows(30)])
    for key in ["down"] * 29 + ["page up"] * 8 + ["end", "home"]:
        press(made, key)
        number = made.selected.removeprefix("k")
        assert f"Entry {number}" in text(made)


def test_the_first_row_brings_its_header_into_view() -> None:
    made = SelectList([Header("Group"), *rows(30)])
    press(made, "end", "home")
    assert "Group" in text(made)


def test_headers_and_gaps_are_passed_over() -> None:
    made = SelectList([Header("One"), Row("a", "A"), Gap(), Header("Two"), Row("b", "B")])
    press(made, "down")
    assert made.selected == "b"
    press(made, "up", "up")
    assert made.selected == "a"


def test_disabled_rows_can_be_read_and_are_not_preselected() -> None:
    made = SelectList([Row("a", "A", enabled=False), Row("b", "B")])
    assert made.selected == "b"
    press(made, "up")
    assert made.selected == "a" and made.row is not None and not made.row.enabled


def test_enter_space_and_unknown_keys_are_left_alone() -> None:
    made = SelectList(rows(3))
    assert press(made, "enter", " ", "esc", "1", "e", "tab") == ["enter", " ", "esc", "1", "e", "tab"]


def test_digits_jump_when_asked_to() -> None:
    made = SelectList([Header("H"), *rows(12)], digits=True)
    press(made, "3")
    assert made.selected == "k3"
    assert press(SelectList(rows(2), digits=True), "3") == ["3"]


def test_letters_jump_and_go_around_when_asked_to() -> None:
    names = ["Danish", "German", "Greek", "US Default", "US Dvorak"]
    made = SelectList([Row(name, name) for name in names], letters=True)
    found = []
    for key in "gguug":
        press(made, key)
        found.append(made.selected)
    assert found == ["German", "Greek", "US Default", "US Dvorak", "German"]
    press(made, "x")
    assert made.selected == "German"


def test_moves_are_told_once() -> None:
    seen: list[str] = []
    made = SelectList(rows(3), on_move=seen.append)
    press(made, "up", "down", "end", "end")
    assert seen == ["k2", "k3"]


def test_the_choice_survives_new_content() -> None:
    made = SelectList(rows(5), selected="k4")
    made.set_items([Row("k0", "New"), *rows(5)])
    assert made.selected == "k4"
    made.set_items(rows(2))
    assert made.selected == "k1"
    made.set_items([])
    assert made.selected == "" and made.row is None
    assert press(made, "down", "end") == ["down", "end"]


def test_columns_are_aligned() -> None:
    made = SelectList(
        [Row("a", ("short", "1 GiB", "X")), Row("b", ("much longer", "100 GiB", "Y"))], right=(1,)
    )
    first, second = text(made).split("\n")[:2]
    assert first.index("X") == second.index("Y")
    assert first.index("1 GiB") + len("1 GiB") == second.index("100 GiB") + len("100 GiB")


def test_short_of_room_the_widest_column_gives_way_and_ends_are_kept() -> None:
    serials = ("S6PTNM0T513401A", "S6PTNM0T513402B")
    made = SelectList([Row(s, ("A very long name of a disk", "931 GiB", s)) for s in serials], ends=(2,))
    narrow = text(made, (34, 4))
    assert "931 GiB" in narrow
    assert "401A" in narrow and "402B" in narrow


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 1), (200, 60)])
def test_it_draws_itself_at_any_size(size: tuple[int, int]) -> None:
    made = SelectList([Header("Header"), Gap(), *(Row(str(n), ("one", "two", "three")) for n in range(9))])
    for key in ("end", "home"):
        made.keypress(size, key)
        canvas = made.render(size, True)
        assert (canvas.cols(), canvas.rows()) == size


@pytest.mark.parametrize(
    ("wanted", "room", "end", "shown"),
    [("abcdef", 6, False, "abcdef"), ("abcdefg", 6, False, "abcd.."), ("abcdefg", 6, True, "..defg"),
     ("abcdefg", 3, False, "abc"), ("abcdefg", 3, True, "efg")],
)  # fmt: skip
def test_shorten(wanted: str, room: int, end: bool, shown: str) -> None:
    assert shorten(wanted, room, end=end) == shown


class TestTwoPane:
    def pane(self, text: str = "Help about {}.") -> TwoPane:
        return TwoPane(
            "Menu", [*rows(2), Gap(), Row("k3", "Entry 3")], lambda key: Pane(f"Pane {key}", text.format(key))
        )

    def test_the_right_side_follows(self) -> None:
        made = self.pane()
        assert "Help about k1." in text(made, (80, 10))
        made.keypress((80, 10), "end")
        assert made.selected == "k3"
        assert "Pane k3" in text(made, (80, 10)) and "Help about k3." in text(made, (80, 10))

    def test_long_help_is_scrolled_by_pages(self) -> None:
        made = self.pane("\n".join(f"line {n} of {{0}}" for n in range(50)))
        assert "line 0 of" in text(made, (80, 10))
        made.keypress((80, 10), "page down")
        assert "line 0 of" not in text(made, (80, 10)) and made.selected == "k1"
        made.keypress((80, 10), "down")
        assert "line 0 of k2" in text(made, (80, 10)), "another entry starts at its top"

    def test_refresh_asks_anew(self) -> None:
        state = ["off"]
        made = TwoPane("Menu", rows(1), lambda _: Pane("SSH", state[0]))
        state[0] = "on"
        made.refresh()
        assert "on" in text(made, (80, 10))

    def test_narrow_screens_keep_the_list(self) -> None:
        tall, short = text(self.pane(), (40, 12)), text(self.pane(), (40, 5))
        assert "Entry 3" in tall and "Help about k1." in tall
        assert "Entry 3" in short and "Help" not in short

    @pytest.mark.parametrize("size", [(20, 3), (59, 7), (60, 7), (240, 67)])
    def test_it_draws_itself_at_any_size(self, size: tuple[int, int]) -> None:
        canvas = self.pane().render(size, True)
        assert (canvas.cols(), canvas.rows()) == size
