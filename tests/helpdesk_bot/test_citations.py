"""From chosen sentences to numbered quotes: verbatim, whole, within the limits of an answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_bot.citations import (
    MAX_CITATIONS,
    MAX_QUOTE_CHARS,
    MAX_QUOTED_CHARS,
    Evidence,
    cite,
    one_line,
)
from helpdesk_bot.extractive import Scored, Weights, Words, choose, read_closely, score_sentences
from index.chunks import Candidate, DocumentInfo, Passage
from index.lexical import tokens

OFFSET = 1000
INFO = DocumentInfo("d", 1, "T", "report", None, None, "en", (), None, None, "t.md")


def candidate(*sentences: str, name: str = "p", score: float = 0.8, vectors: object = None) -> Candidate:
    """A passage of these sentences, from `OFFSET` on in its document; each vector its own direction."""
    text, spans = "", []
    for sentence in sentences:
        spans.append((OFFSET + len(text), OFFSET + len(text) + len(sentence)))
        text += sentence + "\n"
    made = np.eye(max(len(sentences), 2), dtype=np.float32)[: len(sentences)]
    passage = Passage(
        name, "d", 1, 0, OFFSET, OFFSET + len(text), 3, ("H",), "en", text, "T — H", 9, tuple(spans)
    )
    return Candidate(passage, INFO, 1, score, score, None, made if vectors is None else vectors)


def scored(of: Candidate, position: int, score: float) -> Scored:
    return Scored(of, position, score, 0.8, 0.0, False, 5)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(lengths=st.lists(st.integers(1, 900), max_size=14))
def test_the_limits_hold_and_every_quote_is_whole(lengths: list[int]) -> None:
    pieces = []
    for number, length in enumerate(lengths):
        of = candidate("x" * length, name=f"p{number}")
        pieces.append(Evidence(of, 0, 0, 0, 1.0 - number / 100, 1.0))
    citations = cite(tuple(pieces))
    assert len(citations) <= MAX_CITATIONS
    assert sum(len(item.quote) for item in citations) <= MAX_QUOTED_CHARS
    assert [item.number for item in citations] == list(range(1, len(citations) + 1))
    for item in citations:
        assert len(item.quote) == item.end_char - item.start_char <= MAX_QUOTE_CHARS
        assert int(item.passage_id[1:]) < len(lengths)
        assert len(item.quote) == lengths[int(item.passage_id[1:])]
    if lengths and lengths[0] <= MAX_QUOTE_CHARS:
        assert citations[0].passage_id == "p0"


def test_a_citation_says_where_it_stands_and_keeps_its_name() -> None:
    of = candidate("Först.", "Hồ sơ 📊 đây.", "Last.")
    piece = Evidence(of, 1, 2, 1, 0.9, 1.0)
    (one,) = cite((piece,))
    assert one.quote == "Hồ sơ 📊 đây.\nLast."
    assert (one.start_char, one.end_char) == (OFFSET + 7, OFFSET + 7 + len(one.quote))
    assert (one.page, one.heading_path, one.document.version) == (3, ("H",), 1)
    assert cite((piece,))[0].citation_id == one.citation_id
    assert cite((Evidence(of, 1, 1, 1, 0.9, 1.0),))[0].citation_id != one.citation_id


@pytest.mark.parametrize(
    ("quote", "line"),
    [("• Ett  exempel\nhär", "Ett exempel här"), ("– Ví dụ", "Ví dụ"), ("Plain", "Plain"), ("", "")],
)
def test_a_quote_in_running_text_is_one_line(quote: str, line: str) -> None:
    assert one_line(quote) == line


def test_the_best_sentence_is_chosen_and_its_neighbours_join_it() -> None:
    of = candidate("One.", "Two.", "Three.", "Four.", "Five.")
    chosen = choose((scored(of, 2, 1.0), scored(of, 3, 0.999), scored(of, 1, 0.998)), Weights())
    assert [(piece.first, piece.last, piece.best) for piece in chosen] == [(1, 3, 2)]
    four = choose(tuple(scored(of, place, 1.0 - place / 1000) for place in range(4)), Weights())
    assert max(piece.last - piece.first for piece in four) == 2


def test_a_repeated_sentence_is_chosen_once_and_a_poor_one_never() -> None:
    one = candidate("The same.", "Else.", name="a")
    two = candidate("The same.", "Else.", name="b")
    chosen = choose((scored(one, 0, 1.0), scored(two, 0, 0.999), scored(one, 1, 0.1)), Weights())
    assert [piece.candidate.passage.passage_id for piece in chosen] == ["a"]
    assert choose((), Weights()) == ()


def test_the_first_without_the_reader_is_shown_beside_the_readers_own() -> None:
    of = candidate("Read.", "Else.", name="a")
    near = candidate("Near.", "Else.", name="b", vectors=np.eye(2, dtype=np.float32)[::-1])
    by_reader = Scored(of, 0, 2.0, 0.2, 0.0, False, 5)  # the reader lifted it far above the other
    by_nearness = Scored(near, 0, 1.0, 0.9, 0.0, False, 5)
    chosen = choose((by_reader, by_nearness), Weights(least_chars=0), was_read=True)
    assert [(piece.quote, piece.is_nearest) for piece in chosen] == [("Read.", False), ("Near.", True)]
    unread = choose((by_reader, by_nearness), Weights(least_chars=0))
    assert [piece.quote for piece in unread] == ["Read."]


def test_a_neighbour_that_makes_the_quote_too_long_stays_out() -> None:
    of = candidate("x" * 400, "y" * 400)
    chosen = choose((scored(of, 0, 1.0), scored(of, 1, 0.999)), Weights())
    assert all(piece.end_char - piece.start_char <= MAX_QUOTE_CHARS for piece in chosen)


def test_scoring_prefers_the_nearer_sentence_and_the_questions_words() -> None:
    of = candidate("Libraries lend tablets to every resident.", "Ferries cross the strait in the morning.")
    query = np.array([1.0, 0.0], np.float32)
    words = Words("en", {token: 2.0 for token in tokens("tablets", "en")})
    ranked = score_sentences((of,), query, words, (), tokens, Weights())
    assert [item.position for item in ranked] == [0, 1]
    assert ranked[0].coverage > ranked[1].coverage == 0.0
    closer = read_closely(
        ranked, query, lambda texts: np.eye(2, dtype=np.float32)[: len(texts)], 1, Weights()
    )
    assert [(item.position, item.alone) for item in closer] == [(0, 1.0)]
    assert read_closely((), query, lambda _texts: np.empty((0, 2), np.float32), 8, Weights()) == ()


def test_a_sentence_with_a_number_is_preferred_where_a_number_is_asked_for() -> None:
    same = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    of = candidate("Many libraries lend tablets.", "318 libraries lend tablets.", vectors=same)
    query, words = np.array([1.0, 0.0], np.float32), Words("en", {})
    assert score_sentences((of,), query, words, ("number",), tokens, Weights())[0].position == 1
    assert score_sentences((of,), query, words, (), tokens, Weights())[0].position == 0


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("What do all the libraries in town lend today?", "All the libraries in town lend tablets today."),
        ("Vad lånar alla stadens bibliotek ut i dag?", "Alla stadens bibliotek lånar ut surfplattor i dag."),
        ("“Thư viện thành phố cho mượn những gì?”", "Thư viện thành phố cho mượn máy tính bảng."),
        ("ماذا تعير كل مكتبات المدينة اليوم؟", "كل مكتبات المدينة تعير الأجهزة اللوحية اليوم."),
    ],
)
def test_a_question_in_a_document_is_no_answer_where_a_statement_is_as_near(
    question: str, statement: str
) -> None:
    near = np.array([[1.0, 0.0], [0.98, 0.2]], np.float32)  # what repeats the question is nearest
    of = candidate(question, statement, vectors=near)
    query, words = np.array([1.0, 0.0], np.float32), Words("en", {})
    assert [item.position for item in score_sentences((of,), query, words, (), tokens, Weights())] == [1, 0]
    stated = candidate(f"It was called: {question}", statement, vectors=near)
    ranked = score_sentences((stated,), query, words, (), tokens, Weights())
    assert [item.position for item in ranked] == [0, 1]


def test_coverage_is_a_share_of_the_weight() -> None:
    words = Words("en", {"a": 3.0, "b": 1.0})
    assert (words.coverage({"a"}), words.coverage({"b", "c"}), words.coverage(set())) == (0.75, 0.25, 0.0)
    assert Words("en", {}).coverage({"a"}) == 0.0


def test_a_very_short_quote_takes_a_neighbour_along_and_a_long_one_does_not() -> None:
    short = candidate("Ja.", "Kommunen lånar ut surfplattor på biblioteket i ett halvår.", name="short")
    (piece,) = choose((scored(short, 0, 1.0),), Weights())
    assert piece.quote == short.passage.text.rstrip("\n")
    assert piece.best == 0
    long = candidate("Thư viện cho mượn máy tính bảng. " * 4, "Câu sau.", name="long")
    (whole,) = choose((scored(long, 0, 1.0),), Weights())
    assert (whole.first, whole.last) == (0, 0)


def test_two_short_quotes_never_hold_the_same_sentence() -> None:
    of = candidate("One.", "Two.", "Three.", "Four.", "Five.")
    pieces = choose((scored(of, 0, 1.0), scored(of, 4, 0.99)), Weights())
    held = [place for piece in pieces for place in range(piece.first, piece.last + 1)]
    assert len(held) == len(set(held))
