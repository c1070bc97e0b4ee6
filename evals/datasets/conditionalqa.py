"""ConditionalQA (Sun et al. 2022, https://aclanthology.org/2022.acl-long.253), a question a line.

Questions with the asker's scenario on GOV.UK pages; an answer may hold only
under conditions. Licence: BSD-2 for the questions, Open Government Licence v3.0
for the pages. Permitted use: ``training/conditionalqa.en.jsonl`` may be trained
on; its pages are apart from those of the retrieval set ``conditionalqa-en``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.reading import Node, read_lines


@dataclass(frozen=True, slots=True)
class ConditionalAnswer:
    """An answer and the sentences of the page that it depends on; none: it holds always."""

    text: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionalQuestion:
    """A question; ``evidence``: the page's sentences that answer it, as the page has them."""

    question_id: str
    question: str
    scenario: str
    url: str
    answers: tuple[ConditionalAnswer, ...]
    evidence: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the page answers."""
        return bool(self.answers)

    @property
    def document(self) -> str:
        """What must not stand on both sides of a split: the page."""
        return self.url


def read_conditionalqa(path: Path) -> tuple[ConditionalQuestion, ...]:
    """Read the questions.

    Raises:
        DatasetError: naming file, line and field.
    """
    return tuple(_question(row) for row in read_lines(path))


def _question(row: Node) -> ConditionalQuestion:
    answers = tuple(_answer(item) for item in row["answers"].items())
    if row["answerable"].flag() != bool(answers):
        raise row["answerable"].error("must be true exactly when there are answers")
    return ConditionalQuestion(
        question_id=f"conditionalqa-{row.line}",
        question=row["question"].text(),
        scenario=row["scenario"].text(empty=True),
        url=row["url"].text(),
        answers=answers,
        evidence=row["evidence"].texts(),
    )


def _answer(item: Node) -> ConditionalAnswer:
    parts = list(item.items())
    if len(parts) != 2:
        raise item.error("must be a pair of the answer and its conditions")
    return ConditionalAnswer(parts[0].text(), parts[1].texts())
