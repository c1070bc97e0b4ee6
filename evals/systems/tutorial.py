"""The usual pipeline, as tutorials build it: the permanent baseline beside ours.

LangChain's ``RecursiveCharacterTextSplitter`` (300 tokens of the model, 30
overlapping), the same embedding model through ``HuggingFaceEmbeddings`` in
float32, ``Chroma.from_documents``, the top chunks by similarity, the first of
them as the answer. It gets the model's own prefixes, which a tutorial would
leave out, so that the embedder is the same. It never abstains: its confidence
is the similarity of the first chunk.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus import language
from evals.suite import RetrievalSuite
from evals.systems.documents import DOCUMENT_FIELDS, catalogue_of
from evals.systems.protocol import pool
from helpdesk_bot.answers import Question
from helpdesk_bot.settings import Settings
from index import bundled_model
from index.embedding import BUNDLED

CHUNK_TOKENS, OVERLAP_TOKENS = 300, 30
N_ANSWER_CHUNKS = 4
"""LangChain's own default for a similarity search."""
N_SEARCH_CHUNKS = 100


def import_libraries() -> None:
    """Import everything that the pipeline needs, so that a measurement can leave the time out."""
    import chromadb  # noqa: F401
    import langchain_chroma  # noqa: F401
    import langchain_huggingface  # noqa: F401
    import langchain_text_splitters  # noqa: F401
    import sentence_transformers  # noqa: F401


def model_name(settings: Settings) -> str:
    """Return what Sentence-Transformers is to load: the bundled model's folder, or the name as set."""
    if settings.embedder == BUNDLED:
        return str(bundled_model.ensure(settings.model_cache))
    return settings.embedder


class TutorialIndex:
    """Texts, split, embedded and put into an embedded Chroma."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        """Load the model.

        Args:
            settings: which embedder, and where its weights are.
            folder: where Chroma keeps its files; None keeps them in memory.
        """
        from langchain_huggingface import HuggingFaceEmbeddings
        from transformers.utils import logging as transformers_logging

        silence: Any = transformers_logging.disable_progress_bar  # it carries no types
        silence()
        self._embeddings = HuggingFaceEmbeddings(
            model_name=model_name(settings),
            model_kwargs={"device": "cpu", "model_kwargs": {"dtype": "float32"}},
            encode_kwargs={"normalize_embeddings": True, "prompt": "passage: "},
            query_encode_kwargs={"normalize_embeddings": True, "prompt": "query: "},
        )
        self._folder = folder
        self._store: Any = None
        self.n_chunks = 0

    def add(self, texts: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Split, embed and store texts with their metadata."""
        import chromadb
        from langchain_chroma import Chroma
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK_TOKENS,
            chunk_overlap=OVERLAP_TOKENS,
            length_function=self._n_tokens,
            add_start_index=True,
        )
        chunks = splitter.split_documents(
            [Document(page_content=text, metadata=metadata) for text, metadata in texts]
        )
        self.n_chunks = len(chunks)
        self._store = Chroma.from_documents(
            chunks,
            self._embeddings,
            collection_name=f"tutorial-{uuid.uuid4().hex}",
            persist_directory=str(self._folder) if self._folder else None,
            client_settings=chromadb.config.Settings(
                anonymized_telemetry=False,
                is_persistent=self._folder is not None,
                persist_directory=str(self._folder or ""),
            ),
        )

    def search(self, query: str, k: int) -> list[tuple[str, dict[str, Any], float]]:
        """Return (text, metadata, cosine similarity) of the nearest chunks, the best first."""
        found = self._store.similarity_search_with_score(query, k=min(k, self.n_chunks))
        # Chroma's default distance is the squared Euclidean one: 2 - 2 cos for unit vectors.
        return [(chunk.page_content, chunk.metadata, 1 - distance / 2) for chunk, distance in found]

    def close(self) -> None:
        """Drop the collection (Chroma's in-memory store is shared by the whole process)."""
        if self._store is not None:
            self._store.delete_collection()

    def _n_tokens(self, text: str) -> int:
        # The fast tokenizer itself: `tokenize` of the wrapper warns of every text over 512 tokens.
        tokenizer = self._embeddings._client.tokenizer.backend_tokenizer
        return len(tokenizer.encode(text, add_special_tokens=False).ids)


