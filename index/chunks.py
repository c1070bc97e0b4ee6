"""The values of the index: passages, their vectors, the query's filters and the hits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous piece of one document version that is found and cited as a unit.

    ``text == document.text[start_char:end_char]``. ``sentences`` are spans in
    the *document's* text (not the passage's), in order, each a sentence, list
    item or table row that can be quoted alone. ``context`` is what the
    embedding sees before the text (title and heading path) and is no part of it.
    """

    passage_id: str
    document_id: str
    version: int
    ordinal: int
    start_char: int
    end_char: int
    page: int | None
    heading_path: tuple[str, ...]
    language: str
    text: str
    context: str
    n_tokens: int
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """What the embedder makes of passages in one forward pass.

    ``passages``: ``(n_passages, dim)`` float32, unit norm. ``sentences``: for
    each passage ``(n_sentences, dim)`` float32, unit norm, pooled from the
    passage's own token vectors (so a sentence keeps its context).
    """

    passages: FloatArray
    sentences: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may answer. Empty means all; several values of one field are alternatives."""

    kind: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    year: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of one index; ``rank`` is 1-based, a higher ``score`` is better."""

    passage_id: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """The metadata of the document version that a passage belongs to."""

    document_id: str
    version: int
    title: str
    kind: str
    publisher: str | None
    date: str | None
    language: str
    themes: tuple[str, ...]
    region: str | None
    url: str | None
    source: str
    valid_from: str | None = None
    valid_until: str | None = None
    supersedes: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class AlsoIn:
    """A passage of another document that says what a candidate says, folded into it.

    ``first``/``last`` are positions in the *candidate's* sentences, both
    inclusive: what the other passage says too. ``page`` and ``score`` (fused)
    are its own.
    """

    document: DocumentInfo
    passage_id: str
    page: int | None
    score: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with all that is known about how well it bears on the query.

    Scores: ``score`` fused (what the order follows), ``dense`` cosine
    similarity in -1..1, ``lexical`` BM25 (``None`` where that index did not
    return it). ``sentence_vectors`` is ``(n_sentences, dim)`` float32.
    ``also_in``: where else the same is said, the best first (see
    `index.duplicates`); those passages are no candidates of their own.
    ``replaces``: the ids of the documents whose place its document takes (`corpus.succession`).
    """

    passage: Passage
    document: DocumentInfo
    rank: int
    score: float
    dense: float | None
    lexical: float | None
    sentence_vectors: FloatArray
    also_in: tuple[AlsoIn, ...] = ()
    replaces: frozenset[str] = frozenset()

    def documents_saying(self, first: int, last: int) -> tuple[DocumentInfo, ...]:
        """Return the other documents that say all of these sentences (positions, inclusive), each once."""
        found: dict[str, DocumentInfo] = {}
        for other in self.also_in:
            if other.first <= first and last <= other.last:
                found.setdefault(other.document.document_id, other.document)
        return tuple(found.values())
