"""Passwords: argon2id with sane parameters, and the same for every way of typing them."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher

from helpdesk_bot.accounts import passwords
from helpdesk_bot.errors import AccountRefused

PASSWORDS = ("rätt häst batteri klammer", "mật khẩu dễ nhớ hơn", "correct horse battery")


def test_a_hash_is_argon2id_with_the_memory_and_passes_of_rfc_9106() -> None:
    hashed = passwords.hash_password(PASSWORDS[0])
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.verify(hashed, PASSWORDS[0])
    assert not passwords.is_outdated(hashed)


@pytest.mark.usefixtures("quick_hashes")
@pytest.mark.parametrize("password", PASSWORDS)
def test_only_the_password_fits_however_it_was_composed(password: str) -> None:
    hashed = passwords.hash_password(unicodedata.normalize("NFD", password))
    assert hashed != passwords.hash_password(password), "each hash has a salt of its own"
    assert passwords.verify(hashed, password)
    assert passwords.verify(hashed, unicodedata.normalize("NFD", password))
    for other in (password + " ", password.upper(), password[:-1], "", "\ud800", "x" * 100_000):
        assert not passwords.verify(hashed, other)


@pytest.mark.usefixtures("quick_hashes")
def test_where_there_is_no_hash_nothing_fits() -> None:
    assert not passwords.verify(None, "nothing")
    assert not passwords.verify("no hash at all", "nothing")


@pytest.mark.usefixtures("quick_hashes")
@pytest.mark.parametrize(
    "password", ["", "short", "elva tecken", "x" * 257, "aaaaaaaaaaaaaaaa", "ababababababab"]
)
def test_weak_and_endless_passwords_are_refused(password: str) -> None:
    with pytest.raises(AccountRefused, match="password"):
        passwords.hash_password(password)


def test_a_hash_with_other_parameters_is_outdated() -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("x"))
