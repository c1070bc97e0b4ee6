"""Passage and sentence vectors from one forward pass, in batches sorted by length.

Whatever runs the model (`TokenModel`) only turns rows of token ids into token
vectors; windows over long texts, batching and pooling are here, for all models alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.chunks import FloatArray, PassageVectors

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SMALLEST_NORM = 1e-12
_TOKENS_PER_BATCH = 1024
"""Padded tokens in one forward pass: the activations of more leave the processor's cache.

Measured on AVX2 in float32, tokens per second of processor time: 1,180 at 512 and 1,024,
1,060 at 2,048, 940 at 4,096, 740 at 8,192; Sentence-Transformers in batches of 32: 690.
"""


@dataclass(frozen=True, slots=True)
class TokenisedText:
    """The content tokens of one text (no special ones) and the characters each came from.

    ``ids``: ``(n,)`` int64. ``starts``/``ends``: ``(n,)`` int64 code point offsets, ascending.
    """

    ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


class TokenModel(Protocol):
    """A model that gives a vector for each token and one for the whole row."""

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest row, special tokens included."""
        ...

    @property
    def special_tokens(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The ids that stand before and after the content of every row."""
        ...

    def tokenise(self, texts: Sequence[str]) -> list[TokenisedText]:
        """Return the content tokens of each text, all of them."""
        ...

    def forward(self, rows: Sequence[npt.NDArray[np.int64]]) -> tuple[FloatArray, FloatArray]:
        """Return token vectors ``(n_rows, longest, dim)`` and row vectors ``(n_rows, dim)``, float32.

        What stands in the token vectors beyond a row's own length is undefined.
        """
        ...

    def forward_all(
        self, batches: Iterable[Sequence[npt.NDArray[np.int64]]]
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield what `forward` returns for each batch, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens ``first`` to ``last`` (half open) of one text, as one row for the model."""

    text: int
    first: int
    last: int
    row: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PoolingEmbedder:
    """An `index.embedding.Embedder` over any `TokenModel`."""

    model: TokenModel
    name: str
    query_prefix: str
    passage_prefix: str

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return self.model.dimension

    @property
    def max_tokens(self) -> int:
        """The longest input of one forward pass, in the model's tokens."""
        return self.model.max_tokens

    def n_pieces(self, text: str) -> int:
        """Return into how many tokens the model cuts a text, special ones not counted."""
        return len(self.model.tokenise([text])[0].ids)

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return ``(n_texts, dimension)`` float32, unit norm."""
        return self._embed(self.query_prefix, texts, [()] * len(texts)).passages

    def embed_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> PassageVectors:
        """Return the vectors of the texts and of the character spans in each, all of unit norm.

        A text longer than the model's limit is read in windows, averaged by length. A span
        that holds no token (only white space) gets the vector of its passage.

        Raises:
            ValueError: not exactly one list of spans for each text.
        """
        if len(texts) != len(spans):
            raise ValueError(f"{len(texts)} texts but {len(spans)} lists of spans; give one for each text.")
        return self._embed(self.passage_prefix, texts, spans)

    def _embed(
        self, prefix: str, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> PassageVectors:
        dimension = self.model.dimension
        # The tokenizer refuses lone surrogates; one character for one keeps the offsets.
        tokenised = self.model.tokenise([prefix + _LONE_SURROGATE.sub("�", text) for text in texts])
        token_spans = [
            _token_spans(tokens, text_spans, len(prefix))
            for tokens, text_spans in zip(tokenised, spans, strict=True)
        ]
        passages: FloatArray = np.zeros((len(texts), dimension), np.float32)
        sentences: list[FloatArray] = [np.zeros((len(s), dimension), np.float32) for s in spans]
        batches = list(self._batches(tokenised))
        forwarded = self.model.forward_all([window.row for window in batch] for batch in batches)
        for batch, (token_vectors, row_vectors) in zip(batches, forwarded, strict=True):
            row_vectors = _unit(row_vectors)  # some models give unit vectors, some do not
            n_before = len(self.model.special_tokens[0])
            for i, window in enumerate(batch):
                # Weighted by length, so that windows average as one pass over the text would.
                passages[window.text] += row_vectors[i] * max(window.last - window.first, 1)
                content = token_vectors[i, n_before : n_before + window.last - window.first]
                for j, (first, last) in enumerate(token_spans[window.text]):
                    low, high = max(first, window.first), min(last, window.last)
                    if low < high:  # sums will do: the length goes away when it is normalised
                        sentences[window.text][j] += content[low - window.first : high - window.first].sum(0)
        passages = _unit(passages)
        for passage, of_passage in zip(passages, sentences, strict=True):
            of_passage[~of_passage.any(axis=1)] = passage
        return PassageVectors(passages, tuple(_unit(s) for s in sentences))

    def _batches(self, tokenised: Sequence[TokenisedText]) -> Iterator[list[_Window]]:
        """Yield windows of like length together, longest first, so that little is padding."""
        windows = [w for i, tokens in enumerate(tokenised) for w in self._windows(i, tokens.ids)]
        windows.sort(key=lambda window: -len(window.row))
        batch: list[_Window] = []
        for window in windows:
            if batch and len(batch[0].row) * (len(batch) + 1) > _TOKENS_PER_BATCH:
                yield batch
                batch = []
            batch.append(window)
        if batch:
            yield batch

    def _windows(self, text: int, ids: npt.NDArray[np.int64]) -> Iterator[_Window]:
        before, after = self.model.special_tokens
        size = self.model.max_tokens - len(before) - len(after)
        for first in range(0, max(len(ids), 1), size):
            content = ids[first : first + size]
            row = np.array([*before, *content, *after], np.int64)
            yield _Window(text, first, first + len(content), row)


def _token_spans(
    tokens: TokenisedText, spans: Sequence[tuple[int, int]], shift: int
) -> list[tuple[int, int]]:
    """Turn character spans into half-open token spans: every token that overlaps the span."""
    if not spans:
        return []
    bounds = np.asarray(spans, np.int64) + shift
    first = np.searchsorted(tokens.ends, bounds[:, 0], side="right")
    last = np.searchsorted(tokens.starts, bounds[:, 1], side="left")
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _unit(vectors: FloatArray) -> FloatArray:
    """Scale rows to unit norm; a row of zeros stays one."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: FloatArray = (vectors / np.maximum(norms, _SMALLEST_NORM)).astype(np.float32)
    return scaled
