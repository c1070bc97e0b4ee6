"""Short answers out of quotes that hold several of what is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpdesk_bot.answers import Question, Turn
from helpdesk_bot.citations import Evidence, cite
from helpdesk_bot.extractive import Scored
from helpdesk_bot.reading import LENIENCE, ReadExcerpt
from helpdesk_bot.short_answers import CLEARLY_AHEAD, short_answer
from index.chunks import Candidate, DocumentInfo, Passage
from index.reader import Excerpt, Reading
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.drafts import draft_of
from tests.helpdesk_bot.library import fill, helpdesk, settings_for

TEXT = """---
title: Undersökningen
language: sv
---
# Undersökningen

I undersökningen av AI intervjuades 492 tjänstemän och 46 chefer under våren.
"""
ONE_NUMBER = TEXT.replace(" och 46 chefer", "")


class NumberReader:
    """Points at 492, with given log odds against there being no answer."""

    def __init__(self, span: float) -> None:
        self.span = span

    def read(self, _question: str, excerpts: list[Excerpt]) -> list[Reading]:
        places = [excerpt.text.find("492") for excerpt in excerpts]
        return [
            Reading(3.0, 3.0, self.span, at, at + 3) if at >= 0 else Reading(-9.0, -9.0, -9.0, 0, 0)
            for at in places
        ]


@pytest.mark.parametrize(
    ("question", "text", "span", "expected"),
    [
        ("Có bao nhiêu công chức trong cuộc khảo sát AI?", TEXT, CLEARLY_AHEAD / 2, None),
        ("Có bao nhiêu công chức trong cuộc khảo sát AI?", TEXT, CLEARLY_AHEAD * 2, "492"),
        ("Có bao nhiêu công chức trong cuộc khảo sát AI?", ONE_NUMBER, CLEARLY_AHEAD / 2, "492"),
        ("How many officials were interviewed about AI?", TEXT, CLEARLY_AHEAD / 2, None),
        ("How many officials were interviewed about AI?", TEXT, CLEARLY_AHEAD * 2, "492"),
        ("Hur många tjänstemän intervjuades i undersökningen?", TEXT, CLEARLY_AHEAD / 2, "492"),
        ("Who was interviewed about AI?", TEXT, CLEARLY_AHEAD / 2, "492"),
    ],
)
def test_between_languages_one_of_several_numbers_is_given_only_where_the_reader_is_sure(
    tmp_path: Path, question: str, text: str, span: float, expected: str | None
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.sv.md": text})
    with helpdesk(settings, reader=NumberReader(span)) as desk:
        answer = desk.ask(replace(Question(question), depth="deep"))
    assert answer.outcome == "answered"
    assert (answer.short_answer.text if answer.short_answer else None) == expected


class WordsReader:
    """Points at the first of these words that an excerpt holds; the later it is named, the less likely."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, _question: str, excerpts: list[Excerpt]) -> list[Reading]:
        return [self._reading(excerpt.text) for excerpt in excerpts]

    def _reading(self, text: str) -> Reading:
        for place, words in enumerate(self.words):
            if (at := text.find(words)) >= 0:
                return Reading(3.0, 3.0 - place, 3.0, at, at + len(words))
        return Reading(-9.0, -9.0, -9.0, 0, 0)


ABOUT = "---\ntitle: {}\nlanguage: {}\n{}---\n# {}\n\n{}\n"
PRIZE = ABOUT.format(
    "Prize", "en", "", "Prize", "The prize is 53,000 euros. It began in May 2019, as planned."
)
BUDGET = ABOUT.format("Budget", "en", "", "Budget", "The budget was 9 million euros, and it came late.")
STEG = ABOUT.format("Steg", "sv", "", "Steg", "Stegen är dessa:\n\n- rensa diken och broar\n- laga vägar")
HALF = ABOUT.format(
    "Centra", "sv", "", "Centra", "I dag finns ett trettiotal centra. Nästan alla ligger i norr."
)
FUND = ABOUT.format(
    "Fund",
    "en",
    "",
    "Fund",
    "a) The European Social Fund (ESF) Plus pays for it. The board (of nine) agrees.",
)
DAYS = ABOUT.format(
    "Rules", "en", "", "Rules", "An answer comes within 30 days, as a rule, since they are strict."
)
STEPS = ABOUT.format("Thủ tục", "vi", "", "Thủ tục", "1. Cổng có 21 thủ tục cho doanh nghiệp và người dân.")
CITIES = ABOUT.format("Cổng", "vi", "", "Cổng", "Cổng dữ liệu mở có ở Huế và Đà Nẵng từ năm 2020.")
OLD = ABOUT.format(
    "Duties", "en", "valid_until: 2020-01-01\n", "Duties", "The duties begin on 2 August 2026."
)
NEW = ABOUT.format("Duties", "en", "", "Duties", "The duties begin late now: on 2 December 2027.")

