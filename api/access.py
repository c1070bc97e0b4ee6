"""Who is calling, and may they: the dependencies with which a route names the roles it takes.

A caller is known by the session cookie, or by an API key given as
``Authorization: Bearer hdk_...``. What a browser sends by itself, the cookie,
counts for a change only on a request from our own pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import URL

from api.dependencies import service_of
from api.errors import CrossSite, NotSignedIn, RoleMissing
from helpdesk_bot.accounts import keys, sessions
from helpdesk_bot.accounts.roles import Role, allows
from helpdesk_bot.accounts.sessions import Lifetimes
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.settings import Settings

SECURE_COOKIE = "__Host-helpdesk_session"
PLAIN_COOKIE = "helpdesk_session"
"""Without TLS no cookie may be called ``__Host-``: for a helpdesk on one's own machine."""

SAFE_METHODS = ("GET", "OPTIONS")  # HEAD comes here as GET
SIGN_IN = "/sign-in"


def is_https(request: Request) -> bool:
    """Return whether readers reach this server by TLS, a proxy before it included (``public_url``)."""
    public = service_of(request).settings.public_url
    return (urlsplit(public).scheme if public else request.url.scheme) == "https"


def cookie_name(request: Request) -> str:
    """Return what the session cookie is called here."""
    return SECURE_COOKIE if is_https(request) else PLAIN_COOKIE


def session_token(request: Request) -> str | None:
    """Return the token in the session cookie, if there is one."""
    return request.cookies.get(cookie_name(request)) or None


def lifetimes(settings: Settings) -> Lifetimes:
    """Return how long a session lasts."""
    return Lifetimes(settings.session_idle_hours, settings.session_hours)


def api_key(request: Request) -> str | None:
    """Return the API key that the caller gives; other bearer tokens are none of ours."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    value = value.strip()
    return value if scheme.lower() == "bearer" and value.startswith(keys.MARK) else None


def require_same_site(request: Request) -> None:
    """Let a change pass only where one of our own pages asks for it.

    Raises:
        CrossSite: another site asks, or nobody says who.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site == "same-origin":
            return
    elif request.headers.get("origin") in _own_origins(request):
        return
    raise CrossSite("This was not asked for by a page of the helpdesk. Open the page again and repeat it.")


def optional_account(request: Request) -> Account | None:
    """Return who is calling, or ``None`` for an anonymous caller.

    Raises:
        NotSignedIn: an API key is given that is not good (any more).
        CrossSite: a change is asked for by another site, with the cookie.
    """
    key = api_key(request)
    if key is not None:
        account = keys.resolve(service_of(request).engine, key)
        if account is None:
            raise NotSignedIn("The API key is not valid: it is wrong, expired or revoked.")
        return account
    token = session_token(request)
    if token is None:
        return None
    service = service_of(request)
    account = sessions.resolve(service.engine, token, lifetimes(service.settings))
    if account is not None:
        require_same_site(request)
    return account


def needs(*roles: Role) -> Callable[[Request], Account]:
    """Return a dependency that lets only callers with one of these roles pass, and tells who they are.

    An administrator may do everything; ``asker`` is every account.

    The dependency raises:
        NotSignedIn: nobody is signed in; a page sends the reader to the sign-in page.
        RoleMissing: the account lacks the role.
        CrossSite: a change is asked for by another site.
    """

    def account_with_role(request: Request) -> Account:
        account = optional_account(request)
        if account is None:
            raise NotSignedIn("Sign in, or give an API key as a bearer token.")
        if not allows(account.roles, roles):
            raise RoleMissing(f"This takes the role {' or '.join(roles)}.")
        return account

    return account_with_role


def safe_next(path: str | None, fallback: str = "/") -> str:
    r"""Return where to go after sign-in: a path on this site, never another one.

    Browsers read ``//host`` and ``/\host`` as other sites, and drop tabs and line ends.
    """
    if (
        path is None
        or not path.startswith("/")
        or path.startswith("//")
        or len(path) > 2000
        or "\\" in path
        or not path.isprintable()
        or " " in path
    ):
        return fallback
    return path if not path.startswith((SIGN_IN, "/sign-out")) else fallback


def sign_in_address(request: Request) -> str:
    """Return the sign-in page's address; it leads back to the page asked for, or to the one of the form."""
    page = request.url if request.method == "GET" else _sent_from(request)
    path = page.path + (f"?{page.query}" if page.query else "")
    return f"{SIGN_IN}?next={quote(path, safe='/')}"


def _sent_from(request: Request) -> URL:
    """Return the address of our own page whose form was sent; the start page where no browser says it."""
    page = URL(request.headers.get("referer", ""))
    try:
        is_own = f"{page.scheme}://{page.netloc}" in _own_origins(request)
    except ValueError:  # no address at all
        is_own = False
    return page if is_own else URL("/")


def _own_origins(request: Request) -> set[str]:
    public = service_of(request).settings.public_url
    own = {f"{request.url.scheme}://{request.url.netloc}"}
    if public:
        parts = urlsplit(public)
        own.add(f"{parts.scheme}://{parts.netloc}")
    return own


Anybody = Annotated[Account | None, Depends(optional_account)]
"""Who is calling, if anybody is signed in."""
