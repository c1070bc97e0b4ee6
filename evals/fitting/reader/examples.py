"""What the reader learns from: a question with an excerpt, and what is to be said about them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from index.lexical import tokens
from index.sentences import sentence_spans

MAX_CHARS = 460
"""Of an excerpt: about 115 of the model's tokens, two to four sentences."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with an excerpt of a document.

    ``span``: half-open characters of ``excerpt`` that answer. ``answers``:
    whether it answers; ``relevant``: whether it is about what was asked
    (``None``: the source does not tell). ``document``: what must not stand
    both in training and in its check.
    """

    question: str
    context: str
    excerpt: str
    span: tuple[int, int] | None
    answers: bool | None
    relevant: bool | None
    source: str
    document: str

    def __post_init__(self) -> None:
        """Refuse a span outside the excerpt."""
        if self.span and not 0 <= self.span[0] < self.span[1] <= len(self.excerpt):
            raise ValueError(
                f"The span {self.span} is not inside an excerpt of {len(self.excerpt)} characters."
            )

    @property
    def held_out(self) -> bool:
        """Whether it is kept for the check: one document in twenty, chosen by its name alone."""
        return int(hashlib.sha256(self.document.encode()).hexdigest(), 16) % 20 == 0


@dataclass(frozen=True)
class Text:
    """A document to cut excerpts from; ``sentences``: half-open spans of it, in order."""

    document: str
    title: str
    text: str
    language: str
    sentences: tuple[tuple[int, int], ...]

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The index's tokens of each sentence."""
        return tuple(frozenset(tokens(self.text[start:end], self.language)) for start, end in self.sentences)

    @cached_property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """Runs of whole sentences, first and last inclusive, packed up to `MAX_CHARS`."""
        found: list[tuple[int, int]] = []
        first = 0
        for place in range(1, len(self.sentences) + 1):
            full = (
                place == len(self.sentences)
                or self.sentences[place][1] - self.sentences[first][0] > MAX_CHARS
            )
            if full:
                found.append((first, place - 1))
                first = place
        return tuple(found)

    @cached_property
    def window_words(self) -> tuple[frozenset[str], ...]:
        """The tokens of each window."""
        return tuple(frozenset[str]().union(*self.words[first : last + 1]) for first, last in self.windows)

    @cached_property
    def window_texts(self) -> tuple[tuple[int, str], ...]:
        """Where each window starts, and its text, casefolded."""
        return tuple(
            (start, text.casefold()) for start, text in (self.excerpt(*each) for each in self.windows)
        )

    def sentence_at(self, char: int) -> int | None:
        """Return the number of the sentence that holds a character."""
        return next((i for i, (start, end) in enumerate(self.sentences) if start <= char < end), None)

    def excerpt(self, first: int, last: int) -> tuple[int, str]:
        """Return where an excerpt of whole sentences starts, and its text."""
        start, end = self.sentences[first][0], self.sentences[last][1]
        return start, self.text[start:end]

    def around(self, first: int, last: int, share_before: float) -> tuple[int, int]:
        """Widen a run of sentences up to `MAX_CHARS`, about this share of the room before it."""
        room = max(0, MAX_CHARS - (self.sentences[last][1] - self.sentences[first][0]))
        start = self.sentences[first][0] - room * share_before
        while first > 0 and self.sentences[first - 1][0] >= start:
            first -= 1
        while (
            last + 1 < len(self.sentences)
            and self.sentences[last + 1][1] - self.sentences[first][0] <= MAX_CHARS
        ):
            last += 1
        return first, last


def text_of(document: str, title: str, text: str, language: str) -> Text:
    """Cut a text into lines and those into sentences."""
    sentences = tuple(
        span
        for line in re.finditer(r"[^\r\n]+", text)
        for span in sentence_spans(text, line.start(), line.end(), language)
    )
    return Text(document, title, text, language, sentences)


def lines_as_text(document: str, title: str, lines: Sequence[str], language: str) -> Text:
    """Put lines under each other; each is one sentence."""
    spans, length = [], 0
    for line in lines:
        spans.append((length, length + len(line)))
        length += len(line) + 1
    return Text(document, title, "\n".join(lines), language, tuple(spans))
