import dataclasses
import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import Engine

from corpus.catalog import Catalog, DocumentFilters, document_id
from corpus.documents import Block, Document, Metadata, Section
from corpus.errors import BrokenDocument, MisusedError, UnknownDocument
from corpus.schema import metadata
from corpus.storage import begin_write, open_engine, sqlite_url

ROOT = "/srv/papers"
TEXTS = {
    "en": "Digital identity\nOne wallet for all citizens.",
    "sv": "Digital inkludering\nÄldre får hjälp på biblioteket.",
    "vi": "Chính phủ số\nDịch vụ công trực tuyến cho mọi người.",
}


@pytest.fixture
def engine(tmp_path: Path):
    engine = open_engine(sqlite_url(tmp_path))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def catalog(engine: Engine) -> Catalog:
    return Catalog(engine)


def make(language: str, text: str | None = None, **known: object) -> Document:
    text = TEXTS[language] if text is None else text
    middle = text.find("\n")
    heading = Block(0, middle, "heading")
    body = Block(middle + 1, len(text), "paragraph")
    section = Section(0, len(text), 1, (text[:middle],), language, (heading, body))
    values = {"title": text[:middle], "language": language, **known}
    return Document(text, (section,), Metadata(**values), "text/plain", ("read twice",))


def store(catalog: Catalog, source: str, document: Document, fingerprint: str = "a" * 64, root: str = ROOT):
    with begin_write(catalog.engine) as connection:
        return catalog.store_version(connection, root, source, fingerprint, document, fingerprint)


@pytest.mark.parametrize("language", TEXTS)
def test_a_document_comes_back_as_it_was_stored(catalog: Catalog, language: str) -> None:
    document = make(
        language,
        kind="report",
        publisher="Östersunds kommun",
        date="2024-05",
        themes=("AI", "Đổi mới"),
        region="Jämtland",
        url="https://example.eu/ä",
        licence="CC BY 4.0",
        valid_from="2024",
        valid_until="2025-12-31",
        supersedes="old.txt",
    )
    stored = store(catalog, f"{language}.txt", document)
    assert stored == (document_id(ROOT, f"{language}.txt"), 1, "added")
    assert catalog.document(stored.document_id) == document
    assert catalog.text(stored.document_id, 1) == document.text
    record = catalog.get(stored.document_id)
    assert record.metadata == document.metadata
    assert (record.status, record.version, record.current_version) == ("in_force", 1, 1)
    assert (record.n_chars, record.notes) == (len(document.text), ("read twice",))
    assert record.created_at == record.updated_at == record.ingested_at
    assert record.ingested_at.endswith("Z")


def test_ids_are_stable_and_tell_names_apart() -> None:
    assert document_id("/srv", "a.txt") == "46820a4c7a1642b32a4e122d"
    names = [("/srv", "a.txt"), ("/srv/a", "txt"), ("/srv", "å.txt"), ("file:/srv", "a.txt")]
    assert len({document_id(*name) for name in names}) == len(names)


def test_each_change_is_a_new_version_and_old_ones_stay_readable(catalog: Catalog) -> None:
    first = store(catalog, "sv.txt", make("sv"), "1" * 64)
    changed = make("sv", "Digital inkludering\nNy text på svenska.")
    assert store(catalog, "sv.txt", changed, "2" * 64) == (first.document_id, 2, "updated")
    assert store(catalog, "sv.txt", make("sv"), "1" * 64) == (first.document_id, 3, "updated")  # changed back
    assert catalog.text(first.document_id, 1) == TEXTS["sv"] == catalog.text(first.document_id)
    assert catalog.text(first.document_id, 2) == changed.text
    record = catalog.get(first.document_id, 2)
    assert (record.version, record.current_version) == (2, 3)
    assert [(each.version, each.content_sha256[0]) for each in record.versions] == [
        (1, "1"),
        (2, "2"),
        (3, "1"),
    ]


def test_the_same_fingerprint_writes_nothing(catalog: Catalog) -> None:
    first = store(catalog, "vi.txt", make("vi"))
    assert store(catalog, "vi.txt", make("vi")) == (first.document_id, 1, "unchanged")
    assert catalog.counts() == {"in_force": 1, "withdrawn": 0, "versions": 1}


def test_a_web_page_with_other_bytes_and_the_same_content_is_unchanged(catalog: Catalog) -> None:
    url = "https://example.eu/sida"
    first = store(catalog, url, make("sv"), "1" * 64, "page:https://example.eu")
    again = store(catalog, url, make("sv"), "2" * 64, "page:https://example.eu")
    assert again == (first.document_id, 1, "unchanged")
    assert catalog.known("page:https://example.eu")[url].fingerprint == "2" * 64
    third = store(catalog, url, make("sv", kind="news"), "3" * 64, "page:https://example.eu")
    assert (third.version, third.action) == (2, "updated")


