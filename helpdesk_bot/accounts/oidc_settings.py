"""How the OpenID Connect settings are written down, and what they come to."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helpdesk_bot.accounts.roles import Role

if TYPE_CHECKING:
    from helpdesk_bot.accounts.options import AccessOptions


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider at which people sign in. ``roles`` maps values of the claim ``claim``."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scopes: str
    claim: str
    roles: Mapping[str, Role]
    trust_email: bool


def provider_of(settings: AccessOptions) -> Provider | None:
    """Return the provider that is configured, if one is: with an issuer and a client id."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        scopes=settings.oidc_scopes,
        claim=settings.oidc_claim,
        roles=settings.oidc_roles,
        trust_email=settings.oidc_trust_email,
    )


def read_role_map(value: Any) -> Any:
    """Return ``experts=expert,it=administrator`` as a mapping; anything else as it is.

    Raises:
        ValueError: a part is no pair.
    """
    if not isinstance(value, str):
        return value
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        name, equals, role = part.rpartition("=")
        if not equals or not name.strip():
            raise ValueError(f"{part!r} is no pair as experts=expert")
        pairs[name.strip()] = role.strip()
    return pairs


def read_issuer(value: str) -> str:
    """Return an issuer's address, as it is: some end in a slash, and it has to match to the letter.

    Raises:
        ValueError: it is not encrypted and not on this machine.
    """
    parts = urlsplit(value)
    host = parts.hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if parts.scheme != "https" and not here:
        raise ValueError("the address of the provider must begin with https://")
    return value
