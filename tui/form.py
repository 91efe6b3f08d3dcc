"""Forms: text fields, passwords, radio groups, check boxes, and a message that follows the typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import urwid

from tui.layout import Stack
from tui.widgets import Size


class Field:
    """A line of text. ``masked`` shows ``*``; ``limit`` is the longest length; ``allowed`` the characters."""

    def __init__(
        self,
        key: str,
        label: str,
        value: str = "",
        *,
        masked: bool = False,
        limit: int = 255,
        allowed: str = "",
    ) -> None:
        self.key = key
        self.label = label
        self.value = value
        self.masked = masked
        self.limit = limit
        self.allowed = allowed


class Check:
    """A check box, ``[X]`` or ``[ ]``."""

    def __init__(self, key: str, label: str, value: bool = False) -> None:
        self.key = key
        self.label = label
        self.value = value


class Radio:
    """A choice of one: ``options`` are (name, label) pairs, each shown as ``(o)`` or ``( )``."""

    def __init__(self, key: str, options: Sequence[tuple[str, str]], value: str = "") -> None:
        self.key = key
        self.options = tuple(options)
        self.value = value or (self.options[0][0] if self.options else "")


class Note:
    """Text between fields; empty text is a blank line."""

    def __init__(self, text: str = "", role: str = "text") -> None:
        self.text = text
        self.role = role


FormItem: TypeAlias = Field | Check | Radio | Note


class Form(urwid.WidgetWrap):  # type: ignore[misc]
    """Fields under each other with a message below that ``check`` renews at every change.

    ``check`` gets the form and returns ``""`` or what is wrong; ``quiet`` says
    nothing before the first change, ``foot`` off leaves out the message. Tab
    and the arrows move, Space marks; Enter and Esc are left to the view. ``complain`` shows a message of
    another origin, until the next change.
    """

    def __init__(
        self,
        items: Sequence[FormItem],
        *,
        check: Callable[[Form], str] | None = None,
        on_change: Callable[[Form], None] | None = None,
        foot: bool = True,
        quiet: bool = False,
    ) -> None:
        self._check = check
        self._on_change = on_change
        self._edits: dict[str, _Edit] = {}
        self._boxes: dict[str, _CheckBox] = {}
        self._radios: dict[str, list[tuple[str, _RadioButton]]] = {}
        self._labels: dict[str, Any] = {}
        self._ready = False
        self._message = urwid.Text("")
        label_width = max((len(item.label) for item in items if isinstance(item, Field)), default=0) + 2
        rows = [row for item in items for row in self._rows(item, label_width)]
        self._list = _Rows(rows)
        self._foot = foot
        super().__init__(Stack([self._list, _Foot(self._message)] if foot else [self._list], least=1))
        first = next((item for item in items if not isinstance(item, Note)), None)
        if isinstance(first, Radio):
            self.focus(first.key)
        self._ready = True
        if quiet:
            self._follow_change()
        else:
            self._renew()

    # reading and setting

    def text(self, key: str) -> str:
        """What stands in a text field."""
        return str(self._edits[key].edit_text)

    def flag(self, key: str) -> bool:
        """Whether a check box is marked."""
        return bool(self._boxes[key].state)

    def choice(self, key: str) -> str:
        """The name of the marked radio button."""
        return next((name for name, button in self._radios[key] if button.state), "")

    def set_text(self, key: str, value: str) -> None:
        """Put text into a field."""
        self._edits[key].set_edit_text(value)
        self._edits[key].set_edit_pos(len(value))

    def enable(self, key: str, on: bool) -> None:
        """Let a text field be edited, or grey it and pass it over."""
        self._edits[key].enabled = on
        self._labels[key].set_attr_map({None: "text" if on else "dim"})
        self._edits[key].looks.set_attr_map({None: "field" if on else "field off"})
        self._list.forget()

    def focus(self, key: str) -> None:
        """Put the cursor into a field or on a check box or radio group."""
        wanted: list[Any] = [self._edits.get(key), self._boxes.get(key)]
        wanted += [button for name, button in self._radios.get(key, []) if button.state]
        self._list.go_to([widget for widget in wanted if widget is not None])

    @property
    def problem(self) -> str:
        """What ``check`` says about the present content; empty when it is good."""
        return self._check(self) if self._check else ""

    def complain(self, text: str, role: str = "error") -> None:
        """Show a message under the fields."""
        self._message.set_text((role, text))

    def natural_rows(self, cols: int) -> int:
        """How many rows the form would like, two of them kept for its message."""
        message = max(2, int(self._message.rows((cols,)))) + 1 if self._foot else 0
        return self._list.natural_rows(cols) + message

    # building

    def _rows(self, item: FormItem, label_width: int) -> list[Any]:
        if isinstance(item, Note):
            return [urwid.Text((item.role, item.text))]
        if isinstance(item, Field):
            return [self._field(item, label_width)]
        if isinstance(item, Check):
            box = _CheckBox(item.label, item.value, on_state_change=self._changed)
            self._boxes[item.key] = box
            return [urwid.AttrMap(box, "text", "focus")]
        return self._group(item)

    def _field(self, item: Field, label_width: int) -> Any:
        edit = _Edit(item)
        urwid.connect_signal(edit, "postchange", self._changed)
        self._edits[item.key] = edit
        self._labels[item.key] = urwid.AttrMap(urwid.Text(item.label, wrap="clip"), "text")
        edit.looks = urwid.AttrMap(edit, "field", "field focus")
        return _Labelled(self._labels[item.key], edit.looks, label_width)

    def _group(self, item: Radio) -> list[Any]:
        group: list[Any] = []
        buttons = []
        for name, label in item.options:
            button = _RadioButton(group, label, name == item.value, on_state_change=self._changed)
            buttons.append((name, button))
        self._radios[item.key] = buttons
        return [urwid.AttrMap(button, "text", "focus") for _, button in buttons]

    def _changed(self, *details: Any) -> None:
        if self._ready and (len(details) < 2 or details[1] is not False):
            self._defer_renew()

    def _defer_renew(self) -> None:
        # urwid announces a check box's change before it has the new state
        self._stale = True

    def keypress(self, size: Size, key: str) -> str | None:
        """Give the key to the fields, then renew the message."""
        self._stale = False
        rest: str | None = self._w.keypress(size, key)
        if self._stale:
            self._renew()
        return rest

    def _follow_change(self) -> None:
        if self._on_change is not None:
            self._on_change(self)

    def _renew(self) -> None:
        self._follow_change()
        self._message.set_text(("error", self.problem))


class _Rows(urwid.ListBox):  # type: ignore[misc]
    """The rows of a form; Tab goes around, and it knows how many rows it would like."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__(urwid.SimpleListWalker(list(rows)))
        self._go(0, 1)

    def natural_rows(self, cols: int) -> int:
        return sum(int(row.rows((cols,))) for row in self.body)

    def forget(self) -> None:
        self._invalidate()

    def go_to(self, widgets: Sequence[Any]) -> None:
        for number, row in enumerate(self.body):
            if any(row.base_widget is widget or getattr(row, "edit", None) is widget for widget in widgets):
                self.set_focus(number)
                return

    def keypress(self, size: Size, key: str) -> str | None:
        if key in {"tab", "shift tab"}:
            step = 1 if key == "tab" else -1
            self._go(self.focus_position + step, step)
            return None
        rest: str | None = super().keypress(size, key)
        return None if rest in {"up", "down", "left", "right"} else rest

    def _go(self, start: int, step: int) -> None:
        count = len(self.body)
        for number in range(count):
            at = (start + step * number) % count
            if self.body[at].selectable():
                self.set_focus(at)
                return


