"""From what a foreign system answered to the contract's answer document.

Nothing is made up: what the system does not say is null (``confidence``, the
offsets of a quote that stands nowhere verbatim) or empty (``quote``), and the
measures leave such cases out. Languages are told from the text as ours are.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import UTC, datetime
from typing import Any

from corpus import language
from evals.systems.calls import SystemCallError
from evals.systems.config import AnswerConfig, CitationsConfig
from evals.systems.documents import DOCUMENT_FIELDS, SuiteDocuments
from evals.systems.pointers import MISSING, find
from helpdesk_bot.answers import Question
from index.sentences import sentence_spans

UNMATCHED = "foreign:"
"""Begins the document id of a citation that fits no document of the suite; its version is 0."""
NOT_IN_DOCUMENTS = "unanswerable_not_in_documents"


def to_answer(
    reply: Any, question: Question, config: AnswerConfig, documents: SuiteDocuments, where: str
) -> dict[str, Any]:
    """Return the contract's answer document for a reply.

    Args:
        reply: the parsed JSON.
        question: what was asked.
        config: where its parts stand.
        documents: of the suite.
        where: how messages call the system.

    Raises:
        SystemCallError: a pointer leads nowhere, or the system reports a failure.
    """
    failure = find(reply, config.error)
    if failure not in (MISSING, None, "", False):
        raise SystemCallError(f"{where} reports an error: {str(failure)[:300]}")
    outcome, reason = _outcome(reply, config, where)
    given = find(reply, config.text)
    if given in (MISSING, None) and outcome in (None, "answered", "partial"):
        raise SystemCallError(
            f"{where}: field 'answer.text': {' or '.join(config.text)} leads to no text in {_shape(reply)}"
        )
    text = given if isinstance(given, str) else ""
    if not text.strip() and outcome in (None, "answered", "partial"):
        raise SystemCallError(f"{where} sent an answer without text")
    if outcome is None:
        refused = _refuses(text, config.refusal_phrases)
        outcome, reason = (NOT_IN_DOCUMENTS, "refusal_phrase") if refused else ("answered", None)
    citations = _citations(reply, config.citations, documents, where)
    asked_in = language.detect(question.text)
    answered_in = language.detect(_unmarked(text, config.citations)[0])
    return {
        **answer_head(question),
        "question_language": asked_in,
        "answer_language": answered_in,
        "outcome": outcome,
        "outcome_reason": reason,
        "confidence": _number(reply, config.confidence, "confidence", where, unit=True),
        "engine": {"name": "foreign", "model": _text(find(reply, config.model)), "prompt_sha256": None},
        "text": text,
        "sentences": _sentences(text, answered_in, citations, config.citations),
        "citations": citations,
        "short_answer": None,
        "related": [],
        "review": {"status": "not_required", "required_because": []},
        "trace": {
            "retrieved": _retrieved(citations),
            "usage": {
                "prompt_tokens": _count(find(reply, config.prompt_tokens)),
                "completion_tokens": _count(find(reply, config.completion_tokens)),
            },
        },
    }


def blocked_answer(question: Question, outcome: str, reason: str) -> dict[str, Any]:
    """Return the answer document of a question that the system refused by an HTTP status."""
    asked_in = language.detect(question.text)
    return {
        **answer_head(question),
        "question_language": asked_in,
        "answer_language": asked_in,
        "outcome": outcome,
        "outcome_reason": reason,
        "confidence": None,
        "engine": {"name": "foreign", "model": None, "prompt_sha256": None},
        "text": "",
        "sentences": [],
        "citations": [],
        "short_answer": None,
        "related": [],
        "review": {"status": "not_required", "required_because": []},
        "trace": {"retrieved": [], "usage": {"prompt_tokens": None, "completion_tokens": None}},
    }


def answer_head(question: Question) -> dict[str, Any]:
    """Return the first fields of an answer document."""
    return {
        "answer_id": uuid.uuid4().hex,
        "conversation_id": question.conversation_id or uuid.uuid4().hex,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "question": question.text,
    }


def _outcome(reply: Any, config: AnswerConfig, where: str) -> tuple[str | None, str | None]:
    """Return outcome and reason as the system says them, (None, None) where it says nothing."""
    if config.outcome:
        said = find(reply, config.outcome)
        if said is MISSING or str(said) not in config.outcomes:
            told = "nothing" if said is MISSING else f"'{said}'"
            known = ", ".join(config.outcomes)
            raise SystemCallError(
                f"{where}: field 'answer.outcome': {' or '.join(config.outcome)} says {told}; "
                f"the table outcomes knows {known}"
            )
        # Phrases may still tell a refusal where the system calls everything answered.
        outcome = config.outcomes[str(said)]
        return (None, None) if outcome == "answered" else (outcome, str(said))
    flag = find(reply, config.refusal)
    if flag not in (MISSING, None, False, "", 0):
        return NOT_IN_DOCUMENTS, "refusal_flag"
    return None, None


def _refuses(text: str, phrases: tuple[str, ...]) -> bool:
    said = _squash(text)
    return any(_squash(phrase) in said for phrase in phrases)


def _citations(
    reply: Any, config: CitationsConfig | None, documents: SuiteDocuments, where: str
) -> list[dict[str, Any]]:
    """Return the citations in the system's order."""
    if config is None:
        return []
    given = find(reply, config.items)
    if isinstance(given, dict):  # passages by their id
        given = list(given.values())
    if given is None or (given is MISSING and not config.required):
        return []
    if not isinstance(given, list):
        told = "nothing" if given is MISSING else type(given).__name__
        raise SystemCallError(
            f"{where}: field 'answer.citations.items': {' or '.join(config.items)} leads to {told}, "
            f"not to a list, in {_shape(reply)} (required = false allows a missing list)"
        )
    return [_citation(item, place, config, documents, where) for place, item in enumerate(given, 1)]


