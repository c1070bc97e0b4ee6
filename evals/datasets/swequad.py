"""SweQUAD-MC (Kalpakchi and Boye 2021, https://aclanthology.org/2021.nodalida-main.43), JSON as published.

Swedish multiple-choice questions on pages of authorities and newspapers; the
right choice and most distractors are spans of the text. Licence: CC BY 4.0.
Permitted use: ``training/swequad-mc-training.sv.json`` may be trained on; the
retrieval set ``swequad-mc-dev`` is for development.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from evals.datasets.reading import Node, read_document
from evals.datasets.reading_questions import ReadingQuestion, Span, checked_span

_RIGHT, _WRONG = "Correct answer", "Distractor"


def read_swequad(path: Path) -> tuple[ReadingQuestion, ...]:
    """Read a file of SweQUAD-MC; a text has no name there, so its hash is the document.

    Raises:
        DatasetError: naming file and place.
    """
    questions = []
    for position, item in enumerate(read_document(path)["data"].items(), 1):
        context = item["context"].text()
        right, wrong = _choices(item["choices"], context)
        questions.append(
            ReadingQuestion(
                question_id=f"swequad-mc-{position}",
                question=item["question"].text(),
                context=context,
                language="sv",
                document=hashlib.sha256(context.encode()).hexdigest()[:16],
                answers=right,
                distractors=wrong,
            )
        )
    return tuple(questions)


def _choices(given: Node, context: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    spans: dict[str, list[Span]] = {_RIGHT: [], _WRONG: []}
    for choice in given.items():
        kind = choice["type"].text()
        if kind not in spans:
            raise choice["type"].error(f"'{kind}' is neither '{_RIGHT}' nor '{_WRONG}'")
        start, end = choice["start"].count(), choice["end"].count()
        span = checked_span(context, choice["text"].text(), start, choice)
        if span.end_char != end:
            raise choice["end"].error(f"is {end}; start and text make it {span.end_char}")
        spans[kind].append(span)
    if not spans[_RIGHT]:
        raise given.error(f"has no '{_RIGHT}'")
    return tuple(spans[_RIGHT]), tuple(spans[_WRONG])
