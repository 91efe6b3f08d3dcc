"""Every command there is. Parser, help, docs/commands.md and completion are made from this table."""

from __future__ import annotations

from commands.language import Verb

_SERVICES = (
    ("ssh", "ssh", "SSH"),
    ("remote_tsm", "ssh", "SSH (an older name of it)"),
    ("esx_shell", "shell", "the shell of the local console"),
    ("local_tsm", "shell", "the shell of the local console (an older name of it)"),
)

_SERVICE_VERBS = (
    ("enable", "Has {} start with the host, and starts it."),
    ("disable", "Has {} not start with the host, and stops it. Open sessions stay open."),
    ("start", "Starts {} now; whether it starts with the host stays as it is."),
    ("stop", "Stops {} now; whether it starts with the host stays as it is."),
)

VERBS: tuple[Verb, ...] = (
    *(
        Verb(
            program="vim-cmd",
            path=f"hostsvc/{verb}_{name}",
            help=help_text.format(title),
            does=f"services:{verb}_{service}",
        )
        for name, service, title in _SERVICES
        for verb, help_text in _SERVICE_VERBS
    ),
)
