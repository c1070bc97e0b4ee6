"""``helpdesk erase`` and ``helpdesk retention run``."""

from __future__ import annotations

import argparse

from api.commands.session import settings_of
from api.console import Console, table
from helpdesk_bot import retention
from helpdesk_bot.retention import Erased


def erase(options: argparse.Namespace, console: Console) -> int:
    """Erase a conversation; 1 if its bytes could not be taken from the disk."""
    return _show(retention.erase(settings_of(options), options.conversation), console)


def run_retention(options: argparse.Namespace, console: Console) -> int:
    """Erase what is too old; 1 if its bytes could not be taken from the disk."""
    return _show(retention.run_retention(settings_of(options)), console)


def _show(erased: Erased, console: Console) -> int:
    console.document(erased.to_json())
    if not console.as_json:
        rows = [*erased.rows.items(), *([("lines of files", erased.n_lines)] if erased.n_lines else [])]
        if rows:
            console.result(table(rows, ("erased from", "rows")))
        console.result(f"Conversations erased: {erased.n_conversations}.")
    if not erased.bytes_gone:
        console.warn(
            "The database was in use all the while: run it again, so that the bytes leave the disk too."
        )
    return 0 if erased.bytes_gone else 1