DRAFT = ABOUT.format(
    "Duties",
    "en",
    "valid_from: 2090-01-01\nsupersedes: 0.md\n",
    "Duties",
    "The duties will begin in March 2091.",
)


@pytest.mark.parametrize(
    ("question", "texts", "words", "expected"),
    [
        (
            "When do the duties begin, that begin late now?",
            [NEW, DRAFT],
            ["2 December 2027"],
            "2 December 2027",
        ),
        ("How much is the prize?", [PRIZE], ["53,000"], "53,000 euros"),
        ("When did the prize begin?", [PRIZE], ["May 2019,"], "May 2019"),
        ("What is the prize?", [PRIZE], ["53,000 euros. It began"], "53,000 euros"),
        ("What was the budget?", [BUDGET], ["late"], None),
        ("What is the prize and when did it begin?", [PRIZE], ["53,000 euros"], None),
        ("Hur många centra finns det?", [HALF], ["Nästan alla"], None),
        ("Vad finns det för centra?", [HALF], ["trettio"], "trettiotal"),
        ("Which fund pays?", [FUND], ["ESF) Plus"], "(ESF) Plus"),
        ("Which fund pays?", [FUND], ["European Social Fund (ESF"], "European Social Fund (ESF)"),
        ("Which fund pays?", [FUND], ["a) The European Social Fund"], "a) The European Social Fund"),
        ("Who agrees?", [FUND], ["board"], "board"),
        ("When does an answer come?", [DAYS], ["30 days"], "30 days"),
        ("When does an answer come?", [DAYS], ["as a rule"], None),
        ("Why does an answer come?", [DAYS], ["they are strict"], None),
        ("Varför finns det centra?", [HALF], ["trettiotal"], None),
        ("Vì sao có thủ tục cho doanh nghiệp?", [STEPS], ["21 thủ tục"], None),
        ("Có bao nhiêu thủ tục cho doanh nghiệp?", [STEPS], ["21"], "21"),
        ("Vilka steg är stegen?", [STEG], ["rensa diken och broar"], None),
        ("Vilket steg är det första?", [STEG], ["rensa diken och broar"], "rensa diken och broar"),
        ("Những thành phố nào có cổng dữ liệu mở?", [CITIES], ["Huế và Đà Nẵng"], "Huế và Đà Nẵng"),
        ("Những thành phố nào có cổng dữ liệu mở?", [CITIES], ["Đà Nẵng"], None),
        ("Thành phố nào có cổng dữ liệu mở?", [CITIES], ["Đà Nẵng"], "Đà Nẵng"),
        (
            "When do the duties begin, that begin late now?",
            [NEW, OLD],
            ["2 August", "2 December 2027"],
            "2 December 2027",
        ),
        ("When do the duties begin?", [OLD], ["2 August 2026"], "2 August 2026"),
        ("What is the prize?", [PRIZE], ["The prize"], None),
        ("Vad är stegen?", [STEG], ["Stegen"], None),
        ("Cổng dữ liệu mở là gì?", [CITIES], ["Cổng dữ liệu mở"], None),
        ("Cong du lieu mo la gi?", [CITIES], ["Cổng dữ liệu mở"], None),
        ("Är det broar eller hus?", [STEG], ["broar"], "broar"),
        ("Did the prize begin in May or June?", [PRIZE], ["May"], "May"),
    ],
)
def test_a_short_answer_is_whole_and_answers_all_that_is_asked(
    tmp_path: Path, question: str, texts: list[str], words: list[str], expected: str | None
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {f"{number}.md": text for number, text in enumerate(texts)})
    with helpdesk(settings, reader=WordsReader(*words)) as desk:
        answer = desk.ask(replace(Question(question), depth="deep"))
    assert answer.outcome == "answered"
    assert (answer.short_answer.text if answer.short_answer else None) == expected
    if answer.short_answer:
        cited = {citation.citation_id: citation for citation in answer.citations}
        quote = cited[answer.short_answer.citation_id].quote
        assert quote[answer.short_answer.start_char : answer.short_answer.end_char] == expected


