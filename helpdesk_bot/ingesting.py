"""Ingesting with the settings of a helpdesk."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk_bot.answer_bank.staleness import sweep
from helpdesk_bot.database import open_database
from helpdesk_bot.operations.documents import read_overrides
from helpdesk_bot.settings import Settings
from index.build import ingest as _ingest
from index.embedding import Embedder, open_embedder
from index.ingest_report import IngestEvent, IngestItem, IngestReport, Progress

__all__ = ["IngestEvent", "IngestItem", "IngestReport", "Progress", "ingest"]


def ingest(
    settings: Settings,
    targets: Sequence[str],
    *,
    dry_run: bool = False,
    progress: Progress = lambda _event: None,
) -> IngestReport:
    """Bring the data directory in line with what the targets hold; see `index.build.ingest`."""

    def embedder() -> Embedder:
        return open_embedder(settings.embedder, settings.model_cache)

    engine = open_database(settings)
    try:
        report = _ingest(
            engine,
            settings.data_dir,
            embedder,
            targets,
            database_url=settings.database,
            dry_run=dry_run,
            progress=progress,
            passage_tokens=settings.passage_tokens,
            heading_context=settings.heading_context,
            overrides=read_overrides(engine),
        )
        if not dry_run:
            sweep(engine)  # what cites a document that changed goes back to the desk
        return report
    finally:
        engine.dispose()
