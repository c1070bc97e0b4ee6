"""The accounts: adding, finding, changing. What an administrator does stands in the audit log."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.engine import RowMapping

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.moments import now
from helpdesk_bot.accounts.passwords import hash_password
from helpdesk_bot.accounts.roles import Role, in_order
from helpdesk_bot.accounts.schema import accounts, sessions
from helpdesk_bot.accounts.sessions import end_all, still_good
from helpdesk_bot.accounts.values import Account, AccountRecord, account_of
from helpdesk_bot.errors import AccountRefused, AccountUnknown

MOST_NAME_CHARS = 200
MOST_THEMES = 50
_EMAIL = re.compile(r"[^\s@<>\"'(),;:\\\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>\"'(),;:\\\[\]\x00-\x1f\x7f]{1,253}")


def clean_email(email: str) -> str:
    """Return an e-mail address as it is kept: NFC, in small letters.

    Raises:
        AccountRefused: it is none.
    """
    cleaned = unicodedata.normalize("NFC", email.strip()).lower()
    if not _EMAIL.fullmatch(cleaned):
        raise AccountRefused("This is no e-mail address. It has the form name@example.org.", why="email")
    return cleaned


def clean_name(name: str) -> str:
    """Return a person's name as it is kept: NFC, on one line.

    Raises:
        AccountRefused: it is empty or too long.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned or len(cleaned) > MOST_NAME_CHARS or not cleaned.isprintable():
        raise AccountRefused(
            f"A name has 1 to {MOST_NAME_CHARS} characters.", why="name", most=MOST_NAME_CHARS
        )
    return cleaned


def clean_themes(themes: Sequence[str]) -> list[str]:
    """Return themes as they are kept: NFC, each once.

    Raises:
        AccountRefused: there are too many, or one is too long.
    """
    cleaned = [" ".join(unicodedata.normalize("NFC", theme).split()) for theme in themes]
    kept = [theme for theme in dict.fromkeys(cleaned) if theme]
    fitting = all(len(theme) <= MOST_NAME_CHARS and theme.isprintable() for theme in kept)
    if len(kept) > MOST_THEMES or not fitting:
        raise AccountRefused(
            f"An account has up to {MOST_THEMES} themes of {MOST_NAME_CHARS} characters.",
            why="themes",
            most=MOST_THEMES,
            chars=MOST_NAME_CHARS,
        )
    return kept


def add(
    engine: Engine,
    *,
    email: str,
    roles: Collection[Role],
    name: str | None = None,
    password: str | None = None,
    themes: Sequence[str] = (),
    who: str = audit.COMMAND_LINE,
) -> Account:
    """Make an account.

    Args:
        engine: the database.
        email: the address that the person signs in with.
        roles: what the person may do, at least one role.
        name: shown to colleagues, and to askers where the person releases a reply; default: the e-mail's
            first part.
        password: in plain; ``None``: the person signs in with OpenID Connect only.
        themes: what an expert is asked about; none means everything.
        who: who makes it, for the audit log.

    Raises:
        AccountRefused: a value is not allowed, or the e-mail has an account already.
    """
    email = clean_email(email)
    values = {
        "account_id": uuid.uuid4().hex,
        "email": email,
        "name": clean_name(name or email.partition("@")[0]),
        "roles": in_order(roles),
        "themes": clean_themes(themes),
        "password_hash": None if password is None else hash_password(password),
        "created_at": now(),
    }
    if not values["roles"]:
        raise AccountRefused("An account needs a role.", why="role_missing")
    with begin_write(engine) as connection:
        if _row(connection, email) is not None:
            raise AccountRefused(f"{email} has an account already.", why="email_taken", email=email)
        connection.execute(insert(accounts).values(**values))
        detail = {"roles": values["roles"]}
        audit.record(
            connection, who=who, what="account.added", subject=str(values["account_id"]), detail=detail
        )
    return get(engine, str(values["account_id"]))


def get(engine: Engine, which: str) -> Account:
    """Return the account with this id or e-mail address.

    Raises:
        AccountUnknown: there is none.
    """
    with engine.connect() as connection:
        return account_of(_known(connection, which))


