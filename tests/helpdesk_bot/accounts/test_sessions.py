"""Sessions end when idle, when old, and when told; the database holds hashes only."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, update

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory, sessions, signing_in
from helpdesk_bot.accounts.moments import in_future
from helpdesk_bot.accounts.schema import accounts
from helpdesk_bot.accounts.schema import sessions as table
from helpdesk_bot.accounts.sessions import Lifetimes
from helpdesk_bot.accounts.values import Account

pytestmark = pytest.mark.usefixtures("quick_hashes")
HOURS = Lifetimes(idle_hours=2, absolute_hours=12)
PASSWORD = "mật khẩu dễ nhớ hơn"


@pytest.fixture
def account(engine: Engine) -> Account:
    return directory.add(engine, email="åsa@example.org", roles={"expert"}, password=PASSWORD)


def begun(engine: Engine, account: Account) -> str:
    with begin_write(engine) as connection:
        return sessions.begin(connection, account.account_id, "password", HOURS)


def set_back(engine: Engine, **hours: float) -> None:
    with begin_write(engine) as connection:
        connection.execute(
            update(table).values(**{name: in_future(hours=-ago) for name, ago in hours.items()})
        )


def test_a_token_is_random_and_only_its_hash_is_kept(engine: Engine, account: Account) -> None:
    tokens = {begun(engine, account) for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) >= 43 for token in tokens)
    with engine.connect() as connection:
        kept = str(connection.execute(select(table)).all())
    assert not any(token in kept for token in tokens)
    for token in tokens:
        assert sessions.resolve(engine, token, HOURS) == account
    assert sessions.resolve(engine, sessions.hashed(tokens.pop()), HOURS) is None


def test_an_idle_session_has_ended_and_a_used_one_goes_on(engine: Engine, account: Account) -> None:
    token = begun(engine, account)
    set_back(engine, last_seen_at=1.9)
    assert sessions.resolve(engine, token, HOURS) == account
    set_back(engine, created_at=1.9)
    assert sessions.resolve(engine, token, HOURS) == account, "using it has made it fresh"
    set_back(engine, last_seen_at=2.1)
    assert sessions.resolve(engine, token, HOURS) is None


def test_an_old_session_has_ended_however_much_it_is_used(engine: Engine, account: Account) -> None:
    token = begun(engine, account)
    set_back(engine, expires_at=0.01)
    assert sessions.resolve(engine, token, HOURS) is None


def test_signing_in_ends_the_session_that_the_browser_had(engine: Engine, account: Account) -> None:
    first = signing_in.with_password(engine, " ÅSA@example.org", PASSWORD, HOURS)
    assert first is not None
    second = signing_in.with_password(engine, "åsa@example.org", PASSWORD, HOURS, old_token=first.token)
    assert second is not None
    assert second.token != first.token
    assert sessions.resolve(engine, first.token, HOURS) is None
    assert sessions.resolve(engine, second.token, HOURS) == account
    signing_in.sign_out(engine, second.token, account.account_id)
    assert sessions.resolve(engine, second.token, HOURS) is None


def test_whoever_must_not_come_in_learns_nothing_and_stands_in_the_log(
    engine: Engine, account: Account
) -> None:
    directory.add(engine, email="oidc@example.org", roles={"expert"})
    directory.add(engine, email="gone@example.org", roles={"expert"}, password=PASSWORD)
    directory.change(engine, "gone@example.org", who="x", disabled=True)
    for email, password in (
        ("åsa@example.org", PASSWORD + "!"),
        ("åsa@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("oidc@example.org", ""),
        ("gone@example.org", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ):
        assert signing_in.with_password(engine, email, password, HOURS) is None
    failures = [entry for entry in audit.latest(engine) if entry.what == "account.sign_in_failed"]
    assert [entry.detail["reason"] for entry in failures] == ["password", "disabled", *["password"] * 4]
    assert [entry.subject for entry in failures[::5]] == ["unknown", account.account_id]
    assert "example.org" not in str(failures)


def test_an_unknown_address_is_hashed_for_as_long(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk_bot.accounts import passwords

    seen: list[str] = []
    cheap = passwords.hasher()

    class Watching:
        def verify(self, password_hash: str, given: str) -> bool:
            seen.append(password_hash)
            return cheap.verify(password_hash, given)

    monkeypatch.setattr(passwords, "hasher", Watching)
    assert signing_in.with_password(engine, "nobody@example.org", PASSWORD, HOURS) is None
    assert [kept.split("$")[1] for kept in seen] == ["argon2id"]


def test_an_outdated_hash_is_replaced_at_sign_in(engine: Engine, account: Account) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=2, memory_cost=32, parallelism=1).hash(PASSWORD)
    with begin_write(engine) as connection:
        connection.execute(update(accounts).values(password_hash=old))
    for _ in range(2):
        assert signing_in.with_password(engine, account.email, PASSWORD, HOURS) is not None
    with engine.connect() as connection:
        kept = connection.execute(select(accounts.c.password_hash)).scalar_one()
    assert "m=64,t=1" in kept
