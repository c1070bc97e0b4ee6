"""What a search is made of, each part able to be left out: to measure what it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from index.ordering import OTHER_LANGUAGE, PER_DOCUMENT, SUPERSEDED_PENALTY

Fusion = Literal["coverage", "reciprocal_rank", "normalised_sum"]


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How `index.retrieval.Retriever` searches; the default is the whole.

    ``lexical`` off: no word is searched for or weighed. ``dense`` off: passages
    are found and ordered by words alone. ``word_beginnings`` and
    ``syllable_pairs``: which tokens of a query are searched for, see
    `index.analysis.tokens`. ``fusion``: ours (`index.fusion`) or one of
    `index.peer_fusions`. ``language_directions`` off: the query's vector as the
    model makes it. ``superseded_penalty``, ``kind_weights`` (by kind of
    document) and ``recency_weight`` (for each year of age): in units of the
    fused score, 0 for none, see `index.ordering.weigh`; so is ``other_language``,
    what a passage in another language than the question's gains. ``per_document``:
    passages of one document among the candidates. ``duplicates`` off: passages
    that say the same are candidates each.

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
    kind_weights: Mapping[str, float] = field(default_factory=dict)
    recency_weight: float = 0.0
    other_language: float = OTHER_LANGUAGE
    per_document: int = PER_DOCUMENT
    duplicates: bool = True

    def __post_init__(self) -> None:
        if not (self.lexical or self.dense):
            raise ValueError("without the lexical and the dense index nothing is found: leave one of them on")


WHOLE = RetrievalOptions()
