"""An approved answer as an answer: sentences and citations as approved, framed for the asker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, cast

from helpdesk_bot.answer_bank.bank import Found
from helpdesk_bot.answers import (
    Citation,
    CitedDocument,
    EngineInfo,
    Outcome,
    Related,
    Review,
    Sentence,
    ShortAnswer,
)
from helpdesk_bot.draft import Draft
from helpdesk_bot.phrases import Catalogue, catalogue, language_name

CONFIDENCE = 0.99
"""That a served answer is the answer to what was asked: the precision that the threshold is set for."""


def served(draft: Draft, found: Found) -> Draft:
    """Return the draft with an approved answer as its outcome.

    The approved text stays as it is, in its own language; the line above it is
    in the asker's, and says so where the two differ.
    """
    answer, phrases = found.answer, catalogue(draft.language)
    outcome = answer["outcome"] if answer["outcome"] in ("answered", "partial") else "answered"
    return replace(
        draft,
        outcome=cast("Outcome", outcome),
        confidence=CONFIDENCE,
        engine=EngineInfo("answer_bank"),
        answer_text=f"{_approval(found, phrases)}\n\n{answer['text']}",
        sentences=tuple(
            Sentence(each["text"], tuple(each["citations"]), each["verification"], each["score"])
            for each in answer["sentences"]
        ),
        citations=tuple(citation_from(each) for each in answer["citations"]),
        short_answer=ShortAnswer(**answer["short_answer"]) if answer["short_answer"] else None,
        related=tuple(_related(each, phrases) for each in answer["related"]),
        review=Review("approved", (), found.approved_at, found.approved_by),
        banked={
            "entry_id": found.entry_id,
            "item_id": found.item_id,
            "language": found.language,
            "similarity": round(found.similarity, 4),
        },
    )


def citation_from(values: Mapping[str, Any]) -> Citation:
    """Return a citation from its JSON."""
    document = {field.name: values["document"][field.name] for field in fields(CitedDocument)}
    plain = {
        field.name: values[field.name]
        for field in fields(Citation)
        if field.name not in ("document", "heading_path")
    }
    return Citation(
        document=CitedDocument(**document), heading_path=tuple(values["heading_path"] or ()), **plain
    )


def _approval(found: Found, phrases: Catalogue) -> str:
    date = day(found.approved_at, phrases.language)
    if found.language == phrases.language:
        return phrases.text("approved_on", date=date)
    name = language_name(found.language, phrases.language)
    return phrases.text("approved_in", date=date, language=name)


def day(moment: str, language: str) -> str:
    """Return the day of a time (ISO 8601) as a language writes it."""
    from babel.dates import format_date

    return str(format_date(datetime.fromisoformat(moment).date(), format="long", locale=language))


def _related(values: Mapping[str, Any], phrases: Catalogue) -> Related:
    related = Related(**{field.name: values[field.name] for field in fields(Related)})
    return replace(related, why=phrases.text("why_evidence")) if related.citation_id else related
