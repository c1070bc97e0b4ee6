"""The last steps of an answer: quotes or a chat model's sentences, refusals, related resources."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from corpus.subjects import Subjects
from helpdesk_bot.answers import Citation, EngineInfo, Related, Sentence
from helpdesk_bot.arranging import arranged
from helpdesk_bot.citations import cite, one_line
from helpdesk_bot.draft import Draft
from helpdesk_bot.errors import EngineFailure
from helpdesk_bot.llm import ChatWriter
from helpdesk_bot.phrases import Catalogue, catalogue, language_name, languages
from helpdesk_bot.short_answers import short_answer
from helpdesk_bot.switches import Switch
from helpdesk_bot.writing_parts import by_part, left_out, opening, outcome_of, plain, support_of
from index.chunks import Candidate

MOST_RELATED = 6
MOST_THEMES = 6
NEAREST_QUOTES = 4
"""Quotes shown with a refusal, as the nearest there is."""


def write_extractive(draft: Draft, switched_off: Collection[Switch] = ()) -> Draft:
    """Answer with the quotes, framed in the asker's language."""
    draft, phrases = arranged(draft, switched_off), catalogue(draft.language)
    support = {  # a quote is what it quotes: its support is how likely it answers
        citation.citation_id: support_of(citation, draft) for citation in draft.citations
    }
    sentences = tuple(
        Sentence(
            one_line(citation.quote), (citation.citation_id,), "supported", support[citation.citation_id]
        )
        for citation in draft.citations
    )
    draft = replace(draft, **outcome_of(draft))
    lines = [phrases.text(opening(draft)), ""]
    for heading, citations in by_part(draft):
        lines += [heading, ""] if heading else []
        lines += [f"- {_quoted(citation, phrases)} [{citation.number}]" for citation in citations]
        lines += [""] if heading else []
    return replace(
        draft,
        engine=EngineInfo("extractive"),
        sentences=sentences,
        short_answer=None if "short_answers" in switched_off else short_answer(draft),
        answer_text="\n\n".join(["\n".join(lines).rstrip(), *left_out(draft, phrases)]),
        related=related(draft, phrases),
    )


def _quoted(citation: Citation, phrases: Catalogue) -> str:
    quote = one_line(citation.quote)
    if citation.language in (phrases.language, "und"):
        return quote
    name = language_name(citation.language, phrases.language)
    return f"{quote} ({phrases.text('quoted_in', language=name)})"


def write_generative(draft: Draft, writer: ChatWriter, switched_off: Collection[Switch] = ()) -> Draft:
    """Let the chat model write from the quotes; whatever fails, answer with the quotes and say why."""
    try:
        understanding = draft.understanding
        asked = understanding.stand_alone if understanding and understanding.is_follow_up else draft.text
        written = writer.write(asked, draft.language, draft.citations)
    except EngineFailure as failure:
        degraded = write_extractive(draft, switched_off)
        return replace(degraded, notes=(*degraded.notes, f"generative engine failed: {failure}"))
    phrases = catalogue(draft.language)
    numbers = {citation.citation_id: citation.number for citation in draft.citations}
    lines = [
        f"{sentence.text} {' '.join(f'[{numbers[cited]}]' for cited in sentence.citations)}"
        for sentence in written.sentences
        if sentence.verification != "unsupported"
    ]
    draft = replace(draft, **outcome_of(draft))
    return replace(
        draft,
        engine=writer.info,
        sentences=written.sentences,
        answer_text="\n\n".join([" ".join(lines), *left_out(draft, phrases)]),
        related=related(draft, phrases),
        notes=draft.notes + written.notes,
    )


_REFUSALS = {
    "unanswerable_not_in_documents": "not_in_documents",
    "unanswerable_out_of_scope": "out_of_scope",
    "blocked_guardrail": "guardrail",
}
"""The message of an outcome, where it has not the outcome's own name."""


