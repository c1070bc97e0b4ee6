"""The order of candidates: weights by kind, age and force; the cap; folding, which loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from corpus.documents import KINDS
from corpus.succession import succession
from helpdesk_bot.database import open_database
from index.chunks import Candidate, DocumentInfo, FloatArray, Passage
from index.dense import DenseIndex
from index.fusion import Fused
from index.language_directions import language_directions
from index.ordering import OTHER_LANGUAGE, age_in_years, arrange, weigh
from index.retrieval import SPARE, Retriever
from index.retrieval_options import WHOLE
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

EMBEDDER = FakeEmbedder()
TODAY = date(2026, 6, 15)
NO_VECTORS: FloatArray = np.zeros((1, 4), np.float32)
STATEMENTS = (
    "Kommunen erbjuder hjälp på 12 bibliotek.",
    "Kommunen erbjuder hjälp på 13 bibliotek.",
    "The town offers help in every library.",
    "The town offers no help in any library.",
    "Thư viện hướng dẫn người dân mỗi tuần.",
)
"""What the passages of the made-up lists say: few things, so that many say the same."""


def passage(passage_id: str, document_id: str, text: str) -> Passage:
    return Passage(
        passage_id=passage_id,
        document_id=document_id,
        version=1,
        ordinal=0,
        start_char=0,
        end_char=len(text),
        page=None,
        heading_path=(),
        language="en",
        text=text,
        context="",
        n_tokens=8,
        sentences=((0, len(text)),),
    )


def info(document_id: str, *, kind: str = "report", dated: str | None = None) -> DocumentInfo:
    return DocumentInfo(
        document_id=document_id,
        version=1,
        title="Help in libraries",
        kind=kind,
        publisher=None,
        date=dated,
        language="en",
        themes=(),
        region=None,
        url=None,
        source=document_id,
    )


Made = tuple[tuple[Fused, ...], dict[str, tuple[Passage, FloatArray]], dict[str, DocumentInfo]]


@st.composite
def made(draw: st.DrawFn) -> Made:
    """A fused list over a few documents whose passages often repeat each other."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(STATEMENTS), st.floats(0, 1, width=32)), max_size=30
        )
    )
    documents = {
        f"d{n}": info(
            f"d{n}",
            kind=draw(st.sampled_from(KINDS)),
            dated=draw(st.sampled_from([None, "2024", "2019-05", "2026-06-15"])),
        )
        for n in range(6)
    }
    found = {
        f"p{n:02}": (passage(f"p{n:02}", f"d{of}", said), NO_VECTORS) for n, (of, said, _) in enumerate(rows)
    }
    fused = [Fused(f"p{n:02}", score, score, None) for n, (*_, score) in enumerate(rows)]
    return tuple(sorted(fused, key=lambda item: (-item.score, item.passage_id))), found, documents


def documents_in(candidates: tuple[Candidate, ...]) -> set[str]:
    own = {each.document.document_id for each in candidates}
    return own | {other.document.document_id for each in candidates for other in each.also_in}


@settings(max_examples=80, deadline=None)
@given(made(), st.integers(1, 12), st.integers(1, 4), st.sets(st.sampled_from(["d0", "d1", "d2"])))
def test_folding_loses_no_document_and_no_statement(
    lists: Made, most: int, per_document: int, behind: set[str]
) -> None:
    options: dict[str, Any] = {"per_document": per_document, "behind": behind}
    folded, rejected = arrange(*lists, most, **options)
    plain, _ = arrange(*lists, most, duplicates=False, **options)
    assert documents_in(plain) <= documents_in(folded)
    assert len(folded) <= most
    assert {each.passage.text for each in plain} <= {each.passage.text for each in folded}
    # Each passage ends up in one place.
    fused, *_ = lists
    places = [each.passage.passage_id for each in folded] + [passage_id for passage_id, *_ in rejected]
    assert sorted(places) == sorted(item.passage_id for item in fused)
    noted = [other.passage_id for each in folded for other in each.also_in]
    assert sorted(noted) == sorted(passage_id for passage_id, reason, _ in rejected if reason == "duplicate")
    # A place that folding frees is filled again: only the cap and the end of the list leave it empty.
    if len(folded) < most:
        assert {reason for _, reason, _ in rejected} <= {"duplicate", "document_cap"}


