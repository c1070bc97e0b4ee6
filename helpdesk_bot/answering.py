"""From a question to an answer: one list of steps, each taking a draft and giving a new one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from helpdesk_bot import guardrails
from helpdesk_bot.answer_bank.serving import served
from helpdesk_bot.answers import Answer, Question, answer_to_json
from helpdesk_bot.citations import cite
from helpdesk_bot.conversation import Carried, with_shown
from helpdesk_bot.deciding import ask_back, judge_parts, refuse
from helpdesk_bot.draft import Draft
from helpdesk_bot.extractive import choose
from helpdesk_bot.gibberish import is_gibberish
from helpdesk_bot.judging import judge
from helpdesk_bot.parts import Parts, Step, search
from helpdesk_bot.resources_asked import a_line_of_each, kinds_asked
from helpdesk_bot.review.holding import decide_on_review
from helpdesk_bot.review.values import Content, content_of_answer
from helpdesk_bot.settings import Settings
from helpdesk_bot.tracing import trace_of
from helpdesk_bot.understanding import Understanding
from helpdesk_bot.understanding import understand as read_question
from helpdesk_bot.writing import write_extractive, write_generative, write_refusal


def understand(draft: Draft, parts: Parts) -> Draft:
    """Read the question: its language, the answer's, and what is searched for."""
    question = draft.question
    recorded = parts.records.earlier(question.conversation_id) if question.conversation_id else ()
    understanding = read_question(
        draft.text,
        language=question.language,
        history=with_shown(question.history, recorded) if question.history else recorded,
        default_language=parts.settings.default_language,
    )
    notes = draft.notes + ((understanding.language_note,) if understanding.language_note else ())
    return _understood(replace(draft, notes=notes), understanding)


def _understood(draft: Draft, understanding: Understanding) -> Draft:
    """Return the draft of a question so understood; it carries filters where it has none itself."""
    question, filters = draft.question, understanding.carried.filters
    if filters and not question.filters:
        question = replace(question, filters=filters)
    return replace(draft, question=question, understanding=understanding)


def guard(draft: Draft, _parts: Parts) -> Draft:
    """Stop what must not go on: personal data, and what is no question in any language."""
    understanding = draft.understanding
    searched = understanding.stand_alone if understanding else draft.text  # earlier turns included
    found = tuple(sorted({*guardrails.personal_data(draft.text), *guardrails.personal_data(searched)}))
    if found:
        return replace(
            draft,
            text="",
            understanding=(
                replace(understanding, stand_alone="", carried=Carried(), otherwise=None)
                if understanding
                else None
            ),
            outcome="blocked_personal_data",
            outcome_reason="personal_data",
            personal_data=found,
        )
    otherwise = understanding.otherwise if understanding else None
    if understanding and otherwise and guardrails.personal_data(otherwise.stand_alone):
        draft = replace(draft, understanding=replace(understanding, otherwise=None))
    followed = understanding is not None and understanding.is_follow_up  # "2022?" after a question of a year
    if not guardrails.has_words(searched if followed else draft.text):
        return replace(draft, outcome="blocked_guardrail", outcome_reason="not_a_question")
    return draft


def find_approved(draft: Draft, parts: Parts) -> Draft:
    """Give the answer that an expert approved to the same question, while its documents stand as they did."""
    understanding = draft.understanding
    if understanding is None or parts.bank is None or understanding.carried.wants_others:
        return draft
    if understanding.reads != understanding.stand_alone:
        return draft  # two questions: like either of them, it asks neither alone
    found = parts.bank.find(
        understanding.stand_alone,
        understanding.stand_alone_language,
        draft.question.filters,
        understanding.answer_language,
    )
    return draft if found is None else served(draft, found)


def retrieve(draft: Draft, parts: Parts) -> Draft:
    """Find the passages that bear on the question: of one for resources of a kind, among those first."""
    understanding = draft.understanding
    if understanding is None:
        return draft
    kinds = frozenset[str]()
    if "kinds_asked" not in parts.settings.switched_off and not draft.question.filters.get("kind"):
        kinds = kinds_asked(understanding.stand_alone, understanding.stand_alone_language)
    found = _found(replace(draft, kinds=kinds), parts)
    if kinds and found.retrieval is not None and not found.retrieval.candidates:
        return _found(replace(draft, kinds=frozenset()), parts)
    return found


def _found(draft: Draft, parts: Parts) -> Draft:
    understanding = draft.understanding
    if understanding is None:
        return draft
    retrieval = search(understanding.stand_alone, understanding.stand_alone_language, draft, parts)
    return replace(
        draft,
        retrieval=retrieval,
        notes=draft.notes + retrieval.notes,
        timings_ms={**draft.timings_ms, **{f"retrieve.{k}": v for k, v in retrieval.timings_ms.items()}},
    )


