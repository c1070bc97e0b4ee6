"""The last step of an answer: does a person have to look at it, and may it be given before they did."""

from __future__ import annotations

from dataclasses import replace

from helpdesk_bot.answers import Review
from helpdesk_bot.draft import Draft
from helpdesk_bot.parts import Parts
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.review.policy import decide
from helpdesk_bot.writing import related

NEAREST_DOCUMENTS = 3
"""Whose themes count where nothing is cited."""


def decide_on_review(draft: Draft, parts: Parts) -> Draft:
    """Decide by the release policy; a draft that is held back is kept for the expert, and not given.

    What was decided already stays: an answer out of the answer bank is approved, and a question with
    personal data never reaches a person.
    """
    if draft.review.status != "not_required" or draft.outcome in (None, "blocked_personal_data"):
        return draft
    wanted = decide(parts.review_policy(), draft.outcome, draft.confidence, themes_of(draft))
    if wanted is None:
        return draft
    if not parts.settings.record_conversations:
        # Nobody could look at what is not kept; what must not be given unseen is not given all the same.
        draft = replace(draft, notes=(*draft.notes, "review wanted, but conversations are not recorded"))
        return _held(draft, parts) if wanted.held else draft
    draft = replace(draft, review=Review("pending", wanted.reasons), review_wanted=wanted)
    return _held(draft, parts) if wanted.held else draft


def themes_of(draft: Draft) -> tuple[str, ...]:
    """Return the themes of the documents that are cited, or of the nearest ones."""
    if draft.retrieval is None:
        return ()
    themes = {found.document.document_id: found.document.themes for found in draft.retrieval.candidates}
    cited = dict.fromkeys(citation.document.document_id for citation in draft.citations)
    wanted = list(cited) or list(themes)[:NEAREST_DOCUMENTS]
    return tuple(dict.fromkeys(theme for each in wanted for theme in themes.get(each, ())))


def _held(draft: Draft, parts: Parts) -> Draft:
    language = draft.language if draft.language in languages() else parts.settings.default_language
    phrases = catalogue(language)
    cleared = replace(
        draft,
        held_back=draft,
        outcome="blocked_guardrail",
        outcome_reason="awaiting_expert",
        answer_text=phrases.text("awaiting_expert"),
        sentences=(),
        citations=(),
        short_answer=None,
    )
    return replace(cleared, related=related(cleared, phrases))
