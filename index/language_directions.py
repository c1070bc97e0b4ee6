"""Taking the language out of a query's vector, so that every language of documents has the same chance.

Embeddings carry their language: a Vietnamese question lies nearer to any
Vietnamese passage than to the English one that answers it (measured on XQuAD
with its articles spread over three languages: nDCG@10 between languages 0.54
as it is, 0.82 so; within a language 0.964 and 0.954, docs/decisions). The
directions in which languages differ are read off texts that say the same in
each of them: the names of countries in Unicode's CLDR, which the package Babel
carries. No document of the collection has a part in it, so an answer does not
depend on what else is there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.chunks import FloatArray
from index.embedding import Embedder

LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hu"),
    *("it", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "sv", "uk", "vi"),
)
"""The languages whose differences are taken out; others profit as far as they are like one of them."""

_N_NAMES = 120
_NAMES_A_TEXT = 6
_LEAST_SINGULAR = 1e-4  # of the largest: directions below it are rounding
_LAYOUT = 1


@dataclass(frozen=True, slots=True)
class LanguageDirections:
    """``basis``: ``(n_directions, dim)`` float32, orthonormal: how languages differ in a model."""

    basis: FloatArray

    def neutral(self, vector: FloatArray) -> FloatArray:
        """Return a query's vector ``(dim,)`` without its part along the basis, of unit norm."""
        if not len(self.basis):
            return vector
        rest = vector - self.basis.T @ (self.basis @ vector)
        norm = float(np.linalg.norm(rest))
        # A vector made of nothing but language would point anywhere: it stays as it is.
        return (rest / norm).astype(np.float32) if norm > 0.1 else vector


NO_DIRECTIONS = LanguageDirections(np.empty((0, 0), np.float32))
"""Takes nothing out of a vector: to measure what taking the language out is good for."""


def language_directions(embedder: Embedder, cache_dir: Path | None = None) -> LanguageDirections:
    """Return the directions of a model, read from the cache or made (a few seconds, once).

    Args:
        embedder: the model.
        cache_dir: where they are kept; ``None`` or a folder that cannot be written keeps nothing.
    """
    path = cache_dir / f"languages-{_safe(embedder.name)}-v{_LAYOUT}.npz" if cache_dir else None
    centres = _read(path, embedder.dimension) if path else None
    if centres is None:
        centres = _measure(embedder)
        if path:
            _write(path, centres)
    matrix = np.array([centres[language] for language in LANGUAGES])
    matrix = matrix - matrix.mean(axis=0)
    _, singular, directions = np.linalg.svd(matrix, full_matrices=False)
    basis = directions[singular > _LEAST_SINGULAR * max(float(singular[0]), 1e-12)].astype(np.float32)
    return LanguageDirections(basis)


def _measure(embedder: Embedder) -> dict[str, FloatArray]:
    from babel import Locale

    english = Locale("en").territories
    codes = [code for code in sorted(english) if len(code) == 2 and code.isalpha()][:_N_NAMES]
    texts: list[str] = []
    bounds = {}
    for language in LANGUAGES:
        names = [str(Locale(language).territories.get(code, english[code])) for code in codes]
        first = len(texts)
        texts += [", ".join(names[at : at + _NAMES_A_TEXT]) for at in range(0, len(names), _NAMES_A_TEXT)]
        bounds[language] = (first, len(texts))
    vectors = embedder.embed_passages(texts, [()] * len(texts)).passages
    return {language: vectors[first:last].mean(axis=0) for language, (first, last) in bounds.items()}


def _read(path: Path, dimension: int) -> dict[str, FloatArray] | None:
    try:
        with np.load(path) as stored:
            centres = {language: stored[language] for language in LANGUAGES}
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return centres if all(row.shape == (dimension,) for row in centres.values()) else None


def _write(path: Path, centres: Mapping[str, FloatArray]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".languages-", suffix=".npz", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **centres)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError:
        return  # a read-only cache: measured again at the next start


def _safe(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in name)[-80:]