@settings(max_examples=80, deadline=None)
@given(made(), st.integers(1, 12), st.integers(1, 4))
def test_candidates_keep_the_order_of_the_list(lists: Made, most: int, per_document: int) -> None:
    fused, *_ = lists
    order = [item.passage_id for item in fused]
    for duplicates in (True, False):
        found, rejected = arrange(*lists, most, per_document=per_document, duplicates=duplicates)
        ids = [each.passage.passage_id for each in found]
        assert ids == [passage_id for passage_id in order if passage_id in ids]
        assert [each.rank for each in found] == list(range(1, len(found) + 1))
        n_of = [sum(each.document.document_id == f"d{n}" for each in found) for n in range(6)]
        assert max(n_of, default=0) <= per_document
        assert duplicates or all(reason != "duplicate" for _, reason, _ in rejected)
        for each in found:
            for other in each.also_in:  # the better one keeps, and never one of its own document
                assert order.index(other.passage_id) > order.index(each.passage.passage_id)
                assert other.document.document_id != each.document.document_id
                assert (other.first, other.last) == (0, 0)
                assert other.score <= each.score


def owners(lists: Made) -> dict[str, DocumentInfo]:
    _, found, documents = lists
    return {passage_id: documents[item.document_id] for passage_id, (item, _) in found.items()}


@settings(max_examples=50, deadline=None)
@given(made())
def test_without_weights_the_order_and_the_scores_stay(lists: Made) -> None:
    fused, *_ = lists
    assert weigh(fused, owners(lists), frozenset(), TODAY) == fused
    zero = dict.fromkeys(KINDS, 0.0)
    everything = {f"d{n}" for n in range(6)}
    assert weigh(fused, owners(lists), everything, TODAY, superseded_penalty=0, kind_weights=zero) == fused
    assert weigh(fused, {}, everything, TODAY, kind_weights={"report": 1.0}, recency_weight=1.0) == fused


@given(st.data())
def test_what_the_question_points_to_gains_and_the_rest_keeps_its_order(data: st.DataObject) -> None:
    fused, _, infos = lists = data.draw(made())
    chosen = set(data.draw(st.lists(st.sampled_from(sorted(infos)), unique=True)) if infos else [])
    moved = weigh(
        fused,
        owners(lists),
        frozenset(),
        TODAY,
        lean=lambda info: 0.02 if info.document_id in chosen else -0.05,
    )
    before = {item.passage_id: item.score for item in fused}
    owner = {passage_id: info.document_id for passage_id, info in owners(lists).items()}
    for item in moved:
        gained = 0.0 if item.passage_id not in owner else 0.02 if owner[item.passage_id] in chosen else -0.05
        assert item.score == pytest.approx(before[item.passage_id] + gained)
    rest = [item.passage_id for item in moved if owner.get(item.passage_id, "") not in {*chosen, ""}]
    assert rest == [item.passage_id for item in fused if item.passage_id in set(rest)]


@given(made(), st.sampled_from(["en", "sv", "vi", "und"]))
def test_what_is_in_another_language_than_the_question_gains(lists: Made, asked_in: str) -> None:
    fused, _, infos = lists
    spoken = dict(zip(sorted(infos), cycle(("en", "sv", "vi", "und")), strict=False))
    documents = {
        passage_id: replace(info, language=spoken[info.document_id])
        for passage_id, info in owners(lists).items()
    }
    before = {item.passage_id: item.score for item in fused}
    for item in weigh(fused, documents, frozenset(), TODAY, asked_in=asked_in):
        told = documents[item.passage_id].language if item.passage_id in documents else "und"
        gains = "und" not in (asked_in, told) and told != asked_in
        assert item.score == pytest.approx(before[item.passage_id] + OTHER_LANGUAGE * gains)


@settings(max_examples=50, deadline=None)
@given(made(), st.floats(-1, 1), st.floats(0, 0.1), st.floats(0, 1))
def test_every_score_moves_by_what_its_document_is(
    lists: Made, of_reports: float, of_a_year: float, penalty: float
) -> None:
    fused, *_ = lists
    documents = owners(lists)
    moved = weigh(
        fused,
        documents,
        {"d1"},
        TODAY,
        superseded_penalty=penalty,
        kind_weights={"report": of_reports},
        recency_weight=of_a_year,
    )
    before = {item.passage_id: item.score for item in fused}
    assert len(moved) == len(fused)
    assert list(moved) == sorted(moved, key=lambda item: (-item.score, item.passage_id))
    for item in moved:
        document = documents[item.passage_id]
        expected = before[item.passage_id] - of_a_year * age_in_years(document.date, TODAY)
        expected += of_reports * (document.kind == "report") - penalty * (document.document_id == "d1")
        assert item.score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("dated", "years"),
    [
        (None, 0),
        ("2026-06-15", 0),
        ("2027-01-01", 0),
        ("2026", 0),  # its last day is still to come
        ("2026-06", 0),
        ("2025-06-15", 365 / 365.25),
        ("2025", 166 / 365.25),
        ("2024-02", 837 / 365.25),  # a leap year: 29 February
        ("2016-06-15", 3652 / 365.25),
    ],
)
def test_age(dated: str | None, years: float) -> None:
    assert age_in_years(dated, TODAY) == pytest.approx(years)