@pytest.mark.parametrize(
    ("language", "question", "first", "second", "pointed_at", "expected"),
    [
        (
            "en",
            "When do the duties for harbours begin?",
            "The duties for harbours begin on 2 December 2027.",
            "The act itself has been law since 1 August 2024.",
            "1 August 2024",
            "2 December 2027",
        ),
        (
            "sv",
            "När börjar kraven på hamnar gälla?",
            "Kraven på hamnar börjar gälla den 2 december 2027.",
            "Själva lagen finns sedan den 1 augusti 2024.",
            "1 augusti 2024",
            "2 december 2027",
        ),
        (
            "vi",
            "Nghĩa vụ của cảng bắt đầu khi nào?",
            "Nghĩa vụ của cảng bắt đầu từ ngày 02/12/2027.",
            "Luật đã có từ ngày 01/8/2024.",
            "01/8/2024",
            "ngày 02/12/2027",
        ),
        (
            "en",
            "When do the duties for harbours begin?",
            "The duties for harbours, planned in 2020 and 2022, begin later.",
            "The act itself has been law since 1 August 2024.",
            "1 August 2024",
            "1 August 2024",
        ),
    ],
)
def test_the_one_date_of_the_first_quote_goes_before_that_of_another(
    language: str, question: str, first: str, second: str, pointed_at: str, expected: str
) -> None:
    one, two = (cited(number, quote, language) for number, quote in enumerate((first, second)))
    draft = draft_of(question, language, (one.candidate, two.candidate), one, two)
    at = second.index(pointed_at)
    reading = Reading(3.0, 3.0, 3.0, at, at + len(pointed_at))
    read = (ReadExcerpt(Scored(two.candidate, 0, 1.0, 0.9, 0.0, True, 5), 0, 0, reading),)
    found = short_answer(replace(draft, read=read, citations=cite((one, two))))
    assert found is not None
    assert found.text.removeprefix("ngày ") == expected.removeprefix("ngày ")


def cited(number: int, quote: str, language: str) -> Evidence:
    """A quote that is all of its document."""
    name, spans = f"{number}.md", ((0, len(quote)),)
    passage = Passage(name, name, 1, 0, 0, len(quote), None, (), language, quote, "", 9, spans)
    about = DocumentInfo(name, 1, name, "report", None, None, language, (), None, None, name)
    vectors = np.array([[1.0, 0.0]], np.float32)
    return Evidence(Candidate(passage, about, number + 1, 1.0, None, None, vectors), 0, 0, 0, 1.0, 1.0)


class DoubtfulReader:
    """Points at words, finds them no likelier to answer than not, and nothing else."""

    def __init__(self, words: str, answers: float, span: float = -LENIENCE) -> None:
        self.words, self.answers, self.span = words, answers, span

    def read(self, _question: str, excerpts: list[Excerpt]) -> list[Reading]:
        places = [excerpt.text.find(self.words) for excerpt in excerpts]
        return [
            Reading(0.0, self.answers, self.span, at, at + len(self.words))
            if at >= 0
            else Reading(-9.0, -9.0, -9.0, 0, 0)
            for at in places
        ]


