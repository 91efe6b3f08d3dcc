"""VLAN (optional): the tag on frames of the management network."""

from __future__ import annotations

from dcui import draft
from dcui.entry import Context, Pane
from tui.dialog import FormDialog
from tui.form import Field, Form, Note

HELP = (
    "If the switch port carries several VLANs, the one that management uses.\n\n"
    "Leave it empty when the port delivers it untagged. If you are unsure, leave it empty."
)


def describe(context: Context) -> Pane:
    """The number, if any."""
    return Pane((draft.vlan_words(context.staged.draft.management.vlan),), HELP)


def enter(context: Context) -> None:
    """Ask for the number."""
    before = context.staged.draft
    vlan = before.management.vlan
    form = Form(
        (
            Note("VLAN ID from 1 to 4094, or 4095 for all VLANs. Leave it empty for no VLAN."),
            Note(),
            Field("vlan", "VLAN ID", str(vlan) if vlan else "", limit=8),
        )
    )

    def submit(dialog: FormDialog) -> None:
        text = form.text("vlan")
        errors = draft.vlan_errors(text)
        if errors:
            form.complain("\n".join(errors.values()))
            return
        context.stage(draft.with_vlan(before, text))
        dialog.close()

    context.app.dialog(FormDialog("VLAN (optional)", form, submit))
