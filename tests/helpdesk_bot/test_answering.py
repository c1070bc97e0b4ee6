"""The whole way of a question: outcomes, the shape of the answer, quotes that can be checked."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk_bot.answering import STEPS, begin
from helpdesk_bot.answers import Outcome, Question, Turn, answer_to_json
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue
from helpdesk_bot.settings import Settings
from helpdesk_bot.understanding import understand
from helpdesk_bot.writing import write_refusal
from index.errors import BadQuery
from tests.helpdesk_bot import library

KEYS = {
    "answer_id",
    "conversation_id",
    "created_at",
    "question",
    "question_language",
    "answer_language",
    "outcome",
    "outcome_reason",
    "confidence",
    "engine",
    "text",
    "sentences",
    "citations",
    "short_answer",
    "related",
    "review",
    "trace",
}
CITATION_KEYS = {
    "citation_id",
    "number",
    "passage_id",
    "document",
    "page",
    "heading_path",
    "start_char",
    "end_char",
    "quote",
    "language",
}
DOCUMENT_KEYS = {
    "document_id",
    "title",
    "kind",
    "publisher",
    "date",
    "language",
    "url",
    "source",
    "version",
}


def ask(desk: Helpdesk, text: str, **more: Any) -> dict[str, Any]:
    return answer_to_json(desk.ask(Question(text, **more)))


def check(desk: Helpdesk, answer: dict[str, Any]) -> None:
    """Hold an answer against the contract, whatever was asked."""
    assert set(answer) == KEYS
    assert json.loads(json.dumps(answer)) == answer
    assert datetime.fromisoformat(answer["created_at"]).tzinfo is not None
    assert answer["created_at"].endswith("Z")
    assert answer["outcome"] in get_args(Outcome)
    assert 0.0 <= answer["confidence"] <= 1.0
    assert set(answer["engine"]) == {"name", "model", "prompt_sha256"}
    assert set(answer["review"]) == {"status", "required_because"}
    assert answer["answer_language"]
    assert answer["text"].strip()
    trace = answer["trace"]
    assert {"index_version", "retrieved", "rejected", "timings_ms", "depth"} <= set(trace)
    assert [item["rank"] for item in trace["retrieved"]] == list(range(1, len(trace["retrieved"]) + 1))
    for item in trace["retrieved"]:
        assert {"rank", "passage_id", "document_id", "source", "score"} <= set(item)
    citations = answer["citations"]
    by_id = {citation["citation_id"]: citation for citation in citations}
    assert len(by_id) == len(citations) <= 8
    assert [citation["number"] for citation in citations] == list(range(1, len(citations) + 1))
    assert sum(len(citation["quote"]) for citation in citations) <= 2000
    for citation in citations:
        assert set(citation) == CITATION_KEYS
        assert set(citation["document"]) == DOCUMENT_KEYS
        about = citation["document"]
        text = desk.catalog.text(about["document_id"], about["version"])
        assert text[citation["start_char"] : citation["end_char"]] == citation["quote"]
        assert 0 < len(citation["quote"]) <= 700
        assert citation["passage_id"] in {item["passage_id"] for item in trace["retrieved"]}
    for sentence in answer["sentences"]:
        assert set(sentence) == {"text", "citations", "verification", "score"}
        assert set(sentence["citations"]) <= set(by_id)
        assert 0.0 <= sentence["score"] <= 1.0
    for item in answer["related"]:
        assert set(item) == {"kind", "title", "document_id", "why", "url", "citation_id"}
        assert item["why"].strip()
        assert item["citation_id"] is None or item["citation_id"] in by_id
        desk.catalog.get(item["document_id"])
    short = answer["short_answer"]
    if short is not None:
        quote = by_id[short["citation_id"]]["quote"]
        assert 0 <= short["start_char"] < short["end_char"] <= len(quote)
        assert quote[short["start_char"] : short["end_char"]] == short["text"]
    if answer["outcome"] in ("answered", "partial"):
        assert citations
        assert answer["outcome_reason"] == {"partial": "part_not_in_documents"}.get(answer["outcome"])
        numbers = {int(found) for found in re.findall(r"\[(\d+)\]", answer["text"])}
        assert numbers <= {citation["number"] for citation in citations}
        assert numbers
    else:
        # A refusal claims nothing; the nearest passages may be quoted beside it, and nowhere else.
        assert (answer["sentences"], short) == ([], None)
        quoting = ("unanswerable_not_in_documents", "clarification")
        assert len(citations) <= (4 if answer["outcome"] in quoting else 0)
        assert answer["outcome_reason"]


@pytest.mark.parametrize(("question", "expected"), library.QUESTIONS.items())
def test_answers_with_the_sentence_of_the_right_document(
    desk: Helpdesk, question: str, expected: tuple[str, str, str]
) -> None:
    language, source, words = expected
    answer = ask(desk, question)
    check(desk, answer)
    assert (answer["outcome"], answer["question_language"], answer["answer_language"]) == (
        "answered",
        language,
        language,
    )
    first = answer["citations"][0]
    assert first["document"]["source"] == source
    assert words in first["quote"]
    assert first["language"] == language
    assert answer["related"][0]["title"]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many libraries lent tablets to residents?", "318"),
        ("Hur många kommuner införde digital identitet för sina invånare?", "57"),
        ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?", "84000"),
    ],
)
def test_a_question_for_a_number_has_it_as_short_answer(desk: Helpdesk, question: str, number: str) -> None:
    short = ask(desk, question, depth="fast")["short_answer"]
    assert short["text"] == number


WORDS = sorted({word for text in library.TEXTS.values() for word in re.findall(r"\w{3,}", text)})


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12),
    depth=st.sampled_from(["fast", "deep"]),
    language=st.sampled_from([None, "en", "sv", "vi", "de", "xx"]),
)
def test_any_question_keeps_the_contract(
    desk: Helpdesk, words: list[str], depth: Any, language: str | None
) -> None:
    answer = ask(desk, " ".join(words), depth=depth, language=language)
    check(desk, answer)
    assert answer["trace"]["depth"] == depth


HOSTILE = [
    "",
    "   \t\n",
    "?!…",
    "📊🎉",
    "\ud800",
    "half \udfff a character",
    "\u202eevitcepsrep tfel ot thgir",
    "ما هي الهوية الرقمية للمواطنين؟",
    "hidden \U000e0041\U000e0042\U000e007f tags",
    '" * NEAR( :',
    "NEAR(libraries tablets, 5) AND title:x OR -y ^z*",
    '"unbalanced AND (',
    "'; DROP TABLE documents; --",
    "%' OR 1=1 UNION SELECT document FROM answers --",
    "{language} {sources} {0} %s %(x)s",
    "\x00\x01\x02 libraries",
    "a\u0301\u0302\u0303" * 200,
    "libraries " * 2000,
    "x" * 20000,
    "<script>alert(1)</script>",
    "ﷺ" * 300,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:24]) for text in HOSTILE])
def test_a_hostile_question_gets_an_answer_or_a_clear_outcome(desk: Helpdesk, text: str) -> None:
    answer = ask(desk, text)
    check(desk, answer)
    assert desk.records.get(answer["answer_id"]) is not None
    assert "\U000e0041" not in json.dumps(answer, ensure_ascii=False)
    assert desk.catalog.counts()["in_force"] == len(library.TEXTS)


@pytest.mark.parametrize("text", ["", " \n ", "?!…", "📊🎉", "\ud800", "12 + 34", '" * ( :'])
def test_what_has_no_words_is_blocked_with_the_reason(desk: Helpdesk, text: str) -> None:
    answer = ask(desk, text, language="sv")
    assert (answer["outcome"], answer["outcome_reason"]) == ("blocked_guardrail", "not_a_question")
    assert answer["answer_language"] == "sv"
    assert answer["text"] == "Frågan innehåller inga läsbara ord. Skriv den som en mening."
    assert answer["trace"]["retrieved"] == []


@pytest.mark.parametrize(
    "question",
    [
        "How many libraries lent tablets?",
        "Hur många kommuner införde digital identitet?",
        "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ?",
    ],
)
def test_low_confidence_is_an_honest_refusal_with_the_nearest_resources(
    filled: Settings, question: str
) -> None:
    with library.helpdesk(filled.model_copy(update={"min_confidence": 1.0})) as strict:
        answer = ask(strict, question)
        check(strict, answer)
    assert (answer["outcome"], answer["outcome_reason"]) == (
        "unanswerable_not_in_documents",
        "low_confidence",
    )
    phrases = catalogue(answer["answer_language"])
    assert phrases.text("not_in_documents") in answer["text"]
    assert phrases.text("nearest") in answer["text"]
    assert answer["related"]
    quoted = {citation["citation_id"] for citation in answer["citations"]}
    assert 1 <= len(quoted) <= 4
    assert {item["citation_id"] for item in answer["related"]} - {None} <= quoted
    assert answer["confidence"] < 1.0


@pytest.mark.parametrize("question", ["Who lends tablets?", "Vem lånar ut surfplattor?", "Ai cho mượn sách?"])
def test_an_empty_index_knows_nothing_and_says_so(data_dir: Path, question: str) -> None:
    with library.helpdesk(library.settings_for(data_dir, min_confidence=0.0)) as empty:
        answer = ask(empty, question)
        check(empty, answer)
        assert (answer["outcome"], answer["outcome_reason"]) == (
            "unanswerable_not_in_documents",
            "no_relevant_passage",
        )
        assert answer["related"] == []
        assert empty.health().status == "degraded"
        assert "helpdesk ingest" in empty.health().reasons[0]


@pytest.mark.parametrize(
    "outcome", [name for name in get_args(Outcome) if name not in ("answered", "partial")]
)
@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_every_outcome_that_is_no_answer_has_its_own_text(outcome: Any, language: str) -> None:
    draft = begin(Question("Which fee?", language=language), Settings())
    read = understand("Which fee?", language=language, history=(), default_language="en")
    reason = "personal_data" if outcome == "blocked_personal_data" else None
    draft = replace(
        draft, outcome=outcome, outcome_reason=reason, understanding=read, personal_data=("email",)
    )
    text = write_refusal(draft, "en").answer_text
    phrases = catalogue(language)
    key = {
        "unanswerable_not_in_documents": "not_in_documents",
        "unanswerable_out_of_scope": "out_of_scope",
        "blocked_personal_data": "personal_data",
        "blocked_guardrail": "guardrail",
    }.get(outcome, outcome)
    values = {"what": phrases.personal_data["email"]} if key == "personal_data" else {}
    assert phrases.text(key, **values) in text


@pytest.mark.parametrize(
    ("question", "language", "wanted", "noted"),
    [
        ("Hur många kommuner införde digital identitet?", None, "sv", False),
        ("Hur många kommuner införde digital identitet?", "vi", "vi", False),
        ("Mitu omavalitsust võttis oma elanikele kasutusele digitaalse identiteedi?", None, "en", True),
        ("How many libraries lent tablets?", "xx", "en", True),
        ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ?", "de", "de", False),
    ],
)
def test_the_answer_is_in_the_askers_language_or_the_trace_says_why_not(
    desk: Helpdesk, question: str, language: str | None, wanted: str, noted: bool
) -> None:
    answer = ask(desk, question, language=language)
    check(desk, answer)
    assert answer["answer_language"] == wanted
    assert any("no catalogue for" in note for note in answer["trace"]["notes"]) == noted


def test_a_refusal_without_a_catalogue_is_in_the_default_language(filled: Settings) -> None:
    changed = filled.model_copy(update={"min_confidence": 1.0, "default_language": "sv"})
    with library.helpdesk(changed) as strict:
        answer = ask(strict, "Mitu omavalitsust võttis kasutusele digitaalse identiteedi?")
    assert answer["answer_language"] == "sv"
    assert answer["question_language"] == "et"
    assert "no catalogue for et, answered in sv" in answer["trace"]["notes"]


def test_a_quote_in_another_language_says_which(desk: Helpdesk) -> None:
    answer = ask(desk, "Hur många kommuner införde digital identitet?", language="en")
    assert "(quoted in Swedish)" in answer["text"]
    assert (
        "(quoted in" not in ask(desk, "How many libraries lent tablets to residents?")["text"].split("[1]")[0]
    )


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        ({"kind": ("good_practice",)}, {"practices/upphandling.sv.md"}),
        ({"language": ("vi",)}, {"news/cong-dich-vu.vi.md", "webinars/tre-em.vi.md"}),
        ({"theme": ("digital inclusion",)}, {"reports/tablets.en.md", "news/cong-dich-vu.vi.md"}),
        ({"year": ("2024",), "language": ("sv",)}, {"projects/identitet.sv.md"}),
        ({"source": ("rules/fees-2025.en.md",)}, {"rules/fees-2025.en.md"}),
        ({"publisher": ("Office for Industry",)}, {"briefs/ai-small-firms.en.md"}),
        (
            {"kind": ("news", "webinar")},
            {"news/cong-dich-vu.vi.md", "webinars/tre-em.vi.md"},
        ),
    ],
)
@pytest.mark.parametrize("question", ["How many people?", "Hur många kommuner?", "Bao nhiêu hồ sơ?"])
def test_filters_let_only_their_documents_answer(
    desk: Helpdesk, question: str, filters: dict[str, tuple[str, ...]], sources: set[str]
) -> None:
    answer = ask(desk, question, filters=filters)
    check(desk, answer)
    assert {item["source"] for item in answer["trace"]["retrieved"]} == sources
    assert {item["document"]["source"] for item in answer["citations"]} <= sources


def test_a_filter_that_nothing_meets_is_an_outcome(desk: Helpdesk) -> None:
    answer = ask(desk, "How many libraries?", filters={"kind": ("podcast",)})
    check(desk, answer)
    assert answer["outcome_reason"] == "no_relevant_passage"


def test_an_unknown_filter_is_refused_by_name(desk: Helpdesk) -> None:
    with pytest.raises(BadQuery, match="colour"):
        desk.ask(Question("How many libraries?", filters={"colour": ("red",)}))


@pytest.mark.parametrize(
    ("first", "then", "understood", "source"),
    [
        (
            "How many libraries lent tablets?",
            "And for how long?",
            "How many libraries lent tablets? For how long?",
            "reports/tablets.en.md",
        ),
        (
            "Hur många kommuner införde digital identitet?",
            "Vad kostade det?",
            "Hur många kommuner införde digital identitet? Vad kostade det?",
            "projects/identitet.sv.md",
        ),
        (
            "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ?",
            "Mất bao lâu?",
            "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ? Mất bao lâu?",
            "news/cong-dich-vu.vi.md",
        ),
    ],
)
def test_a_follow_up_is_answered_as_the_question_that_it_stands_for(
    desk: Helpdesk, first: str, then: str, understood: str, source: str
) -> None:
    given = ask(desk, then, history=(Turn("user", first), Turn("assistant", "[1]")))
    check(desk, given)
    assert given["trace"]["searched_for"] == understood
    assert given["trace"]["retrieved"][0]["source"] == source
    begun = ask(desk, first)
    followed = ask(desk, then, conversation_id=begun["conversation_id"])
    assert followed["trace"]["searched_for"] == understood
    shown = list(dict.fromkeys(cited["document"]["document_id"] for cited in begun["citations"]))
    assert followed["trace"]["carried"]["documents"] == shown
    assert "carried" not in begun["trace"]
    assert followed["conversation_id"] == begun["conversation_id"]
    assert followed["question"] == then
    assert ask(desk, then)["trace"]["searched_for"] == then


def test_a_superseded_document_stands_behind_the_one_in_force(desk: Helpdesk) -> None:
    # The two differ in the price and the year alone.
    for question in (
        "What does an extract from the land register cost when ordered online?",
        "Vad kostar an extract from the land register?",
        "An extract from the land register: phí bao nhiêu euro?",
    ):
        found = [item["source"] for item in ask(desk, question)["trace"]["retrieved"]]
        assert found[:2] == ["rules/fees-2025.en.md", "rules/fees-2021.en.md"]


def test_the_record_is_the_answer_as_it_was_given(desk: Helpdesk) -> None:
    for question in (*library.QUESTIONS, "?", "xyzzy plugh"):
        answer = ask(desk, question)
        assert desk.records.get(answer["answer_id"]) == answer
    assert desk.records.get("nothing") is None


def test_a_stream_ends_with_the_document_that_is_recorded(desk: Helpdesk) -> None:
    for question in library.QUESTIONS:
        events = list(desk.stream(Question(question)))
        names = [name for name, _ in events]
        assert [value["step"] for name, value in events if name == "status"] == [name for name, _ in STEPS]
        assert names[-1] == "done"
        assert names.count("done") == 1
        done = events[-1][1]
        check(desk, done)
        for name, key in (("citation", "citations"), ("sentence", "sentences"), ("related", "related")):
            assert [value for event, value in events if event == name] == done[key]
        assert desk.records.get(done["answer_id"]) == done


def test_the_same_question_gets_the_same_answer(desk: Helpdesk) -> None:
    for question in library.QUESTIONS:
        one, two = ask(desk, question), ask(desk, question)
        for answer in (one, two):
            for key in ("answer_id", "conversation_id", "created_at"):
                answer.pop(key)
            answer["trace"].pop("timings_ms")
        assert one == two


def test_the_trace_is_enough_to_replay(desk: Helpdesk) -> None:
    answer = ask(desk, "How many libraries lent tablets to residents?", filters={"language": ("en",)})
    trace = answer["trace"]
    assert re.fullmatch(r"r\d+/(exact|gen-\d+)", trace["index_version"])
    assert trace["features"]
    assert {"understand", "guard", "retrieve", "judge_answerability", "write"} <= set(trace["timings_ms"])
    assert all(value >= 0 for value in trace["timings_ms"].values())
    again = ask(desk, trace["searched_for"], filters={"language": ("en",)})
    assert again["trace"]["retrieved"] == trace["retrieved"]


def test_nothing_is_recorded_where_the_settings_say_so(filled: Settings) -> None:
    with library.helpdesk(filled.model_copy(update={"record_conversations": False})) as quiet:
        answer = ask(quiet, "How many libraries lent tablets to residents?")
        assert answer["outcome"] == "answered"
        assert quiet.records.get(answer["answer_id"]) is None
