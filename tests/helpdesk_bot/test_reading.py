"""Excerpts around the best sentences, and what a reading changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.extractive import Weights
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.judging import Instruments, judge
from helpdesk_bot.reading import MAX_CHARS, _around, read_excerpts, reordered
from index.chunks import FloatArray
from index.reader import Excerpt, Reading
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for


@dataclass
class WordReader:
    """Finds one word: an excerpt that holds it answers, with that word; others do not."""

    word: str
    asked: list[tuple[str, list[Excerpt]]]

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Reading]:
        self.asked.append((question, list(excerpts)))
        return [self._one(excerpt) for excerpt in excerpts]

    def _one(self, excerpt: Excerpt) -> Reading:
        found = re.search(rf"\b{re.escape(self.word)}\b", excerpt.text)
        if found is None:
            return Reading(-3.0, -6.0, -5.0, 0, 1)
        return Reading(3.0, 6.0, 5.0, *found.span())


def open_with(reader: WordReader, data_dir: Path) -> Helpdesk:
    settings = settings_for(data_dir, min_confidence=0.0)  # whether is not the point here: which and where
    fill(settings, FakeEmbedder())
    return helpdesk(settings, reader=reader)


@pytest.mark.parametrize(
    ("question", "word", "absent"),
    [
        ("How many libraries lent tablets to residents?", "318", 0.0),
        ("How many libraries lent tablets to residents?", "tablets", 1.0),
        ("Vad kostade projektet för digital identitet i kommunerna?", "12", 0.0),
        ("Vad kostade projektet för digital identitet i kommunerna?", "identitet", 1.0),
        ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?", "84000", 0.0),
        ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?", "điện thoại", 1.0),
    ],
)
def test_what_is_asked_for_is_absent_where_the_reader_points_at_something_else(
    tmp_path: Path, question: str, word: str, absent: float
) -> None:
    with open_with(WordReader(word, []), tmp_path) as desk:
        answer = answer_to_json(desk.ask(Question(text=question, depth="deep")))
    assert answer["trace"]["features"]["kind_absent"] == absent


@pytest.mark.parametrize(
    ("question", "word", "short"),
    [
        ("How long does a loan of a tablet from a library last?", "three", "three"),
        ("Vad kostade projektet för digital identitet i kommunerna?", "12", "12 miljoner kronor"),
    ],
)
def test_the_words_that_the_reader_points_at_are_the_short_answer_and_stand_first(
    tmp_path: Path, question: str, word: str, short: str
) -> None:
    reader = WordReader(word, [])
    with open_with(reader, tmp_path) as desk:
        answer = desk.ask(Question(text=question, depth="deep"))
        assert answer.outcome == "answered"
        assert answer.short_answer is not None
        first = answer.citations[0]
        assert answer.short_answer.citation_id == first.citation_id
        assert answer.short_answer.text == short
        assert first.quote[answer.short_answer.start_char : answer.short_answer.end_char] == short
        assert [asked for asked, _ in reader.asked] == [question]
        assert answer.trace["features"]["reader_answers"] == 6.0

        fast = desk.ask(Question(text=question, depth="fast"))
        assert len(reader.asked) == 1  # not read at fast
        assert "reader_answers" not in fast.trace["features"]


def test_a_reader_that_finds_nothing_leaves_no_short_answer_of_its_own(tmp_path: Path) -> None:
    with open_with(WordReader("zzz", []), tmp_path) as desk:
        answer = desk.ask(Question(text="Who lent tablets to residents?", depth="deep"))
        assert answer.short_answer is None


def test_excerpts_are_whole_sentences_of_one_passage_and_none_is_read_twice(desk: Helpdesk) -> None:
    question = "How many libraries lent tablets?"
    retrieval = desk.retriever.retrieve(question, language="en")
    reader = WordReader("318", [])
    embedder = FakeEmbedder()
    instruments = Instruments(
        embed_alone=lambda texts: embedder.embed_queries(texts),
        embed_query=desk.retriever.embed_query,
        reader=lambda: reader,
        weights=Weights(),
        excerpts=5,
    )
    judged = judge(question, "en", (), retrieval, instruments, "deep")
    ((_, excerpts),) = reader.asked
    assert 0 < len(excerpts) <= 5
    assert len(judged.read) == len(excerpts)
    for piece, excerpt in zip(judged.read, excerpts, strict=True):
        passage = piece.passage
        start, end = passage.sentences[piece.first][0], passage.sentences[piece.last][1]
        assert excerpt.text == passage.text[start - passage.start_char : end - passage.start_char]
        assert piece.holds(piece.best)
        own = [other for other in judged.read if other.passage.passage_id == passage.passage_id]
        assert sum(other.holds(piece.best) for other in own[: own.index(piece) + 1]) == 1
    assert "318" in judged.sentences[0].text
    off = judge(question, "en", (), retrieval, replace(instruments, switched_off=("reading",)), "deep")
    assert off.read == ()
    assert len(reader.asked) == 1


@pytest.mark.parametrize(
    ("language", "question", "heading", "sentence"),
    [
        ("en", "Why did they leave paper behind?", "Why they left paper behind", "Letters took six weeks."),
        ("sv", "Så kan en kommun börja?", "Så kan en kommun börja", "Välj en tjänst som många använder."),
        ("vi", "Vì sao cần chương trình này?", "Vì sao cần", "Nhiều doanh nghiệp đã phải dừng hoạt động."),
    ],
)
def test_a_sentence_is_scored_and_read_under_the_heading_that_its_passage_shows(
    tmp_path: Path, language: str, question: str, heading: str, sentence: str
) -> None:
    head = f"---\ntitle: T\nlanguage: {language}\n---\n# T\n\nABC.\n\n"
    settings = settings_for(tmp_path, min_confidence=0.0)
    others = {f"{name}.md": head.replace("ABC", name) for name in ("KLM", "NOP", "QRS")}
    shown = f"{head}## {heading}\n\n{sentence}\n\n## D\n\nEFG.\n"
    fill(settings, FakeEmbedder(), {"a.md": shown, **others})
    reader, alone = WordReader("ABC", []), list[str]()

    def embed(texts: list[str]) -> FloatArray:
        alone.extend(texts)
        return FakeEmbedder().embed_queries(texts)

    with helpdesk(settings, reader=reader) as desk:
        retrieval = desk.retriever.retrieve(question, language=language)
        instruments = Instruments(embed, desk.retriever.embed_query, lambda: reader, Weights())
        judged = judge(question, language, (), retrieval, instruments, "deep")
    assert all(heading not in found.passage.context for found in retrieval.candidates)  # its text shows it
    best = max(judged.sentences, key=lambda item: item.coverage)
    assert (best.text, best.coverage > 0) == (sentence, True)
    assert {sentence, "ABC.", "EFG."} <= set(alone)
    ((_, excerpts),) = reader.asked
    assert any(heading in f"{excerpt.context} {excerpt.text}" for excerpt in excerpts)


def test_what_is_read_only_gains_and_only_where_it_answers(desk: Helpdesk) -> None:
    retrieval = desk.retriever.retrieve("Vilka kommuner?", language="sv")
    instruments = Instruments(
        lambda texts: FakeEmbedder().embed_queries(texts), desk.retriever.embed_query, None, Weights()
    )
    plain = judge("Vilka kommuner?", "sv", (), retrieval, instruments, "deep").sentences
    read = read_excerpts("Vilka kommuner?", plain, WordReader("zzz", []), 4)
    unsure = reordered(plain, read, Weights())
    assert [item.text for item in unsure] == [item.text for item in plain]
    scores = {(item.candidate.passage.passage_id, item.position): item.score for item in plain}
    sure = reordered(plain, read_excerpts("Vilka kommuner?", plain, WordReader("57", []), 4), Weights())
    for item in sure:
        assert item.score >= scores[(item.candidate.passage.passage_id, item.position)]


@settings(deadline=None)
@given(
    lengths=st.lists(st.integers(1, 600), min_size=1, max_size=12),
    data=st.data(),
)
def test_an_excerpt_holds_its_sentence_and_grows_no_longer_than_it_may(
    lengths: list[int], data: st.DataObject
) -> None:
    spans, start = [], 0
    for length in lengths:
        spans.append((start, start + length))
        start += length + 1
    position = data.draw(st.integers(0, len(spans) - 1))
    first, last = _around(spans, position)
    assert first <= position <= last
    assert first == last or spans[last][1] - spans[first][0] <= MAX_CHARS
    for wider in ((first - 1, last), (first, last + 1)):
        if wider[0] >= 0 and wider[1] < len(spans):
            assert spans[wider[1]][1] - spans[wider[0]][0] > MAX_CHARS
