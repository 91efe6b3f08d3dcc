"""Configure Password: the old one, and the new one twice."""

from __future__ import annotations

from dcui.entry import Context, Pane
from tui.dialog import FormDialog, Message
from tui.form import Field, Form, Note

TITLE = "Configure Password"
HELP = (
    "The password of root protects this console, the management agent and SSH.\n\n"
    "At least 7 characters of 3 kinds: lower case, upper case, digits, others. A capital at the start and a "
    "digit at the end do not count."
)


def describe(context: Context) -> Pane:
    """Whether there is one; the hash itself says nothing to anybody."""
    return Pane(("Set" if context.backend.config().password_hash else "Not set",), HELP)


def enter(context: Context) -> None:
    """Ask, with the rules followed while typing."""

    def problem(form: Form) -> str:
        new, again = form.text("new"), form.text("again")
        if not new and not again:
            return ""
        return context.backend.password_problem(new) or ("" if new == again else "The two do not match yet.")

    form = Form(
        (
            Field("old", "Old Password", masked=True, limit=128),
            Note(),
            Field("new", "New Password", masked=True, limit=128),
            Field("again", "Confirm Password", masked=True, limit=128),
        ),
        check=problem,
    )
    context.app.dialog(FormDialog(TITLE, form, lambda dialog: _submit(context, dialog)))


def _submit(context: Context, dialog: FormDialog) -> None:
    form = dialog.form
    old, new = form.text("old"), form.text("new")
    if not new:
        form.complain("Enter the new password twice.")
        form.focus("new")
        return

    def change() -> bool:
        right = context.backend.password_matches(old)
        if right:
            context.backend.set_password(new)
        return right

    def changed(right: bool) -> None:
        if right:
            dialog.close()
            context.app.push(Message(TITLE, "The password was changed."))
        else:
            form.set_text("old", "")
            form.focus("old")
            form.complain("The old password is wrong.")

    context.app.busy("Changing the password ...", change, changed)
