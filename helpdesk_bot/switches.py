"""The parts of the helpdesk that can be switched off, to measure what each is good for.

Nothing here is heavy: the settings are read by every command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

Switch = Literal[
    "lexical",
    "dense",
    "fusion=reciprocal_rank",
    "fusion=normalised_sum",
    "language_directions",
    "other_languages",
    "word_beginnings",
    "syllable_pairs",
    "superseded",
    "places",
    "kinds_asked",
    "document_cap",
    "duplicates",
    "heading_context",
    "close_reading",
    "reading",
    "sentence_signals",
    "neighbours",
    "nameless",
    "calibration",
    "question_parts",
    "comparisons",
    "lists",
    "surplus",
    "short_answers",
    "asking_back",
    "scope",
    "answer_bank",
]

SWITCHES: Mapping[Switch, str] = MappingProxyType(
    {
        "lexical": "no search by words, and no word weighs in a sentence's score",
        "dense": "no search by meaning: passages are found and ordered by words alone",
        "fusion=reciprocal_rank": "reciprocal rank fusion in place of fusion on absolute scales",
        "fusion=normalised_sum": "sum of min-max normalised scores in place of fusion on absolute scales",
        "language_directions": "the query's vector keeps its language",
        "other_languages": "passages in another language than the question's gain nothing",
        "word_beginnings": "whole words only, not their beginnings (inflection, compounds)",
        "syllable_pairs": "single syllables only in languages that are written in syllables",
        "superseded": "documents not in force today are not put behind the ones that are",
        "places": "a question that names a country looks at documents of all countries alike",
        "kinds_asked": "a question for resources of a kind looks at all documents alike",
        "document_cap": "one document may fill the candidates",
        "duplicates": "passages that say the same are all read, not folded into the best of them",
        "heading_context": "passages are embedded without title and headings (needs an index of its own)",
        "close_reading": "the best sentences are not read again by themselves",
        "reading": "the trained reader does not read: no order, no confidence and no short answer from it",
        "sentence_signals": "sentences are chosen by similarity alone, not by words, numbers and length",
        "neighbours": "a short quote stays without the sentence beside it",
        "nameless": "the question is not compared without its names and numbers",
        "calibration": "the confidence is the similarity of the best passage, put between 0 and 1",
        "question_parts": "a question of several parts is searched and judged as one",
        "comparisons": "a question that compares is searched and judged as one",
        "lists": "a question for several things gets chosen sentences, not the list they stand in",
        "surplus": "quotes that the reader finds far less likely to answer are shown too",
        "short_answers": "no few words are taken out of the quotes as the answer",
        "asking_back": "nobody is asked what is meant",
        "scope": "a question far from all documents is refused as any other, with the nearest quotes",
        "answer_bank": "answers that experts approved are not looked up: every question is searched anew",
    }
)
"""What the helpdesk does without each part."""

INDEX_SWITCHES = frozenset({"heading_context"})
"""Those that an index is made with: another choice needs another index."""

_EXCLUDING = (("lexical", "dense"), ("fusion=reciprocal_rank", "fusion=normalised_sum"))


def in_order(switches: Sequence[Switch]) -> tuple[Switch, ...]:
    """Return the switches in the order of the list, each once.

    Raises:
        ValueError: two of them exclude each other.
    """
    for first, second in _EXCLUDING:
        if first in switches and second in switches:
            raise ValueError(f"{first!r} and {second!r} cannot be given together")
    return tuple(switch for switch in SWITCHES if switch in switches)
