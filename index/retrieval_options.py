"""What a search is made of, each part able to be left out: to measure what it is good for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.ordering import PER_DOCUMENT, SUPERSEDED_PENALTY

Fusion = Literal["coverage", "reciprocal_rank", "normalised_sum"]


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How `index.retrieval.Retriever` searches; the default is the whole.

    ``lexical`` off: no word is searched for or weighed. ``dense`` off: passages
    are found and ordered by words alone. ``word_beginnings`` and
    ``syllable_pairs``: which tokens of a query are searched for, see
    `index.analysis.tokens`. ``fusion``: ours (`index.fusion`) or one of
    `index.peer_fusions`. ``language_directions`` off: the query's vector as the
    model makes it. ``superseded_penalty``: in units of the fused score, 0 for
    none. ``per_document``: passages of one document among the candidates.

    Raises:
        ValueError: both indexes are off.
    """

    lexical: bool = True
    dense: bool = True
    word_beginnings: bool = True
    syllable_pairs: bool = True
    fusion: Fusion = "coverage"
    language_directions: bool = True
    superseded_penalty: float = SUPERSEDED_PENALTY
    per_document: int = PER_DOCUMENT

    def __post_init__(self) -> None:
        if not (self.lexical or self.dense):
            raise ValueError("without the lexical and the dense index nothing is found: leave one of them on")


WHOLE = RetrievalOptions()
