"""Stand-ins for parts that are slow, where they are not what a test is about."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.chunks import FloatArray, PassageVectors

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class FakeEmbedder:
    """An `index.embedding.Embedder` whose vectors are seeded sums of word vectors.

    Texts that share words are near each other, in any language; nothing else is.
    The same text always gets the same vector, in every process.
    """

    name: str = "fake-words"
    dimension: int = 64
    query_prefix: str = "query: "
    passage_prefix: str = "passage: "
    max_tokens: int = 512

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return ``(n_texts, dimension)`` float32, unit norm."""
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self.dimension)

    def embed_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> PassageVectors:
        """Return vectors of the texts and of the spans within each."""
        if len(texts) != len(spans):
            raise ValueError("one list of spans for each text")
        return PassageVectors(
            self.embed_queries(texts),
            tuple(
                self.embed_queries([text[start:end] for start, end in text_spans])
                for text, text_spans in zip(texts, spans, strict=True)
            ),
        )

    def _vector(self, text: str) -> FloatArray:
        words = _WORD.findall(unicodedata.normalize("NFC", text).casefold()) or [""]
        total = np.sum([_word_vector(word, self.dimension) for word in words], axis=0)
        unit: FloatArray = (total / np.linalg.norm(total)).astype(np.float32)
        return unit


def _word_vector(word: str, dimension: int) -> FloatArray:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    vector: FloatArray = np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
    return vector
