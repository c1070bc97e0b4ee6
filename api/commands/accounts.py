"""``helpdesk account`` and ``helpdesk key``. They need no lock: a running server sees the change at once."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from api.commands.session import settings_of
from api.console import Console, table
from helpdesk_bot.accounts import directory, keys
from helpdesk_bot.accounts.passwords import check_password
from helpdesk_bot.accounts.roles import in_order, read_roles
from helpdesk_bot.accounts.values import Account, ApiKey
from helpdesk_bot.audit import COMMAND_LINE
from helpdesk_bot.database import open_database
from helpdesk_bot.errors import AccountRefused


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[Engine]:
    engine = open_database(settings_of(options))
    try:
        yield engine
    finally:
        engine.dispose()


def add(options: argparse.Namespace, console: Console) -> int:
    """Make an account."""
    email = directory.clean_email(options.email)
    password = None if options.no_password else read_password()
    with _database(options) as engine:
        account = directory.add(
            engine,
            email=email,
            name=options.name,
            roles=read_roles(options.roles),
            themes=options.themes or (),
            password=password,
            who=COMMAND_LINE,
        )
    return _told(account, console, "added")


def listing(options: argparse.Namespace, console: Console) -> int:
    """List the accounts."""
    with _database(options) as engine:
        records = directory.listing(engine)
    console.document({"accounts": [record.to_json() for record in records]})
    rows = [
        (
            record.account.email,
            record.account.name,
            ", ".join(in_order(record.account.roles)),
            ", ".join(record.account.themes) or "all",
            "disabled" if record.account.disabled else "active",
            _day(record.last_sign_in_at),
        )
        for record in records
    ]
    header = ("e-mail", "name", "roles", "themes", "state", "last sign-in")
    nobody = "No accounts. Make one: helpdesk account add EMAIL --role administrator"
    console.result(table(rows, header) if rows else nobody)
    return 0


def change(options: argparse.Namespace, console: Console) -> int:
    """Change roles, themes or name."""
    themes = [] if options.all_themes else options.themes
    if options.roles is None and themes is None and options.name is None:
        raise AccountRefused("Say what to change: --role, --theme, --all-themes or --name.")
    with _database(options) as engine:
        account = directory.change(
            engine,
            options.account,
            who=COMMAND_LINE,
            roles=None if options.roles is None else read_roles(options.roles),
            themes=themes,
            name=options.name,
        )
    return _told(account, console, "changed")


def password(options: argparse.Namespace, console: Console) -> int:
    """Give an account a new password."""
    with _database(options) as engine:
        account = directory.get(engine, options.account)
        directory.set_password(engine, account.account_id, read_password(), who=COMMAND_LINE)
    return _told(account, console, "given a new password; its sessions have ended")


def disable(options: argparse.Namespace, console: Console) -> int:
    """Shut an account."""
    with _database(options) as engine:
        account = directory.change(engine, options.account, who=COMMAND_LINE, disabled=True)
    return _told(account, console, "disabled")


def enable(options: argparse.Namespace, console: Console) -> int:
    """Open a disabled account again."""
    with _database(options) as engine:
        account = directory.change(engine, options.account, who=COMMAND_LINE, disabled=False)
    return _told(account, console, "enabled")


def create_key(options: argparse.Namespace, console: Console) -> int:
    """Make a key; it is the only line on stdout."""
    days = None if options.no_expiry else options.days or keys.DEFAULT_DAYS
    if options.days is not None and options.days < 1:
        raise AccountRefused("--days takes 1 or more.")
    with _database(options) as engine:
        key, secret = keys.create(
            engine,
            options.account,
            name=options.name,
            roles=read_roles(options.roles or ["asker"]),
            who=COMMAND_LINE,
            days=days,
        )
    console.document(key.to_json() | {"key": secret})
    console.result(secret)
    until = f"good until {_day(key.expires_at)}" if key.expires_at else "good until it is revoked"
    console.note(f"Keep it now: it is not shown again. It is {until}.")
    return 0


def list_keys(options: argparse.Namespace, console: Console) -> int:
    """List the keys."""
    with _database(options) as engine:
        found = keys.listing(engine, options.account)
        emails = {record.account.account_id: record.account.email for record in directory.listing(engine)}
    console.document({"keys": [key.to_json() for key in found]})
    header = ("key", "name", "account", "roles", "expires", "last used", "state")
    rows = [
        (
            key.prefix,
            key.name,
            emails.get(key.account_id, key.account_id),
            ", ".join(in_order(key.roles)),
            _day(key.expires_at),
            _day(key.last_used_at),
            _state(key),
        )
        for key in found
    ]
    console.result(table(rows, header) if rows else "No keys.")
    return 0


def revoke_key(options: argparse.Namespace, console: Console) -> int:
    """Revoke a key."""
    with _database(options) as engine:
        key = keys.revoke(engine, options.key, who=COMMAND_LINE)
    console.document(key.to_json())
    console.result(f"{key.prefix} is revoked.")
    return 0


def read_password() -> str:
    """Ask for a new password twice, or read the first line of standard input where nobody can type.

    Raises:
        AccountRefused: it is not allowed, or the two differ.
    """
    if not sys.stdin.isatty():
        return check_password(sys.stdin.readline().rstrip("\r\n"))
    given = check_password(getpass.getpass("Password: "))
    if check_password(getpass.getpass("Once more: ")) != given:
        raise AccountRefused("The two passwords differ.")
    return given


def _told(account: Account, console: Console, what: str) -> int:
    console.document(account.to_json())
    console.result(f"{account.email} ({', '.join(in_order(account.roles))}): {what}.")
    return 0


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.is_expired else "good"


def _day(at: str | None) -> str:
    return "never" if at is None else at[:10]
