"""Reading: the trained reader looks at the question beside the sentences that seem to answer it.

Excerpts are cut around the best sentences, each read once. What the reader says
orders the sentences anew, tells how likely it is that any of them answers, and
where the words stand that do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpdesk_bot.extractive import Scored, Weights
from index.chunks import Passage
from index.reader import Excerpt, Reader, Reading

MAX_CHARS = 460
"""Of an excerpt: what the reader was trained with, two to four sentences."""

LENIENCE = 2.0
"""Added to the reader's logit where it orders sentences. Fitted with the weights `reading` and `span`:
on the fitting half of the development sets the right sentence stood
first in 0.81 of the questions (mean of nine sets, 342 questions), in 0.76 without reading; among those
shown in 0.95, of 3.1 on average, for 0.93 of 3.4."""


@dataclass(frozen=True, slots=True)
class ReadExcerpt:
    """An excerpt that was read: sentences ``first`` to ``last``, inclusive, of a candidate's passage."""

    best: Scored
    first: int
    last: int
    reading: Reading

    @property
    def passage(self) -> Passage:
        """The passage that it is cut from."""
        return self.best.candidate.passage

    @property
    def likelihood(self) -> float:
        """How likely it bears the answer, 0..1, by the reader alone; lenient, since it only orders."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.reading.answers + LENIENCE))))

    @property
    def span(self) -> tuple[int, int]:
        """The most likely answer, half-open characters of the document's text."""
        start = self.passage.sentences[self.first][0]
        return start + self.reading.start_char, start + self.reading.end_char

    def holds(self, item: Scored) -> bool:
        """Whether a sentence stands in it."""
        same = item.candidate.passage.passage_id == self.passage.passage_id
        return same and self.first <= item.position <= self.last


def read_excerpts(
    question: str, scored: Sequence[Scored], reader: Reader, most: int
) -> tuple[ReadExcerpt, ...]:
    """Read what stands around the best sentences.

    Args:
        question: as it is searched.
        scored: sentences, the best first.
        reader: the trained reader.
        most: excerpts; what limits the time it takes.

    Returns:
        what was read, in the order of its best sentence.
    """
    cut: list[tuple[Scored, int, int]] = []
    for item in scored:
        if len(cut) == most:
            break
        if any(_same(item, other) and first <= item.position <= last for other, first, last in cut):
            continue
        cut.append((item, *_around(item.candidate.passage.sentences, item.position)))
    excerpts = [_excerpt(item, first, last) for item, first, last in cut]
    readings = reader.read(question, excerpts)
    return tuple(
        ReadExcerpt(item, first, last, reading)
        for (item, first, last), reading in zip(cut, readings, strict=True)
    )


def _same(one: Scored, other: Scored) -> bool:
    return one.candidate.passage.passage_id == other.candidate.passage.passage_id


def _around(sentences: Sequence[tuple[int, int]], position: int) -> tuple[int, int]:
    """Widen by one sentence after the other, before and behind in turn, while it fits."""
    first = last = position
    grows = True
    while grows:
        grows = False
        if first > 0 and sentences[last][1] - sentences[first - 1][0] <= MAX_CHARS:
            first, grows = first - 1, True
        if last + 1 < len(sentences) and sentences[last + 1][1] - sentences[first][0] <= MAX_CHARS:
            last, grows = last + 1, True
    return first, last


def _excerpt(item: Scored, first: int, last: int) -> Excerpt:
    """Cut sentences out, with the headings they stand under: a passage shows some of them in its text."""
    passage = item.candidate.passage
    start, end = passage.sentences[first][0], passage.sentences[last][1]
    text = passage.text[start - passage.start_char : end - passage.start_char]
    is_told = not item.heading or item.heading in passage.context or item.heading in text
    context = passage.context if is_told else " — ".join(filter(None, (passage.context, item.heading)))
    return Excerpt(context, text)


def reordered(scored: Sequence[Scored], read: Sequence[ReadExcerpt], weights: Weights) -> tuple[Scored, ...]:
    """Order sentences anew by what was read.

    A sentence of an excerpt gains ``weights.reading`` times how likely the
    excerpt answers, and ``weights.span`` times that where it holds the words
    that do; what was not read gains nothing.
    """
    gained = [
        replace(item, score=item.score + max((_gain(item, piece, weights) for piece in read), default=0.0))
        for item in scored
    ]
    return tuple(
        sorted(gained, key=lambda item: (-item.score, item.candidate.passage.passage_id, item.position))
    )


def _gain(item: Scored, piece: ReadExcerpt, weights: Weights) -> float:
    if not piece.holds(item):
        return 0.0
    return piece.likelihood * (weights.reading + weights.span * _holds_span(item, piece))


def _holds_span(item: Scored, piece: ReadExcerpt) -> bool:
    start, end = item.candidate.passage.sentences[item.position]
    return start < piece.span[1] and piece.span[0] < end
