"""The application: views, dialogs, work beside the loop, and faults that do not end it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
import urwid

from tui.app import BLOCK_LIMIT, SHOW_LEAST, App
from tui.dialog import Confirm, Dialog, FormDialog, ListDialog, Message, ProgressDialog
from tui.form import Field, Form
from tui.frame import Hint, KeyStyle
from tui.headless import Driver
from tui.lists import Row, SelectList
from tui.pager import Pager
from tui.view import View


class Hello(View):
    title = "Hello"
    hints = (Hint("F2", "Go"), Hint("Esc", "Leave"))

    def __init__(self, text: str = "some text") -> None:
        super().__init__(Pager(text))
        self.pressed: list[str] = []
        self.log: list[str] = []

    def shown(self) -> None:
        self.log.append("shown")

    def hidden(self) -> None:
        self.log.append("hidden")

    def uncovered(self) -> None:
        self.log.append("uncovered")

    def on_key(self, key: str) -> bool:
        self.pressed.append(key)
        return True


def driver(tolerant: bool = False, style: KeyStyle = KeyStyle.ANGLE, **size: int) -> Driver:
    return Driver(
        lambda screen, clock: App(screen, event_loop=clock, key_style=style), tolerant=tolerant, **size
    )


class HintedError(Exception):
    message = "The cable is out."
    hint = "Put it in."


class TestStack:
    def test_views_cover_each_other(self) -> None:
        one, two = Hello("first"), Hello("second")
        d = driver().show(one)
        d.app.push(two)
        assert "second" in d.settle().text() and "first" not in d.text()
        d.press("x")
        assert (one.pressed, two.pressed) == ([], ["x"])
        d.app.pop()
        assert "first" in d.settle().text()
        assert one.log == ["shown", "uncovered"] and two.log == ["shown", "hidden"]

    def test_show_ends_all_others(self) -> None:
        one, two, three = Hello(), Hello(), Hello("third")
        d = driver().show(one)
        d.app.push(two)
        d.app.show(three)
        assert one.log[-1] == two.log[-1] == "hidden" and d.app.top is three

    def test_pop_of_a_covered_view_takes_what_covers_it(self) -> None:
        one, two, three = Hello(), Hello(), Hello()
        d = driver().show(one)
        d.app.push(two)
        d.app.push(three)
        d.app.pop(two)
        assert d.app.top is one
        d.app.pop(two)
        assert d.app.top is one, "it is not there any more"

    def test_replace(self) -> None:
        d = driver().show(Hello("below"))
        d.app.push(Hello("top"))
        d.app.replace(Hello("other"))
        assert "other" in d.settle().text()
        d.app.pop()
        assert "below" in d.settle().text()

    def test_dialogs_leave_what_is_behind_them_visible(self) -> None:
        d = driver().show(Hello("behind"))
        d.app.dialog(Message("Note", "in front"))
        assert "behind" in d.settle().text() and "in front" in d.text()

    def test_quit_ends_the_loop_with_a_result(self) -> None:
        hello = Hello()
        d = driver().show(hello)
        hello.keys["q"] = lambda: d.app.quit(7)
        d.press("q")
        assert d.ended and d.app.result == 7

    def test_grabs_come_before_the_body_and_keys_after(self) -> None:
        hello = Hello("\n".join("x" * 90))
        got: list[str] = []
        hello.keys = {"down": lambda: got.append("key"), "f5": lambda: got.append("f5")}
        d = driver().show(hello)
        d.press("down", "f5")
        assert got == ["f5"]
        hello.grabs = {"down": lambda: got.append("grab")}
        d.press("down")
        assert got == ["f5", "grab"]

    @pytest.mark.parametrize(("style", "bar"), [(KeyStyle.ANGLE, "<F2> Go"), (KeyStyle.ROUND, "(F2) Go")])
    def test_key_styles(self, style: KeyStyle, bar: str) -> None:
        assert bar in driver(style=style).show(Hello()).text()


class TestColours:
    def test_f4_switches_to_high_contrast_and_back(self) -> None:
        d = driver().show(Hello())
        assert d.press("f4").app.colours == "contrast"
        assert d.press("f4").app.colours == "colour"

    def test_every_key_is_told_first(self) -> None:
        heard: list[str] = []
        d = driver().show(Hello())
        d.app.on_input = heard.append
        d.press("x", "f4")
        assert heard == ["x", "f4"]


class TestTime:
    def test_after_and_cancel(self) -> None:
        d = driver().show(Hello())
        called: list[int] = []
        d.app.after(1, lambda: called.append(1))
        cancel = d.app.after(2, lambda: called.append(2))
        d.advance(0.5)
        assert called == []
        d.advance(1)
        cancel()
        d.advance(5)
        assert called == [1]

    def test_timers_of_a_view_end_with_it(self) -> None:
        hello, called = Hello(), []
        d = driver().show(hello)
        hello.every(1, lambda: called.append(1))
        d.advance(3.5)
        assert len(called) == 3
        d.app.show(Hello())
        d.advance(10)
        assert len(called) == 3

    def test_a_timer_may_end_its_own_view(self) -> None:
        hello = Hello()
        d = driver().show(Hello())
        d.app.push(hello)
        hello.every(1, d.app.pop)
        d.advance(5)
        assert not hello.is_shown and len(d.app.views) == 1

    def test_watched_files(self) -> None:
        reader, writer = os.pipe()
        hello, got = Hello(), []
        d = driver().show(hello)
        hello.watch(reader, lambda: got.append(os.read(reader, 10)))
        os.write(writer, b"hi")
        d.settle()
        assert got == [b"hi"]
        d.app.show(Hello())
        os.write(writer, b"again")
        d.settle()
        assert got == [b"hi"]

    def test_what_comes_in_the_round_of_the_loop_in_which_the_view_leaves(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hello, due = Hello(), list[Callable[[], None]]()
        d = driver().show(hello)

        def collect(_: float, callback: Callable[[], None]) -> Callable[[], None]:
            due.append(callback)
            return lambda: None  # too late: the loop has it in hand already

        monkeypatch.setattr(d.app, "watch_file", collect)
        monkeypatch.setattr(d.app, "after", collect)
        hello.watch(0, lambda: hello.app.pop())
        hello.after(1, lambda: hello.app.pop())
        d.app.show(Hello())
        for callback in due:
            callback()
        assert len(due) == 2 and len(d.app.views) == 1


class TestBackground:
    def test_the_result_comes_in_the_loop(self) -> None:
        d = driver().show(Hello())
        threads: list[Any] = []

        def work() -> int:
            threads.append(threading.current_thread())
            return 42

        def done(result: int) -> None:
            threads.append(threading.current_thread())
            assert result == 42

        d.app.background(work, done)
        d.settle()
        assert threads[0] is not threading.main_thread() and threads[1] is threading.main_thread()

    def test_a_failure_goes_to_failed_or_to_the_screen(self) -> None:
        d = driver(tolerant=True).show(Hello())
        seen: list[Exception] = []

        def work() -> None:
            raise HintedError

        d.app.background(work, lambda _: None, seen.append)
        d.settle()
        assert isinstance(seen[0], HintedError)
        d.app.background(work, lambda _: None)
        d.settle()
        assert "The cable is out." in d.text() and "Put it in." in d.text()

    def test_busy_holds_keys_off_and_shows_itself_only_when_slow(self) -> None:
        hello, gate = Hello(), threading.Event()
        d = driver().show(hello)
        d.app.busy("Reading ...", gate.wait, lambda _: hello.log.append("done"))
        d._draw()
        assert "Reading" not in d.text()
        d.app.press((80, 24), "x")
        assert hello.pressed == []
        d.clock.advance(BLOCK_LIMIT)
        d._draw()
        assert "Reading ..." in d.text()
        gate.set()
        d.settle()
        assert "done" not in hello.log, "what is shown stays long enough to be read"
        d.advance(SHOW_LEAST)
        assert "done" in hello.log and "Reading" not in d.text()
        d.press("x")
        assert hello.pressed == ["x"]

    def test_fast_work_is_not_announced(self) -> None:
        hello = Hello()
        d = driver().show(hello)
        d.app.busy("Reading ...", lambda: 1, lambda _: hello.log.append("done"))
        d.settle()
        assert "done" in hello.log and d.app.top is hello

    def test_what_came_of_it_arrives_although_another_page_was_shown_meanwhile(self) -> None:
        gate = threading.Event()
        came: list[bool] = []
        d = driver().show(Hello())
        d.app.busy("Reading ...", gate.wait, came.append)
        d.clock.advance(BLOCK_LIMIT)
        other = Hello()
        d.app.show(other)
        gate.set()
        d.settle()
        assert came == [True] and d.app.views == [other]

    def test_a_failure_takes_the_box_away(self) -> None:
        d = driver(tolerant=True).show(Hello())

        def work() -> None:
            raise HintedError

        d.app.busy("Reading ...", work, lambda _: None)
        d.settle()
        assert "The cable is out." in d.text()
        d.press("enter")
        assert len(d.app.views) == 1


class TestFaults:
    def test_a_key_that_fails_shows_an_error_and_the_loop_goes_on(self) -> None:
        hello = Hello()
        hello.keys = {"f2": lambda: [][0]}
        d = driver(tolerant=True).show(hello)
        d.press("f2")
        assert "IndexError" in d.text()
        d.press("enter", "x")
        assert hello.pressed == ["x"]

    def test_a_timer_that_fails(self) -> None:
        d = driver(tolerant=True).show(Hello())
        d.app.after(1, lambda: os.close(-1))
        assert "OSError" in d.advance(1).text()

    def test_a_view_that_cannot_be_drawn_is_taken_away(self) -> None:
        class Broken(urwid.Widget):  # type: ignore[misc]
            _sizing = frozenset([urwid.BOX])

            def render(self, size: Any, focus: bool = False) -> Any:
                raise ValueError(f"no drawing at {size}, {focus}")

        d = driver(tolerant=True).show(Hello("all is well"))
        d.app.push(View(Broken()))
        d.settle()
        assert "could not be drawn" in d.text()
        assert "all is well" in d.settle().text()

    def test_a_view_that_fails_for_ever_does_not_pile_up(self) -> None:
        hello = Hello()
        d = driver(tolerant=True).show(hello)
        hello.every(1, lambda: [][0])
        d.advance(200)
        assert len(d.app.views) < 30


class TestDialogs:
    def over(self, dialog: Dialog, cols: int = 80, rows: int = 24) -> Driver:
        d = driver(cols=cols, rows=rows).show(Hello())
        d.app.dialog(dialog)
        return d.settle()

    @pytest.mark.parametrize("key", ["enter", "esc"])
    def test_message(self, key: str) -> None:
        closed: list[int] = []
        d = self.over(Message("Note", "Read this.", closed=lambda: closed.append(1)))
        assert "Note" in d.text() and "Read this." in d.text() and "<Enter> OK" in d.text()
        d.press("x", key)
        assert closed == [1] and len(d.app.views) == 1

    @pytest.mark.parametrize(
        ("key", "answer"), [("y", "yes"), ("Y", "yes"), ("n", "no"), ("f11", "sure"), ("esc", "")]
    )
    def test_confirm(self, key: str, answer: str) -> None:
        given: list[str] = []
        answers: dict[str, tuple[str, Callable[[], None] | None]] = {
            "y": ("Yes", lambda: given.append("yes")),
            "n": ("No", lambda: given.append("no")),
            "f11": ("Sure", lambda: given.append("sure")),
        }
        d = self.over(Confirm("Question", "Really?", answers))
        assert "<Y> Yes" in d.text() and "<F11> Sure" in d.text()
        d.press("enter")
        assert len(d.app.views) == 2, "Enter is no answer"
        d.press(key)
        assert "".join(given) == answer and len(d.app.views) == 1

    def test_form_dialog_submits_good_content_only(self) -> None:
        submitted: list[str] = []

        def submit(dialog: FormDialog) -> None:
            submitted.append(dialog.form.text("a"))
            dialog.close()

        form = Form(
            [Field("a", "A")], check=lambda form: "" if form.text("a") else "Enter something.", quiet=True
        )
        d = self.over(FormDialog("Settings", form, submit))
        d.press("enter")
        assert "Enter something." in d.text() and submitted == []
        d.write("x").press("enter")
        assert submitted == ["x"] and len(d.app.views) == 1

    def test_form_dialog_cancelled_and_extra_keys(self) -> None:
        seen: list[str] = []
        dialog = FormDialog(
            "Settings",
            Form([Field("a", "A")]),
            lambda _: seen.append("submitted"),
            extra={"f5": ("Test", lambda: seen.append("tested"))},
            cancelled=lambda: seen.append("cancelled"),
        )
        d = self.over(dialog)
        assert "<F5> Test" in d.text()
        d.press("f5", "esc")
        assert seen == ["tested", "cancelled"] and len(d.app.views) == 1

    def test_list_dialog_takes_enabled_rows_only(self) -> None:
        chosen: list[str] = []
        rows = SelectList([Row("a", "A"), Row("b", "B", enabled=False), Row("c", "C")])
        d = self.over(ListDialog("Pick", rows, chosen.append, intro="One of these."))
        assert "One of these." in d.text()
        d.press("down", "enter")
        assert chosen == []
        d.press("down", "enter")
        assert chosen == ["c"] and len(d.app.views) == 1

    def test_progress_dialog_takes_no_keys(self) -> None:
        dialog = ProgressDialog("Working", "Copying ...")
        d = self.over(dialog)
        dialog.bar.set(0.3)
        dialog.line.set_text("12 MB/s")
        d.press("esc", "enter")
        assert "30 %" in d.text() and "12 MB/s" in d.text()
        dialog.close()
        assert len(d.app.views) == 1

    @pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5), (240, 67)])
    def test_long_messages_shrink_and_scroll(self, size: tuple[int, int]) -> None:
        text = "\n".join(f"line {number}" for number in range(100))
        d = self.over(Message("Long", text), cols=size[0], rows=size[1])
        assert "<Enter> OK" in d.text() and "line 0" in d.text()
        d.press("end")
        assert "line 99" in d.text() and "<Enter> OK" in d.text()

    def test_a_resize_while_a_dialog_is_open(self) -> None:
        d = self.over(Message("Note", "Read this."))
        for size in ((40, 10), (132, 43), (80, 24)):
            assert "Read this." in d.resize(*size).text()
