"""Opening the retriever with the settings of a helpdesk."""

from __future__ import annotations

from sqlalchemy import Engine

from helpdesk_bot.places_asked import lean_of
from helpdesk_bot.settings import Settings
from index.dense import DenseIndex
from index.embedding import Embedder
from index.language_directions import language_directions
from index.ordering import OTHER_LANGUAGE
from index.retrieval import Retriever
from index.retrieval_options import Fusion, RetrievalOptions


def open_retriever(settings: Settings, engine: Engine, embedder: Embedder, dense: DenseIndex) -> Retriever:
    """Return the retriever that answers are made from, less what the settings switch off."""
    options = retrieval_options(settings)
    directions = language_directions(embedder, settings.model_cache) if options.language_directions else None
    lean = None if "places" in settings.switched_off else lean_of
    return Retriever(engine, embedder, dense, directions=directions, options=options, lean_of=lean)


def retrieval_options(settings: Settings) -> RetrievalOptions:
    """Return what is searched and how, from the settings."""
    off = settings.switched_off
    fusion: Fusion = "coverage"
    if "fusion=reciprocal_rank" in off:
        fusion = "reciprocal_rank"
    elif "fusion=normalised_sum" in off:
        fusion = "normalised_sum"
    return RetrievalOptions(
        lexical="lexical" not in off,
        dense="dense" not in off,
        word_beginnings="word_beginnings" not in off,
        syllable_pairs="syllable_pairs" not in off,
        fusion=fusion,
        language_directions="language_directions" not in off,
        superseded_penalty=0.0 if "superseded" in off else settings.superseded_penalty,
        kind_weights=settings.kind_weights,
        recency_weight=settings.recency_weight,
        other_language=0.0 if "other_languages" in off else OTHER_LANGUAGE,
        per_document=NO_CAP if "document_cap" in off else settings.per_document,
        duplicates="duplicates" not in off,
    )


NO_CAP = 1_000_000
"""More passages of one document than any search gives."""
