"""How a question and an excerpt stand in one row of the reader's input.

``<s> query: QUESTION </s> passage: CONTEXT EXCERPT </s>``: the prefixes are those that the
bundled model was trained with. Training (`evals.fitting.reader`) and reading
(`index.reader`) both lay their rows out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_QUESTION_TOKENS = 64
MAX_CONTEXT_TOKENS = 24
MAX_EXCERPT_TOKENS = 176
"""What is longer is cut at its end; a row is thus at most 274 tokens."""

_START, _END = 0, 2  # <s>, </s>


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One row of input.

    ``ids``: ``(n,)`` int64. ``first``: the place of the excerpt's first token.
    ``starts``, ``ends``: ``(n_excerpt_tokens,)`` int64, the characters of the
    excerpt that each of its tokens covers, half open.
    """

    ids: npt.NDArray[np.int64]
    first: int
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    @property
    def last(self) -> int:
        """The place after the excerpt's last token."""
        return self.first + len(self.starts)


def lay_out(
    tokenizer: Tokenizer, questions: Sequence[str], contexts: Sequence[str], excerpts: Sequence[str]
) -> list[ReaderRow]:
    """Return a row for each question with its excerpt.

    Args:
        tokenizer: the bundled model's.
        questions: what is asked.
        contexts: the excerpt's title or heading; may be empty.
        excerpts: whole sentences.
    """
    asked = tokenizer.encode_batch([f"query: {text}" for text in questions], add_special_tokens=False)
    around = tokenizer.encode_batch([f"passage: {text}" for text in contexts], add_special_tokens=False)
    read = tokenizer.encode_batch(list(excerpts), add_special_tokens=False)
    rows = []
    for question, context, excerpt in zip(asked, around, read, strict=True):
        before = [
            _START,
            *question.ids[:MAX_QUESTION_TOKENS],
            _END,
            *context.ids[:MAX_CONTEXT_TOKENS],
        ]
        ids = excerpt.ids[:MAX_EXCERPT_TOKENS]
        offsets = np.array(excerpt.offsets[: len(ids)], np.int64).reshape(-1, 2)
        rows.append(
            ReaderRow(np.array([*before, *ids, _END], np.int64), len(before), offsets[:, 0], offsets[:, 1])
        )
    return rows