def test_withdrawn_and_back_again(catalog: Catalog) -> None:
    stored = store(catalog, "en.txt", make("en"))
    for _ in range(2):
        with begin_write(catalog.engine) as connection:
            catalog.withdraw(connection, stored.document_id)
    assert catalog.current_documents().total == 0
    assert catalog.get(stored.document_id).status == "withdrawn"
    assert catalog.text(stored.document_id) == TEXTS["en"]  # answers that cite it can still be checked
    assert catalog.known(ROOT)["en.txt"].status == "withdrawn"
    assert store(catalog, "en.txt", make("en")) == (stored.document_id, 2, "added")
    assert catalog.get(stored.document_id).status == "in_force"


def test_nothing_is_written_when_the_callers_transaction_fails(catalog: Catalog) -> None:
    def fail_after_storing() -> None:
        with begin_write(catalog.engine) as connection:
            catalog.store_version(connection, ROOT, "en.txt", "a" * 64, make("en"), "a" * 64)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_after_storing()
    assert catalog.known_documents() == []


def test_unknown_documents_and_versions(catalog: Catalog) -> None:
    stored = store(catalog, "en.txt", make("en"))
    for ask in (catalog.get, catalog.text, catalog.document):
        with pytest.raises(UnknownDocument, match="no document 'nope'"):
            ask("nope")
        with pytest.raises(UnknownDocument, match="no version 2"):
            ask(stored.document_id, 2)
    with pytest.raises(UnknownDocument), begin_write(catalog.engine) as connection:
        catalog.withdraw(connection, "nope")


def test_text_that_no_database_holds_is_refused(catalog: Catalog) -> None:
    with pytest.raises(BrokenDocument, match="surrogates"):
        store(catalog, "en.txt", make("en", "Title\nhalf \ud800 of it"))
    assert catalog.known_documents() == []


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    """A library that no test changes."""
    engine = open_engine(sqlite_url(tmp_path_factory.mktemp("library")))
    metadata.create_all(engine)
    yield fill(Catalog(engine))
    engine.dispose()


def fill(catalog: Catalog) -> Catalog:
    """Store five documents in three languages, and withdraw one of them."""
    rows = [
        ("a/en.pdf", make("en", kind="report", date="2023-04-01", themes=("GovTech",), region="Baltic Sea")),
        ("b/sv.md", make("sv", kind="news", date="2024", publisher="Östersunds  kommun")),
        ("b/vi.md", make("vi", kind="good_practice", date="2024-11", themes=("GovTech", "Đổi mới"))),
        ("c/sv.html", make("sv", kind="report", publisher="Region Skåne")),
        ("d/gone.txt", make("en", date="2024-01-01")),
    ]
    for number, (source, document) in enumerate(rows):
        store(catalog, source, document, f"{number}" * 64)
    with begin_write(catalog.engine) as connection:
        catalog.withdraw(connection, document_id(ROOT, "d/gone.txt"))
    return catalog


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["a/en.pdf", "b/sv.md", "b/vi.md", "c/sv.html"]),
        ({"kind": "report"}, ["a/en.pdf", "c/sv.html"]),
        ({"kind": ["good-practice", "news"]}, ["b/sv.md", "b/vi.md"]),
        ({"language": "sv"}, ["b/sv.md", "c/sv.html"]),
        ({"language": "vi-VN"}, ["b/vi.md"]),
        ({"theme": "govtech"}, ["a/en.pdf", "b/vi.md"]),
        ({"theme": "đổi mới"}, ["b/vi.md"]),
        ({"region": "BALTIC sea"}, ["a/en.pdf"]),
        ({"publisher": "östersunds kommun"}, ["b/sv.md"]),
        ({"theme": unicodedata.normalize("NFD", "ĐỔI  MỚI")}, ["b/vi.md"]),
        ({"region": ["nowhere", "baltic sea"]}, ["a/en.pdf"]),
        ({"publisher": unicodedata.normalize("NFD", "REGION SKÅNE")}, ["c/sv.html"]),
        ({"theme": "govtech", "publisher": "region skåne"}, []),
        ({"source": "c/sv.html"}, ["c/sv.html"]),
        ({"source": "C/sv.html"}, []),  # two files may differ in this alone
        ({"year": "2024"}, ["b/sv.md", "b/vi.md"]),
        ({"year": 2023}, ["a/en.pdf"]),
        ({"year": "2020-2023"}, ["a/en.pdf"]),
        ({"status": "withdrawn"}, ["d/gone.txt"]),
        ({"status": "any", "year": "2024"}, ["b/sv.md", "b/vi.md", "d/gone.txt"]),
        ({"kind": "report", "language": ["sv", "vi"]}, ["c/sv.html"]),
        ({"kind": "webinar"}, []),
        ({"kind": ""}, ["a/en.pdf", "b/sv.md", "b/vi.md", "c/sv.html"]),
        ({"source": "' OR 1=1 --"}, []),
    ],
)
def test_filters(library: Catalog, given: dict[str, object], expected: list[str]) -> None:
    filters = DocumentFilters.from_mapping(given)
    page = library.current_documents(filters)
    assert [record.source for record in page.documents] == expected
    assert page.total == len(expected)
    assert library.matching_ids(filters) == {record.document_id for record in page.documents}


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_a_source_is_found_in_either_unicode_form(catalog: Catalog, stored: str, asked: str) -> None:
    name = "báo cáo/Örebro.md"
    store(catalog, unicodedata.normalize(stored, name), make("vi"))
    filters = DocumentFilters.from_mapping({"source": unicodedata.normalize(asked, name)})
    assert catalog.current_documents(filters).total == 1


