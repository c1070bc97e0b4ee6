"""The settings of accounts, sessions and OpenID Connect, a part of `helpdesk_bot.settings.Settings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, field_validator

from helpdesk_bot.accounts.oidc_settings import read_issuer, read_role_map
from helpdesk_bot.accounts.roles import Role


class AccessOptions(BaseModel):
    """Options of who comes in, and how."""

    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s?#]+/?$",
        description="Address at which people reach this helpdesk, e.g. `https://helpdesk.example`; needed "
        "behind a proxy that ends TLS, for links in e-mails and for OpenID Connect.",
    )
    session_hours: float = Field(
        12.0, gt=0, le=720, description="Hours after sign-in at which a session ends, whatever happens."
    )
    session_idle_hours: float = Field(
        2.0, gt=0, le=720, description="Hours without a request after which a session ends."
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="OpenID Connect: address of the provider at which people may sign in. `http` only on "
        "this machine.",
    )
    oidc_client_id: str | None = Field(
        None, description="OpenID Connect: what the provider calls this helpdesk."
    )
    oidc_client_secret: str | None = Field(
        None,
        description="OpenID Connect: secret for the provider, if it wants one; better given as "
        "HELPDESK_OIDC_CLIENT_SECRET.",
        repr=False,
    )
    oidc_name: str = Field(
        "OpenID Connect", description="OpenID Connect: the provider's name on the sign-in page."
    )
    oidc_scopes: str = Field(
        "openid email profile", description="OpenID Connect: scopes that are asked for, with spaces between."
    )
    oidc_claim: str = Field("groups", description="OpenID Connect: the claim that `oidc_roles` reads.")
    oidc_roles: Mapping[str, Role] = Field(
        {},
        description="OpenID Connect: roles by the claim's values, as `experts=expert,it=administrator` or "
        "as a TOML table. With it the provider decides on roles, and an account is made at the first "
        "sign-in; without it the account must exist.",
    )
    oidc_trust_email: bool = Field(
        False,
        description="OpenID Connect: take the provider's e-mail addresses as verified where it does not say "
        "whether they are.",
    )

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        return read_role_map(value)

    @field_validator("oidc_issuer")
    @classmethod
    def _encrypted(cls, value: str | None) -> str | None:
        return None if value is None else read_issuer(value)
