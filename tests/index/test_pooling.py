from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from index.chunks import FloatArray
from index.pooling import PoolingEmbedder, TokenisedText


@dataclass
class LetterModel:
    """A token is a character; its vector tells the character, so that means can be computed by hand."""

    dimension: int = 256
    max_tokens: int = 12
    special_tokens: tuple[tuple[int, ...], tuple[int, ...]] = ((1,), (2,))
    row_lengths: list[list[int]] = field(default_factory=list)

    def tokenise(self, texts: Sequence[str]) -> list[TokenisedText]:
        result = []
        for text in texts:
            kept = [i for i, char in enumerate(text) if not char.isspace()]
            positions = np.array(kept, np.int64)
            ids = np.array([ord(text[i]) % 256 for i in kept], np.int64)
            result.append(TokenisedText(ids, positions, positions + 1))
        return result

    def forward(self, rows: Sequence[npt.NDArray[np.int64]]) -> tuple[FloatArray, FloatArray]:
        self.row_lengths.append([len(row) for row in rows])
        states = np.full((len(rows), max(map(len, rows)), self.dimension), np.nan, np.float32)
        for i, row in enumerate(rows):
            states[i, : len(row)] = np.eye(self.dimension, dtype=np.float32)[row]
        return states, np.array([states[i, : len(row)].mean(0) for i, row in enumerate(rows)], np.float32)

    def forward_all(
        self, batches: Iterable[Sequence[npt.NDArray[np.int64]]]
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        return map(self.forward, batches)


def _embedder(model: LetterModel, prefix: str = "") -> PoolingEmbedder:
    return PoolingEmbedder(model, "letters", "?" * len(prefix), prefix)


def _letters(text: str) -> FloatArray:
    vector = np.zeros(256, np.float32)
    for char in text:
        vector[ord(char) % 256] += 1
    return vector / np.linalg.norm(vector)


def test_sentence_vectors_are_means_of_their_own_tokens() -> None:
    vectors = _embedder(LetterModel(), "p:").embed_passages(["ab cd"], [[(0, 2), (3, 5), (0, 5)]])
    np.testing.assert_allclose(
        vectors.sentences[0], [_letters("ab"), _letters("cd"), _letters("abcd")], atol=1e-6
    )
    assert vectors.passages.dtype == vectors.sentences[0].dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors.passages, axis=1), 1, rtol=1e-6)


def test_long_texts_are_read_in_windows_and_nothing_is_cut() -> None:
    model = LetterModel()
    text = "a" * 10 + "b" * 10 + "ccc"
    vectors = _embedder(model).embed_passages([text], [[(8, 12), (20, 23)]])
    assert sorted(length for batch in model.row_lengths for length in batch) == [5, 12, 12]
    np.testing.assert_allclose(vectors.sentences[0], [_letters("aabb"), _letters("ccc")], atol=1e-6)
    content = vectors.passages[0, [ord("a"), ord("b")]]
    np.testing.assert_allclose(content[0], content[1], rtol=1e-6)
    assert vectors.passages[0, ord("c")] > 0.1


def test_like_lengths_are_batched_together_and_results_keep_their_order() -> None:
    model = LetterModel(max_tokens=1024)
    texts = ["a" * 400, "b", "c" * 390, "d" * 2, "e" * 395]
    vectors = _embedder(model).embed_passages(texts, [[]] * 5)
    assert model.row_lengths[0] == [402, 397]
    assert all(lengths == sorted(lengths, reverse=True) for lengths in model.row_lengths)
    for vector, text in zip(vectors.passages, texts, strict=True):
        assert vector.argmax() == ord(text[0]) or len(text) == 1
        assert vector[ord(text[0])] > 0.5


def test_prefixes_are_added_to_queries_and_passages() -> None:
    embedder = PoolingEmbedder(LetterModel(max_tokens=64), "letters", "Q", "P")
    assert embedder.embed_queries(["x"])[0, ord("Q")] > 0.4
    assert embedder.embed_passages(["x"], [[(0, 1)]]).passages[0, ord("P")] > 0.4
    np.testing.assert_allclose(
        embedder.embed_passages(["x"], [[(0, 1)]]).sentences[0], [_letters("x")], atol=1e-6
    )


def test_empty_inputs_have_vectors_too() -> None:
    embedder = _embedder(LetterModel())
    assert embedder.embed_queries([]).shape == (0, 256)
    vectors = embedder.embed_passages(["", "ab  "], [[], [(2, 4)]])
    np.testing.assert_allclose(np.linalg.norm(vectors.passages, axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(
        vectors.sentences[1][0], vectors.passages[1]
    )  # only white space: the passage's
    assert vectors.sentences[0].shape == (0, 256)


def test_one_list_of_spans_for_each_text() -> None:
    with pytest.raises(ValueError, match="2 texts but 1"):
        _embedder(LetterModel()).embed_passages(["a", "b"], [[]])


def test_lone_surrogates_do_not_stop_the_batch() -> None:
    vectors = _embedder(LetterModel()).embed_passages(["a\ud800b"], [[(2, 3)]])
    np.testing.assert_allclose(vectors.sentences[0], [_letters("b")], atol=1e-6)