# From here on through the database.

RULE = {
    "en": "A permit for a street party costs 50 euro and is given within ten days.",
    "sv": "Ett tillstånd för en gatufest kostar 50 euro och ges inom tio dagar.",
    "vi": "Giấy phép tổ chức tiệc đường phố có giá 50 euro và được cấp trong mười ngày.",
}
QUERY = {
    "en": "permit street party costs",
    "sv": "tillstånd gatufest kostar",
    "vi": "giấy phép tiệc đường phố giá",
}


def document(text: str, language: str = "en", **about: str) -> str:
    fields = {"title": "Street parties", "language": language, **about}
    return "\n".join(["---", *(f"{name}: {value}" for name, value in fields.items()), "---", text, ""])


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """A function that fills a data directory and gives a way to search it."""
    engines: list[Engine] = []
    directions = language_directions(EMBEDDER)

    def fill(texts: dict[str, str], today: date = TODAY) -> Any:
        made = library.settings_for(tmp_path / f"var{len(engines)}")
        library.fill(made, EMBEDDER, texts)
        engine = open_database(made)
        engines.append(engine)
        dense = DenseIndex(engine, made.data_dir / "index")

        def search(query: str, language: str = "en", most: int = 20, **changes: Any) -> Any:
            retriever = Retriever(
                engine,
                EMBEDDER,
                dense,
                directions=directions,
                options=replace(WHOLE, **changes),
                today=lambda: today,
            )
            return retriever.retrieve(query, language=language, most=most)

        search.engine = engine  # type: ignore[attr-defined]  # for those that look beneath
        return search

    yield fill
    for engine in engines:
        engine.dispose()


def sources(found: Any) -> list[str]:
    return [each.document.source for each in found.candidates]


@pytest.mark.parametrize("language", RULE)
def test_the_same_in_several_documents_is_one_candidate_with_all_its_sources(
    opened: Any, language: str
) -> None:
    rule = RULE[language]
    texts = {
        "a.md": document(rule, language),
        "b.html": f"<html lang={language}><title>Street parties</title><p>{rule}</p></html>",
        "c.txt.md": document(f"- {rule.upper()}", language),
        "other.md": document(rule.replace("50", "75"), language),
        "more.md": document(RULE["en"].replace("street", "garden"), "en"),
    }
    search = opened(texts)
    found = search(QUERY[language], language)
    together = [each for each in found.candidates if "50 euro" in each.passage.text.casefold()]
    (one,) = [each for each in together if each.passage.language == language and each.also_in]
    everywhere = {one.document.source, *(other.document.source for other in one.also_in)}
    assert everywhere == {"a.md", "b.html", "c.txt.md"}
    assert {each.source for each in one.documents_saying(0, 0)} == everywhere - {one.document.source}
    assert "other.md" in sources(found)
    assert {passage_id for passage_id, reason, _ in found.rejected if reason == "duplicate"} == {
        other.passage_id for other in one.also_in
    }
    plain = search(QUERY[language], language, duplicates=False)
    assert set(sources(plain)) == set(texts)
    assert all(each.also_in == () for each in plain.candidates)


def test_however_many_repeat_each_other_the_list_is_filled(opened: Any) -> None:
    copies = {f"copies/{n:02}.md": document(RULE["en"]) for n in range(SPARE + 8)}
    others = {f"others/{n}.md": document(f"A street party in town {n} costs {n} crowns.") for n in range(6)}
    search = opened(copies | others)
    found = search("permit for a street party, costs 50 euro, given within ten days", most=5)
    assert len(found.candidates) == 5
    first = found.candidates[0]
    assert len(first.also_in) == len(copies) - 1
    assert {source.partition("/")[0] for source in sources(found)[1:]} == {"others"}


