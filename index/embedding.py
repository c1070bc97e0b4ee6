"""Text to vectors: the protocol every room above uses, and the way to get an embedder.

Two implementations stand behind it: the bundled model runs in plain torch
(`bert_encoder`; it loads in a fraction of the time and memory that the
Sentence-Transformers library takes to import), any other model through
Sentence-Transformers (`sentence_transformer`). A test holds both to the same vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index import bundled_model
from index.chunks import FloatArray, PassageVectors

if TYPE_CHECKING:
    from index.bert_encoder import BertEncoder

BUNDLED = "bundled"
"""The name that stands for the default model in settings."""

Spans = Sequence[tuple[int, int]]


class Embedder(Protocol):
    """Makes unit-norm float32 vectors of queries and passages; safe to call from several threads."""

    @property
    def name(self) -> str:
        """What the index is stamped with; another name means other vectors."""
        ...

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        ...

    @property
    def query_prefix(self) -> str:
        """What this model wants before a query; added by `embed_queries`."""
        ...

    @property
    def passage_prefix(self) -> str:
        """What this model wants before a passage; added by `embed_passages`."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest input of one forward pass, in the model's tokens; longer ones are windowed."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return ``(n_texts, dimension)`` float32, unit norm."""
        ...

    def embed_passages(self, texts: Sequence[str], spans: Sequence[Spans]) -> PassageVectors:
        """Return the vectors of passages, and of spans pooled from the same forward pass.

        Args:
            texts: what the model shall see, context included, prefix not.
            spans: for each text, half-open character spans in that text (sentences).
        """
        ...


def open_embedder(name: str, cache_dir: Path, *, n_threads: int | None = None) -> Embedder:
    """Load an embedding model.

    Args:
        name: `BUNDLED`, a folder, or a model's name on the Hugging Face hub.
        cache_dir: where the bundled model is expanded, and hub models are kept.
        n_threads: processor threads of one forward pass, for this whole process; None leaves
            torch's choice (every core). Give 1 where several threads embed single questions, as
            a server does: two threads make a question 20 % faster on an idle machine and many
            times slower on a busy one, since each of some 100 steps waits for the slower thread.

    Raises:
        ModelUnavailable: it cannot be had; the message says why and how to mend it.
    """
    if n_threads is not None:
        import torch

        torch.set_num_threads(n_threads)
    if name in {BUNDLED, bundled_model.NAME}:
        from index.pooling import PoolingEmbedder

        encoder = _encoder(bundled_model.ensure(cache_dir))
        return PoolingEmbedder(encoder, bundled_model.NAME, "query: ", "passage: ")
    from index.sentence_transformer import open_model

    return open_model(name, cache_dir)


@lru_cache(maxsize=1)
def _encoder(folder: Path) -> BertEncoder:
    """Load the bundled model once a process: nothing writes to it, and it takes a second and 300 MB."""
    from index.bert_encoder import BertEncoder

    return BertEncoder.load(folder)
