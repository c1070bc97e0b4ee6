"""From an answer to a reply: the direct answer, then what an expert would send along with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from corpus.catalog import Catalog
from corpus.succession import Succession, succession
from helpdesk_bot.answers import Answer, Citation
from helpdesk_bot.citations import Evidence, cite, one_line
from helpdesk_bot.phrases import Catalogue, catalogue
from helpdesk_bot.reply.addresses import web_address
from helpdesk_bot.reply.choosing import choose_documents
from helpdesk_bot.reply.conditions import KINDS, conditions_quote
from helpdesk_bot.reply.direct import direct_answer, refuses, short_answer
from helpdesk_bot.reply.lines import line_text, nearest_line
from helpdesk_bot.reply.quoted import Said
from helpdesk_bot.reply.searching import Findings, FoundDocument, all_candidates, find_documents
from helpdesk_bot.reply.values import Group, Line, Reply, Resource
from index.chunks import Filters
from index.retrieval import Retriever

ANSWER_CHARS = 500
"""So much of the quotes that answer is searched with, beside the question."""


class _Citations:
    """The citations of a reply in the making: numbered in the order in which they are given."""

    def __init__(self) -> None:
        self.given: list[Citation] = []
        self.said = Said()

    def add(self, citation: Citation) -> int:
        """Take a citation in and return its number."""
        numbered = replace(citation, number=len(self.given) + 1)
        self.given.append(numbered)
        self.said = self.said.and_also(numbered)
        return numbered.number

    def of(self, document_id: str) -> tuple[int, ...]:
        """Return the numbers of a document's citations so far."""
        return tuple(item.number for item in self.given if item.document.document_id == document_id)

    def line(self, evidence: Evidence | None) -> Line | None:
        """Return the quoted line of a piece of evidence, ``None`` where it may not be quoted."""
        if evidence is None:
            return None
        for citation in cite((evidence,)):
            return Line("quoted", line_text(evidence), citation.language, self.add(citation))
        return None


def compose_reply(
    answer: Answer, filters: Mapping[str, tuple[str, ...]], retriever: Retriever, engine: Engine
) -> Reply:
    """Make the reply to a question of its answer.

    Args:
        answer: as it was given.
        filters: which documents were allowed to answer; no other is listed.
        retriever: what searches for resources.
        engine: the database of documents and passages.
    """
    phrases = catalogue(answer.answer_language)
    citations = _Citations()
    if not refuses(answer):
        for citation in answer.citations:
            citations.add(citation)
    groups: tuple[Group, ...] = ()
    query = str(answer.trace.get("searched_for", ""))
    if query and not answer.outcome.startswith(("blocked", "error")):
        # Of what was near and does not answer, the nearest: it may bear the very name that was asked for.
        wanted = answer.citations[:1] if refuses(answer) else answer.citations
        cited = tuple(dict.fromkeys(citation.document.document_id for citation in wanted))
        findings = find_documents(
            query,
            " ".join(one_line(citation.quote) for citation in citations.given)[:ANSWER_CHARS],
            answer.question_language,
            Filters(**filters),
            cited,
            retriever,
            engine,
        )
        groups = _groups(_context(answer, findings, phrases, engine), cited, citations)
    return Reply(
        answer_id=answer.answer_id,
        conversation_id=answer.conversation_id,
        created_at=answer.created_at,
        question=answer.question,
        question_language=answer.question_language,
        language=answer.answer_language,
        outcome=answer.outcome,
        outcome_reason=answer.outcome_reason,
        confidence=answer.confidence,
        engine=answer.engine,
        short_answer=short_answer(answer),
        direct=direct_answer(answer, phrases),
        groups=groups,
        citations=tuple(citations.given),
        offer=_offer(answer, phrases),
        origin=_origin(answer, phrases) if citations.given else "",
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What every resource of a reply is made with.

    ``known``: which documents do not hold today, and what holds in their place.
    """

    answer: Answer
    findings: Findings
    phrases: Catalogue
    engine: Engine
    known: Succession


def _context(answer: Answer, findings: Findings, phrases: Catalogue, engine: Engine) -> _Context:
    with engine.connect() as connection:
        return _Context(answer, findings, phrases, engine, succession(connection))


def _groups(context: _Context, cited: tuple[str, ...], citations: _Citations) -> tuple[Group, ...]:
    """Return the resources by kind, numbering their quotes in the order of reading."""
    language = context.answer.answer_language
    chosen = choose_documents(context.findings, cited, context.known.not_in_force, language)
    groups = []
    for kind, heading in context.phrases.kinds.items():
        resources = [_resource(item, context, citations) for item in chosen if item.document.kind == kind]
        if resources:
            groups.append(Group(kind, heading, tuple(resources)))
    return tuple(groups)


def _resource(found: FoundDocument, context: _Context, citations: _Citations) -> Resource:
    document = found.document
    with context.engine.connect() as connection:
        passages = all_candidates(connection, document)
    cited_by = () if refuses(context.answer) else citations.of(document.document_id)
    vector, said = context.findings.question_vector, citations.said
    takes = conditions_quote(passages, vector, said) if document.kind in KINDS else None
    said = said.and_also(takes) if takes else said
    line = citations.line(nearest_line(passages, vector, said, context.findings.average))
    newer = context.known.heirs.get(document.document_id)
    return Resource(
        kind=document.kind,
        title=document.title,
        document_id=document.document_id,
        version=document.version,
        source=document.source,
        publisher=document.publisher,
        date=document.date,
        language=document.language,
        region=document.region,
        themes=document.themes,
        url=web_address(document.url),
        cited_by=cited_by,
        line=line or _framed(found, cited_by, context.phrases),
        conditions=citations.line(takes),
        in_force=document.document_id not in context.known.not_in_force,
        replaced_by=Catalog(context.engine).get(newer).metadata.title if newer else None,
    )


def _framed(found: FoundDocument, cited_by: tuple[int, ...], phrases: Catalogue) -> Line:
    """Say in our own words what a document has to do with the question."""
    if cited_by:
        return Line("framed", phrases.text("why_evidence"), phrases.language)
    paths = [candidate.passage.heading_path for candidate in found.candidates]
    subject = paths[0][-1] if paths and paths[0] else found.document.title
    return Line("framed", phrases.text("why_subject", subject=subject), phrases.language)


def _offer(answer: Answer, phrases: Catalogue) -> str:
    if answer.outcome.startswith(("blocked", "error")):
        return ""
    return phrases.text("offer_expert") if refuses(answer) else phrases.reply["expert"]


def _origin(answer: Answer, phrases: Catalogue) -> str:
    if answer.engine.name == "generative":
        return phrases.reply["generative"].format(model=answer.engine.model or "?")
    return phrases.reply["extractive"]
