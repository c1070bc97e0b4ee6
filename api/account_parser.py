"""The grammar of ``helpdesk account`` and ``helpdesk key``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Subparsers = argparse._SubParsersAction  # argparse has no public name for it
Adder = Callable[..., argparse.ArgumentParser]

ROLES = ("asker", "expert", "evaluator", "administrator")
ROLES_HELP = "asker, expert (review desk), evaluator (evals) or administrator (everything)"

HOW_ASKED = """the password:
  It is asked for without being shown. Where standard input is no terminal, its
  first line is the password. It is never an argument: other people on the machine
  can read those. 12 to 256 characters."""


def add_account(commands: Subparsers[Any], command: Adder) -> None:
    """Add ``helpdesk account`` and its actions."""
    group = commands.add_parser(
        "account",
        help="Add, list, change, disable and enable accounts.",
        description="Who may sign in, and as what. The first account of all is made here, with the role "
        "administrator; others can be made on the page /admin too.",
    )
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = command(actions, "add", "Make an account; asks for its password.", "accounts:add")
    adding.epilog = HOW_ASKED
    adding.formatter_class = argparse.RawDescriptionHelpFormatter
    adding.add_argument("email", metavar="EMAIL", help="e-mail address that the person signs in with")
    _roles(adding, required=True)
    adding.add_argument(
        "--name", help="name shown to colleagues and askers (default: the e-mail's first part)"
    )
    _themes(adding)
    adding.add_argument(
        "--no-password", action="store_true", help="no password: the person signs in with OpenID Connect only"
    )
    command(actions, "list", "List the accounts.", "accounts:listing")
    changing = command(actions, "change", "Change an account's roles, themes or name.", "accounts:change")
    _who(changing)
    _roles(changing, required=False)
    _themes(changing)
    changing.add_argument(
        "--all-themes", action="store_true", help="take all themes away: asked about everything"
    )
    changing.add_argument("--name", help="the new name")
    password = command(
        actions, "password", "Give an account a new password; every session of it ends.", "accounts:password"
    )
    password.epilog = HOW_ASKED
    password.formatter_class = argparse.RawDescriptionHelpFormatter
    _who(password)
    _who(command(actions, "disable", "Shut an account: its sessions end, its keys stop.", "accounts:disable"))
    _who(command(actions, "enable", "Open a disabled account again.", "accounts:enable"))


def add_key(commands: Subparsers[Any], command: Adder) -> None:
    """Add ``helpdesk key`` and its actions."""
    group = commands.add_parser(
        "key",
        help="Make, list and revoke API keys.",
        description="Keys for programs: given as 'Authorization: Bearer hdk_...'. A key acts for an account "
        "and may do no more than it.",
    )
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    creating = command(
        actions, "create", "Make a key and print it, this once; only its hash is kept.", "accounts:create_key"
    )
    _who(creating)
    creating.add_argument("--name", required=True, help="what the key is for, e.g. 'intranet search'")
    creating.add_argument(
        "--role",
        dest="roles",
        action="append",
        choices=ROLES,
        default=[],
        help="what the key may do; repeatable (default: asker)",
    )
    lasting = creating.add_mutually_exclusive_group()
    lasting.add_argument("--days", type=int, metavar="N", help="days that it is good (default: 365)")
    lasting.add_argument("--no-expiry", action="store_true", help="good until it is revoked")
    showing = command(actions, "list", "List the keys, without their secrets.", "accounts:list_keys")
    showing.add_argument("--account", metavar="EMAIL", help="only the keys of this account")
    revoking = command(actions, "revoke", "Revoke a key for good.", "accounts:revoke_key")
    revoking.add_argument(
        "key", metavar="KEY", help="the key's prefix (hdk_...) or id, as 'key list' shows it"
    )


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="EMAIL", help="e-mail address or id of the account")


def _roles(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        choices=ROLES,
        required=required,
        help=f"{ROLES_HELP}; repeatable" + ("" if required else "; those given replace the old ones"),
    )


def _themes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--theme",
        dest="themes",
        action="append",
        metavar="THEME",
        help="theme that an expert is asked about; repeatable (default: everything)",
    )