def check_words(draft: Draft, parts: Parts) -> Draft:
    """Stop letters that make no words, none of which any document holds: they would find something, too."""
    found, understanding = draft.retrieval, draft.understanding
    if found is None or understanding is None or parts.n_pieces is None or understanding.is_follow_up:
        return draft
    if "lexical" in parts.settings.switched_off or any(item.lexical is not None for item in found.candidates):
        return draft
    if not is_gibberish(draft.text, parts.n_pieces):
        return draft
    return replace(draft, outcome="blocked_guardrail", outcome_reason="not_a_question")


def judge_answerability(draft: Draft, parts: Parts) -> Draft:
    """Choose the sentences that would answer, and say how likely it is that they do."""
    if draft.retrieval is None or draft.understanding is None:
        return draft
    judged = judge(
        draft.understanding.stand_alone,
        draft.understanding.stand_alone_language,
        draft.understanding.asks_for,
        draft.retrieval,
        parts.instruments,
        draft.depth,
        draft.understanding.reads,
    )
    draft = replace(draft, timings_ms={**draft.timings_ms, **judged.timings_ms})
    if not judged.sentences:
        return replace(draft, outcome="unanswerable_not_in_documents", outcome_reason="no_relevant_passage")
    confidence = parts.calibration.probability(judged.features)
    weights, was_read = parts.instruments.weights, bool(judged.read)
    if draft.kinds and draft.retrieval is not None:
        evidence = a_line_of_each(judged.sentences, draft.retrieval, weights.margin_of(was_read=was_read))
    else:
        evidence = choose(judged.sentences, weights, was_read=was_read)
    return replace(
        draft,
        evidence=evidence,
        read=judged.read,
        confidence=confidence,
        features=judged.features,
    )


def look_further(draft: Draft, parts: Parts) -> Draft:
    """Search all documents where no resource of the kind asked for answers."""
    if not draft.kinds or draft.confidence >= parts.settings.min_confidence:
        return draft
    return judge_answerability(_found(replace(draft, kinds=frozenset()), parts), parts)


def try_as_follow_up(draft: Draft, parts: Parts) -> Draft:
    """Take a question that names nothing as a follow-up after all, where nothing answers it alone.

    The question before it helps to find, and has no part in judging what is found.
    """
    understanding, least = draft.understanding, parts.settings.min_confidence
    if understanding is None or understanding.otherwise is None or draft.confidence >= least:
        return draft
    leaning = retrieve(replace(_understood(draft, understanding.otherwise), asked_parts=()), parts)
    if leaning.retrieval is None:
        return draft
    vector = parts.retriever.embed_query(understanding.otherwise.reads)
    found = replace(leaning.retrieval, query_vector=vector)
    leaning = judge_answerability(replace(leaning, retrieval=found), parts)
    return draft if leaning.outcome is not None or leaning.confidence < least else leaning


def write(draft: Draft, parts: Parts) -> Draft:
    """Write the answer from the evidence; a chat model if one is configured, else quotes."""
    draft = replace(draft, citations=cite(draft.evidence))
    if not draft.citations:
        return replace(draft, outcome="unanswerable_not_in_documents", outcome_reason="no_relevant_passage")
    if parts.writer is not None:
        return write_generative(draft, parts.writer, parts.settings.switched_off)
    return write_extractive(draft, parts.settings.switched_off)


def frame(draft: Draft, parts: Parts) -> Draft:
    """Give every outcome its text in the asker's language, and the related resources."""
    return write_refusal(draft, parts.settings.default_language)


STEPS: tuple[tuple[str, Step], ...] = (
    ("understand", understand),
    ("guard", guard),
    ("find_approved", find_approved),
    ("retrieve", retrieve),
    ("check_words", check_words),
    ("judge_answerability", judge_answerability),
    ("look_further", look_further),
    ("judge_parts", judge_parts),
    ("try_as_follow_up", try_as_follow_up),
    ("ask_back", ask_back),
    ("refuse", refuse),
    ("write", write),
    ("frame", frame),
    ("decide_on_review", decide_on_review),
)
"""The whole way of a question. A step that decides the outcome early ends all but framing and review."""

ALWAYS = frozenset({"frame", "decide_on_review"})


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
        notes=question.notes,
    )


def finish(draft: Draft, parts: Parts) -> Answer:
    """Return the answer of a finished draft, recorded unless it may not be.

    A question with personal data is neither stored nor given back in the record.
    """
    answer = _answer(draft, parts)
    if parts.settings.record_conversations and draft.outcome != "blocked_personal_data":
        # Untimed: what is given is what is recorded.
        parts.records.add(answer, draft.review_wanted, _text_for_review(draft, parts))
    return answer


def _text_for_review(draft: Draft, parts: Parts) -> Content | None:
    """Return what was written, also where it is held back; ``None`` where nobody has to look."""
    if draft.review_wanted is None:
        return None
    return content_of_answer(answer_to_json(_answer(draft.held_back or draft, parts)))


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
        trace=trace_of(draft, parts.index_version()),
    )
