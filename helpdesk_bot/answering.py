"""From a question to an answer: one list of steps, each taking a draft and giving a new one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from helpdesk_bot import guardrails
from helpdesk_bot.answerability import Calibration, features, question_names, without_names
from helpdesk_bot.answers import Answer, Question, Turn
from helpdesk_bot.citations import cite
from helpdesk_bot.draft import Draft
from helpdesk_bot.extractive import Embed, Weights, Words, choose, read_closely, score_sentences
from helpdesk_bot.llm import ChatWriter
from helpdesk_bot.records import Records
from helpdesk_bot.settings import Settings
from helpdesk_bot.understanding import understand as read_question
from helpdesk_bot.writing import write_extractive, write_generative, write_refusal
from index.chunks import Filters, FloatArray
from index.errors import BadQuery
from index.lexical import tokens
from index.retrieval import Retriever

CANDIDATES = {"fast": 12, "deep": 20}
"""Passages read for an answer, by depth."""


CLOSELY_READ = {"fast": 4, "deep": 16}
"""Sentences that are read by themselves, by depth."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps work with."""

    settings: Settings
    retriever: Retriever
    embed_alone: Embed
    embed_query: Callable[[str], FloatArray]
    records: Records
    calibration: Calibration
    writer: ChatWriter | None
    weights: Weights
    index_version: Callable[[], str]


Step = Callable[[Draft, Parts], Draft]


def understand(draft: Draft, parts: Parts) -> Draft:
    """Read the question: its language, the answer's, and what is searched for."""
    question = draft.question
    history = question.history
    if not history and question.conversation_id:
        asked = parts.records.questions(question.conversation_id)
        history = tuple(Turn("user", text) for text in asked)
    understanding = read_question(
        draft.text,
        language=question.language,
        history=history,
        default_language=parts.settings.default_language,
    )
    notes = draft.notes + ((understanding.language_note,) if understanding.language_note else ())
    return replace(draft, understanding=understanding, notes=notes)


def guard(draft: Draft, _parts: Parts) -> Draft:
    """Stop what must not go on: personal data, and what is no question in any language."""
    understanding = draft.understanding
    searched = understanding.stand_alone if understanding else draft.text  # earlier turns included
    found = tuple(sorted({*guardrails.personal_data(draft.text), *guardrails.personal_data(searched)}))
    if found:
        return replace(
            draft,
            text="",
            understanding=replace(understanding, stand_alone="") if understanding else None,
            outcome="blocked_personal_data",
            outcome_reason="personal_data",
            personal_data=found,
        )
    if not guardrails.has_words(draft.text):
        return replace(draft, outcome="blocked_guardrail", outcome_reason="not_a_question")
    return draft


def retrieve(draft: Draft, parts: Parts) -> Draft:
    """Find the passages that bear on the question."""
    understanding = draft.understanding
    if understanding is None:
        return draft
    filters = _filters(draft.question.filters)
    retrieval = parts.retriever.retrieve(
        understanding.stand_alone,
        language=understanding.question_language,
        filters=filters,
        most=CANDIDATES[draft.depth],
    )
    return replace(
        draft,
        retrieval=retrieval,
        notes=draft.notes + retrieval.notes,
        timings_ms={**draft.timings_ms, **{f"retrieve.{k}": v for k, v in retrieval.timings_ms.items()}},
    )


def _filters(wanted: Mapping[str, Sequence[str]]) -> Filters:
    known = [field.name for field in fields(Filters)]
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise BadQuery(f"There is no filter {unknown[0]!r}; the filters are {', '.join(known)}.")
    return Filters(**{name: tuple(values) for name, values in wanted.items()})


def judge_answerability(draft: Draft, parts: Parts) -> Draft:
    """Choose the sentences that would answer, and say how likely it is that they do."""
    if draft.retrieval is None or draft.understanding is None:
        return draft
    words = Words(draft.understanding.question_language, draft.retrieval.word_weights)
    sentences = score_sentences(
        draft.retrieval.candidates,
        draft.retrieval.query_vector,
        words,
        draft.understanding.asks_for,
        tokens,
        parts.weights,
    )
    read = sentences[: CLOSELY_READ[draft.depth]]
    if "close_reading" not in parts.settings.switched_off:
        read = read_closely(
            sentences,
            draft.retrieval.query_vector,
            parts.embed_alone,
            CLOSELY_READ[draft.depth],
            parts.weights,
        )
    if not read:
        return replace(draft, outcome="unanswerable_not_in_documents", outcome_reason="no_relevant_passage")
    asked = question_names(draft.understanding.stand_alone)
    nameless = without_names(draft.understanding.stand_alone)
    if "nameless" in parts.settings.switched_off:
        nameless = None
    signals = features(
        draft.retrieval,
        read,
        sentences,
        words,
        asked,
        draft.understanding.asks_for,
        None if nameless is None else parts.embed_query(nameless),
    )
    confidence = parts.calibration.probability(signals)
    draft = replace(draft, evidence=choose(read, parts.weights), confidence=confidence, features=signals)
    if confidence < parts.settings.min_confidence:
        return replace(draft, outcome="unanswerable_not_in_documents", outcome_reason="low_confidence")
    return draft


