"""How often somebody may try to sign in: counted in the memory of the one server process."""

from __future__ import annotations

from api.errors import RateLimited
from api.limits import TokenBuckets, client_key
from helpdesk_bot.accounts.sessions import hashed

CLIENT_BURST, CLIENT_PER_MINUTE = 20, 10
ACCOUNT_BURST, ACCOUNT_PER_MINUTE = 10, 4
"""Tries from one client, and at one address from everywhere: some 240 guesses an hour at most."""


class SignInLimits:
    """Buckets of tries, for clients and for addresses, whether an account has them or not."""

    def __init__(self) -> None:
        self._clients = TokenBuckets(CLIENT_BURST, CLIENT_PER_MINUTE)
        self._accounts = TokenBuckets(ACCOUNT_BURST, ACCOUNT_PER_MINUTE)

    def take(self, host: str | None, email: str) -> None:
        """Take one try from the allowance of a client and of an e-mail address.

        Raises:
            RateLimited: nothing is left of one of them.
        """
        for buckets, key in self._of(host, email):
            allowance = buckets.take(key)
            if not allowance.allowed:
                raise RateLimited(allowance.retry_after_s)

    def give_back(self, host: str | None, email: str) -> None:
        """Give back a try that succeeded: behind a proxy everybody is one client."""
        for buckets, key in self._of(host, email):
            buckets.give_back(key)

    def _of(self, host: str | None, email: str) -> tuple[tuple[TokenBuckets, str], ...]:
        return (self._clients, client_key(host)), (self._accounts, hashed(email.strip().lower()))
