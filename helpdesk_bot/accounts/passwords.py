"""Passwords: argon2id hashes, and what a password must be. The only importer of ``argon2``.

The parameters are those of RFC 9106 for memory-constrained places (64 MiB, three
passes); a hash made with others is replaced at the next sign-in.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from helpdesk_bot.errors import AccountRefused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARS = 12
MOST_CHARS = 256

_AT_ONCE = BoundedSemaphore(2)
"""Each hash takes 64 MiB: a crowd at the door must not take the machine's memory."""


@cache
def hasher() -> PasswordHasher:
    """Return the hasher in use."""
    from argon2 import PasswordHasher, profiles

    return PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@cache
def _hash_of_nothing() -> str:
    return hasher().hash("no account has this password")


def check_password(password: str) -> str:
    """Return a new password as it is hashed: NFC.

    Raises:
        AccountRefused: it is too short or too long, or the same character throughout.
    """
    password = unicodedata.normalize("NFC", password)
    if not LEAST_CHARS <= len(password) <= MOST_CHARS:
        raise AccountRefused(
            f"A password has {LEAST_CHARS} to {MOST_CHARS} characters.",
            why="password_length",
            least=LEAST_CHARS,
            most=MOST_CHARS,
        )
    if len(set(password)) < 4:
        raise AccountRefused("A password needs at least four different characters.", why="password_plain")
    return password


def hash_password(password: str) -> str:
    """Return the argon2id hash of a new password, its parameters and salt included.

    Raises:
        AccountRefused: see `check_password`.
    """
    checked = check_password(password)
    with _AT_ONCE:
        return hasher().hash(checked)


def verify(password_hash: str | None, password: str) -> bool:
    """Return whether a password fits a hash; takes as long where there is no hash."""
    from argon2.exceptions import InvalidHashError, VerificationError

    given = unicodedata.normalize("NFC", password[: MOST_CHARS * 4])
    with _AT_ONCE:
        try:
            fits = hasher().verify(password_hash or _hash_of_nothing(), given)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
    return fits and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether a hash was made with other parameters than those in use."""
    return hasher().check_needs_rehash(password_hash)
