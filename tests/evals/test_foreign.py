"""Foreign answers as the contract's: outcomes, citations, sentences, and what is refused as unusable."""

import pytest

from evals.systems.calls import SystemCallError
from evals.systems.config import AnswerConfig
from evals.systems.documents import SuiteDocuments
from evals.systems.foreign import to_answer
from helpdesk_bot.answers import Question
from tests.evals.factories import TEXTS

ROWS = [
    {
        "document_id": f"id-{key}",
        "version": 2,
        "source": f"{key}.txt",
        "title": key,
        "kind": "report",
        "publisher": None,
        "date": "2024",
        "language": key[-2:],
        "url": f"https://example.org/{key}",
        "text": text,
    }
    for key, text in TEXTS.items()
]
QUESTIONS = {
    "en": "How many officials did the survey cover?",
    "sv": "Hur många tjänstemän omfattade undersökningen?",
    "vi": "Khảo sát gồm bao nhiêu công chức?",
}
CITATIONS = {
    "items": "/sources",
    "source": "/file",
    "title": "/title",
    "url": "/url",
    "quote": "/text",
    "score": "/score",
    "marker": r"\[(\d+)\]",
}


def answer(reply, language="en", **config):
    checked = AnswerConfig.model_validate({"text": "/answer", "citations": CITATIONS} | config, strict=False)
    return to_answer(reply, Question(QUESTIONS[language]), checked, SuiteDocuments(ROWS), "system 'x'")


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_an_answer_with_a_citation(language):
    text = TEXTS[f"doc-{language}"]
    quote = text[: text.index(".") + 1]
    reply = {
        "answer": f"{quote} [1]",
        "sources": [{"file": f"/up/doc-{language}.txt", "text": quote, "score": 3}],
    }
    found = answer(reply, language)
    assert (found["outcome"], found["confidence"], found["short_answer"]) == ("answered", None, None)
    assert (found["question_language"], found["answer_language"]) == (language, language)
    assert found["engine"] == {"name": "foreign", "model": None, "prompt_sha256": None}
    [citation] = found["citations"]
    assert citation["document"]["document_id"] == f"id-doc-{language}"
    assert citation["document"]["source"] == f"doc-{language}.txt"
    assert (citation["document"]["version"], citation["document"]["kind"]) == (2, "report")
    assert (citation["start_char"], citation["end_char"]) == (0, len(quote))
    assert (citation["quote"], citation["language"], citation["score"]) == (quote, language, 3.0)
    assert found["sentences"] == [
        {"text": quote, "citations": ["cit_1"], "verification": "not_checked", "score": None}
    ]
    assert found["trace"]["usage"] == {"prompt_tokens": None, "completion_tokens": None}


def test_what_is_not_said_stays_unknown():
    reply = {
        "answer": "About 500. More follows.",
        "sources": [{"title": "doc-sv"}, {"file": "other.pdf", "text": "It covered 500."}],
    }
    first, second = answer(reply)["citations"]
    assert (first["quote"], first["start_char"], first["document"]["version"]) == ("", None, 2)
    assert (second["start_char"], second["end_char"]) == (None, None)
    assert second["document"]["document_id"] == "foreign:other.pdf"
    assert (second["document"]["source"], second["document"]["version"]) == ("other.pdf", 0)
    assert second["document"]["language"] == "en"


def test_a_quote_that_is_not_verbatim_has_no_place():
    reply = {
        "answer": "Yes.",
        "sources": [{"file": "doc-en.txt", "text": "The survey covered 500 officials."}],
    }
    [citation] = answer(reply)["citations"]
    assert (citation["document"]["document_id"], citation["start_char"]) == ("id-doc-en", None)


def test_sentences_cite_what_is_marked_in_or_behind_them():
    reply = {
        "answer": "One thing holds [1]. Another holds. [2][1] Nothing is cited here. The last [3], [9].",
        "sources": [{"file": "doc-en.txt"}, {"file": "doc-sv.txt"}, {"file": "doc-vi.txt"}],
    }
    told = [(item["text"], item["citations"]) for item in answer(reply)["sentences"]]
    assert told == [
        ("One thing holds.", ["cit_1"]),
        ("Another holds.", ["cit_2", "cit_1"]),
        ("Nothing is cited here.", []),
        ("The last,.", ["cit_3"]),
    ]


def test_markers_may_count_from_zero_and_name_several():
    config = {"citations": CITATIONS | {"marker": r"\[ID:([\d, ]+)\]", "marker_base": 0}}
    reply = {"answer": "Both say so [ID:0, 1].", "sources": [{"file": "doc-en.txt"}, {"file": "doc-sv.txt"}]}
    assert answer(reply, **config)["sentences"][0]["citations"] == ["cit_1", "cit_2"]


