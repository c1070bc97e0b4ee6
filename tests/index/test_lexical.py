import pytest

from corpus.storage import begin_write
from index import lexical, store
from index.analysis import tokens, words
from tests.index.documents import TEXTS, add_document, add_languages, add_many, database, withdraw


@pytest.fixture
def engine(tmp_path):
    engine = database(tmp_path)
    yield engine
    engine.dispose()


def ask(engine, query, language="en", k=10, allowed=None):
    with engine.connect() as connection:
        return lexical.search(connection, query, language, k, allowed)


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("Which firm uses intelligence?", "en"),
        ("digitala identiteter", "sv"),
        ("chính phủ phục vụ ai?", "vi"),
    ],
)
def test_the_passage_that_shares_words_comes_first(engine, query, language):
    ids = add_languages(engine)
    hits = ask(engine, query, language)
    assert hits[0].passage_id == ids[language][0]
    assert hits[0].rank == 1
    assert hits[0].score > 0


OPERATORS = (
    '"', '""', "*", "NEAR(", "NEAR(firms adopt, 2)", "body: firms", "^firms", "firms AND", "OR", "NOT",
    "-firms", "{body context}: firms", "firms* + adopt", "'; DROP TABLE passages; --",
    "\0firms", "(((", "\\", "%", "a" * 20_000,
    "\u200b\u202e", "\ud800", "🤖", "_", "__", "a_b", "firms\nadopt",
)  # fmt: skip


@pytest.mark.parametrize("query", OPERATORS)
def test_what_a_user_writes_is_never_syntax(engine, query):
    ids = add_languages(engine)
    hits = ask(engine, query)
    assert all(hit.score > 0 for hit in hits)
    found = {hit.passage_id for hit in hits}
    assert (ids["en"][0] in found) == ("firms" in words(query))


def test_operators_are_words_like_any_other(engine):
    add_document(engine, "d", ["to be or not to be", "something else"])
    assert ask(engine, "NOT")[0].passage_id == "d-1-0"


def test_title_and_headings_are_found_too_but_weigh_less(engine):
    add_document(engine, "d", ["nothing here", "Heading in the text"])
    assert [hit.passage_id for hit in ask(engine, "heading")] == ["d-1-1", "d-1-0"]


def test_withdrawn_passages_are_not_found(engine):
    add_languages(engine)
    withdraw(engine, "doc-sv")
    assert not ask(engine, "kommunerna", "sv")
    add_document(engine, "doc-vi", ["Nội dung mới"], language="vi", version=2)
    assert [hit.passage_id for hit in ask(engine, "nội dung người dân", "vi")] == ["doc-vi-2-0"]


def test_a_filter_changes_neither_scores_nor_order(engine):
    add_many(engine, 300)
    everything = ask(engine, "ord1 ord2 ord3 ord4", k=300)
    allowed = {hit.passage_id for hit in everything[::3]}
    kept = [hit for hit in everything if hit.passage_id in allowed]
    found = ask(engine, "ord1 ord2 ord3 ord4", k=300, allowed=allowed)
    assert [(hit.passage_id, hit.score) for hit in found] == [(hit.passage_id, hit.score) for hit in kept]
    assert [hit.rank for hit in found] == list(range(1, len(kept) + 1))
    assert ask(engine, "ord1", allowed=set()) == []


def test_equal_passages_are_in_the_order_of_their_ids(engine):
    for name in ("c", "a", "b"):
        add_document(engine, name, ["the very same words"])
    assert [hit.passage_id[0] for hit in ask(engine, "same words")] == ["a", "b", "c"]


def test_a_common_word_does_not_hide_a_telling_one(engine):
    add_many(engine, 1_500, n_words=6)
    (rare,) = add_document(engine, "rare", ["ord1 ord2 zebra"])
    hits = ask(engine, "ord1 ord2 ord3 ord4 ord5 zebra", k=5)
    assert hits[0].passage_id == rare
    assert len(hits) == 5


def test_document_frequencies_count_passages_in_force(engine):
    add_document(engine, "d", ["cat cat", "cat dog", "bird"])
    with engine.connect() as connection:
        assert lexical.document_frequency(connection, ["cat", "dog", "cow"]) == {"cat": 2, "dog": 1, "cow": 0}
        assert lexical.n_passages(connection) == 3
    withdraw(engine, "d")
    with engine.connect() as connection:
        assert lexical.document_frequency(connection, ["cat"]) == {"cat": 0}
        assert lexical.n_passages(connection) == 0


def test_rows_of_a_transaction_that_fails_are_not_found(engine):
    add_languages(engine)
    connection = engine.connect()
    store.retire(connection, "doc-en")
    connection.close()
    assert ask(engine, "prototype")


def test_rebuilding_gives_the_same_index(engine):
    add_languages(engine)
    before = [ask(engine, text, language) for language, texts in TEXTS.items() for text in texts]
    with begin_write(engine) as connection:
        lexical.rebuild(connection)
    assert [ask(engine, text, language) for language, texts in TEXTS.items() for text in texts] == before


def test_words_keep_their_diacritics_and_lose_their_case():
    assert words("MÅSTE må ma Straße") == ["måste", "må", "ma", "strasse"]
    assert words("e\u0301tude") == words("étude") == ["étude"]
    assert words("AI-Act (2024/1689), COVID-19") == ["ai", "act", "2024", "1689", "covid", "19"]
    assert words("") == []


def test_two_spellings_of_a_letter_are_one():
    assert words("ΠΟΛΙΤΙΚΕΣ ΥΠΗΡΕΣΙΩΝ") == words("πολιτικές υπηρεσιών")
    assert words("Ευρωπαϊκή ΕΥΡΩΠΑΪΚΗ") == ["ευρωπαικη"] * 2
    assert words("şcoli ţară ŢARĂ") == words("școli țară ȚARĂ")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("artificial AI 2024 5g", "en", ["artificial", "^arti", "^artifi", "ai", "2024", "5g"]),
        ("kommunernas it", "sv", ["kommunernas", "^komm", "^kommun", "it"]),
        (
            "Chính phủ điện tử",
            "vi",
            ["chính", "^chín", "phủ", "điện", "tử", "chính_phủ", "phủ_điện", "điện_tử"],
        ),
        ("数字政府", "und", ["数字", "字政", "政府"]),
        ("हिन्दी", "und", ["हिन्दी", "^हिन्"]),
    ],
)
def test_tokens_hold_words_beginnings_and_pairs(text, language, expected):
    found = [token.replace("_", "") if language == "und" else token for token in tokens(text, language)]
    assert found[: len(expected)] == expected


def test_inflected_words_meet_in_their_beginnings():
    for one, other in (("kommunens", "kommunerna"), ("companies", "company"), ("Verwaltungen", "Verwaltung")):
        assert set(tokens(one, "und")) & set(tokens(other, "und"))
