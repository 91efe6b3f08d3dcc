"""IPv4 Configuration: off, dynamic, or an address of one's own."""

from __future__ import annotations

from dcui import draft
from dcui.draft import Draft
from dcui.entry import Context, Pane, Staged
from host.config.model import Ipv4Mode
from tui.dialog import FormDialog
from tui.form import Field, Form, Note, Radio

TITLE = "IPv4 Configuration"
HELP = (
    "The host can get its address and other settings by itself if the network has a DHCP server. "
    "Otherwise ask whoever runs the network for them."
)
MODES = (
    (Ipv4Mode.OFF, "Disable IPv4 configuration for management network"),
    (Ipv4Mode.DHCP, "Use dynamic IPv4 address and network configuration"),
    (Ipv4Mode.STATIC, "Set static IPv4 address and network configuration:"),
)
LABELS = {"address": "IPv4 Address", "netmask": "Subnet Mask", "gateway": "Default Gateway"}


def describe(context: Context) -> Pane:
    """The mode; the addresses of the draft when they are fixed, else those in use."""
    staged = context.staged
    words = {Ipv4Mode.OFF: "Disabled", Ipv4Mode.DHCP: "Automatic", Ipv4Mode.STATIC: "Manual"}
    mode = staged.draft.management.ipv4.mode
    if mode is Ipv4Mode.OFF:
        return Pane((words[mode],), HELP)
    values = present(staged, mode)
    lines = [f"{label}: {values[name] or 'Not set'}" for name, label in LABELS.items()]
    return Pane((words[mode], "", *lines), HELP)


def present(staged: Staged, mode: Ipv4Mode) -> dict[str, str]:
    """Address, mask and gateway: fixed ones where there are any, else those in use."""
    ipv4, network = staged.draft.management.ipv4, staged.network
    fixed = mode is Ipv4Mode.STATIC or not network.address
    source = ipv4 if fixed and ipv4.address else network
    return {name: getattr(source, name) for name in LABELS}


def enter(context: Context) -> None:
    """Three ways and three fields, filled with what is configured or in use."""
    staged = context.staged
    mode = staged.draft.management.ipv4.mode
    values = present(staged, mode)
    form = Form(
        (
            Radio("mode", tuple((each.value, label) for each, label in MODES), mode.value),
            Note(),
            *(Field(name, label, values[name], limit=18) for name, label in LABELS.items()),
        ),
        on_change=_follow_mode,
    )
    form.focus("mode")

    def submit(dialog: FormDialog) -> None:
        chosen = Ipv4Mode(form.choice("mode"))
        typed = [form.text(name) for name in LABELS]
        errors = draft.ipv4_errors(chosen, *typed)
        if errors:
            form.complain("\n".join(f"{LABELS[name]}: {text}" for name, text in errors.items()))
            form.focus(next(iter(errors)))
            return
        context.stage(keep_servers(draft.with_ipv4(staged.draft, chosen, *typed), staged))
        dialog.close()

    context.app.dialog(FormDialog(TITLE, form, submit))


def keep_servers(changed: Draft, staged: Staged) -> Draft:
    """Leaving DHCP must not leave the host without name resolution: servers of the lease become fixed."""
    left_dhcp = staged.draft.management.ipv4.mode is Ipv4Mode.DHCP is not changed.management.ipv4.mode
    if left_dhcp and changed.management.ipv4.mode is Ipv4Mode.STATIC and changed.management.dns.automatic:
        servers = staged.network.dns[:2]
        return draft.with_servers(changed, servers) if servers else changed
    return changed


def _follow_mode(form: Form) -> None:
    static = form.choice("mode") == Ipv4Mode.STATIC.value
    for name in LABELS:
        form.enable(name, static)
