"""Custom DNS Suffixes: what is tried behind a name without dots."""

from __future__ import annotations

from dcui import draft
from dcui.entry import Context, Pane
from tui.dialog import FormDialog
from tui.form import Field, Form, Note

TITLE = "Custom DNS Suffixes"
HELP = (
    "Short host names are looked up with these suffixes behind them. "
    "If none is set, the ones that DHCP gives are used."
)


def describe(context: Context) -> Pane:
    """The list."""
    return Pane(context.staged.draft.management.dns.suffixes or ("Not set",), HELP)


def enter(context: Context) -> None:
    """One field for all of them."""
    before = context.staged.draft
    form = Form(
        (
            Note("Suffixes, separated by spaces or commas, in the order in which they are tried."),
            Note(),
            Field("suffixes", "Suffixes", " ".join(before.management.dns.suffixes), limit=1024),
        )
    )

    def submit(dialog: FormDialog) -> None:
        text = form.text("suffixes")
        errors = draft.suffix_errors(text)
        if errors:
            form.complain("\n".join(errors.values()))
            return
        context.stage(draft.with_suffixes(before, text))
        dialog.close()

    context.app.dialog(FormDialog(TITLE, form, submit))
