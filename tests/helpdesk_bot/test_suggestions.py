"""Suggested questions: subjects of documents in force, in the visitor's language where there are any."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from corpus.catalog import Catalog
from corpus.documents import Document, Metadata
from corpus.schema import metadata
from corpus.storage import begin_write, open_engine, sqlite_url
from helpdesk_bot.suggestions import LONGEST_SUBJECT, subjects_to_ask_about

TODAY = date(2026, 11, 1)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    engine = open_engine(sqlite_url(tmp_path))
    metadata.create_all(engine)
    return Catalog(engine)


def add(catalog: Catalog, title: str, language: str, kind: str = "report", **more: object) -> str:
    described = Metadata(title, kind, language=language, **more)  # type: ignore[arg-type]  # any field
    document = Document(title, (), described, "text/plain")
    with begin_write(catalog.engine) as connection:
        return catalog.store_version(connection, "/d", f"{title}.txt", title, document, "0" * 64).document_id


def subjects(catalog: Catalog, language: str, most: int = 4) -> list[str]:
    return [each.text for each in subjects_to_ask_about(catalog.engine, language, most, TODAY)]


def test_the_visitors_language_goes_first_and_alone(catalog: Catalog) -> None:
    add(catalog, "Open data in cities", "en")
    add(catalog, "Öppna data i städer", "sv")
    add(catalog, "Dữ liệu mở ở thành phố", "vi")
    assert subjects(catalog, "sv") == ["Öppna data i städer"]
    assert subjects(catalog, "vi") == ["Dữ liệu mở ở thành phố"]
    assert sorted(subjects(catalog, "pl")) == sorted(subjects(catalog, "ar"))
    assert len(subjects(catalog, "pl")) == 3


def test_one_a_theme_good_practices_before_the_rest(catalog: Catalog) -> None:
    add(catalog, "Skills report", "en", themes=("skills",))
    add(catalog, "Skills in libraries", "en", "good_practice", themes=("skills",))
    add(catalog, "Wallets", "en", "news", themes=("identity",))
    assert subjects(catalog, "en") == ["Skills in libraries", "Wallets", "Skills report"]
    assert subjects(catalog, "en", 1) == ["Skills in libraries"]
    assert subjects(catalog, "en") == subjects(catalog, "en")


def test_what_is_not_in_force_is_not_suggested(catalog: Catalog) -> None:
    gone = add(catalog, "Tillbakadragen rapport", "sv")
    add(catalog, "Utgången regel", "sv", valid_until="2025")
    add(catalog, "Kommande regel", "sv", valid_from="2030-01-01")
    add(catalog, "Gammal strategi", "sv")
    add(catalog, "Ny strategi", "sv", supersedes="Gammal strategi.txt")
    with begin_write(catalog.engine) as connection:
        catalog.withdraw(connection, gone)
    assert subjects(catalog, "sv") == ["Ny strategi"]


def test_a_title_becomes_a_subject(catalog: Catalog) -> None:
    long = "Nationell plan: " + "mycket " * 20
    add(catalog, long, "sv")
    add(catalog, "x" * (LONGEST_SUBJECT + 1), "sv")
    add(catalog, "Vad är en e-legitimation? (2024)", "sv")
    assert sorted(subjects(catalog, "sv")) == ["Nationell plan", "Vad är en e-legitimation"]