class TutorialSearch:
    """Ranks the rows of a retrieval suite; chunk scores are max-pooled to documents."""

    thread_safe = False

    def __init__(self, settings: Settings, suite: RetrievalSuite) -> None:
        self._index = TutorialIndex(settings)
        self._index.add(
            (f"{row.title}\n{row.text}".strip(), {"source": row.document_id}) for row in suite.corpus
        )

    def search(self, query: str, language: str) -> list[tuple[str, float]]:
        """Return documents by their best chunk; the language makes no difference here."""
        del language
        found = self._index.search(query, N_SEARCH_CHUNKS)
        return pool([(metadata["source"], score) for _, metadata, score in found])

    def describe(self) -> Mapping[str, Any]:
        """Return the options of the pipeline."""
        return _DESCRIPTION

    def close(self) -> None:
        """Drop the collection."""
        self._index.close()


class TutorialAnswers:
    """Answers with the chunk that is most similar, from the same extracted texts as ours."""

    thread_safe = False

    def __init__(self, settings: Settings) -> None:
        rows = catalogue_of(settings)
        self._documents = {row["document_id"]: row for row in rows}
        self._index = TutorialIndex(settings)
        self._index.add((row["text"], {"document_id": row["document_id"]}) for row in rows)

    def ask(self, question: Question) -> Mapping[str, Any]:
        """Return the first chunk as the answer, in the contract's shape."""
        found = self._index.search(question.text, N_ANSWER_CHUNKS)
        asked_in = language.detect(question.text)
        citations = [self._citation(*found[0][:2])] if found else []
        quote = citations[0]["quote"] if citations else ""
        return {
            "answer_id": uuid.uuid4().hex,
            "conversation_id": question.conversation_id or uuid.uuid4().hex,
            "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "question": question.text,
            "question_language": asked_in,
            "answer_language": citations[0]["language"] if citations else asked_in,
            "outcome": "answered" if found else "unanswerable_not_in_documents",
            "outcome_reason": None,
            "confidence": min(1.0, max(0.0, found[0][2])) if found else 0.0,
            "engine": {"name": "extractive", "model": None, "prompt_sha256": None},
            "text": f"{quote} [1]" if quote else "",
            "sentences": [
                {"text": quote, "citations": ["cit_1"], "verification": "not_checked", "score": found[0][2]}
            ]
            if quote
            else [],
            "citations": citations,
            "short_answer": None,
            "related": [],
            "review": {"status": "not_required", "required_because": []},
            "trace": {"retrieved": self._retrieved(found)},
        }

    def text(self, document_id: str, version: int) -> str | None:
        """Return the text that was split."""
        row = self._documents.get(document_id)
        return str(row["text"]) if row and row["version"] == version else None

    def document_languages(self) -> Mapping[str, str]:
        """Return the language of each document by its source."""
        return {row["source"]: row["language"] for row in self._documents.values()}

    def describe(self) -> Mapping[str, Any]:
        """Return the options of the pipeline."""
        return _DESCRIPTION

    def close(self) -> None:
        """Drop the collection."""
        self._index.close()

    def _citation(self, chunk: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        row = self._documents[metadata["document_id"]]
        # The splitter counts its overlap in tokens but looks in characters, and says -1 where it misses.
        start = row["text"].find(chunk, max(0, int(metadata["start_index"])))
        return {
            "citation_id": "cit_1",
            "number": 1,
            "passage_id": f"{row['document_id']}:{start}",
            "document": {name: row[name] for name in DOCUMENT_FIELDS},
            "page": None,
            "heading_path": [],
            "start_char": start,
            "end_char": start + len(chunk),
            "quote": chunk,
            "language": row["language"],
        }

    def _retrieved(self, found: list[tuple[str, dict[str, Any], float]]) -> list[dict[str, Any]]:
        return [
            {
                "rank": rank,
                "passage_id": f"{metadata['document_id']}:{metadata['start_index']}",
                "document_id": metadata["document_id"],
                "source": self._documents[metadata["document_id"]]["source"],
                "score": score,
            }
            for rank, (_, metadata, score) in enumerate(found, 1)
        ]


_DESCRIPTION: Mapping[str, Any] = {
    "system": "tutorial",
    "splitter": f"RecursiveCharacterTextSplitter, {CHUNK_TOKENS} tokens, {OVERLAP_TOKENS} overlap",
    "embeddings": "HuggingFaceEmbeddings, float32",
    "store": "Chroma.from_documents",
}
