"""The review desk of this process, and who works at it."""

from __future__ import annotations

from api.service import Service
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.review.desk import Person, ReviewDesk


def desk_of(service: Service) -> ReviewDesk:
    """Return the desk; while the model is being loaded, one that checks no meaning and cannot search."""
    desk = getattr(service.helpdesk, "review", None) if service.ready else None
    return desk if isinstance(desk, ReviewDesk) else ReviewDesk(service.engine, None, None)


def person_of(account: Account) -> Person:
    """Return who an account is at the desk."""
    return Person(account.account_id, account.name, account.themes)
