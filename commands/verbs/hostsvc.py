"""The rest of vim-cmd: datastores, the network, licences."""

from __future__ import annotations

from commands.language import Call, Row


def rename_datastore(call: Call) -> tuple[Row, ...]:
    """Label, mount and folder; see host.storage.datastores."""
    from host.storage import datastores

    datastores.rename(call.text("OLD"), call.text("NEW"))
    return ()


def refresh_network(call: Call) -> tuple[Row, ...]:
    """On ESXi the agent reads the network's state anew; here nobody keeps a copy."""
    call.note("Nothing needs a refresh here: network settings are in effect once they are made.")
    return ()


def license_key(call: Call) -> tuple[Row, ...]:
    """There are none."""
    call.note("No licence is needed here; a key is not kept.")
    return ()