@pytest.mark.parametrize("doubt", [-0.5, -LENIENCE - 0.5])
@pytest.mark.parametrize(
    ("language", "text", "question", "words", "others"),
    [
        (
            "en",
            "In 2019 the harbour of 14 piers lent 318 tablets.",
            "How many tablets did it lend?",
            "318",
            "harbour",
        ),
        (
            "sv",
            "År 2019 lånade hamnen med 14 pirar ut 318 plattor.",
            "Hur många plattor lånades ut?",
            "318",
            "hamnen",
        ),
        (
            "vi",
            "Năm 2019, cảng có 14 cầu tàu cho mượn 318 máy tính.",
            "Có bao nhiêu máy tính cho mượn?",
            "318",
            "cảng",
        ),
    ],
)
def test_of_the_asked_kind_words_answer_though_the_reader_is_in_doubt(
    tmp_path: Path, language: str, text: str, question: str, words: str, others: str, doubt: float
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.md": ABOUT.format("Lån", language, "", "Lån", text)})
    given = []
    for pointed in (words, others):
        with helpdesk(settings, reader=DoubtfulReader(pointed, doubt)) as desk:
            answer = desk.ask(replace(Question(question, language=language), depth="deep"))
        given.append(answer.short_answer.text if answer.short_answer else None)
    assert given[1] != others
    if doubt > -LENIENCE:
        assert given[0] == words


@pytest.mark.parametrize(
    ("pointed", "span", "expected"),
    [("21", -LENIENCE, "21"), ("21", -9.0, "21"), ("1.", -LENIENCE, "14")],
)
def test_where_the_reader_is_in_doubt_the_figure_of_a_list_is_no_number(
    tmp_path: Path, pointed: str, span: float, expected: str
) -> None:
    text = "1. Find out which of the 21 procedures and 14 forms the town runs."
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.md": ABOUT.format("Gateway", "en", "", "Gateway", text)})
    with helpdesk(settings, reader=DoubtfulReader(pointed, -0.5, span)) as desk:
        answer = desk.ask(Question("How many forms does the town run?", depth="deep"))
    assert answer.short_answer is not None
    assert answer.short_answer.text == expected


@pytest.mark.parametrize(
    ("language", "text", "before", "then", "words", "others"),
    [
        (
            "en",
            "A chatbot has had to say that it is a machine since 2 August 2026.",
            "What must a chatbot say?",
            "Since when?",
            "2 August 2026",
            "it is a machine",
        ),
        (
            "sv",
            "En chattbot måste säga att den är en maskin sedan den 2 augusti 2026.",
            "Vad måste en chattbot säga?",
            "Sedan när?",
            "2 augusti 2026",
            "den är en maskin",
        ),
        (
            "vi",
            "Chatbot phải nói mình là máy từ ngày 02/8/2026.",
            "Chatbot phải nói điều gì?",
            "Từ khi nào?",
            "02/8/2026",
            "mình là máy",
        ),
    ],
)
def test_a_follow_up_that_asks_a_time_is_not_answered_with_the_answer_before(
    tmp_path: Path, language: str, text: str, before: str, then: str, words: str, others: str
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.md": ABOUT.format("Bot", language, "", "Bot", text)})
    given = []
    for pointed in (words, others):
        with helpdesk(settings, reader=WordsReader(pointed)) as desk:
            asked = Question(then, language=language, history=(Turn("user", before),))
            answer = desk.ask(replace(asked, depth="deep"))
        assert answer.trace["searched_for"] == f"{before} {then}"
        given.append(answer.short_answer.text if answer.short_answer else None)
    assert words in (given[0] or "")
    assert given[1] is None


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        (
            "en",
            "Systems are sorted into levels of risk under Article 9.",
            "How many levels of risk are there?",
        ),
        ("sv", "Systemen delas in i risknivåer enligt artikel 9.", "Hur många risknivåer finns det?"),
        ("vi", "Hệ thống được phân loại mức rủi ro theo Điều 9.", "Có bao nhiêu mức rủi ro?"),
    ],
)
def test_the_number_of_an_article_counts_nothing(
    tmp_path: Path, language: str, text: str, question: str
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.md": ABOUT.format("Law", language, "", "Law", text)})
    with helpdesk(settings, reader=DoubtfulReader("9", 2.0, 2.0)) as desk:
        answer = desk.ask(replace(Question(question, language=language), depth="deep"))
    assert answer.citations
    assert answer.short_answer is None
