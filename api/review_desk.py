"""The review desk of this process, and who works at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from api.service import Service
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import AccountUnknown
from helpdesk_bot.review import policy
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.values import folded


def desk_of(service: Service) -> ReviewDesk:
    """Return the desk; while the model is being loaded, one that checks no meaning and cannot search."""
    desk = getattr(service.helpdesk, "review", None) if service.ready else None
    return desk if isinstance(desk, ReviewDesk) else ReviewDesk(service.engine, None, None)


def person_of(account: Account) -> Person:
    """Return who an account is at the desk."""
    return Person(account.account_id, account.name, account.themes)


def colleague(engine: Engine, account_id: str) -> Person:
    """Return who works at the desk by account id.

    Raises:
        AccountUnknown: nobody; whoever has another account is as unknown here as who has none.
    """
    unknown = AccountUnknown(f"There is no expert with the id {account_id[:40]}.")
    try:
        account = directory.get(engine, account_id)
    except AccountUnknown:
        raise unknown from None
    if account.account_id != account_id or not _works_here(account):
        raise unknown
    return person_of(account)


def colleagues(engine: Engine, item: Mapping[str, Any], account_id: str) -> tuple[tuple[Person, str], ...]:
    """Return who else a question can be given to, and what to call them; those of its themes come first.

    Args:
        engine: the database.
        item: the question, as the desk gives it; its holder is left out.
        account_id: of the person who gives it, who is left out.
    """
    holder = (item["assigned_to"] or {}).get("account_id")
    themes = {folded(theme) for theme in item["themes"]}
    own_only = policy.read(engine).own_themes_only
    found: list[tuple[bool, Account]] = []
    for record in directory.listing(engine):
        account = record.account
        own = {folded(theme) for theme in account.themes}
        elsewhere = bool(own and themes) and not own & themes
        if account.account_id in (account_id, holder) or not _works_here(account) or (own_only and elsewhere):
            continue
        found.append((not own & themes, account))
    found.sort(key=lambda each: (each[0], folded(each[1].name), each[1].email))
    labels = [_label(account) for _, account in found]
    return tuple(
        (person_of(account), label if labels.count(label) == 1 else f"{label} · {account.email}")
        for (_, account), label in zip(found, labels, strict=True)
    )


def _works_here(account: Account) -> bool:
    return bool(account.roles & {"expert", "administrator"}) and not account.disabled


def _label(account: Account) -> str:
    return f"{account.name} ({', '.join(account.themes)})" if account.themes else account.name
