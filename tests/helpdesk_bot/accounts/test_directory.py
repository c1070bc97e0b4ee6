"""Accounts: made, found, changed; what was done stands in the audit log without the person."""

from __future__ import annotations

import json
import unicodedata

import pytest
from sqlalchemy import Engine, select

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory, sessions
from helpdesk_bot.accounts.roles import ROLES, Role, allows, read_roles
from helpdesk_bot.accounts.schema import accounts
from helpdesk_bot.accounts.sessions import Lifetimes
from helpdesk_bot.errors import AccountRefused, AccountUnknown

pytestmark = pytest.mark.usefixtures("quick_hashes")
HOURS = Lifetimes(2, 12)


def test_an_account_is_found_by_its_address_in_any_spelling(engine: Engine) -> None:
    assert directory.is_empty(engine)
    made = directory.add(
        engine,
        email=" Åsa.NGUYỄN@Exempel.se ",
        name="Åsa\n Nguyễn",
        roles={"expert", "evaluator"},
        themes=["AI adoption", "AI adoption ", "chuyển đổi số"],
        password="mật khẩu dễ nhớ hơn",
    )
    assert (made.email, made.name) == ("åsa.nguyễn@exempel.se", "Åsa Nguyễn")
    assert made.themes == ("AI adoption", "chuyển đổi số")
    for which in (made.account_id, "ÅSA.nguyễn@exempel.se", unicodedata.normalize("NFD", made.email)):
        assert directory.get(engine, which) == made
    assert not directory.is_empty(engine)
    with engine.connect() as connection:
        row = connection.execute(select(accounts)).mappings().one()
    assert row["password_hash"].startswith("$argon2id$")
    assert "mật khẩu" not in json.dumps({key: str(value) for key, value in row.items()}, ensure_ascii=False)


@pytest.mark.parametrize(
    "email",
    ["", "asa", "@example.org", "asa@", "a b@example.org", "a@b@c", "a@b\nBcc: c@d", "x" * 65 + "@e.org"],
)
def test_what_is_no_address_is_refused(engine: Engine, email: str) -> None:
    with pytest.raises(AccountRefused, match="e-mail"):
        directory.add(engine, email=email, roles={"asker"})


def test_one_address_has_one_account_and_an_account_has_a_role(engine: Engine) -> None:
    directory.add(engine, email="asa@example.org", roles={"asker"})
    with pytest.raises(AccountRefused, match="already"):
        directory.add(engine, email="ASA@example.org", roles={"asker"})
    with pytest.raises(AccountRefused, match="role"):
        directory.add(engine, email="b@example.org", roles=set())
    with pytest.raises(AccountUnknown):
        directory.get(engine, "nobody@example.org")


def test_disabling_ends_every_session_at_once(engine: Engine) -> None:
    account = directory.add(engine, email="asa@example.org", roles={"expert"})
    other = directory.add(engine, email="b@example.org", roles={"expert"})
    with begin_write(engine) as connection:
        token = sessions.begin(connection, account.account_id, "password", HOURS)
        others = sessions.begin(connection, other.account_id, "password", HOURS)
    assert directory.listing(engine)[0].n_sessions == 1
    assert directory.change(engine, account.account_id, who="x", disabled=True).disabled
    assert sessions.resolve(engine, token, HOURS) is None
    assert sessions.resolve(engine, others, HOURS) == other
    directory.change(engine, account.account_id, who="x", disabled=False)
    assert sessions.resolve(engine, token, HOURS) is None, "enabling does not bring sessions back"


def test_a_new_password_ends_every_session_but_the_own_one(engine: Engine) -> None:
    account = directory.add(engine, email="asa@example.org", roles={"expert"})
    with begin_write(engine) as connection:
        mine, stolen = (sessions.begin(connection, account.account_id, "password", HOURS) for _ in range(2))
    directory.set_password(engine, account.account_id, "korrekt häst batteri", who="x", keep=mine)
    assert sessions.resolve(engine, mine, HOURS) == account
    assert sessions.resolve(engine, stolen, HOURS) is None


def test_the_last_administrator_stays(engine: Engine) -> None:
    first = directory.add(engine, email="a@example.org", roles={"administrator"})
    directory.add(engine, email="b@example.org", roles={"expert"})
    for change in ({"disabled": True}, {"roles": {"expert"}}):
        with pytest.raises(AccountRefused, match="only administrator"):
            directory.change(engine, first.account_id, who="x", **change)
    directory.change(engine, "b@example.org", who="x", roles={"administrator", "expert"})
    assert directory.change(engine, first.account_id, who="x", disabled=True).disabled


def test_what_was_done_is_on_record_without_the_person(engine: Engine) -> None:
    admin = directory.add(engine, email="admin@example.org", name="Trần Thị Bình", roles={"administrator"})
    account = directory.add(
        engine, email="asa@example.org", name="Åsa", roles={"expert"}, who=admin.account_id
    )
    directory.change(
        engine, account.account_id, who=admin.account_id, roles={"asker"}, name="Åsa Berg", disabled=True
    )
    directory.change(engine, account.account_id, who=admin.account_id, roles={"asker"})
    directory.set_password(engine, account.account_id, "korrekt häst batteri", who=admin.account_id)
    entries = audit.latest(engine, 10)
    assert [(entry.what, entry.who, entry.subject) for entry in entries] == [
        ("account.password_changed", admin.account_id, account.account_id),
        ("account.changed", admin.account_id, account.account_id),
        ("account.disabled", admin.account_id, account.account_id),
        ("account.added", admin.account_id, account.account_id),
        ("account.added", audit.COMMAND_LINE, admin.account_id),
    ]
    assert entries[1].detail == {"roles": ["asker"], "name": "changed"}
    told = json.dumps([entry.to_json() for entry in entries], ensure_ascii=False)
    for personal in ("example.org", "Åsa", "Trần", "häst", "argon2"):
        assert personal not in told
    assert audit.latest(engine, 2, before=entries[1].entry_id) == entries[2:4]


def test_roles_include_what_they_should() -> None:
    for role in ROLES:
        assert allows({role}, ["asker"])
        assert allows({"administrator"}, [role])
    assert not allows(set(), ["asker"])
    outsiders: list[tuple[Role, Role]] = [
        ("asker", "expert"),
        ("expert", "evaluator"),
        ("evaluator", "expert"),
    ]
    for held, wanted in outsiders:
        assert not allows({held}, [wanted])
    assert not allows({"asker", "expert", "evaluator"}, ["administrator"])
    for wrong in ([], ["king"], ["expert", "Expert"]):
        with pytest.raises(AccountRefused):
            read_roles(wrong)