def _citation(
    item: Any, number: int, config: CitationsConfig, documents: SuiteDocuments, where: str
) -> dict[str, Any]:
    source, title, url = (
        _text(find(item, pointers)) for pointers in (config.source, config.title, config.url)
    )
    if not (source or title or url):
        raise SystemCallError(
            f"{where}: citation {number} names no document: neither source, title nor url of "
            f"answer.citations leads to a text in {_shape(item)}"
        )
    quote = _text(find(item, config.quote)) or ""
    found = documents.find(source, title, url)
    start = str(found["text"]).find(quote) if found and quote else -1
    known = {name: found.get(name) for name in DOCUMENT_FIELDS} if found else {}
    code = (known.get("language") or "und") if found else language.detect(quote or title or "")
    score = find(item, config.score)
    return {
        "citation_id": f"cit_{number}",
        "number": number,
        "passage_id": f"{source or url or title}:{number}",
        "document": {
            "document_id": f"{UNMATCHED}{source or url or title}",
            "title": title or source or url,
            "kind": "document",
            "publisher": None,
            "date": None,
            "language": code,
            "url": url,
            "source": source or url or title,
            "version": 0,
            **{name: value for name, value in known.items() if value is not None},
        },
        "page": None,
        "heading_path": [],
        "start_char": start if start >= 0 else None,
        "end_char": start + len(quote) if start >= 0 else None,
        "quote": quote,
        "language": code,
        "score": float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
    }


def _sentences(
    text: str, code: str, citations: list[dict[str, Any]], config: CitationsConfig | None
) -> list[dict[str, Any]]:
    """Split the answer; a sentence cites what is marked in it or right behind it, without markers all."""
    bare, marks = _unmarked(text, config)
    everything = [citation["citation_id"] for citation in citations]
    marked = bool(config and config.marker)
    sentences = []
    for start, end in sentence_spans(bare, 0, len(bare), code):
        numbers = [number for place, number in marks if start <= max(place, 0) < end]
        cited = [f"cit_{number}" for number in dict.fromkeys(numbers) if 0 < number <= len(citations)]
        sentences.append(
            {
                "text": bare[start:end],
                "citations": cited if marked else list(everything),
                "verification": "not_checked",
                "score": None,
            }
        )
    return sentences


def _unmarked(text: str, config: CitationsConfig | None) -> tuple[str, list[tuple[int, int]]]:
    """Return the text without markers, and (place of the last character before it, citation) of each."""
    if config is None or config.marker is None:
        return text, []
    bare, behind = "", 0
    marks: list[tuple[int, int]] = []
    for match in re.finditer(config.marker, text):
        bare = (bare + text[behind : match.start()]).rstrip(" ")
        behind = match.end()
        place = len(bare.rstrip()) - 1
        marks += [(place, int(n) - config.marker_base + 1) for n in re.findall(r"\d+", match[1] or "")]
    return bare + text[behind:], marks


def _retrieved(citations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "rank": citation["number"],
            "passage_id": citation["passage_id"],
            "document_id": citation["document"]["document_id"],
            "source": citation["document"]["source"],
            "score": citation["score"],
        }
        for citation in citations
    ]


def _number(reply: Any, pointers: tuple[str, ...], field: str, where: str, *, unit: bool) -> float | None:
    value = find(reply, pointers)
    if not pointers or value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or (unit and not 0 <= value <= 1):
        told = "nothing" if value is MISSING else repr(value)[:60]
        raise SystemCallError(f"{where}: field 'answer.{field}': needs a number from 0 to 1, got {told}")
    return float(value)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # ids are numbers in some systems
    return value if isinstance(value, str) and value.strip() else None


def _shape(value: Any) -> str:
    """Return what a JSON value looks like, without its content."""
    if isinstance(value, dict):
        return f"an object with {', '.join(list(value)[:12])}" if value else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "null" if value is None else type(value).__name__


def _squash(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
