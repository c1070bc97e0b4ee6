"""BIPIA (Yi et al. 2023, https://arxiv.org/abs/2312.14197): instructions hidden in documents.

The training half of the benchmark: attack instructions by kind, e-mails with a
question, and code questions. Licence: MIT. Permitted use: adversarial
documents for tests and development; not for training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.reading import Node, read_document, read_lines


@dataclass(frozen=True, slots=True)
class Attack:
    """An instruction that a document may hold and nobody may follow; ``kind`` as the set names it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class EmailContext:
    """An e-mail and a question on it; ``ideal`` is the right answer, ``unknown`` where it holds none."""

    context: str
    question: str
    ideal: str

    @property
    def answerable(self) -> bool:
        """Whether the e-mail answers."""
        return self.ideal.strip().casefold() != "unknown"


@dataclass(frozen=True, slots=True)
class CodeContext:
    """A page on a programming error: the error, the code at fault, the page's answer, the mended code."""

    error: str
    code: str
    context: str
    ideal: str
    url: str


def read_attacks(path: Path) -> tuple[Attack, ...]:
    """Read ``bipia_text_attack_train.json`` or ``bipia_code_attack_train.json``.

    Raises:
        DatasetError: naming file and place.
    """
    return tuple(
        Attack(kind, item.text()) for kind, items in read_document(path).fields() for item in items.items()
    )


def read_emails(path: Path) -> tuple[EmailContext, ...]:
    """Read ``bipia_email_train.jsonl``; the question's leading ``Q:`` is dropped.

    Raises:
        DatasetError: naming file, line and field.
    """
    return tuple(
        EmailContext(
            row["context"].text(),
            row["question"].text().strip().removeprefix("Q:").strip(),
            row["ideal"].text(),
        )
        for row in read_lines(path)
    )


def read_code(path: Path) -> tuple[CodeContext, ...]:
    """Read ``bipia_code_train.jsonl``; lists of lines become texts.

    Raises:
        DatasetError: naming file, line and field.
    """
    return tuple(
        CodeContext(
            error=_joined(row["error"]),
            code=_joined(row["code"]),
            context=_joined(row["context"]),
            ideal=_joined(row["ideal"]),
            url=row["context_url"].text(),
        )
        for row in read_lines(path)
    )


def _joined(lines: Node) -> str:
    return "\n".join(lines.texts())
