"""From a query to candidates: filters, order, withdrawn and superseded documents, races with an ingest."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from corpus.catalog import Catalog, DocumentFilters
from corpus.storage import begin_write
from helpdesk_bot.settings import Settings
from index import store
from index.chunks import Filters
from index.dense import DenseIndex
from index.errors import BadQuery
from index.ordering import PER_DOCUMENT, SUPERSEDED_PENALTY
from index.rebuilding import build_generation
from index.retrieval import Retrieval, Retriever
from index.writing import DocumentWriter, withdraw
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

EMBEDDER = FakeEmbedder()
LONG = "reports/long.en.md"
QUERIES = {
    "en": "libraries lent tablets to residents",
    "sv": "kommuner införde digital identitet",
    "vi": "cổng dịch vụ công tiếp nhận hồ sơ",
}


def long_text() -> str:
    parts = [
        f"## Part {number}\n\n"
        + " ".join(f"Ferries of line {number} cross the strait {n} times." for n in range(45))
        for number in range(16)
    ]
    return "---\ntitle: Ferries\nlanguage: en\nkind: report\n---\n# Ferries\n\n" + "\n\n".join(parts)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = library.settings_for(tmp_path_factory.mktemp("retrieval"))
    library.fill(made, EMBEDDER, {**library.TEXTS, LONG: long_text()})
    return made


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    from helpdesk_bot.database import open_database

    opened = open_database(settings)
    yield opened
    opened.dispose()


def retriever(engine: Engine, settings: Settings) -> Retriever:
    return Retriever(engine, EMBEDDER, DenseIndex(engine, settings.data_dir / "index"))


def sources(found: Retrieval) -> list[str]:
    return [candidate.document.source for candidate in found.candidates]


@pytest.mark.parametrize("language", QUERIES)
def test_candidates_are_in_order_with_all_that_is_known(
    engine: Engine, settings: Settings, language: str
) -> None:
    found = retriever(engine, settings).retrieve(QUERIES[language], language=language, most=10)
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert [candidate.rank for candidate in found.candidates] == list(range(1, len(scores) + 1))
    first = found.candidates[0]
    assert first.document.language == first.passage.language == language
    vector = _vector(engine, first.passage.passage_id)
    assert first.dense == pytest.approx(float(found.query_vector @ vector), abs=1e-4)
    assert first.lexical is not None
    assert first.lexical > 0
    for candidate in found.candidates:
        assert candidate.sentence_vectors.shape == (len(candidate.passage.sentences), EMBEDDER.dimension)
        assert candidate.dense is not None
    assert set(found.timings_ms) == {"embed", "dense", "lexical", "fuse", "load"}


def _vector(engine: Engine, passage_id: str) -> Any:
    with engine.connect() as connection:
        return store.load_passage_vectors(connection, [passage_id]).matrix[0]


def test_one_long_document_does_not_fill_the_list(engine: Engine, settings: Settings) -> None:
    found = retriever(engine, settings).retrieve("ferries cross the strait", language="en", most=12)
    assert sources(found).count(LONG) == PER_DOCUMENT
    reasons = {reason for _, reason, _ in found.rejected}
    assert "document_cap" in reasons
    assert "not_in_force" not in reasons
    accepted = {candidate.passage.passage_id for candidate in found.candidates}
    assert accepted.isdisjoint(passage_id for passage_id, _, _ in found.rejected)


@pytest.mark.parametrize("most", [0, -1, 101])
def test_how_many_is_checked(engine: Engine, settings: Settings, most: int) -> None:
    with pytest.raises(BadQuery, match="1 to 100"):
        retriever(engine, settings).retrieve("x", language="en", most=most)


def test_a_query_is_never_search_syntax(engine: Engine, settings: Settings) -> None:
    for query in (
        '"',
        "*",
        "NEAR(",
        ":",
        "a AND OR NOT",
        "title: x",
        "'; DROP TABLE passages; --",
        "^libraries*",
    ):
        assert retriever(engine, settings).retrieve(query, language="en").candidates


FILTERS = [
    Filters(language=("sv",)),
    Filters(kind=("news", "webinar")),
    Filters(year=("2024",)),
    Filters(theme=("digital inclusion",), year=("2024",)),
    Filters(source=(LONG,)),
    Filters(publisher=("Office for Industry",)),
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("language", QUERIES)
def test_filters_keep_the_order_of_what_they_let_through(
    engine: Engine, settings: Settings, filters: Filters, language: str
) -> None:
    search = retriever(engine, settings)
    filtered = search.retrieve(QUERIES[language], language=language, filters=filters, most=100)
    assert filtered.candidates
    for candidate in filtered.candidates:
        about = candidate.document
        assert not filters.language or about.language in filters.language
        assert not filters.kind or about.kind in filters.kind
        assert not filters.year or (about.date or "")[:4] in filters.year
        assert not filters.theme or set(about.themes) & set(filters.theme)
        assert not filters.source or about.source in filters.source
        assert not filters.publisher or about.publisher in filters.publisher
    everything = search.retrieve(QUERIES[language], language=language, most=100)
    kept = {candidate.passage.passage_id: candidate.score for candidate in filtered.candidates}
    shared = [c for c in everything.candidates if c.passage.passage_id in kept]
    ordered = [c.passage.passage_id for c in filtered.candidates]
    assert [c.passage.passage_id for c in shared] == [
        passage_id for passage_id in ordered if passage_id in {c.passage.passage_id for c in shared}
    ]
    for candidate in shared:
        assert candidate.score == pytest.approx(kept[candidate.passage.passage_id], abs=1e-4)


REGIONS = {
    "a.sv.md": "---\ntitle: Bibliotek\nlanguage: sv\nregion: Örebro län\nthemes: [Digitalt stöd]\n"
    "publisher: Region Örebro län\ndate: 2022\n---\nBiblioteken hjälper äldre med digitala tjänster.\n",
    "b.vi.md": "---\ntitle: Thư viện\nlanguage: vi\nregion: Đà Nẵng\nthemes: [Số hoá, Trẻ em]\n"
    "publisher: Sở Thông tin\ndate: 2023-05\nkind: good_practice\n---\n"
    "Thư viện giúp người dân dùng dịch vụ số.\n",
    "c.en.md": "---\ntitle: Libraries\nlanguage: en\nregion: Baltic Sea\nthemes: [Digital Inclusion]\n"
    "publisher: Straße & Co\ndate: 2024-02-29\nkind: report\n---\n"
    "Libraries help people with digital services.\n",
}
GIVEN = [
    ({"region": "ÖREBRO LÄN"}, {"a.sv.md"}),
    ({"region": "o\u0308rebro  la\u0308n"}, {"a.sv.md"}),
    ({"region": "đà nẵng"}, {"b.vi.md"}),
    ({"region": unicodedata.normalize("NFD", "ĐÀ NẴNG")}, {"b.vi.md"}),
    ({"theme": "Số hoá"}, {"b.vi.md"}),
    ({"theme": unicodedata.normalize("NFD", "số hoá")}, {"b.vi.md"}),
    ({"theme": unicodedata.normalize("NFD", "SỐ HOÁ")}, {"b.vi.md"}),
    ({"theme": ("digitalt STÖD", "digital inclusion")}, {"a.sv.md", "c.en.md"}),
    ({"publisher": "sở thông tin"}, {"b.vi.md"}),
    ({"publisher": "STRASSE & CO"}, {"c.en.md"}),
    ({"language": "SV-se"}, {"a.sv.md"}),
    ({"kind": ("Good-Practice", "REPORT")}, {"b.vi.md", "c.en.md"}),
    ({"year": "2023"}, {"b.vi.md"}),
    ({"year": "2022-2023"}, {"a.sv.md", "b.vi.md"}),
    ({"year": ("2022", "2024")}, {"a.sv.md", "c.en.md"}),
    ({"year": "2022-2024", "region": "đà NẴNG", "language": ("vi", "sv")}, {"b.vi.md"}),
    ({"region": "Örebro"}, set()),
    ({"year": "1999"}, set()),
]


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Retriever]]:
    from helpdesk_bot.database import open_database

    made = library.settings_for(tmp_path_factory.mktemp("regions"))
    library.fill(made, EMBEDDER, REGIONS)
    opened = open_database(made)
    yield opened, retriever(opened, made)
    opened.dispose()


@pytest.mark.parametrize(
    ("given", "expected"),
    GIVEN,
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_a_question_and_a_list_of_documents_are_filtered_alike(
    regions: tuple[Engine, Retriever], given: dict[str, Any], expected: set[str]
) -> None:
    engine, search = regions
    values = {name: (value,) if isinstance(value, str) else value for name, value in given.items()}
    found = search.retrieve("digital", language="en", filters=Filters(**values), most=100)
    listed = Catalog(engine).current_documents(DocumentFilters.from_mapping(given))
    assert set(sources(found)) == expected == {record.source for record in listed.documents}


def test_a_year_that_is_none_is_refused(regions: tuple[Engine, Retriever]) -> None:
    with pytest.raises(BadQuery, match="'soon' is not a year"):
        regions[1].retrieve("digital", language="en", filters=Filters(year=("soon",)))


def test_nothing_let_through_is_no_candidate(engine: Engine, settings: Settings) -> None:
    found = retriever(engine, settings).retrieve("x", language="en", filters=Filters(region=("Atlantis",)))
    assert found.candidates == ()


@pytest.mark.parametrize("language", QUERIES)
def test_the_same_query_gives_the_same_order(engine: Engine, settings: Settings, language: str) -> None:
    orders = {
        tuple(
            (c.passage.passage_id, c.score)
            for c in retriever(engine, settings).retrieve(QUERIES[language], language=language).candidates
        )
        for _ in range(3)
    }
    assert len(orders) == 1


@pytest.mark.parametrize(
    "query", ["extract land register fee", "avgift för utdrag: land register", "phí land register"]
)
def test_superseded_documents_stand_behind(engine: Engine, settings: Settings, query: str) -> None:
    # The two differ in nothing that is searched: only the rule can tell them apart.
    found = retriever(engine, settings).retrieve(query, language="en")
    new, old = [c for c in found.candidates if c.document.source.startswith("rules/")]
    assert (new.document.source, old.document.source) == ("rules/fees-2025.en.md", "rules/fees-2021.en.md")
    assert new.score - old.score == pytest.approx(SUPERSEDED_PENALTY, abs=1e-6)


class Interrupted(DenseIndex):
    """A dense index beside which something is committed right after it has searched."""

    def __init__(self, engine: Engine, index_dir: Path, then: Any) -> None:
        super().__init__(engine, index_dir)
        self._then = then

    def search(self, *args: Any, **more: Any) -> Any:
        found = super().search(*args, **more)
        self._then()
        return found


def test_a_passage_never_stands_beside_another_version(tmp_path: Path) -> None:
    from helpdesk_bot.database import open_database

    settings = library.settings_for(tmp_path / "var")
    library.fill(settings, EMBEDDER)
    engine = open_database(settings)
    writer = DocumentWriter(engine, EMBEDDER)
    source = "reports/tablets.en.md"
    changed = library.TEXTS[source].replace("318 libraries", "A preface. Then 319 libraries")

    def update() -> None:
        list(writer.commit([library.incoming(settings.data_dir, source, changed)]))

    dense = Interrupted(engine, settings.data_dir / "index", update)
    found = Retriever(engine, EMBEDDER, dense).retrieve(QUERIES["en"], language="en")
    assert all(c.document.version == c.passage.version for c in found.candidates)
    assert found.rejected or source in sources(found)
    again = retriever(engine, settings).retrieve(QUERIES["en"], language="en")
    assert again.candidates[0].document.version == 2
    assert "319" in again.candidates[0].passage.text
    engine.dispose()


def test_findable_at_once_and_gone_at_once(tmp_path: Path) -> None:
    from helpdesk_bot.database import open_database

    settings = library.settings_for(tmp_path / "var")
    engine = open_database(settings)
    search = retriever(engine, settings)
    writer = DocumentWriter(engine, EMBEDDER)
    writer.claim()
    for source, text in library.TEXTS.items():
        (done,) = writer.commit([library.incoming(settings.data_dir, source, text)])
        query = text.rpartition("---")[2][:200]
        assert sources(search.retrieve(query, language="en"))[0] == source
        withdraw(engine, done.document_id)
        assert source not in sources(search.retrieve(query, language="en"))
    engine.dispose()


def test_the_generation_and_exact_search_find_the_same(tmp_path: Path) -> None:
    from helpdesk_bot.database import open_database

    settings = library.settings_for(tmp_path / "var")
    library.fill(settings, EMBEDDER)
    engine = open_database(settings)
    exact = {lang: retriever(engine, settings).retrieve(q, language=lang) for lang, q in QUERIES.items()}
    build_generation(settings.database, settings.data_dir / "index")
    dense = DenseIndex(engine, settings.data_dir / "index")
    search = Retriever(engine, EMBEDDER, dense)
    for language, query in QUERIES.items():
        found = search.retrieve(query, language=language)
        assert [c.passage.passage_id for c in found.candidates] == [
            c.passage.passage_id for c in exact[language].candidates
        ]
    assert dense.status().share_by_generation == 1.0
    with begin_write(engine) as connection:
        store.bump_revision(connection)
    assert search.retrieve(QUERIES["en"], language="en").candidates
    dense.close()
    engine.dispose()
