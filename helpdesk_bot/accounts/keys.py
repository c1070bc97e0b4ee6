"""API keys: for programs that act for an account, with no more roles than it has.

A key reads ``hdk_`` and eight letters, by which people know it, then a secret.
It is shown once; the database keeps its SHA-256.
"""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.directory import clean_name, get
from helpdesk_bot.accounts.moments import in_future, moment, now
from helpdesk_bot.accounts.roles import Role, allows, in_order
from helpdesk_bot.accounts.schema import accounts, api_keys
from helpdesk_bot.accounts.sessions import hashed
from helpdesk_bot.accounts.values import Account, ApiKey, account_of
from helpdesk_bot.errors import AccountRefused, AccountUnknown

MARK = "hdk_"
LONGEST_DAYS = 3660
DEFAULT_DAYS = 365
_LETTERS = string.ascii_lowercase + string.digits
_USED_EVERY = timedelta(minutes=1)


def create(
    engine: Engine,
    which: str,
    *,
    name: str,
    roles: Collection[Role],
    who: str,
    days: int | None = DEFAULT_DAYS,
) -> tuple[ApiKey, str]:
    """Make a key; return it and its secret text, which is shown this once.

    Args:
        engine: the database.
        which: id or e-mail address of the account that the key acts for.
        name: what the key is for.
        roles: what it may do; each must be allowed to the account.
        who: who makes it, for the audit log.
        days: how long it is good; ``None``: until it is revoked.

    Raises:
        AccountUnknown: there is no such account.
        AccountRefused: the account is disabled, or lacks a role, or a value is not allowed.
    """
    account = get(engine, which)
    lacking = [role for role in in_order(roles) if not allows(account.roles, [role])]
    if account.disabled:
        raise AccountRefused("The account is disabled: enable it first.", why="account_disabled")
    if lacking or not roles:
        what = f"The account is no {lacking[0]}." if lacking else "A key needs a role."
        raise AccountRefused(f"{what} A key may do no more than its account.", why="key_roles")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise AccountRefused(
            f"A key is good for 1 to {LONGEST_DAYS} days.", why="key_days", most=LONGEST_DAYS
        )
    prefix = MARK + "".join(secrets.choice(_LETTERS) for _ in range(8))
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        key_id=uuid.uuid4().hex,
        prefix=prefix,
        name=clean_name(name),
        account_id=account.account_id,
        roles=frozenset(roles),
        created_at=now(),
        expires_at=None if days is None else in_future(days=days),
        revoked_at=None,
        last_used_at=None,
    )
    with begin_write(engine) as connection:
        connection.execute(insert(api_keys).values(key.to_json() | {"key_sha256": hashed(secret)}))
        detail = {"account_id": account.account_id, "roles": in_order(roles), "expires_at": key.expires_at}
        audit.record(connection, who=who, what="key.created", subject=key.key_id, detail=detail)
    return key, secret


def resolve(engine: Engine, secret: str) -> Account | None:
    """Return the account that a key acts for, with the roles of the key, or ``None``."""
    at = now()
    wanted = api_keys.c.key_sha256 == hashed(secret)
    query = (
        select(accounts, api_keys.c.roles.label("key_roles"), api_keys.c.last_used_at)
        .join(api_keys, api_keys.c.account_id == accounts.c.account_id)
        .where(
            wanted,
            api_keys.c.revoked_at.is_(None),
            or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > at),
            accounts.c.disabled_at.is_(None),
        )
    )
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        return None
    if row["last_used_at"] is None or row["last_used_at"] < moment(datetime.now(UTC) - _USED_EVERY):
        with begin_write(engine) as connection:
            connection.execute(update(api_keys).where(wanted).values(last_used_at=at))
    account = account_of(row)
    roles: frozenset[Role] = frozenset(role for role in row["key_roles"] if allows(account.roles, [role]))
    return replace(account, roles=roles)


def listing(engine: Engine, which: str | None = None) -> tuple[ApiKey, ...]:
    """Return the keys, revoked ones too, the newest first; of one account where ``which`` names it.

    Raises:
        AccountUnknown: there is no such account.
    """
    query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.key_id)
    if which is not None:
        query = query.where(api_keys.c.account_id == get(engine, which).account_id)
    with engine.connect() as connection:
        return tuple(_key(row) for row in connection.execute(query).mappings())


def revoke(engine: Engine, which: str, *, who: str, account_id: str | None = None) -> ApiKey:
    """Revoke a key for good; one that was revoked stays as it is.

    Args:
        engine: the database.
        which: the key's id or its prefix.
        who: who revokes it, for the audit log.
        account_id: only where the key is this account's.

    Raises:
        AccountUnknown: there is no such key.
        AccountRefused: two keys share the prefix.
    """
    query = select(api_keys).where(or_(api_keys.c.key_id == which, api_keys.c.prefix == which))
    if account_id is not None:
        query = query.where(api_keys.c.account_id == account_id)
    with begin_write(engine) as connection:
        rows = connection.execute(query).mappings().all()
        if not rows:
            raise AccountUnknown("There is no such key.")
        if len(rows) > 1:
            raise AccountRefused("Several keys have this prefix: name the key by its id.")
        key = _key(rows[0])
        if key.revoked_at is None:
            key = replace(key, revoked_at=now())
            mine = api_keys.c.key_id == key.key_id
            connection.execute(update(api_keys).where(mine).values(revoked_at=key.revoked_at))
            audit.record(connection, who=who, what="key.revoked", subject=key.key_id)
    return key


def _key(row: RowMapping) -> ApiKey:
    known = {name: row[name] for name in ApiKey.__slots__}
    return ApiKey(**known | {"roles": frozenset(row["roles"])})
