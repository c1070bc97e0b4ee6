"""Parts of the search left out: each acts as its name says, and the whole is what it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from index import lexical
from index.analysis import tokens
from index.dense import DenseIndex
from index.fusion import LEXICAL_WEIGHT
from index.language_directions import NO_DIRECTIONS, language_directions
from index.ordering import PER_DOCUMENT
from index.peer_fusions import SPREAD
from index.retrieval import Retrieval, Retriever
from index.retrieval_options import WHOLE, RetrievalOptions
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library
from tests.index.test_retrieval import LONG, QUERIES, long_text

EMBEDDER = FakeEmbedder()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = library.settings_for(tmp_path_factory.mktemp("options"))
    library.fill(made, EMBEDDER, {**library.TEXTS, LONG: long_text()})
    return made


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_database(settings)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def retrieve(engine: Engine, settings: Settings) -> Any:
    directions = language_directions(EMBEDDER)
    dense = DenseIndex(engine, settings.data_dir / "index")

    def search(query: str, language: str, most: int = 20, **changes: Any) -> Retrieval:
        options = replace(WHOLE, **changes)
        search = Retriever(engine, EMBEDDER, dense, directions=directions, options=options)
        return search.retrieve(query, language=language, most=most)

    return search


def ids(found: Retrieval) -> list[str]:
    return [candidate.passage.passage_id for candidate in found.candidates]


@pytest.mark.parametrize("language", QUERIES)
def test_without_the_lexical_index_the_order_is_that_of_the_similarity(retrieve: Any, language: str) -> None:
    found = retrieve(QUERIES[language], language, lexical=False, other_language=0.0)
    assert found.candidates
    assert all(
        item.lexical is None and item.score == item.dense
        for item in found.candidates
        if not item.document.source.startswith("rules/")  # one of them is superseded
    )
    assert found.word_weights == {}
    assert found.notes == ()


@pytest.mark.parametrize("language", QUERIES)
def test_without_the_dense_index_only_words_are_found(retrieve: Any, language: str) -> None:
    found = retrieve(QUERIES[language], language, dense=False)
    assert found.candidates[0].document.language == language
    for item in found.candidates:
        assert item.dense is None
        assert item.lexical is not None
        assert 0 < item.score <= LEXICAL_WEIGHT
    assert retrieve("zzzz qqqq", language, dense=False).candidates == ()


def test_both_indexes_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="leave one of them on"):
        RetrievalOptions(lexical=False, dense=False)


@pytest.mark.parametrize("language", QUERIES)
@pytest.mark.parametrize("fusion", ["reciprocal_rank", "normalised_sum"])
def test_another_fusion_has_the_same_evidence_and_another_score(
    retrieve: Any, language: str, fusion: str
) -> None:
    whole = {item.passage.passage_id: item for item in retrieve(QUERIES[language], language).candidates}
    found = retrieve(QUERIES[language], language, fusion=fusion, other_language=0.0)
    shared = [item for item in found.candidates if item.passage.passage_id in whole]
    assert shared
    for item in shared:
        other = whole[item.passage.passage_id]
        assert (item.dense, item.lexical) == (other.dense, other.lexical)
        assert item.score <= SPREAD
    scores = [item.score for item in found.candidates]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("language", QUERIES)
def test_the_language_stays_in_the_vector(retrieve: Any, language: str) -> None:
    plain = EMBEDDER.embed_queries([QUERIES[language]])[0]
    kept = retrieve(QUERIES[language], language, language_directions=False).query_vector
    taken = retrieve(QUERIES[language], language).query_vector
    assert np.array_equal(kept, plain)
    assert not np.allclose(taken, plain, atol=1e-3)
    assert np.array_equal(NO_DIRECTIONS.neutral(plain), plain)


def test_superseded_documents_are_level_without_their_penalty(retrieve: Any) -> None:
    found = retrieve("extract land register fee", "en", superseded_penalty=0.0)
    one, other = [item for item in found.candidates if item.document.source.startswith("rules/")]
    assert one.score == other.score


def test_a_long_document_may_fill_the_list(retrieve: Any) -> None:
    query = "ferries cross the strait"
    capped, free = (
        retrieve(query, "en", 12, **changes).candidates for changes in ({}, {"per_document": 1000})
    )
    assert sum(item.document.source == LONG for item in capped) == PER_DOCUMENT
    assert sum(item.document.source == LONG for item in free) == 12


TEXTS = [
    ("The ministry digitises its services.", "en"),
    ("Kommunernas digitaliseringsarbete 2024", "sv"),
    ("chuyển đổi số quốc gia 749/QĐ-TTg", "vi"),
    ("政府数字服务", "zh"),
]


@pytest.mark.parametrize(("text", "language"), TEXTS)
def test_tokens_without_beginnings_or_pairs_are_some_of_all(text: str, language: str) -> None:
    everything = tokens(text, language)
    bare = tokens(text, language, beginnings=False)
    assert bare == [token for token in everything if not token.startswith("^")]
    single = tokens(text, language, pairs=False)
    if language == "vi":
        assert single == [token for token in everything if "_" not in token]
        assert len(single) < len(everything)
    else:  # where there are no spaces, pairs are all there is
        assert single == everything


def test_inflected_words_are_found_by_their_beginning_alone(retrieve: Any) -> None:
    # "kommunernas" stands nowhere; "kommuner" does.
    whole = retrieve("kommunernas", "sv", dense=False)
    assert whole.candidates[0].document.language == "sv"
    assert retrieve("kommunernas", "sv", dense=False, word_beginnings=False).candidates == ()


def test_syllables_are_weighed_one_by_one_without_their_pairs(retrieve: Any, engine: Engine) -> None:
    whole = retrieve(QUERIES["vi"], "vi")
    single = retrieve(QUERIES["vi"], "vi", syllable_pairs=False)
    assert {"dịch_vụ", "hồ_sơ"} <= set(whole.word_weights)
    assert set(single.word_weights) == {name for name in whole.word_weights if "_" not in name}
    with engine.connect() as connection:
        assert lexical.search(connection, QUERIES["vi"], "vi", 5) == lexical.search(
            connection, QUERIES["vi"], "vi", 5, analyse=tokens
        )


def test_the_whole_is_the_default(engine: Engine, settings: Settings, retrieve: Any) -> None:
    found = Retriever(engine, EMBEDDER, DenseIndex(engine, settings.data_dir / "index")).retrieve(
        QUERIES["sv"], language="sv"
    )
    explicit = retrieve(QUERIES["sv"], "sv")
    assert [(item.score, item.dense, item.lexical) for item in found.candidates] == [
        (item.score, item.dense, item.lexical) for item in explicit.candidates
    ]
