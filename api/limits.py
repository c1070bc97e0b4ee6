"""How often one client may ask. The seam for a store that several processes share."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MAX_CLIENTS = 20_000
"""Buckets kept; the longest unused go first, so that a sweep over addresses cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after one request. ``retry_after_s`` is 0 when it was allowed."""

    limit: int
    remaining: int
    retry_after_s: int

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.retry_after_s == 0


class TokenBuckets:
    """One bucket a client: ``burst`` requests at once, refilled at ``per_minute``."""

    def __init__(self, burst: int, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._per_second = per_minute / 60
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> (tokens, at)

    def take(self, client: str) -> Allowance:
        """Take one request from a client's bucket, if it holds one."""
        now = self._clock()
        with self._lock:
            tokens, at = self._buckets.pop(client, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - at) * self._per_second)
            allowed = tokens >= 1
            tokens -= 1 if allowed else 0
            self._buckets[client] = (tokens, now)
            if len(self._buckets) > MAX_CLIENTS:
                self._buckets.popitem(last=False)
        wait = 0 if allowed else max(1, math.ceil((1 - tokens) / self._per_second))
        return Allowance(self._burst, int(tokens), wait)

    def give_back(self, client: str) -> None:
        """Give back one request that should not have counted."""
        with self._lock:
            if client in self._buckets:
                tokens, at = self._buckets[client]
                self._buckets[client] = (min(self._burst, tokens + 1), at)


def client_key(host: str | None) -> str:
    """Return what stands for a client: its address, or the /64 network of an IPv6 address.

    Only the connection's own address counts: headers can be forged.
    """
    if host is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
