"""The steps between judging and writing: what is answered, what is asked back, what is refused."""

from __future__ import annotations

from dataclasses import replace

from helpdesk_bot.clarifying import meanings_of, names_nothing
from helpdesk_bot.draft import Draft
from helpdesk_bot.judging_parts import evidence_of, judge_each, with_found
from helpdesk_bot.parts import Parts, search
from helpdesk_bot.question_parts import parts_of
from helpdesk_bot.scope import is_far, near_pieces

HOPELESS = 0.5
"""Share of ``min_confidence``: only below it is a question called out of scope, or left without nearest
quotes. A question that was nearly answered is about the documents, however its passage measures."""


def judge_parts(draft: Draft, parts: Parts) -> Draft:
    """Search and judge each part of a question of several parts by itself."""
    understanding, whole = draft.understanding, draft.retrieval
    if understanding is None or whole is None or "question_parts" in parts.settings.switched_off:
        return draft
    language = understanding.question_language
    asked = parts_of(draft.text, language, understanding.stand_alone if understanding.is_follow_up else "")
    if "comparisons" in parts.settings.switched_off and any(part.is_compared for part in asked):
        return draft
    if not asked:
        return draft
    judged = judge_each(
        asked,
        language,
        lambda text: search(text, language, draft, parts),
        parts.instruments,
        parts.calibration,
        draft.depth,
        parts.settings.min_confidence,
    )
    draft = replace(draft, asked_parts=judged, retrieval=with_found(whole, judged))
    answered = [part for part in judged if part.is_answered]
    if not answered:
        return draft
    return replace(
        draft,
        evidence=evidence_of(judged),
        read=answered[0].read,
        confidence=min(part.confidence for part in answered),
    )


def ask_back(draft: Draft, parts: Parts) -> Draft:
    """Ask what is meant, where the question names nothing and several documents answer it differently."""
    understanding, found = draft.understanding, draft.retrieval
    if understanding is None or found is None or draft.asked_parts:
        return draft
    if "asking_back" in parts.settings.switched_off:
        return draft
    is_sure = draft.confidence >= parts.settings.min_confidence
    meanings = meanings_of(
        understanding.stand_alone,
        understanding.stand_alone_language,
        understanding.asks_for,
        draft.evidence if is_sure else near_pieces(draft.evidence, found),
        is_sure=is_sure,
    )
    if not meanings:
        return draft
    return replace(draft, meanings=meanings, outcome="clarification", outcome_reason="names_no_subject")


def refuse(draft: Draft, parts: Parts) -> Draft:
    """Say that the documents do not say, or that they deal with something else, where nothing answers."""
    understanding, found = draft.understanding, draft.retrieval
    if understanding is None or found is None or draft.confidence >= parts.settings.min_confidence:
        return draft
    measured = (
        parts.settings.embedder == "bundled"
        and "scope" not in parts.settings.switched_off
        and draft.confidence < HOPELESS * parts.settings.min_confidence
    )
    # Who names no subject may well mean one of the documents'.
    speaks = not names_nothing(understanding.stand_alone, understanding.stand_alone_language)
    # Under filters only what they let through is far.
    if measured and speaks and not draft.question.filters and is_far(found):
        return replace(
            draft,
            outcome="unanswerable_out_of_scope",
            outcome_reason="far_from_documents",
            subjects=parts.subjects(),
        )
    shown = near_pieces(draft.evidence, found) if measured else draft.evidence
    return replace(
        draft, evidence=shown, outcome="unanswerable_not_in_documents", outcome_reason="low_confidence"
    )
