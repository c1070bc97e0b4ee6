"""What routes ask for: the service, and leave to go on."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import Depends, Request

from api.errors import NotLoopback, RateLimited
from api.limits import client_key
from api.service import Service


def service_of(request: Request) -> Service:
    """Return the service of this process."""
    service: Service = request.app.state.service
    return service


def within_limit(request: Request) -> dict[str, str]:
    """Take one request from the client's allowance; return the headers that tell what is left.

    Raises:
        RateLimited: nothing is left.
    """
    host = request.client.host if request.client else None
    allowance = service_of(request).limiter.take(client_key(host))
    if not allowance.allowed:
        raise RateLimited(allowance.retry_after_s)
    return {"RateLimit-Limit": str(allowance.limit), "RateLimit-Remaining": str(allowance.remaining)}


def from_loopback(request: Request) -> None:
    """Let only callers on this machine pass; one behind a proxy here is not on this machine.

    Raises:
        NotLoopback: the caller is elsewhere.
    """
    host = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if forwarded or not loopback:
        raise NotLoopback("Read this from the machine that the helpdesk runs on, without a proxy.")


ServiceOf = Annotated[Service, Depends(service_of)]
Limited = Annotated[dict[str, str], Depends(within_limit)]
