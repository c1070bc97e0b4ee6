"""What replaces a document, through others and by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from corpus.catalog import Catalog
from corpus.documents import Block, Document, Metadata, Section
from corpus.schema import metadata
from corpus.storage import begin_write, open_engine, sqlite_url
from corpus.succession import Succession, is_past, is_to_come, succession

TODAY = date(2026, 11, 23)
TEXTS = {"en": "The rules of the harbour.", "sv": "Hamnens regler.", "vi": "Quy định của cảng."}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(sqlite_url(tmp_path))
    metadata.create_all(opened)
    yield opened
    opened.dispose()


def store(engine: Engine, source: str, language: str = "sv", root: str = "/srv", **known: str) -> str:
    text = TEXTS[language]
    section = Section(0, len(text), 1, (), language, (Block(0, len(text), "paragraph"),))
    document = Document(text, (section,), Metadata(title=source, language=language, **known), "text/plain")
    with begin_write(engine) as connection:
        stored = Catalog(engine).store_version(connection, root, source, source, document, source)
    return stored.document_id


def known(engine: Engine, today: date = TODAY) -> Succession:
    with engine.connect() as connection:
        return succession(connection, today)


def test_a_document_names_another_below_its_root_beside_it_or_by_its_address(engine: Engine) -> None:
    beside = store(engine, "a/old.md")
    below = store(engine, "b/older.md", "en")
    page = store(engine, "c/en.md", "vi", url="https://example.eu/2020")
    elsewhere = store(engine, "a/old.md", "vi", "/other")
    new = [
        store(engine, "a/new.md", supersedes="old.md"),
        store(engine, "x.md", "en", supersedes="b/older.md"),
        store(engine, "y.md", "vi", supersedes="https://example.eu/2020"),
        store(engine, "self.md", supersedes="self.md"),
        store(engine, "2025/rules.md", supersedes="rules.md"),
        store(engine, "z.md", "vi", supersedes="unheard-of.md"),
    ]
    found = known(engine)
    assert found.heirs == {beside: new[0], below: new[1], page: new[2]}
    assert found.not_in_force == {beside, below, page}
    assert found.replaces == {new[0]: {beside}, new[1]: {below}, new[2]: {page}}
    assert elsewhere not in found.not_in_force


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("names", [("b", "c"), ("c", "b")])
def test_a_planned_successor_does_not_hide_the_one_that_holds(
    engine: Engine, language: str, names: tuple[str, str]
) -> None:
    old = store(engine, "a.md", language)
    holds = store(engine, f"{names[0]}.md", language, supersedes="a.md", valid_from="2025")
    planned = store(engine, f"{names[1]}.md", language, supersedes="a.md", valid_from="2027-01-01")
    assert known(engine).heirs == {old: holds}
    assert known(engine).not_in_force == {old, planned}
    assert known(engine, date(2027, 1, 1)).heirs == {old: planned}
    assert known(engine, date(2024, 1, 1)).not_in_force == {holds, planned}
    assert known(engine, date(2024, 1, 1)).heirs == {}


@pytest.mark.parametrize("language", TEXTS)
def test_the_heir_is_what_holds_at_the_end_of_a_chain(engine: Engine, language: str) -> None:
    first = store(engine, "1.md", language)
    second = store(engine, "2.md", language, supersedes="1.md")
    third = store(engine, "3.md", language, supersedes="2.md", valid_from="2026-11")
    found = known(engine)
    assert found.heirs == {first: third, second: third}
    assert found.replaces == {second: {first}, third: {first, second}}
    assert known(engine, date(2026, 10, 31)).heirs == {first: second}


def test_what_ran_out_without_a_successor_leaves_no_heir(engine: Engine) -> None:
    first = store(engine, "1.md")
    second = store(engine, "2.md", supersedes="1.md", valid_until="2026-11-22")
    assert known(engine) == Succession(frozenset({first, second}), {}, {second: frozenset({first})})
    assert known(engine, date(2026, 11, 22)).heirs == {first: second}


def test_documents_that_claim_to_replace_each_other_have_no_heir(engine: Engine) -> None:
    one, two = store(engine, "1.md", supersedes="2.md"), store(engine, "2.md", supersedes="1.md")
    found = known(engine)
    assert found.not_in_force == {one, two}
    assert found.heirs == {}
    assert found.replaces == {one: {two}, two: {one}}


def test_a_withdrawn_document_replaces_nothing(engine: Engine) -> None:
    old, new = store(engine, "1.md"), store(engine, "2.md", supersedes="1.md")
    assert known(engine).heirs == {old: new}
    with begin_write(engine) as connection:
        Catalog(engine).withdraw(connection, new)
    assert known(engine) == Succession(frozenset(), {}, {})


def test_a_year_or_a_month_stands_for_all_its_days() -> None:
    assert not is_past("2026", "2026-11-23")
    assert not is_past("2026-11", "2026-11-23")
    assert is_past("2026-11-22", "2026-11-23")
    assert not is_past(None, "2026-11-23")
    assert not is_to_come("2026", "2026-01-01")
    assert is_to_come("2026-12", "2026-11-23")
    assert not is_to_come(None, "2026-11-23")
