"""Which sentences would answer, and every signal of whether they do."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from helpdesk_bot.answerability import features
from helpdesk_bot.answers import Depth
from helpdesk_bot.extractive import Embed, Scored, Weights, Words, read_closely, score_sentences
from helpdesk_bot.names_asked import question_names, without_names
from helpdesk_bot.places_asked import places_in
from helpdesk_bot.reading import ReadExcerpt, read_excerpts, reordered
from helpdesk_bot.switches import Switch
from index.chunks import FloatArray
from index.lexical import tokens
from index.reader import Reader
from index.retrieval import Retrieval

CLOSELY_READ: Mapping[Depth, int] = {"fast": 4, "deep": 16}
"""Sentences that are embedded by themselves, by depth."""


@dataclass(frozen=True, slots=True)
class Instruments:
    """What sentences are judged with.

    ``reader``: gives the trained reader; ``None`` where there is none.
    ``excerpts``: how many it reads at depth ``deep``; at ``fast`` it reads none.
    """

    embed_alone: Embed
    embed_query: Callable[[str], FloatArray]
    reader: Callable[[], Reader] | None
    weights: Weights
    excerpts: int = 6
    switched_off: Collection[Switch] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Sentences in order, the best first; what was read; the signals; times in ms."""

    sentences: tuple[Scored, ...]
    read: tuple[ReadExcerpt, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


def judge(
    question: str,
    language: str,
    asks_for: tuple[str, ...],
    retrieval: Retrieval,
    instruments: Instruments,
    depth: Depth,
    reads: str | None = None,
) -> Judged:
    """Order the sentences of what was found by how well they answer.

    Args:
        question: as it was searched.
        language: of the question.
        asks_for: see `understanding.asks_for`.
        retrieval: what was found.
        instruments: what to judge with.
        depth: how many sentences are looked at closely.
        reads: what the reader is asked; default: the question as it was searched.
    """
    off, weights = instruments.switched_off, instruments.weights
    words = Words(language, retrieval.word_weights)
    started = time.perf_counter()
    everything = score_sentences(
        retrieval.candidates, retrieval.query_vector, words, asks_for, tokens, weights
    )
    sentences = everything[: CLOSELY_READ[depth]]
    if "close_reading" not in off:
        sentences = read_closely(
            everything, retrieval.query_vector, instruments.embed_alone, CLOSELY_READ[depth], weights
        )
    if not sentences:
        return Judged(())
    embedded = time.perf_counter()
    read: tuple[ReadExcerpt, ...] = ()
    if instruments.reader is not None and depth == "deep" and "reading" not in off:
        read = read_excerpts(reads or question, sentences, instruments.reader(), instruments.excerpts)
    done = time.perf_counter()
    ordered = reordered(sentences, read, weights)
    nameless = None if "nameless" in off else without_names(question, language)
    signals = features(
        retrieval,
        sentences,
        everything,
        words,
        question_names(question, language),
        asks_for,
        None if nameless is None else instruments.embed_query(nameless),
        read,
        {} if "places" in off else places_in(question, language),
        ordered[0],
        question,
    )
    timings = {
        "judge.sentences": (embedded - started) * 1000,
        "judge.reading": (done - embedded) * 1000,
        "judge.signals": (time.perf_counter() - done) * 1000,
    }
    return Judged(ordered, read, signals, timings)
