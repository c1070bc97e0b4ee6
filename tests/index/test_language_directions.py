"""The language leaves a query's vector, and what it asks about stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.chunks import FloatArray, PassageVectors
from index.language_directions import LANGUAGES, LanguageDirections, language_directions
from tests.fakes import FakeEmbedder


class LanguageEmbedder(FakeEmbedder):
    """Adds to every vector of a language its own direction: the bias that is to go."""

    def embed_passages(self, texts, spans):  # type: ignore[no-untyped-def]
        """As the fake, plus the direction of the language that the texts stand in, in order."""
        made = super().embed_passages(texts, spans)
        share = len(texts) // len(LANGUAGES)
        vectors = np.array(made.passages)
        for place in range(len(texts)):
            vectors[place, place // share % self.dimension] += 2.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return PassageVectors(vectors.astype(np.float32), made.sentences)


def unit(values: list[float], dimension: int) -> FloatArray:
    vector = np.zeros(dimension, np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def test_the_basis_is_orthonormal_and_smaller_than_the_number_of_languages() -> None:
    basis = language_directions(FakeEmbedder()).basis
    assert basis.shape[0] < len(LANGUAGES)
    np.testing.assert_allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-5)


def test_a_neutral_vector_has_unit_norm_and_no_part_along_the_basis() -> None:
    embedder = LanguageEmbedder()
    directions = language_directions(embedder)
    vector = embedder.embed_queries(["Hur många kommuner har infört e-legitimation?"])[0]
    neutral = directions.neutral(vector)
    assert float(np.linalg.norm(neutral)) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(directions.basis @ neutral, 0, atol=1e-5)


def test_two_passages_that_differ_in_language_alone_become_equally_near() -> None:
    directions = LanguageDirections(np.array([unit([1, -1], 8)]))
    swedish, vietnamese = unit([1, 0, 1], 8), unit([0, 1, 1], 8)
    asked_in_swedish = unit([1, 0, 0.5], 8)
    assert asked_in_swedish @ swedish > asked_in_swedish @ vietnamese
    neutral = directions.neutral(asked_in_swedish)
    assert neutral @ swedish == pytest.approx(neutral @ vietnamese, abs=1e-6)


def test_a_vector_of_nothing_but_language_stays_as_it_is() -> None:
    directions = LanguageDirections(np.array([unit([1], 4)]))
    vector = unit([1], 4)
    np.testing.assert_array_equal(directions.neutral(vector), vector)


def test_they_are_kept_and_read_again_without_the_model(tmp_path: Path) -> None:
    first = language_directions(FakeEmbedder(), tmp_path)
    (kept,) = tmp_path.glob("languages-*.npz")

    class Broken(FakeEmbedder):
        def embed_passages(self, texts, spans):  # type: ignore[no-untyped-def]
            raise AssertionError("the cache was there")

    again = language_directions(Broken(), tmp_path)
    np.testing.assert_allclose(first.basis, again.basis)
    kept.write_bytes(b"torn")
    mended = language_directions(FakeEmbedder(), tmp_path)
    np.testing.assert_allclose(first.basis, mended.basis)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert language_directions(FakeEmbedder(), blocked).basis.shape[0] > 0
