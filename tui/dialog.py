"""Dialogs over a page: messages, questions, forms, lists, progress.

They shrink and scroll where they must.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import urwid
from typing_extensions import override

from tui.form import Form
from tui.frame import Hint, KeyBar, KeyStyle, Window
from tui.layout import Stack
from tui.lists import SelectList
from tui.pager import Pager
from tui.progress import Bar
from tui.view import View
from tui.widgets import Size


def fit(window: Window, size: Size, width: int, least_rows: int = 0) -> Size:
    """The size of a window over a screen: what its content needs, all of the screen when that is more."""
    cols, rows = size
    wide = cols if cols < 50 else min(width, cols - 4)
    wanted = max(least_rows, window.natural_rows(wide))
    return wide, wanted if wanted <= rows - 2 else rows


class Dialog(View):
    """Base of all dialogs: a window in the middle over what was there."""

    overlay: ClassVar[bool] = True
    width: int = 60

    @override
    def surround(self, body: Any) -> Any:
        style = self._app.key_style if self._app else KeyStyle.ROUND
        return Window(self.title, body, KeyBar(self.hints, style))

    @override
    def fit(self, size: Size) -> Size:
        return fit(self.widget, size, self.width)

    def close(self) -> None:
        """Take the dialog away."""
        self.app.pop(self)

    def close_and(self, then: Callable[[], None] | None) -> None:
        """Take the dialog away, then go on."""
        self.close()
        if then is not None:
            then()


class Message(Dialog):
    """Something to read; Enter and Esc close it."""

    def __init__(
        self, title: str, text: str, *, role: str = "text", closed: Callable[[], None] | None = None
    ) -> None:
        self.title = title
        self.hints = (Hint("Enter", "OK"),)
        super().__init__(Pager(text, role=role))
        self.keys = dict.fromkeys(("enter", "esc"), lambda: self.close_and(closed))


class Confirm(Dialog):
    """A question; ``answers`` maps keys (``"f11"``, ``"y"``, ``"esc"``) to their label and what they do.

    Letters count in either case. Every answer closes the dialog. Esc closes it even where it is not named.
    """

    def __init__(
        self,
        title: str,
        text: str,
        answers: dict[str, tuple[str, Callable[[], None] | None]],
        *,
        role: str = "text",
    ) -> None:
        from tui.keys import display

        self.title = title
        self.hints = tuple(Hint(display(key), label) for key, (label, _) in answers.items())
        super().__init__(Pager(text, role=role))
        self.keys = {"esc": self.close}
        for key, (_, action) in answers.items():
            for spelling in {key, key.upper() if len(key) == 1 else key}:
                self.keys[spelling] = lambda action=action: self.close_and(action)  # type: ignore[misc]


class FormDialog(Dialog):
    """A form in a window; Enter submits unless the form has a problem, Esc cancels.

    ``submit`` gets the form with the dialog still open: it closes it with ``dialog.close()``, or shows what
    is wrong with ``form.complain``. ``extra`` adds keys: key to (label, action).
    """

    def __init__(
        self,
        title: str,
        form: Form,
        submit: Callable[[FormDialog], None],
        *,
        extra: dict[str, tuple[str, Callable[[], None]]] | None = None,
        enter: str = "OK",
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        from tui.keys import display

        self.title = title
        self.form = form
        self._submit = submit
        more = extra or {}
        self.hints = (
            *(Hint(display(key), label) for key, (label, _) in more.items()),
            Hint("Enter", enter),
            Hint("Esc", "Cancel"),
        )
        super().__init__(form)
        self.keys = {"enter": self._enter, "esc": lambda: self.close_and(cancelled)}
        self.keys |= {key: action for key, (_, action) in more.items()}

    def _enter(self) -> None:
        problem = self.form.problem
        if problem:
            self.form.complain(problem)
        else:
            self._submit(self)


class ListDialog(Dialog):
    """A list in a window; Enter takes the chosen row if it is enabled, Esc cancels."""

    def __init__(
        self,
        title: str,
        rows: SelectList,
        chosen: Callable[[str], None],
        *,
        intro: str = "",
        enter: str = "OK",
    ) -> None:
        self.title = title
        self.list = rows
        self._chosen = chosen
        self.hints = (Hint("Up/Down", "Select"), Hint("Enter", enter), Hint("Esc", "Cancel"))
        parts: Sequence[Any] = [urwid.Text(intro), urwid.Divider(), rows] if intro else [rows]
        super().__init__(Stack(parts, main=len(parts) - 1))
        self.keys = {"enter": self._enter, "esc": self.close}

    def _enter(self) -> None:
        row = self.list.row
        if row is not None and row.enabled:
            self.close()
            self._chosen(row.key)


class ProgressDialog(Dialog):
    """Work under way: a text, a bar, a line below. It takes no keys until it is closed by its owner."""

    def __init__(self, title: str, text: str) -> None:
        self.title = title
        self.text = urwid.Text(text)
        self.bar = Bar(None)
        self.line = urwid.Text("")
        filler = urwid.SolidFill(" ")
        super().__init__(
            Stack([self.text, urwid.Divider(), self.bar, self.line, _Nothing(filler)], main=4, least=0)
        )

    @override
    def on_key(self, key: str) -> bool:
        del key
        return True


class _Nothing(urwid.WidgetWrap):  # type: ignore[misc]
    """Fills what room there is and asks for none."""

    def natural_rows(self, cols: int) -> int:
        del cols
        return 0

    def selectable(self) -> bool:
        return False
