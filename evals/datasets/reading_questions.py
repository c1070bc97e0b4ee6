"""A question on a passage, with the spans that answer it: the common value of the reading sets."""

from __future__ import annotations

from dataclasses import dataclass

from evals.datasets.reading import Node


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a context; ``context[start_char:end_char] == text``, in code points."""

    text: str
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """One question on one passage.

    ``answers``: alternatives, empty where the passage does not answer.
    ``distractors``: spans that look like an answer and are none. ``document``:
    what must not stand on both sides of a split (an article, a page).
    """

    question_id: str
    question: str
    context: str
    language: str
    document: str
    answers: tuple[Span, ...]
    distractors: tuple[Span, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the passage answers."""
        return bool(self.answers)


def checked_span(context: str, text: str, start_char: int, node: Node) -> Span:
    """Return a span of a context.

    Raises:
        DatasetError: another text stands there; ``node`` says where in the file.
    """
    end_char = start_char + len(text)
    if context[start_char:end_char] != text:
        raise node.error(f"the context has {context[start_char:end_char]!r} there, not {text!r}")
    return Span(text, start_char, end_char)
