"""Forms."""

from __future__ import annotations

from typing import Any

import pytest

from tui.form import Check, Field, Form, FormItem, Note, Radio

SIZE = (40, 12)


def form(*items: FormItem, **options: Any) -> Form:
    return Form(items, **options)


def press(target: Form, *keys: str) -> list[str]:
    return [key for key in keys if target.keypress(SIZE, key) is not None]


def text(target: Form, size: tuple[int, int] = SIZE) -> str:
    return b"\n".join(target.render(size, True).text).decode()


def test_typing_goes_into_the_first_field_and_tab_to_the_next() -> None:
    made = form(Note("Fill in."), Field("a", "First"), Field("b", "Second", "x"))
    assert press(made, "u", "v", "tab", "y", "shift tab", "backspace") == []
    assert (made.text("a"), made.text("b")) == ("u", "xy")


def test_tab_goes_around_and_arrows_stop_at_the_ends() -> None:
    made = form(Field("a", "A"), Field("b", "B"))
    press(made, "tab", "tab", "1")
    assert made.text("a") == "1"
    press(made, "up", "up", "2", "down", "down", "3")
    assert (made.text("a"), made.text("b")) == ("12", "3")


def test_enter_and_esc_are_left_to_the_view() -> None:
    made = form(Field("a", "A"), Check("c", "C"), Radio("r", [("x", "X"), ("y", "Y")]))
    assert press(made, "enter", "esc", "f2") == ["enter", "esc", "f2"]
    press(made, "down")
    assert press(made, "enter") == ["enter"] and not made.flag("c")
    press(made, "down", "down")
    assert press(made, "enter") == ["enter"] and made.choice("r") == "x"


def test_masked_fields_show_stars_only() -> None:
    made = form(Field("p", "Password", masked=True))
    press(made, *"secret")
    assert "secret" not in text(made) and "******" in text(made)
    assert made.text("p") == "secret"


def test_limits_and_allowed_characters() -> None:
    made = form(Field("n", "VLAN", allowed="0123456789", limit=4))
    press(made, *"12x345")
    assert made.text("n") == "1234"


def test_control_characters_do_not_get_in() -> None:
    made = form(Field("a", "A"))
    press(made, "a", "ctrl a", "meta x", "é", "\x01")
    assert made.text("a") == "aé"


def test_a_field_is_emptied_by_ctrl_u() -> None:
    made = form(Field("a", "A", "old"))
    press(made, "ctrl u", "n")
    assert made.text("a") == "n"


def test_radio_buttons_are_marked_by_space_and_exclude_each_other() -> None:
    made = form(Radio("mode", [("off", "Off"), ("dhcp", "Automatic"), ("static", "Static")], "dhcp"))
    assert "(o) Automatic" in text(made) and "( ) Off" in text(made)
    press(made, "down", " ")
    assert made.choice("mode") == "static"
    assert text(made).count("(o)") == 1


def test_the_cursor_starts_on_the_chosen_radio_button() -> None:
    made = form(Radio("mode", [("off", "Off"), ("dhcp", "Automatic")], "dhcp"))
    press(made, "up", " ")
    assert made.choice("mode") == "off"


def test_check_boxes() -> None:
    made = form(Check("ipv6", "Enable IPv6", True))
    assert "[X] Enable IPv6" in text(made)
    press(made, " ")
    assert not made.flag("ipv6") and "[ ] Enable IPv6" in text(made)


def test_the_message_follows_the_typing() -> None:
    made = form(Field("a", "A"), check=lambda form: "" if len(form.text("a")) >= 2 else "too short")
    assert "too short" in text(made) and made.problem
    press(made, "x", "y")
    assert "too short" not in text(made) and not made.problem


def test_a_quiet_form_says_nothing_before_the_first_change() -> None:
    made = form(Field("a", "A"), check=lambda _: "too short", quiet=True)
    assert "too short" not in text(made)
    press(made, "x")
    assert "too short" in text(made)


def test_complaints_of_others_stay_until_the_next_change() -> None:
    made = form(Field("a", "A"))
    made.complain("wrong password")
    assert "wrong password" in text(made)
    press(made, "tab")
    assert "wrong password" in text(made)
    press(made, "x")
    assert "wrong password" not in text(made)


def test_changes_are_told_with_the_new_state() -> None:
    seen: list[tuple[str, bool, str]] = []
    made = form(
        Radio("r", [("x", "X"), ("y", "Y")]),
        Check("c", "C"),
        Field("f", "F"),
        on_change=lambda form: seen.append((form.choice("r"), form.flag("c"), form.text("f"))),
    )
    press(made, "down", " ", "down", " ", "down", "z")
    assert seen == [("x", False, ""), ("y", False, ""), ("y", True, ""), ("y", True, "z")]


def test_greyed_fields_are_passed_over() -> None:
    made = form(Field("a", "A"), Field("b", "B"), Field("c", "C"))
    made.enable("b", False)
    press(made, "down", "1", "shift tab", "2")
    assert [made.text(key) for key in "abc"] == ["2", "", "1"]
    made.enable("b", True)
    press(made, "tab", "3")
    assert made.text("b") == "3"


def test_focus_goes_where_it_is_told() -> None:
    made = form(Field("a", "A"), Check("c", "C"), Radio("r", [("x", "X"), ("y", "Y")], "y"), Field("b", "B"))
    made.focus("b")
    press(made, "1")
    assert made.text("b") == "1"
    made.focus("c")
    press(made, " ")
    assert made.flag("c")
    made.focus("r")
    press(made, "up", " ")
    assert made.choice("r") == "x"


@pytest.mark.parametrize("size", [(40, 4), (10, 2), (4, 1), (120, 40)])
def test_it_draws_itself_at_any_size(size: tuple[int, int]) -> None:
    made = form(Note("Some text that is long"), *(Field(str(n), f"Field {n}", "value") for n in range(9)))
    for _ in range(9):
        made.keypress(size, "tab")
        canvas = made.render(size, True)
        assert (canvas.cols(), canvas.rows()) == size


def test_long_values_scroll_in_their_field() -> None:
    made = form(Field("a", "A"))
    press(made, *("abcdefghij" * 9))
    assert "abcdefghij" in text(made, (30, 5)) or "hij" in text(made, (30, 5))
    assert len(made.text("a")) == 90
