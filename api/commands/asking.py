"""``helpdesk ask``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from api.commands.replying import check_options, deliver
from api.commands.session import settings_of
from api.console import Console
from api.questions import check_question, read_filters, read_language
from helpdesk_bot.answers import Answer, Citation, Question, answer_to_json
from helpdesk_bot.understood import understood_as


def run(options: argparse.Namespace, console: Console) -> int:
    """Ask one question; not knowing the answer is no failure."""
    settings = settings_of(options)
    form = check_options(options)
    text = sys.stdin.read() if options.question == "-" else options.question
    question = Question(
        text=check_question(text, settings.max_question_chars),
        language=read_language(options.language),
        filters=read_filters(_pairs(options.filters)),
        depth=options.depth or settings.depth,
    )
    from helpdesk_bot.helpdesk import open_helpdesk

    helpdesk = open_helpdesk(settings)
    try:
        if form is not None:
            reply = helpdesk.reply(question)
            deliver(reply, form, options.out, console)
            return 1 if reply.outcome.startswith("error") else 0
        answer = helpdesk.ask(question)
    finally:
        helpdesk.close()
    console.document(answer_to_json(answer))
    console.result(readable(answer))
    return 1 if answer.outcome.startswith("error") else 0


def _pairs(filters: Sequence[str]) -> list[tuple[str, str]]:
    return [(name.strip(), value.strip()) for name, _, value in (pair.partition("=") for pair in filters)]


def readable(answer: Answer) -> str:
    """Return an answer as text for a terminal: the answer, its sources, what else to read."""
    understood = understood_as(answer.trace, answer.answer_language)
    parts = [understood, answer.text] if understood else [answer.text]
    if answer.citations:
        parts.append("Sources")
        parts.extend(_source(citation) for citation in answer.citations)
    if answer.related:
        parts.append("Related")
        parts.append(
            "\n".join(
                f"  {item.kind.replace('_', ' ')}: {item.title}\n      {item.why}"
                + (f"\n      {item.url}" if item.url else "")
                for item in answer.related
            )
        )
    reason = f" ({answer.outcome_reason})" if answer.outcome_reason else ""
    parts.append(f"[{answer.outcome}{reason}, confidence {answer.confidence:.2f}, {answer.answer_id}]")
    return "\n\n".join(parts)


def _source(citation: Citation) -> str:
    document = citation.document
    about = [document.kind.replace("_", " "), document.publisher, document.date, citation.language]
    lines = [f"  [{citation.number}] {document.title} ({', '.join(part for part in about if part)})"]
    place = [f"page {citation.page}"] if citation.page is not None else []
    if citation.heading_path:
        place.append(" > ".join(citation.heading_path))
    if place:
        lines.append(f"      {', '.join(place)}")
    lines.append(f"      “{' '.join(citation.quote.split())}”")
    lines.append(f"      {document.url or document.source}")
    return "\n".join(lines)