def test_without_markers_each_sentence_rests_on_all():
    config = {"citations": {key: value for key, value in CITATIONS.items() if key != "marker"}}
    reply = {"answer": "One. Two.", "sources": [{"file": "doc-en.txt"}, {"file": "doc-sv.txt"}]}
    assert [item["citations"] for item in answer(reply, **config)["sentences"]] == [["cit_1", "cit_2"]] * 2


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am sorry, but the documents  DO NOT SAY."),
        ("sv", "Tyvärr: dokumenten säger inget om det."),
        ("vi", "Xin lỗi, ta\u0300i liệu không đề cập."),
    ],
)
def test_a_phrase_of_the_deployment_is_a_refusal(language, text):
    phrases = ["the documents do not say", "dokumenten säger inget", "tài liệu không đề cập"]
    found = answer({"answer": text, "sources": []}, language, refusal_phrases=phrases)
    assert (found["outcome"], found["outcome_reason"]) == ("unanswerable_not_in_documents", "refusal_phrase")
    assert found["citations"] == []
    # Nothing is built in: without the phrases it is an answer.
    assert answer({"answer": text, "sources": []}, language)["outcome"] == "answered"


def test_a_flag_and_a_word_for_the_outcome():
    assert (
        answer({"answer": "No.", "sources": [], "no": True}, refusal="/no")["outcome_reason"]
        == "refusal_flag"
    )
    assert answer({"answer": "No.", "sources": [], "no": False}, refusal="/no")["outcome"] == "answered"
    assert answer({"answer": "No.", "sources": []}, refusal="/no")["outcome"] == "answered"
    words = {"outcome": "/status", "outcomes": {"ok": "answered", "pii": "blocked_personal_data"}}
    assert answer({"answer": "Yes.", "sources": [], "status": "ok"}, **words)["outcome"] == "answered"
    blocked = answer({"answer": None, "sources": None, "status": "pii"}, **words)
    assert (blocked["outcome"], blocked["outcome_reason"], blocked["text"]) == (
        "blocked_personal_data",
        "pii",
        "",
    )
    with pytest.raises(SystemCallError, match="says 'busy'; the table outcomes knows ok, pii"):
        answer({"answer": "?", "sources": [], "status": "busy"}, **words)


def test_confidence_model_and_tokens():
    config = {
        "confidence": "/p",
        "model": "/m",
        "prompt_tokens": "/usage/in",
        "completion_tokens": "/usage/out",
    }
    reply = {"answer": "Yes.", "sources": [], "p": 1, "m": "m-1", "usage": {"in": 7, "out": None}}
    found = answer(reply, **config)
    assert (found["confidence"], found["engine"]["model"]) == (1.0, "m-1")
    assert found["trace"]["usage"] == {"prompt_tokens": 7, "completion_tokens": None}
    for wrong in (87, "0.8", True):
        with pytest.raises(SystemCallError, match=r"answer\.confidence"):
            answer(reply | {"p": wrong}, **config)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"reply": "Yes.", "sources": []}, "'answer.text': /answer leads to no text in an object with reply"),
        ({"answer": " ", "sources": []}, "without text"),
        ({"answer": "Yes."}, "'answer.citations.items': /sources leads to nothing"),
        ({"answer": "Yes.", "sources": "a.pdf"}, "leads to str, not to a list"),
        ({"answer": "Yes.", "sources": [{"id": None}]}, "citation 1 names no document"),
        ([], "in a list of 0"),
        (None, "in null"),
    ],
)
def test_what_cannot_be_used_is_an_error_and_no_answer(reply, message):
    with pytest.raises(SystemCallError) as caught:
        answer(reply)
    assert message in str(caught.value)
    assert str(caught.value).startswith("system 'x'")


def test_an_error_in_the_reply_is_an_error():
    with pytest.raises(SystemCallError, match="reports an error: model not loaded"):
        answer({"answer": "", "error": "model not loaded", "sources": []}, error="/error")
    assert answer({"answer": "Yes.", "error": None, "sources": None}, error="/error")["outcome"] == "answered"


def test_citations_may_be_an_object_or_missing():
    keyed = {"answer": "Yes.", "sources": {"p9": {"file": "doc-vi.txt"}, "p2": {"file": "doc-en.txt"}}}
    assert [item["document"]["source"] for item in answer(keyed)["citations"]] == ["doc-vi.txt", "doc-en.txt"]
    allowed = {"citations": CITATIONS | {"required": False}}
    assert answer({"answer": "Yes."}, **allowed)["citations"] == []