def test_a_kind_that_does_not_exist_is_refused_or_met_by_nothing(catalog: Catalog) -> None:
    with pytest.raises(MisusedError, match="no kind 'podcast'"):
        DocumentFilters.from_mapping({"kind": "podcast"})
    filters = DocumentFilters.from_mapping({"kind": "podcast"}, known_kinds=False)
    assert fill(catalog).current_documents(filters).total == 0


def test_filters_see_only_the_current_version(catalog: Catalog) -> None:
    library = fill(catalog)
    store(library, "a/en.pdf", make("en", kind="news"), "9" * 64)
    assert library.current_documents(DocumentFilters(kind=("report",))).total == 1
    assert library.current_documents(DocumentFilters(kind=("news",))).total == 2


@pytest.mark.parametrize(
    "given",
    [
        {"colour": "red"},
        {"kind": "poem"},
        {"year": "MMXX"},
        {"year": "2024-2020"},
        {"year": "1-9"},
        {"year": [True]},
        {"status": "lost"},
        {"theme": {"a": 1}},
        {"language": None},
    ],
)
def test_filters_that_cannot_be(given: dict[str, object]) -> None:
    with pytest.raises(MisusedError):
        DocumentFilters.from_mapping(given)


def test_no_filter_is_false() -> None:
    assert not DocumentFilters.from_mapping({})
    assert DocumentFilters.from_mapping({"language": "vi"})


def test_pages_cover_everything_once_in_a_stable_order(catalog: Catalog) -> None:
    for number in range(7):
        store(catalog, f"{number % 2}/{number}.txt", make("vi"), f"{number}" * 64)
    store(catalog, "0/0.txt", make("sv"), "f" * 64, "/another/root")
    pages = [catalog.current_documents(limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    listed = [(record.source, record.source_root) for page in pages for record in page.documents]
    assert [len(page.documents) for page in pages] == [3, 3, 2, 0]
    assert [source for source, _ in listed] == sorted(source for source, _ in listed)
    assert len(set(listed)) == 8 == pages[3].total
    for limit, offset in ((0, 0), (1001, 0), (10, -1)):
        with pytest.raises(MisusedError):
            catalog.current_documents(limit=limit, offset=offset)


def test_many_versions_of_one_language_stay_apart(catalog: Catalog) -> None:
    versions = [make("sv", f"Rubrik\nVersion {number}") for number in range(5)]
    for number, document in enumerate(versions):
        stored = store(catalog, "sv.txt", document, f"{number}" * 64)
    assert [catalog.document(stored.document_id, number + 1) for number in range(5)] == versions
    assert dataclasses.replace(catalog.get(stored.document_id, 1), versions=()).metadata.title == "Rubrik"


def test_newer_loaders_that_read_otherwise_make_a_new_version(engine: Engine) -> None:
    catalog = Catalog(engine)
    with begin_write(engine) as connection:
        first = catalog.store_version(connection, "/r", "a.html", "old", make("sv"), "sha")
        same = catalog.store_version(connection, "/r", "a.html", "new", make("sv"), "sha")
        other = catalog.store_version(connection, "/r", "a.html", "newer", make("vi"), "sha")
    assert [(each.action, each.version) for each in (first, same, other)] == [
        ("added", 1),
        ("unchanged", 1),
        ("updated", 2),
    ]


def test_what_was_read_again_with_the_same_result_keeps_its_version_and_gets_the_new_notes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = Catalog(engine)
    with monkeypatch.context() as older, begin_write(engine) as connection:
        older.setattr("corpus.editions.EDITIONS", {})
        for code in ("en", "sv", "vi"):
            catalog.store_version(connection, "/r", f"{code}.txt", code, make(code), code)
    assert [each.outdated for each in catalog.known_documents()] == [True] * 3
    with begin_write(engine) as connection:
        for code in ("en", "sv", "vi"):
            noted = dataclasses.replace(make(code), notes=(f"läst om: {code}",))
            again = catalog.store_version(connection, "/r", f"{code}.txt", code, noted, code)
            assert (again.version, again.action) == (1, "unchanged")
    for known in catalog.known("/r").values():
        assert not known.outdated
        assert catalog.get(known.document_id).notes == (f"läst om: {known.fingerprint}",)