def write(draft: Draft, parts: Parts) -> Draft:
    """Write the answer from the evidence; a chat model if one is configured, else quotes."""
    draft = replace(draft, citations=cite(draft.evidence))
    if not draft.citations:
        return replace(draft, outcome="unanswerable_not_in_documents", outcome_reason="no_relevant_passage")
    if parts.writer is not None:
        return write_generative(draft, parts.writer)
    return write_extractive(draft)


def frame(draft: Draft, parts: Parts) -> Draft:
    """Give every outcome its text in the asker's language, and the related resources."""
    return write_refusal(draft, parts.settings.default_language)


STEPS: tuple[tuple[str, Step], ...] = (
    ("understand", understand),
    ("guard", guard),
    ("retrieve", retrieve),
    ("judge_answerability", judge_answerability),
    ("write", write),
    ("frame", frame),
)
"""The whole way of a question. A step that decides the outcome early ends all but framing."""

ALWAYS = frozenset({"frame"})


@dataclass(frozen=True, slots=True)
class Progressed:
    """A step is done; the draft as it is now."""

    step: str
    draft: Draft


def run_steps(question: Question, parts: Parts) -> Iterator[Progressed]:
    """Run the steps one by one, yielding after each."""
    draft = begin(question, parts.settings)
    for name, step in STEPS:
        if draft.outcome is not None and name not in ALWAYS:
            continue
        started = time.perf_counter()
        draft = step(draft, parts)
        elapsed = (time.perf_counter() - started) * 1000
        draft = replace(draft, timings_ms={**draft.timings_ms, name: elapsed})
        yield Progressed(name, draft)


def begin(question: Question, settings: Settings) -> Draft:
    """Return the draft that the first step takes."""
    return Draft(
        question=question,
        answer_id=uuid.uuid4().hex,
        conversation_id=question.conversation_id or uuid.uuid4().hex,
        created_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        text=guardrails.clean(question.text),
        depth=question.depth or settings.depth,
    )


def finish(draft: Draft, parts: Parts) -> Answer:
    """Return the answer of a finished draft, recorded unless it may not be.

    A question with personal data is neither stored nor given back in the record.
    """
    answer = _answer(draft, parts)
    if parts.settings.record_conversations and draft.outcome != "blocked_personal_data":
        parts.records.add(answer)  # untimed: what is given is what is recorded
    return answer


def answer_question(question: Question, parts: Parts) -> Answer:
    """Answer a question; not knowing is an outcome, not an exception."""
    *_, last = run_steps(question, parts)
    return finish(last.draft, parts)


def _answer(draft: Draft, parts: Parts) -> Answer:
    understanding = draft.understanding
    language = understanding.question_language if understanding else "und"
    return Answer(
        answer_id=draft.answer_id,
        conversation_id=draft.conversation_id,
        created_at=draft.created_at,
        question=draft.text,
        question_language=language,
        answer_language=draft.language,
        outcome=draft.outcome or "error_engine",
        outcome_reason=draft.outcome_reason,
        confidence=round(draft.confidence, 4),
        engine=draft.engine,
        text=draft.answer_text,
        sentences=draft.sentences,
        citations=draft.citations,
        short_answer=draft.short_answer,
        related=draft.related,
        review=draft.review,
        trace=_trace(draft, parts),
    )


def _trace(draft: Draft, parts: Parts) -> dict[str, Any]:
    retrieval = draft.retrieval
    candidates = retrieval.candidates if retrieval else ()
    rejected = retrieval.rejected if retrieval else ()
    return {
        "index_version": parts.index_version(),
        "depth": draft.depth,
        "searched_for": draft.understanding.stand_alone if draft.understanding else draft.text,
        "retrieved": [
            {
                "rank": candidate.rank,
                "passage_id": candidate.passage.passage_id,
                "document_id": candidate.document.document_id,
                "source": candidate.document.source,
                "score": round(candidate.score, 5),
                "dense": None if candidate.dense is None else round(candidate.dense, 5),
                "lexical": None if candidate.lexical is None else round(candidate.lexical, 5),
            }
            for candidate in candidates
        ],
        "rejected": [
            {"passage_id": passage_id, "reason": reason, "score": round(score, 5)}
            for passage_id, reason, score in rejected
        ],
        "features": {name: round(value, 5) for name, value in draft.features.items()},
        "notes": list(draft.notes),
        "timings_ms": {name: round(value, 3) for name, value in draft.timings_ms.items()},
    }