class _Labelled(urwid.Columns):  # type: ignore[misc]
    """A label and its field; the label gets at most half of the width."""

    def __init__(self, label: Any, field: Any, label_width: int) -> None:
        self._label_width = label_width
        self.edit = field.original_widget
        super().__init__([(label_width, label), ("weight", 1, field)], focus_column=1)

    def column_widths(self, size: Any, focus: bool = False) -> Any:
        del focus
        label = min(self._label_width, size[0] // 2)
        return [label, max(1, min(44, size[0] - label))]

    def selectable(self) -> bool:
        return bool(self.edit.enabled)


class _Edit(urwid.Edit):  # type: ignore[misc]
    """A text field that keeps to its limit and its characters, and can be greyed."""

    def __init__(self, item: Field) -> None:
        self.enabled = True
        self.looks: Any = None
        self._limit = item.limit
        self._allowed = item.allowed
        super().__init__("", item.value, wrap="clip", mask="*" if item.masked else None)

    def selectable(self) -> bool:
        return self.enabled

    def valid_char(self, ch: str) -> bool:
        if len(self.edit_text) >= self._limit or not ch.isprintable():
            return False
        return len(ch) == 1 and (not self._allowed or ch in self._allowed)

    def move_cursor_to_coords(self, size: Any, x: Any, y: int) -> bool:
        """Whoever comes into a field wants to go on at its end; there is no mouse that could mean a place."""
        del size, x
        if y != 0:  # the arrows ask for a line above or below, and there is none
            return False
        self.set_edit_pos(len(self.edit_text))
        return True

    def keypress(self, size: Any, key: str) -> str | None:
        if key == "ctrl u":
            self.set_edit_text("")
            return None
        rest: str | None = super().keypress(size, key)
        return rest


_MARKS = urwid.command_map.copy()
del _MARKS["enter"]


class _CheckBox(urwid.CheckBox):  # type: ignore[misc]
    """``[X]``, marked by Space only: Enter belongs to the form."""

    _command_map = _MARKS


class _RadioButton(urwid.RadioButton):  # type: ignore[misc]
    """``(o)`` when chosen, as the reference's hands know it; marked by Space only."""

    _command_map = _MARKS
    states = {  # noqa: RUF012 - urwid's own attribute
        True: urwid.SelectableIcon("(o)", 1),
        False: urwid.SelectableIcon("( )", 1),
    }


class _Foot(urwid.WidgetWrap):  # type: ignore[misc]
    """The message, with a blank line above and room for two lines."""

    no_cache = ("render", "rows")

    def __init__(self, text: Any) -> None:
        self._text = text
        super().__init__(urwid.Pile([urwid.Divider(), text]))

    def selectable(self) -> bool:
        return False
