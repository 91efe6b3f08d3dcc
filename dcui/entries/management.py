"""Configure Management Network: what it is now, and the way to its settings."""

from __future__ import annotations

from dcui import commit, menu
from dcui.backend import Network
from dcui.customization import MenuView
from dcui.draft import Draft
from dcui.entry import Context, Pane, Staged

HELP = (
    "The management network carries this host's web client, its API and SSH.\n\n"
    "Settings are collected and applied together when their menu is left."
)


def describe(context: Context) -> Pane:
    """Name and addresses."""
    return Pane(state(context.backend.network()), HELP)


def state(network: Network) -> tuple[str, ...]:
    """The management network in a few lines."""
    origin = f" ({network.origin})" if network.origin and network.address else ""
    ipv6 = (*network.ipv6, *((network.ipv6_link_local,) if network.ipv6_link_local else ()))
    return (
        "Hostname:",
        f"  {network.hostname}",
        "",
        "IPv4 Address:",
        f"  {network.address or 'none'}{origin}",
        *(("", "IPv6 Addresses:", *(f"  {each}" for each in ipv6)) if ipv6 else ()),
        *(("", *network.problems) if network.problems else ()),
    )


def enter(context: Context) -> None:
    """Read what is configured and in use, then open the menu over a draft of it."""

    def read() -> Staged:
        now = Draft.of(context.backend.config())
        backend = context.backend
        return Staged(before=now, draft=now, network=backend.network(), adapters=backend.adapters())

    def opened(staged: Staged) -> None:
        app = context.app
        view = MenuView(
            context.session,
            menu.NETWORK,
            lambda: commit.leave(context.session, staged, lambda: app.pop(view)),
            staged,
        )
        app.push(view)

    context.app.busy("Reading the network settings ...", read, opened)
