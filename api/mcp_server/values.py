"""What the tools take and give: pydantic models, from which their schemas are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.answer_view import passage_address
from helpdesk_bot.lapsed import Lapse
from helpdesk_bot.searching import Found, OpenedPassage

Values = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)]


class Narrowing(BaseModel):
    """Which documents may answer; several values of one field are alternatives."""

    model_config = ConfigDict(extra="forbid")

    kind: Values = Field([], description="For example report, policy_brief, project, good_practice, news.")
    language: Values = Field([], description="Two-letter codes of the documents' languages.")
    theme: Values = []
    region: Values = []
    publisher: Values = []
    source: Values = []
    year: Values = Field([], description="A year, or a range such as 2020-2024.")

    def pairs(self) -> list[tuple[str, str]]:
        """Return (field, allowed value) pairs."""
        return [(name, value) for name, values in self.model_dump().items() for value in values]


class DocumentAbout(BaseModel):
    """The document version that a text stands in."""

    document_id: str
    version: int
    title: str
    kind: str
    publisher: str | None
    date: str | None
    language: str
    url: str | None = Field(description="The document's own address on the web, where it has one.")
    source: str


class PassageFound(BaseModel):
    """A passage, verbatim; offsets count code points of the document version's text."""

    passage_id: str
    rank: int
    score: float = Field(description="Fused relevance; compare within one search only.")
    text: str
    language: str
    page: int | None
    heading_path: list[str]
    start_char: int
    end_char: int
    link: str | None = Field(description="A page that shows the passage highlighted.")
    document: DocumentAbout


class SearchResults(BaseModel):
    """Passages, the best first."""

    passages: list[PassageFound]
    next_offset: int | None = Field(description="Give it as `offset` for the next page; null at the end.")


class PassageOpened(BaseModel):
    """A passage with the text around it; `before + text + after` is verbatim."""

    passage_id: str
    text: str
    before: str
    after: str
    language: str
    page: int | None
    heading_path: list[str]
    start_char: int
    end_char: int
    in_force: bool = Field(
        description="False where the document was withdrawn or replaced by a newer version."
    )
    link: str | None
    document: DocumentAbout


class CitationGiven(BaseModel):
    """A verbatim quote of a document, by its number in the answer's text."""

    number: int
    quote: str
    language: str
    page: int | None
    passage_id: str
    start_char: int
    end_char: int
    in_force: bool = Field(
        description="False where the document was withdrawn, does not hold today or no longer says this."
    )
    replaced_by: str | None = Field(description="The title of the document that holds in its place.")
    link: str | None
    document: DocumentAbout


class RelatedGiven(BaseModel):
    """A document worth reading, with one line saying why."""

    kind: str
    title: str
    document_id: str
    why: str
    url: str | None


class HelpdeskAnswer(BaseModel):
    """An answer that rests on quotes only; `[1]` in the text is the citation of that number."""

    answer_id: str
    conversation_id: str = Field(description="Give it with the next question to go on with this one.")
    outcome: str = Field(
        description="`answered`, `partial`, or why not, such as `unanswerable_not_in_documents`."
    )
    outcome_reason: str | None
    confidence: float = Field(description="Probability that the quotes answer the question, 0..1.")
    language: str
    text: str
    citations: list[CitationGiven]
    related: list[RelatedGiven]
    review_status: str


def search_results(found: Found, site: str | None, *, last_offset: int) -> SearchResults:
    """Return what was found as a tool gives it."""
    passages = [
        PassageFound(
            passage_id=passage.passage_id,
            rank=passage.rank,
            score=passage.score,
            text=passage.text,
            language=passage.language,
            page=passage.page,
            heading_path=list(passage.heading_path),
            start_char=passage.start_char,
            end_char=passage.end_char,
            link=_link(
                site,
                passage.document.document_id,
                passage.document.version,
                passage.start_char,
                passage.end_char,
            ),
            document=_about(passage.document),
        )
        for passage in found.passages
    ]
    following = found.next_skip
    return SearchResults(
        passages=passages,
        next_offset=following if following is not None and following <= last_offset else None,
    )


def opened_passage(opened: OpenedPassage, site: str | None) -> PassageOpened:
    """Return an opened passage as a tool gives it."""
    document = opened.document
    return PassageOpened(
        passage_id=opened.passage_id,
        text=opened.text,
        before=opened.before,
        after=opened.after,
        language=opened.language,
        page=opened.page,
        heading_path=list(opened.heading_path),
        start_char=opened.start_char,
        end_char=opened.end_char,
        in_force=opened.status == "in_force" and opened.is_current,
        link=_link(site, document.document_id, document.version, opened.start_char, opened.end_char),
        document=_about(document),
    )


def helpdesk_answer(
    answer: Mapping[str, Any], lapses: Mapping[str, Lapse], site: str | None
) -> HelpdeskAnswer:
    """Return an answer (as JSON values) as a tool gives it: without its trace.

    ``lapses``: what became of the documents that it cites, by citation id.
    """
    citations = []
    for citation in answer["citations"]:
        document = DocumentAbout.model_validate(citation["document"])
        start, end = citation["start_char"], citation["end_char"]
        link = _link(site, document.document_id, document.version, start, end)
        lapse = lapses.get(citation["citation_id"])
        said = {
            "document": document,
            "link": link,
            "in_force": lapse is None,
            "replaced_by": lapse.title if lapse else None,
        }
        citations.append(CitationGiven.model_validate(citation | said))
    return HelpdeskAnswer(
        answer_id=answer["answer_id"],
        conversation_id=answer["conversation_id"],
        outcome=answer["outcome"],
        outcome_reason=answer["outcome_reason"],
        confidence=answer["confidence"],
        language=answer["answer_language"],
        text=answer["text"],
        citations=citations,
        related=[RelatedGiven.model_validate(item) for item in answer["related"]],
        review_status=answer["review"]["status"],
    )


def _about(document: object) -> DocumentAbout:
    return DocumentAbout.model_validate(document, from_attributes=True)


def _link(site: str | None, document_id: str, version: int, start: int, end: int) -> str | None:
    return None if site is None else site + passage_address(document_id, version, start, end)
