"""DNS Configuration: where names are resolved, and the name of the host itself."""

from __future__ import annotations

from dcui import draft
from dcui.entry import Context, Pane
from tui.dialog import FormDialog
from tui.form import Field, Form, Note, Radio

TITLE = "DNS Configuration"
HELP = (
    "With automatic configuration the servers come with the address from DHCP. "
    "The host name is always the one set here."
)
AUTOMATIC, FIXED = "automatic", "fixed"
LABELS = {"primary": "Primary DNS Server", "alternate": "Alternate DNS Server", "hostname": "Hostname"}


def describe(context: Context) -> Pane:
    """Servers of the draft when they are fixed, else those in use; and the name."""
    staged = context.staged
    dns = staged.draft.management.dns
    servers = staged.network.dns if dns.automatic else dns.servers
    return Pane(
        (
            "Automatic" if dns.automatic else "Manual",
            "",
            "DNS Servers:",
            *(f"  {each}" for each in servers or ("Not set",)),
            "",
            "Hostname:",
            f"  {staged.draft.hostname}",
        ),
        HELP,
    )


def enter(context: Context) -> None:
    """Two ways, two servers and a name."""
    staged = context.staged
    dns = staged.draft.management.dns
    servers = (*(staged.network.dns if dns.automatic else dns.servers), "", "")
    values = {"primary": servers[0], "alternate": servers[1], "hostname": staged.draft.hostname}
    form = Form(
        (
            Radio(
                "mode",
                (
                    (AUTOMATIC, "Obtain DNS server addresses automatically"),
                    (FIXED, "Use the following DNS server addresses:"),
                ),
                AUTOMATIC if dns.automatic else FIXED,
            ),
            Note(),
            *(Field(name, label, values[name], limit=64) for name, label in LABELS.items()),
        ),
        on_change=_follow_mode,
    )
    form.focus("mode")

    def submit(dialog: FormDialog) -> None:
        automatic = form.choice("mode") == AUTOMATIC
        typed = [form.text(name) for name in LABELS]
        errors = draft.dns_errors(automatic, *typed)
        if errors:
            form.complain("\n".join(f"{LABELS[name]}: {text}" for name, text in errors.items()))
            form.focus(next(iter(errors)))
            return
        context.stage(draft.with_dns(staged.draft, automatic, *typed))
        dialog.close()

    context.app.dialog(FormDialog(TITLE, form, submit))


def _follow_mode(form: Form) -> None:
    fixed = form.choice("mode") == FIXED
    form.enable("primary", fixed)
    form.enable("alternate", fixed)
