"""Making the index again, with the settings of a helpdesk."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from index.embedding import open_embedder
from index.reembedding import Told, rebuild


def rebuild_index(settings: Settings, progress: Told = lambda *_: None) -> dict[str, Any]:
    """Chunk and embed every document in force again; see `index.reembedding.rebuild`."""
    embedder = open_embedder(settings.embedder, settings.model_cache)
    engine = open_database(settings)
    try:
        made = rebuild(
            engine,
            settings.data_dir,
            embedder,
            database_url=settings.database,
            passage_tokens=settings.passage_tokens,
            heading_context=settings.heading_context,
            progress=progress,
        )
    finally:
        engine.dispose()
    return asdict(made)
