"""API keys: shown once, kept as hashes, no more than their account, and gone when told."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, update

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory, keys
from helpdesk_bot.accounts.moments import in_future
from helpdesk_bot.accounts.schema import api_keys
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import AccountRefused, AccountUnknown


@pytest.fixture
def account(engine: Engine) -> Account:
    return directory.add(engine, email="bình@example.org", roles={"expert", "evaluator"})


def test_a_key_is_recognisable_and_only_its_hash_is_kept(engine: Engine, account: Account) -> None:
    key, secret = keys.create(engine, account.email, name="sökning", roles={"expert"}, who="x")
    assert secret.startswith(key.prefix + "_")
    assert key.prefix.startswith("hdk_")
    with engine.connect() as connection:
        kept = str(connection.execute(select(api_keys)).all())
    assert secret not in kept
    assert secret.rpartition("_")[2] not in kept
    found = keys.resolve(engine, secret)
    assert found is not None
    assert found.account_id == account.account_id
    assert found.roles == {"expert"}
    for wrong in (secret[:-1], secret + "x", key.prefix, "", "hdk_"):
        assert keys.resolve(engine, wrong) is None
    (listed,) = keys.listing(engine, account.email)
    assert listed.last_used_at is not None


def test_a_key_may_no_more_than_its_account_now(engine: Engine, account: Account) -> None:
    with pytest.raises(AccountRefused, match="administrator"):
        keys.create(engine, account.email, name="x", roles={"administrator"}, who="x")
    _, secret = keys.create(engine, account.email, name="x", roles={"expert", "evaluator"}, who="x")
    directory.change(engine, account.email, who="x", roles={"evaluator"})
    found = keys.resolve(engine, secret)
    assert found is not None
    assert found.roles == {"evaluator"}
    directory.change(engine, account.email, who="x", disabled=True)
    assert keys.resolve(engine, secret) is None
    with pytest.raises(AccountRefused, match="disabled"):
        keys.create(engine, account.email, name="x", roles={"evaluator"}, who="x")


def test_an_expired_or_revoked_key_is_good_for_nothing(engine: Engine, account: Account) -> None:
    made = [
        keys.create(engine, account.email, name=f"n{n}", roles={"asker"}, who="x", days=n) for n in (1, 2, 3)
    ]
    with begin_write(engine) as connection:
        old = api_keys.c.key_id == made[0][0].key_id
        connection.execute(update(api_keys).where(old).values(expires_at=in_future(minutes=-1)))
    revoked = keys.revoke(engine, made[1][0].prefix, who="adm")
    assert keys.revoke(engine, made[1][0].key_id, who="adm") == revoked, "twice is once"
    assert [keys.resolve(engine, secret) is not None for _, secret in made] == [False, False, True]
    assert {key.name: key.is_expired for key in keys.listing(engine)} == {
        "n1": True,
        "n2": False,
        "n3": False,
    }
    with pytest.raises(AccountUnknown):
        keys.revoke(engine, "hdk_nothing1", who="adm")
    told = [(entry.what, entry.subject) for entry in audit.latest(engine, 1)]
    assert told == [("key.revoked", revoked.key_id)]
    assert not any(secret in str(audit.latest(engine)) for _, secret in made)


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_key_has_a_sane_time(engine: Engine, account: Account, days: int) -> None:
    with pytest.raises(AccountRefused, match="days"):
        keys.create(engine, account.email, name="x", roles={"asker"}, who="x", days=days)


def test_a_key_without_an_end_says_so(engine: Engine, account: Account) -> None:
    key, secret = keys.create(engine, account.email, name="x", roles={"asker"}, who="x", days=None)
    assert key.expires_at is None
    assert keys.resolve(engine, secret) is not None