def listing(engine: Engine) -> tuple[AccountRecord, ...]:
    """Return every account, by e-mail."""
    counted = (
        select(sessions.c.account_id, func.count().label("n"))
        .where(still_good())
        .group_by(sessions.c.account_id)
        .subquery()
    )
    query = (
        select(accounts, func.coalesce(counted.c.n, 0).label("n_sessions"))
        .join(counted, counted.c.account_id == accounts.c.account_id, isouter=True)
        .order_by(accounts.c.email)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(
        AccountRecord(
            account=account_of(row),
            created_at=row["created_at"],
            last_sign_in_at=row["last_sign_in_at"],
            has_password=row["password_hash"] is not None,
            n_sessions=row["n_sessions"],
        )
        for row in rows
    )


def has_password(engine: Engine, which: str) -> bool:
    """Return whether an account can sign in with a password.

    Raises:
        AccountUnknown: there is none.
    """
    with engine.connect() as connection:
        return _known(connection, which)["password_hash"] is not None


def is_empty(engine: Engine) -> bool:
    """Return whether there is no account yet."""
    with engine.connect() as connection:
        return connection.execute(select(accounts.c.account_id).limit(1)).first() is None


def change(
    engine: Engine,
    which: str,
    *,
    who: str,
    roles: Collection[Role] | None = None,
    themes: Sequence[str] | None = None,
    name: str | None = None,
    disabled: bool | None = None,
) -> Account:
    """Change an account; ``None`` leaves a value as it is. Disabling ends every session.

    Args:
        engine: the database.
        which: id or e-mail address.
        who: who changes it, for the audit log.
        roles: the new roles, all of them.
        themes: the new themes, all of them.
        name: the new name.
        disabled: whether the account is shut.

    Raises:
        AccountUnknown: there is none.
        AccountRefused: a value is not allowed, or no administrator would be left.
    """
    new: dict[str, Any] = {}
    if roles is not None:
        new["roles"] = in_order(roles)
        if not new["roles"]:
            raise AccountRefused("An account needs a role.", why="role_missing")
    if themes is not None:
        new["themes"] = clean_themes(themes)
    if name is not None:
        new["name"] = clean_name(name)
    with begin_write(engine) as connection:
        row = _known(connection, which)
        changed: dict[str, Any] = {key: value for key, value in new.items() if row[key] != value}
        if disabled is not None and disabled != (row["disabled_at"] is not None):
            changed["disabled_at"] = now() if disabled else None
        _keep_an_administrator(connection, row, changed)
        if changed:
            _store(connection, row["account_id"], changed)
            _tell(connection, who, row, changed)
        if changed.get("disabled_at"):
            end_all(connection, row["account_id"])
        return account_of(_known(connection, row["account_id"]))


def set_password(engine: Engine, which: str, password: str, *, who: str, keep: str | None = None) -> None:
    """Give an account a new password; every session of it ends.

    Args:
        engine: the database.
        which: id or e-mail address.
        password: in plain.
        who: who changes it, for the audit log.
        keep: the token of a session that goes on, the person's own.

    Raises:
        AccountUnknown: there is none.
        AccountRefused: the password is not allowed.
    """
    password_hash = hash_password(password)
    with begin_write(engine) as connection:
        account_id = _known(connection, which)["account_id"]
        _store(connection, account_id, {"password_hash": password_hash})
        end_all(connection, account_id, keep=keep)
        audit.record(connection, who=who, what="account.password_changed", subject=account_id)


def _row(connection: Connection, which: str) -> RowMapping | None:
    column = accounts.c.email if "@" in which else accounts.c.account_id
    value = unicodedata.normalize("NFC", which.strip()).lower() if "@" in which else which
    return connection.execute(select(accounts).where(column == value)).mappings().first()


def _known(connection: Connection, which: str) -> RowMapping:
    row = _row(connection, which)
    if row is None:
        raise AccountUnknown("There is no such account.")
    return row


def _store(connection: Connection, account_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(**values))


def _keep_an_administrator(connection: Connection, row: RowMapping, changed: Mapping[str, Any]) -> None:
    """Refuse a change after which nobody could manage the accounts."""
    leaves = changed.get("disabled_at") or "administrator" not in changed.get("roles", row["roles"])
    if not leaves or "administrator" not in row["roles"] or row["disabled_at"] is not None:
        return
    others = connection.execute(
        select(accounts.c.roles).where(
            accounts.c.disabled_at.is_(None), accounts.c.account_id != row["account_id"]
        )
    ).scalars()
    if not any("administrator" in roles for roles in others):
        raise AccountRefused(
            "This is the only administrator. Make another one first.", why="last_administrator"
        )


def _tell(connection: Connection, who: str, row: RowMapping, changed: Mapping[str, Any]) -> None:
    """Write down a change, without the person's name."""
    if "disabled_at" in changed:
        what = "account.disabled" if changed["disabled_at"] else "account.enabled"
        audit.record(connection, who=who, what=what, subject=row["account_id"])
    rest = {key: value for key, value in changed.items() if key in ("roles", "themes")}
    if rest or "name" in changed:
        detail = rest | ({"name": "changed"} if "name" in changed else {})
        audit.record(connection, who=who, what="account.changed", subject=row["account_id"], detail=detail)
