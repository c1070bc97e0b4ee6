"""From chosen sentences to citations, and the text with its numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from helpdesk_bot.answers import Citation, CitedDocument
from index.chunks import Candidate

MAX_CITATIONS = 8
MAX_QUOTE_CHARS = 700
MAX_QUOTED_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run of neighbouring sentences of one passage, chosen because it bears on the question.

    ``first``/``last`` are positions in the passage's sentences, both
    inclusive; ``best`` is the one that was chosen, the others are its
    neighbours. ``score`` orders the evidence; ``support`` is 0..1.
    ``is_nearest``: it was the first before anything was read (see `extractive.choose`).
    """

    candidate: Candidate
    first: int
    last: int
    best: int
    score: float
    support: float
    is_nearest: bool = False

    @property
    def start_char(self) -> int:
        """Offset of the quote's first character in the document's text."""
        return self.candidate.passage.sentences[self.first][0]

    @property
    def end_char(self) -> int:
        """Offset behind the quote's last character in the document's text."""
        return self.candidate.passage.sentences[self.last][1]

    @property
    def quote(self) -> str:
        """The verbatim text."""
        passage = self.candidate.passage
        return passage.text[self.start_char - passage.start_char : self.end_char - passage.start_char]


def cite(evidence: tuple[Evidence, ...]) -> tuple[Citation, ...]:
    """Number the evidence, the most important first, within the limits of an answer.

    A piece over a limit is left out, never cut: a quote is verbatim and whole.
    """
    citations: list[Citation] = []
    quoted = 0
    for piece in evidence:
        length = piece.end_char - piece.start_char
        if len(citations) == MAX_CITATIONS or length > MAX_QUOTE_CHARS or quoted + length > MAX_QUOTED_CHARS:
            continue
        quoted += length
        citations.append(_citation(piece, len(citations) + 1))
    return tuple(citations)


def _citation(piece: Evidence, number: int) -> Citation:
    passage, document = piece.candidate.passage, piece.candidate.document
    key = f"{passage.passage_id}|{piece.start_char}|{piece.end_char}"
    return Citation(
        citation_id="cit_" + hashlib.sha256(key.encode()).hexdigest()[:16],
        number=number,
        passage_id=passage.passage_id,
        document=CitedDocument(
            document_id=document.document_id,
            title=document.title,
            kind=document.kind,
            publisher=document.publisher,
            date=document.date,
            language=document.language,
            url=document.url,
            source=document.source,
            version=document.version,
        ),
        page=passage.page,
        heading_path=passage.heading_path,
        start_char=piece.start_char,
        end_char=piece.end_char,
        quote=piece.quote,
        language=passage.language,
    )


def one_line(quote: str) -> str:
    """Return a quote for running text: white space collapsed, list marks taken off the front."""
    return " ".join(quote.split()).lstrip("•–-*▪◦ ")