@pytest.mark.parametrize(
    ("about", "behind"),
    [
        ({}, False),
        ({"valid_until": "2026-06-14"}, True),
        ({"valid_until": "2026-06-15"}, False),
        ({"valid_until": "2026-06"}, False),
        ({"valid_until": "2026-05"}, True),
        ({"valid_until": "2025"}, True),
        ({"valid_until": "2026"}, False),
        ({"valid_from": "2026-06-16"}, True),
        ({"valid_from": "2026-06-15"}, False),
        ({"valid_from": "2026"}, False),
        ({"valid_from": "2027"}, True),
        ({"valid_from": "2020", "valid_until": "2030"}, False),
    ],
)
def test_what_is_not_valid_today_stands_behind(opened: Any, about: dict[str, str], behind: bool) -> None:
    search = opened({"dated.md": document(RULE["en"], **about), "plain.md": document(RULE["en"])})
    found = search(QUERY["en"], duplicates=False, superseded_penalty=0.25)
    scores = {each.document.source: each.score for each in found.candidates}
    lost = scores["plain.md"] - scores["dated.md"]
    assert lost == pytest.approx(0.25 if behind else 0.0)
    # What is not in force is never shown as saying the same as what is.
    assert len(search(QUERY["en"]).candidates) == (2 if behind else 1)


def test_a_rule_is_replaced_on_the_day_on_which_the_new_one_holds(opened: Any) -> None:
    texts = {
        "old.md": document(RULE["sv"], "sv"),
        "new.md": document(RULE["sv"], "sv", valid_from="2026-07-01", supersedes="old.md"),
    }
    first = {}
    for today in (date(2026, 6, 30), date(2026, 7, 1)):
        first[today] = sources(opened(texts, today)(QUERY["sv"], "sv"))[0]
    assert list(first.values()) == ["old.md", "new.md"]


def test_the_day_is_looked_at_anew(opened: Any, tmp_path: Path) -> None:
    search = opened({"a.md": document(RULE["vi"], "vi", valid_until="2026-06-15")})
    days = [TODAY, TODAY + timedelta(1)]
    retriever = Retriever(
        search.engine, EMBEDDER, DenseIndex(search.engine, tmp_path / "index"), today=lambda: days[0]
    )
    before, after = (retriever.retrieve(QUERY["vi"], language="vi").candidates[0], days.pop(0))[0], None
    after = retriever.retrieve(QUERY["vi"], language="vi").candidates[0]
    assert before.score - after.score == pytest.approx(WHOLE.superseded_penalty)
    with search.engine.connect() as connection:
        assert succession(connection, TODAY).not_in_force == frozenset()
        assert succession(connection, days[0]).not_in_force == {after.document.document_id}


@pytest.mark.parametrize("language", RULE)
def test_kinds_and_age_are_weighed(opened: Any, language: str) -> None:
    texts = {
        "a.md": document(RULE[language], language, kind="news", date="2026-06-01"),
        "b.md": document(RULE[language], language, kind="report", date="2016-06-17"),
        "c.md": document(RULE[language], language, kind="report"),
    }
    search = opened(texts)
    plain = {
        each.document.source: each.score
        for each in search(QUERY[language], language, duplicates=False).candidates
    }
    assert len(set(plain.values())) == 1
    found = search(
        QUERY[language], language, duplicates=False, kind_weights={"report": 0.05}, recency_weight=0.004
    )
    scores = {each.document.source: each.score - plain[each.document.source] for each in found.candidates}
    assert sources(found) == ["c.md", "b.md", "a.md"]
    assert scores == pytest.approx({"c.md": 0.05, "b.md": 0.05 - 0.04, "a.md": 0.0}, abs=2e-4)


def test_a_weight_reaches_what_lies_far_down(opened: Any) -> None:
    texts = {f"{n:02}.md": document(f"Street party permit number {n}.", kind="news") for n in range(30)}
    texts["brief.md"] = document(
        "Something on a party, at length and about other things too.", kind="policy_brief"
    )
    search = opened(texts)
    query = "street party permit number"
    assert "brief.md" not in sources(search(query, most=3))
    assert sources(search(query, most=3, kind_weights={"policy_brief": 1.0}))[0] == "brief.md"


def test_the_cap_is_a_setting(opened: Any) -> None:
    parts = "\n\n".join(f"## Part {n}\n\n" + f"Street party {n} was merry. " * 30 for n in range(8))
    search = opened({"long.md": document(parts)})
    for cap in (1, 3):
        assert len(search("street party merry", per_document=cap).candidates) == cap
