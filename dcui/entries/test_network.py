"""Test Management Network: ping the gateway and the DNS servers, resolve the host name."""

from __future__ import annotations

from dcui.backend import Targets
from dcui.entry import Context, Pane
from dcui.results import Results
from tui.dialog import FormDialog
from tui.form import Field, Form, Note

TITLE = "Test Management Network"
HELP = "Pings the default gateway and the DNS servers, and resolves the name of this host."
LABELS = {
    "gateway": "Ping Address #1",
    "primary": "Ping Address #2",
    "alternate": "Ping Address #3",
    "name": "Resolve Hostname",
}


def describe(context: Context) -> Pane:
    """Nothing to tell but what it does."""
    del context
    return Pane((), HELP)


def enter(context: Context) -> None:
    """Offer what is configured, to be edited at will."""
    context.app.busy(
        "Reading the network settings ...", lambda: _targets(context), lambda found: _ask(context, found)
    )


def _targets(context: Context) -> Targets:
    network = context.backend.network()
    servers = (*network.dns, "", "")
    return Targets(gateway=network.gateway, primary=servers[0], alternate=servers[1], name=network.hostname)


def _ask(context: Context, offered: Targets) -> None:
    form = Form(
        (
            Note("Leave a field empty to skip its test."),
            Note(),
            *(Field(name, label, getattr(offered, name), limit=253) for name, label in LABELS.items()),
        )
    )

    def submit(dialog: FormDialog) -> None:
        typed = {name: form.text(name).strip() for name in LABELS}
        if not any(typed.values()):
            form.complain("Enter at least one address or name.")
            return
        dialog.close()
        targets = Targets(**typed)
        context.app.push(
            Results(
                TITLE,
                lambda: context.backend.test_network(targets),
                all_good="All tests passed.",
                some_bad="Some tests failed. A router or server may also be set not to answer pings.",
            )
        )

    context.app.dialog(FormDialog(TITLE, form, submit))
