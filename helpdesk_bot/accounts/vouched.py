"""What an OpenID Connect provider says of a person, as far as the helpdesk believes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk_bot.accounts.directory import MOST_NAME_CHARS, clean_email
from helpdesk_bot.accounts.oidc_settings import Provider
from helpdesk_bot.errors import AccountRefused

MOST_SUBJECT_CHARS = 512


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person whom a provider knows.

    ``subject`` names the person for good, across providers. ``email`` is there
    only where it is verified. ``values`` are those of the claim that gives roles.
    """

    subject: str
    email: str | None
    name: str | None
    values: frozenset[str]


def vouched(provider: Provider, claims: Mapping[str, Any]) -> Vouched:
    """Return what the claims of a checked ID token say.

    Raises:
        AccountRefused: the subject is missing or too long.
    """
    sub = claims.get("sub")
    subject = f"{provider.issuer} {sub}"
    if not isinstance(sub, str) or not sub or len(subject) > MOST_SUBJECT_CHARS:
        raise AccountRefused("The provider does not say who this is.")
    given = claims.get(provider.claim)
    values = given if isinstance(given, list) else [given]
    name = claims.get("name")
    shown = " ".join(name.split())[:MOST_NAME_CHARS] if isinstance(name, str) else ""
    return Vouched(
        subject=subject,
        email=_verified_email(provider, claims),
        name=shown if shown.isprintable() and shown else None,
        values=frozenset(value for value in values if isinstance(value, str)),
    )


def _verified_email(provider: Provider, claims: Mapping[str, Any]) -> str | None:
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str):
        return None
    believed = verified is True or (verified is None and provider.trust_email)
    if not believed:
        return None
    try:
        return clean_email(email)
    except AccountRefused:
        return None
