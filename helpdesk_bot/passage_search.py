"""Searching passages: found by the retriever, the nearest put in order by the trained reader.

Answers need none of this, they put sentences in order (`helpdesk_bot.reading`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from helpdesk_bot.extractive import Scored, Weights, Words, score_sentences
from helpdesk_bot.reading import read_excerpts
from helpdesk_bot.settings import Settings
from index.chunks import Candidate, Filters
from index.lexical import tokens
from index.reader import Reader
from index.retrieval import Retrieval, Retriever

MOST_READ = 4
"""Passages that are read; each costs what an excerpt of an answer costs."""

NEAR = 0.01
"""Read is what lies no further behind the first passage than this, unless the first lies alone: 1.2 passages
a question on average, and none in six of ten."""

WEIGHT = 0.05
"""Of how likely an excerpt answers (0..1, `ReadExcerpt.likelihood`), beside the fused score (-1..1.15).

Both chosen on 80 to 99 drawn questions of each of thirteen development sets, within and between languages:
nDCG@10 rose by 0.006 on average, and by 0.007 where three times as far is read at twice the cost. The
reader's relevance in its place lost on titles; twelve passages at any distance won 0.003 more at ten times
the cost."""


@dataclass(frozen=True, slots=True)
class PassageSearch:
    """Finds the passages that bear on a query; safe to call from several threads.

    ``reader``: gives the trained reader; ``None``: the fused order stands.
    """

    retriever: Retriever
    reader: Callable[[], Reader] | None = None

    def find(
        self, query: str, *, language: str, filters: Filters | None = None, most: int = 20
    ) -> tuple[Candidate, ...]:
        """Return passages, the best first, each with its ``rank`` and what its ``score`` became by reading.

        A longer list begins as a shorter one does, so that pages of it fit together.

        Args:
            query: what is looked for, cleaned.
            language: of the query, ``und`` where it is not known.
            filters: which documents are searched.
            most: passages wanted.

        Raises:
            BadQuery: a filter value that cannot be.
        """
        found = self.retriever.retrieve(query, language=language, filters=filters, most=max(most, MOST_READ))
        if self.reader is None:
            return found.candidates[:most]
        return _read(query, language, found, self.reader)[:most]


def open_search(
    settings: Settings, retriever: Retriever, reader: Callable[[], Reader] | None
) -> PassageSearch:
    """Return the search of a helpdesk: it reads at depth ``deep``, unless reading is switched off."""
    reads = settings.depth == "deep" and "reading" not in settings.switched_off
    return PassageSearch(retriever, reader if reads else None)


def _read(query: str, language: str, found: Retrieval, reader: Callable[[], Reader]) -> tuple[Candidate, ...]:
    first = found.candidates[0].score if found.candidates else 0.0
    near = tuple(one for one in found.candidates[:MOST_READ] if one.score >= first - NEAR)
    if len(near) < 2:
        return found.candidates
    words = Words(language, found.word_weights)
    scored = score_sentences(near, found.query_vector, words, (), tokens, Weights())
    best: dict[str, Scored] = {}
    for item in scored:
        best.setdefault(item.candidate.passage.passage_id, item)
    read = read_excerpts(query, tuple(best.values()), reader(), MOST_READ)
    gains = {piece.passage.passage_id: WEIGHT * piece.likelihood for piece in read}
    shifted = [_shifted(one, gains.get(one.passage.passage_id, 0.0)) for one in found.candidates]
    ordered = sorted(shifted, key=lambda one: (-one.score, one.rank))
    return tuple(replace(one, rank=rank) for rank, one in enumerate(ordered, 1))


def _shifted(candidate: Candidate, gain: float) -> Candidate:
    copies = tuple(replace(copy, score=copy.score + gain) for copy in candidate.also_in)
    return replace(candidate, score=candidate.score + gain, also_in=copies)