def write_refusal(draft: Draft, default_language: str) -> Draft:
    """Give an outcome that is no answer its helpful text; answers pass unchanged."""
    if draft.outcome in ("answered", "partial"):
        return draft
    wanted = draft.language if draft.language in languages() else default_language
    phrases = catalogue(wanted)
    cleared = replace(draft, citations=(), sentences=(), short_answer=None)
    if draft.outcome == "blocked_personal_data":
        what = ", ".join(phrases.personal_data[kind] for kind in draft.personal_data)
        return replace(cleared, answer_text=phrases.text("personal_data", what=what), text="")
    key = _REFUSALS.get(draft.outcome or "error_engine", draft.outcome or "error_engine")
    if draft.meanings:
        return _ask_back(cleared, phrases)
    if key == "out_of_scope":
        return replace(cleared, answer_text=" ".join([phrases.text(key), *_held(draft.subjects, phrases)]))
    if key != "not_in_documents":
        key = "not_a_question" if draft.outcome_reason == "not_a_question" else key
        return replace(cleared, answer_text=phrases.text(key))
    # No sentence is claimed, but the nearest passages are there to be read: a wrong
    # refusal is no dead end, and who asked sees what the refusal rests on.
    cleared = replace(cleared, citations=cite(draft.evidence[:NEAREST_QUOTES]))
    nearest = related(cleared, phrases)
    parts = [phrases.text("not_in_documents")]
    if nearest:
        parts.append(phrases.text("nearest"))
    parts.append(phrases.text("offer_expert"))
    lines = [f"- {_quoted(citation, phrases)} [{citation.number}]" for citation in cleared.citations]
    text = "\n".join([" ".join(parts), "", *lines]) if lines else " ".join(parts)
    return replace(cleared, answer_text=text, related=nearest)


def _held(subjects: Subjects, phrases: Catalogue) -> list[str]:
    """Say what the documents are about, as far as their metadata tell."""
    said = []
    if subjects.themes:
        themes = ", ".join(re.sub(r"[-_]", " ", theme) for theme in subjects.themes[:MOST_THEMES])
        said.append(phrases.text("themes", themes=themes))
    kinds = [phrases.kinds[kind] for kind in subjects.kinds if kind in phrases.kinds and kind != "document"]
    if kinds:
        said.append(phrases.text("kinds_held", kinds=", ".join(kinds)))
    return said


def _ask_back(draft: Draft, phrases: Catalogue) -> Draft:
    """Ask what is meant: each meaning is a question that can be asked as it is, with its evidence cited."""
    citations = cite(tuple(meaning.evidence for meaning in draft.meanings))
    asked = [
        phrases.text("meaning", question=draft.text, title=citation.document.title) for citation in citations
    ]
    lines = [f"- {plain(text)} [{citation.number}]" for text, citation in zip(asked, citations, strict=True)]
    resources = tuple(
        Related(
            kind=citation.document.kind,
            title=citation.document.title,
            document_id=citation.document.document_id,
            why=text,
            url=citation.document.url,
            citation_id=citation.citation_id,
        )
        for text, citation in zip(asked, citations, strict=True)
    )
    text = "\n".join([phrases.text("clarification"), "", *lines])
    return replace(draft, citations=citations, answer_text=text, related=resources)


def related(draft: Draft, phrases: Catalogue) -> tuple[Related, ...]:
    """Return resources worth reading: the cited documents first, then the next best, each once, by kind."""
    if draft.retrieval is None:
        return ()
    cited = {citation.document.document_id: citation for citation in reversed(draft.citations)}
    best: dict[str, Candidate] = {}
    for candidate in draft.retrieval.candidates:
        best.setdefault(candidate.document.document_id, candidate)
    titles: set[str] = set()
    chosen: list[Related] = []
    for document_id, candidate in sorted(best.items(), key=lambda item: (item[0] not in cited, item[1].rank)):
        title = candidate.document.title
        if title.casefold() in titles or len(chosen) == MOST_RELATED:
            continue  # the same resource published twice
        titles.add(title.casefold())
        citation = cited.get(document_id)
        subject = candidate.passage.heading_path[-1] if candidate.passage.heading_path else title
        quoted = citation is not None and draft.outcome in ("answered", "partial")
        why = phrases.text("why_evidence") if quoted else phrases.text("why_subject", subject=subject)
        chosen.append(
            Related(
                kind=candidate.document.kind,
                title=title,
                document_id=document_id,
                why=why,
                url=candidate.document.url,
                citation_id=citation.citation_id if citation else None,
            )
        )
    order = list(phrases.kinds)
    return tuple(
        sorted(chosen, key=lambda item: order.index(item.kind) if item.kind in order else len(order))
    )
