"""Origins that may embed the widget, and the keys that its tokens are signed with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from corpus.storage import begin_write
from helpdesk_bot import audit, origins
from helpdesk_bot.database import open_database
from helpdesk_bot.errors import BadOrigin, ConfigurationError
from helpdesk_bot.settings import load_settings
from helpdesk_bot.signing_keys import KEY_BYTES, signing_key
from helpdesk_bot.web_origin import canonical_origin
from helpdesk_bot.widget_schema import signing_keys
from tests.helpdesk_bot import library


@pytest.fixture
def engine(data_dir: Path) -> Iterator[Engine]:
    engine = open_database(library.settings_for(data_dir))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("https://www.example.org", "https://www.example.org"),
        (" HTTPS://Www.Example.ORG:443/ ", "https://www.example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://länsstyrelsen.se", "https://xn--lnsstyrelsen-gcb.se"),
        ("https://la\u0308nsstyrelsen.se", "https://xn--lnsstyrelsen-gcb.se"),
        ("https://chínhphủ.vn", "https://xn--chnhph-4va0152d.vn"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(typed: str, canonical: str) -> None:
    assert canonical_origin(typed) == canonical
    assert canonical_origin(canonical) == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "null",
        "*",
        "https://",
        "https://*.example.org",
        "example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://example.org/path",
        "https://example.org?x",
        "https://user@example.org",
        "https://example.org:port",
        "https://example.org:99999",
        "https://a.example https://b.example",
        "https://example.org;script-src *",
        "https://straße.de",
        "https://[::1",
        "https://" + "a" * 300,
    ],
)
def test_what_is_no_origin_is_refused(typed: str) -> None:
    with pytest.raises(BadOrigin, match="is no web origin such as"):
        canonical_origin(typed)


@given(st.text(max_size=40))
def test_no_text_gives_more_than_one_origin(host: str) -> None:
    try:
        origin = canonical_origin(f"https://{host}")
    except BadOrigin:
        return
    assert canonical_origin(origin) == origin
    assert origin.isascii()
    assert not set(origin) & set(" ;,'\"*\n\\@?#")


def test_added_and_configured_origins_are_in_force_and_audited(engine: Engine) -> None:
    with begin_write(engine) as connection:
        assert origins.add(connection, "https://Kommun.SE/", "acc_1") == "https://kommun.se"
        assert origins.add(connection, "https://kommun.se", "acc_2") == "https://kommun.se"
    [listed] = origins.listed(engine)
    assert (listed.origin, listed.added_by) == ("https://kommun.se", "acc_1")
    configured = ("https://ubnd.vn", "https://kommun.se")
    assert origins.in_force(engine, configured) == ("https://kommun.se", "https://ubnd.vn")
    with begin_write(engine) as connection:
        assert origins.remove(connection, "https://kommun.se", "acc_2")
        assert not origins.remove(connection, "https://kommun.se", "acc_2")
    assert origins.in_force(engine, ()) == ()
    entries = [(entry.who, entry.what, entry.subject) for entry in audit.latest(engine)]
    assert entries == [
        ("acc_2", "origin.removed", "https://kommun.se"),
        ("acc_1", "origin.allowed", "https://kommun.se"),
    ]


def test_the_setting_takes_a_list_and_refuses_what_is_no_origin(tmp_path: Path) -> None:
    given_by_environment = {
        "HELPDESK_ALLOWED_ORIGINS": "https://Kommun.se, https://ubnd.vn/,https://kommun.se"
    }
    settings = load_settings(None, tmp_path, given_by_environment)
    assert settings.allowed_origins == ("https://kommun.se", "https://ubnd.vn")
    with pytest.raises(ConfigurationError, match="allowed_origins"):
        load_settings(None, tmp_path, {"HELPDESK_ALLOWED_ORIGINS": "https://*.se"})


def test_a_signing_key_is_made_once_and_gone_when_deleted(engine: Engine, data_dir: Path) -> None:
    other = open_database(library.settings_for(data_dir))
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda each=each: found.append(signing_key(each, "widget")))
        for each in (engine, other) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(found[0]) == KEY_BYTES
    assert signing_key(engine, "another") != found[0]
    with begin_write(engine) as connection:
        connection.execute(delete(signing_keys))
    assert signing_key(other, "widget") != found[0]
    other.dispose()
