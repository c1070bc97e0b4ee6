"""Lists, comparisons and no more than needed, over the whole way of a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpdesk_bot.answerability import Calibration
from helpdesk_bot.answering import answer_question, begin
from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.arranging import arranged
from helpdesk_bot.citations import MAX_CITATIONS, Evidence
from helpdesk_bot.compared_sides import in_place, naming
from helpdesk_bot.extractive import Scored
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.judging_parts import JudgedPart
from helpdesk_bot.phrases import catalogue
from helpdesk_bot.question_parts import QuestionPart
from helpdesk_bot.reading import ReadExcerpt
from helpdesk_bot.settings import load_settings
from helpdesk_bot.surplus import CLOSE, FAR_BEHIND, likeliest, needed
from helpdesk_bot.switches import Switch
from helpdesk_bot.understanding import understand
from helpdesk_bot.writing import write_extractive
from index.chunks import Candidate, DocumentInfo, Passage
from index.lexical import tokens
from index.reader import Reading
from index.retrieval import Retrieval
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_answering import check
from tests.helpdesk_bot.test_listings import candidates, piece

BY_WORDS = Calibration({"coverage": 20.0}, -10.0, {})
"""The seeded embedder's similarities mean nothing to the fitted calibration; shared words do."""

ITEMS = {
    "en": ["Harbour barriers: old systems", "Lack of staff", "No common rules"],
    "sv": ["Hinder i hamnen: gamla system", "Brist på personal", "Inga gemensamma regler"],
    "vi": ["Rào cản ở cảng: hệ thống cũ", "Thiếu nhân sự", "Không có quy định chung"],
}
LIST_QUESTIONS = {
    "en": "Which barriers did the harbour meet: old systems?",
    "sv": "Vilka hinder fanns i hamnen: gamla system?",
    "vi": "Những rào cản nào có ở cảng: hệ thống cũ?",
}
LONG_QUESTIONS = {
    "en": "Which steps clear the road?",
    "sv": "Vilka steg röjer vägen?",
    "vi": "Những bước nào dọn đường?",
}
N_STEPS = 11
ONE_QUESTIONS = {
    "en": "Does the harbour have barriers: old systems?",
    "sv": "Finns hinder i hamnen: gamla system?",
    "vi": "Cảng có rào cản: hệ thống cũ không?",
}
TEXTS = {
    **{
        f"reports/harbour.{language}.md": f"---\ntitle: {items[0].split(':')[0]}\nlanguage: {language}\n---\n"
        f"# {items[0].split(':')[0]}\n\n" + "\n".join(f"- {item}" for item in items) + "\n"
        for language, items in ITEMS.items()
    },
    "reports/handbook.en.md": "---\ntitle: Handbook for municipal digital service owners\nlanguage: en\n---\n"
    "# Handbook for municipal digital service owners\n\nThe handbook tells who answers for what.\n",
    "projects/mosaico.en.md": "---\ntitle: MOSAICO\nlanguage: en\n---\n# MOSAICO\n\nWhat is MOSAICO? "
    "MOSAICO is a project on lending tablets in libraries.\n",
    "projects/aurora.en.md": "---\ntitle: AURORA\nlanguage: en\n---\n# AURORA\n\nWhat is AURORA? "
    "AURORA is a project on repairing bridges in winter.\n",
    "projects/mosaico.sv.md": "---\ntitle: MOSAICO\nlanguage: sv\n---\n# MOSAICO\n\n"
    "Vad är MOSAICO? MOSAICO är ett projekt om lån av surfplattor.\n",
    "projects/aurora.sv.md": "---\ntitle: AURORA\nlanguage: sv\n---\n# AURORA\n\n"
    "Vad är AURORA? AURORA är ett projekt om broar på vintern.\n",
    "projects/mosaico.vi.md": "---\ntitle: MOSAICO\nlanguage: vi\n---\n# MOSAICO\n\n"
    "MOSAICO là gì? MOSAICO là dự án cho mượn máy tính bảng.\n",
    "projects/aurora.vi.md": "---\ntitle: AURORA\nlanguage: vi\n---\n# AURORA\n\n"
    "AURORA là gì? AURORA là dự án sửa cầu vào mùa đông.\n",
}
COMPARED = {
    "en": "What is the difference between {} and {}?",
    "sv": "Vad är skillnaden mellan {} och {}?",
    "vi": "Sự khác nhau giữa {} và {} là gì?",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    settings = library.settings_for(Path(tmp_path_factory.mktemp("shelf")), min_confidence=0.0)
    library.fill(settings, FakeEmbedder(), TEXTS)
    with library.helpdesk(settings) as opened:
        yield opened


def ask(desk: Helpdesk, text: str, *off: Switch, calibration: Calibration = BY_WORDS) -> dict[str, Any]:
    parts = replace(
        desk._parts,
        calibration=calibration,
        settings=desk.settings.model_copy(update={"min_confidence": 0.35, "switched_off": off}),
    )
    answer = answer_to_json(answer_question(Question(text), parts))
    check(desk, answer)
    return answer


def quotes(answer: dict[str, Any]) -> list[str]:
    return [citation["quote"] for citation in answer["citations"]]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_for_several_things_gets_the_whole_list_in_order(shelf: Helpdesk, language: str) -> None:
    answer = ask(shelf, LIST_QUESTIONS[language])
    shown = quotes(answer)
    first = shown.index(ITEMS[language][0])
    assert shown[first : first + 3] == ITEMS[language]
    assert catalogue(language).text("list_goes_on") not in answer["text"]
    places = [answer["text"].index(f"- {item}") for item in ITEMS[language]]
    assert places == sorted(places)


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_for_one_thing_does_not(shelf: Helpdesk, language: str) -> None:
    shown = quotes(ask(shelf, ONE_QUESTIONS[language]))
    assert shown[0].startswith(ITEMS[language][0])
    assert not set(ITEMS[language]) <= set(shown)


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_things_that_are_compared_stand_side_by_side(shelf: Helpdesk, language: str) -> None:
    answer = ask(shelf, COMPARED[language].format("MOSAICO", "AURORA"))
    text = answer["text"]
    assert answer["outcome"] == "answered"
    assert text.startswith(catalogue(language).text("compared"))
    assert text.index("**MOSAICO**") < text.index("**AURORA**")
    one, other = text[text.index("**MOSAICO**") : text.index("**AURORA**")], text[text.index("**AURORA**") :]
    assert "MOSAICO is a" in one or "MOSAICO är ett" in one or "MOSAICO là dự án" in one
    assert "AURORA is a" in other or "AURORA är ett" in other or "AURORA là dự án" in other
    assert answer["short_answer"] is None


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_side_that_no_document_tells_of_is_named(shelf: Helpdesk, language: str) -> None:
    answer = ask(shelf, COMPARED[language].format("MOSAICO", "ZEPHYRINE"))
    phrases = catalogue(language)
    assert (answer["outcome"], answer["outcome_reason"]) == ("partial", "part_not_in_documents")
    assert phrases.text("side_missing", part="ZEPHYRINE") in answer["text"]
    assert "**MOSAICO**" in answer["text"]
    assert "**ZEPHYRINE**" not in answer["text"]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
@pytest.mark.parametrize("at", [1, 3, 11])
def test_of_a_longer_list_the_first_items_are_shown_and_that_it_goes_on(language: str, at: int) -> None:
    question = LONG_QUESTIONS[language]
    items = [f"{question[:-1]} {number}" for number in range(1, N_STEPS + 1)]
    found = candidates("# A\n\nThese are they:\n\n" + "".join(f"- {item}\n" for item in items))
    understanding = understand(question, language=language, history=(), default_language="en")
    draft = replace(
        DRAFT,
        understanding=understanding,
        evidence=(piece(found, items[at - 1]),),
        retrieval=Retrieval(np.zeros(4, np.float32), tuple(found), (), {}, ()),
    )
    written = write_extractive(draft)
    shown = [items.index(citation.quote) + 1 for citation in written.citations]
    assert shown == [*range(1, MAX_CITATIONS), max(MAX_CITATIONS, at)]
    assert written.answer_text.endswith(catalogue(language).text("list_goes_on"))


def test_a_long_name_that_the_documents_hold_is_not_called_missing(shelf: Helpdesk) -> None:
    strict = Calibration({"coverage": 20.0}, -16.0, {})
    name = "the handbook for municipal digital service owners"
    answer = ask(shelf, COMPARED["en"].format("MOSAICO", name), calibration=strict)
    assert answer["outcome"] == "answered"
    assert f"**{name}**" in answer["text"]
    assert "The handbook tells who answers for what." in answer["text"].partition(f"**{name}**")[2]
    missing = ask(shelf, COMPARED["en"].format("MOSAICO", f"{name} of Ruritania"), calibration=strict)
    assert missing["outcome"] == "partial"


def test_a_quote_about_one_side_does_not_stand_below_the_other() -> None:
    one, other, both, neither = pieces((2.0, 1.9, 1.8, 1.7))
    named = [
        replace(
            piece, candidate=replace(piece.candidate, passage=replace(piece.candidate.passage, text=text))
        )
        for piece, text in (
            (one, "MOSAICO cost."),
            (other, "AURORA bri."),
            (both, "AURORA and MOSAICO are big"),
            (neither, "It is old, too."),
        )
    ]
    named = [
        replace(
            piece,
            candidate=replace(
                piece.candidate,
                passage=replace(piece.candidate.passage, sentences=((0, len(piece.candidate.passage.text)),)),
            ),
        )
        for piece in named
    ]
    kept_for = {
        thing: [named.index(piece) for piece in in_place(named, thing, [rest], "en")]
        for thing, rest in (("MOSAICO", "AURORA"), ("the AURORA", "MOSAICO"))
    }
    assert kept_for == {"MOSAICO": [0, 2, 3], "the AURORA": [1, 2, 3]}
    assert in_place(named[1:2], "MOSAICO", ["AURORA"], "en") == (named[1],)


def saying(text: str, language: str) -> Evidence:
    [piece] = pieces((1.0,))
    passage = replace(
        piece.candidate.passage, text=text, end_char=len(text), language=language, sentences=((0, len(text)),)
    )
    return replace(piece, candidate=replace(piece.candidate, passage=passage))


@pytest.mark.parametrize(
    ("language", "thing", "other", "on_thing", "on_other"),
    [
        ("en", "the employee", "the employer", "The employee pays a fee.", "The employer pays the premium."),
        ("sv", "Helsingborg", "Helsingfors", "I Helsingborg kostar det.", "I Helsingfors är det gratis."),
        ("vi", "Helsinki", "Helsingborg", "Helsinki có sổ đăng ký.", "Helsingborg có sổ đăng ký."),
    ],
)
def test_sides_that_begin_alike_are_told_apart(
    language: str, thing: str, other: str, on_thing: str, on_other: str
) -> None:
    mine, theirs = saying(on_thing, language), saying(on_other, language)
    assert in_place([mine, theirs], thing, [other], language) == (mine,)
    assert in_place([mine, theirs], other, [thing], language) == (theirs,)
    assert naming([mine, theirs], thing, language) == (mine,)


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
@pytest.mark.parametrize("switch", ["lists", "comparisons", "surplus", "short_answers"])
def test_a_switch_changes_what_it_says_and_nothing_else(
    shelf: Helpdesk, switch: Switch, language: str
) -> None:
    compared = COMPARED[language].format("MOSAICO", "AURORA")
    asked = {"lists": LIST_QUESTIONS[language], "comparisons": compared, "one": ONE_QUESTIONS[language]}
    for about, question in asked.items():
        whole, without = ask(shelf, question), ask(shelf, question, switch)
        same = [whole[field] == without[field] for field in ("outcome", "text", "citations", "confidence")]
        assert all(same) == (about != switch), about
    without = ask(shelf, asked["lists"], "lists")
    assert not set(ITEMS[language]) <= set(quotes(without))
    assert not without["text"].startswith(catalogue(language).text("compared"))


@pytest.mark.parametrize(
    ("language", "title", "question", "answering"),
    [
        ("en", "Orion", "Which countries are connected to Orion?", "Estonia and Finland connected Orion."),
        ("sv", "Orion", "Vilka länder är anslutna till Orion?", "Estland och Finland anslöt Orion."),
        ("vi", "Orion", "Những nước nào kết nối Orion?", "Estonia và Phần Lan đã kết nối Orion."),
    ],
)
def test_a_list_under_the_title_alone_does_not_take_the_place_of_what_answers(
    language: str, title: str, question: str, answering: str
) -> None:
    text = f"# {title}\n\n{answering}\n\n# {title}\n\n- 2003: 21,670\n- 2004: 270,466\n- 2005: 14 000 000\n"
    found = [
        replace(
            each,
            document=replace(each.document, title=title, language=language),
            passage=replace(each.passage, language=language),
        )
        for each in candidates(text, max_tokens=32)
    ]
    evidence = (piece(found, answering), replace(piece(found, "21,670"), score=0.99))
    words = {token: 1.0 for token in tokens(question, language)}
    draft = replace(
        DRAFT,
        understanding=understand(question, language=language, history=(), default_language="en"),
        retrieval=Retrieval(np.zeros(4, np.float32), tuple(found), (), words, (), {}),
        evidence=evidence,
    )
    shown = [each.quote for each in arranged(draft).evidence]
    assert shown[0] == answering
    assert len(shown) == 2


@pytest.mark.parametrize("off", [(), ("surplus",), ("lists",), ("lists", "surplus")])
def test_surplus_quotes_stay_where_that_is_switched_off(off: tuple[Switch, ...]) -> None:
    evidence = pieces((2.0, 1.95, 1.9))
    draft = replace(
        DRAFT, evidence=tuple(evidence), read=tuple(read(evidence, (1.0, -FAR_BEHIND, 0.9), -1.0))
    )
    shown = arranged(draft, off)
    assert len(shown.evidence) == (3 if "surplus" in off else 2)
    assert [citation.quote for citation in shown.citations] == [piece.quote for piece in shown.evidence]


@pytest.mark.parametrize(
    ("language", "mine", "theirs", "beside"),
    [
        ("en", "MOSAICO cost 12 euro.", "AURORA cost 9 euro.", "It is old."),
        ("sv", "MOSAICO kostade 12 euro.", "AURORA kostade 9 euro.", "Den är gammal."),
        ("vi", "MOSAICO tốn 12 euro.", "AURORA tốn 9 euro.", "Nó đã cũ."),
    ],
)
def test_without_surplus_sides_are_told_apart_all_the_same(
    language: str, mine: str, theirs: str, beside: str
) -> None:
    passages = [saying(text, language).candidate.passage for text in (mine, theirs, beside)]
    evidence = tuple(
        replace(one, candidate=replace(one.candidate, passage=replace(passage, passage_id=f"p{number}")))
        for number, (one, passage) in enumerate(zip(pieces((2.0, 1.9, 1.8)), passages, strict=True))
    )
    assert DRAFT.retrieval is not None
    sides = tuple(
        JudgedPart(
            QuestionPart(name, name, name, is_compared=True),
            DRAFT.retrieval,
            evidence,
            tuple(read(list(evidence), odds, -1.0)),
            is_answered=True,
        )
        for name, odds in (("MOSAICO", (1.0, 0.9, -FAR_BEHIND)), ("AURORA", (0.9, 1.0, 0.9)))
    )
    shown = {
        off: [[piece.quote for piece in part.evidence] for part in arranged(draft, off).asked_parts]
        for draft in (replace(DRAFT, evidence=evidence, asked_parts=sides),)
        for off in ((), ("surplus",))
    }
    # Far behind, "it is old" is surplus below the first side; what is said of the other one never stays.
    assert shown == {(): [[mine], [theirs, beside]], ("surplus",): [[mine, beside], [theirs, beside]]}


SENTENCES = ("It cost 12 euro.", "It was cheap.", "The road is 9 metres wide.", "Trees grow there.")


DRAFT = replace(
    begin(Question("Is it cheap?"), load_settings(None, None, {})),
    understanding=understand("Is it cheap?", language="en", history=(), default_language="en"),
    retrieval=Retrieval(np.zeros(4, np.float32), (), (), {}, ()),
)


def pieces(scores: tuple[float, ...]) -> list[Evidence]:
    found = []
    for number, (text, score) in enumerate(zip(SENTENCES, scores, strict=False)):
        passage = Passage(
            f"p{number}", "d", 1, number, 0, len(text), None, (), "en", text, "", 5, ((0, len(text)),)
        )
        about = DocumentInfo("d", 1, "A", "report", None, None, "en", (), None, None, "a.md")
        vectors = np.zeros((1, 4), np.float32)
        candidate = Candidate(passage, about, number + 1, 1.0, None, None, vectors)
        found.append(Evidence(candidate, 0, 0, 0, score, 1.0))
    return found


def read(evidence: list[Evidence], answers: tuple[float | None, ...], span: float) -> list[ReadExcerpt]:
    return [
        ReadExcerpt(
            Scored(piece.candidate, 0, piece.score, 0.0, 0.0, False, 4), 0, 0, Reading(0.0, odds, span, 0, 4)
        )
        for piece, odds in zip(evidence, answers, strict=False)
        if odds is not None
    ]


def kept(evidence: list[Evidence], answers: tuple[float | None, ...], span: float, *kinds: str) -> list[int]:
    return [evidence.index(piece) for piece in needed(evidence, read(evidence, answers, span), kinds)]


def test_a_quote_far_behind_the_likeliest_one_is_surplus() -> None:
    evidence = pieces((2.0, 1.95, 1.94, 1.93))
    assert kept(evidence, (0.0, 0.1 - FAR_BEHIND, -0.1 - FAR_BEHIND, None), -1.0) == [0, 1]


def test_close_scores_stay_and_so_does_the_one_that_the_reader_prefers() -> None:
    evidence = pieces((2.0, 2.0 - CLOSE / 2, 1.9, 1.8))
    assert kept(evidence, (-9.0, -9.0, -9.0, 1.0), -1.0) == [0, 1, 3]


def test_beside_a_quote_with_the_asked_kind_one_without_it_has_to_be_as_likely() -> None:
    evidence = pieces((2.0, 1.95, 1.94, 1.93))
    assert kept(evidence, (1.0, 0.5, 0.4, 0.5), -1.0, "number") == [0, 2]
    assert kept(evidence, (1.0, 0.5, 0.4, 0.5), -1.0) == [0, 1, 2, 3]


def test_where_nothing_was_read_every_quote_stays() -> None:
    evidence = pieces((2.0, 1.95, 1.94, 1.93))
    assert kept(evidence, (None, None, None, None), 0.0, "number") == [0, 1, 2, 3]


@pytest.mark.parametrize(("answers", "place"), [((0.1, 2.0), 1), ((-3.0, -1.0), 0), ((None, None), 0)])
def test_the_likeliest_is_the_readers_where_it_finds_one(
    answers: tuple[float | None, ...], place: int
) -> None:
    evidence = pieces((2.0, 1.9))
    assert likeliest(evidence, read(evidence, answers, -1.0)) is evidence[place]
