"""The embedding model alone: one vector a document, ranked by cosine, and nothing else.

The baseline of cross-lingual retrieval: no passages, no words, no headings, no
reading. A long document is read in windows whose vectors are averaged, as the
model's own engine does. It ranks documents and answers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.suite import RetrievalSuite
from helpdesk_bot.settings import Settings
from index.embedding import open_embedder

N_DOCUMENTS = 100
"""Documents of a ranking, more than the deepest cutoff that is scored."""


class EmbedderSearch:
    """Ranks the rows of a retrieval suite by the settings' embedding model."""

    thread_safe = True

    def __init__(self, settings: Settings, suite: RetrievalSuite) -> None:
        self._embedder = open_embedder(settings.embedder, settings.model_cache)
        texts = [f"{row.title}\n{row.text}".strip() for row in suite.corpus]
        self._vectors = self._embedder.embed_passages(texts, [()] * len(texts)).passages
        self._ids = [row.document_id for row in suite.corpus]

    def search(self, query: str, language: str) -> list[tuple[str, float]]:
        """Return documents by cosine similarity; the language makes no difference here."""
        del language
        scores = self._vectors @ self._embedder.embed_queries([query])[0]
        ranked = sorted(range(len(self._ids)), key=lambda place: (-scores[place], self._ids[place]))
        return [(self._ids[place], float(scores[place])) for place in ranked[:N_DOCUMENTS]]

    def describe(self) -> Mapping[str, Any]:
        """Return the model."""
        return {"system": "embedder", "embedder": self._embedder.name}

    def close(self) -> None:
        """Nothing is held."""
