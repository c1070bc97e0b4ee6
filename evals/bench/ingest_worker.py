"""One measurement of ``bench ingest``: ours, the tutorial's, or the bare encoder.

Imports and model loading are timed apart (``load_s``) from the work (``work_s``)
in all three, so that neither pipeline pays for the other's libraries.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from evals.bench.processes import report
from helpdesk_bot.settings import Settings

BATCH_SIZES = (16, 32, 64)
N_TUNING = 96
"""Texts on which the best batch size of the bare encoder is chosen."""


def measure_ours(documents: Path, settings: Settings) -> dict[str, Any]:
    """Ingest with our own chain: parsing in its child, database, vectors, Chroma generation."""
    from helpdesk_bot.database import open_database
    from index.build import ingest
    from index.embedding import open_embedder

    begun = time.perf_counter()
    embedder = open_embedder(settings.embedder, settings.model_cache)
    engine = open_database(settings)
    loaded = time.perf_counter()
    done = ingest(
        engine,
        settings.data_dir,
        lambda: embedder,
        [str(documents)],
        database_url=settings.database,
        passage_tokens=settings.passage_tokens,
    )
    worked = time.perf_counter()
    engine.dispose()
    return {"load_s": loaded - begun, "work_s": worked - loaded, "n_chunks": done.n_passages}


def measure_tutorial(documents: Path, settings: Settings) -> dict[str, Any]:
    """Read, split, embed and store as tutorials do; Chroma on disk, as ours is."""
    from evals.systems.tutorial import TutorialIndex, import_libraries

    begun = time.perf_counter()
    import_libraries()
    index = TutorialIndex(settings, settings.data_dir / "chroma")
    loaded = time.perf_counter()
    index.add(
        (path.read_text(encoding="utf-8"), {"source": path.name}) for path in sorted(documents.glob("*.md"))
    )
    worked = time.perf_counter()
    return {"load_s": loaded - begun, "work_s": worked - loaded, "n_chunks": index.n_chunks}


def measure_encode(settings: Settings) -> dict[str, Any]:
    """Encode the passages of an ingested index and nothing else, sorted, at the best batch size.

    Two ways are tried, and the faster is the bare rate: Sentence-Transformers'
    ``encode`` of the same weights in the precision that our embedder uses, at
    each of `BATCH_SIZES`, and our own embedder without any sentence to pool.
    """
    from sqlalchemy import select

    from helpdesk_bot.database import open_database
    from index.embedding import open_embedder
    from index.schema import passages

    engine = open_database(settings)
    columns = passages.c
    with engine.connect() as connection:
        rows = connection.execute(select(columns.context, columns.text).where(columns.in_force == 1)).all()
    engine.dispose()
    texts = sorted((f"{row.context}\n{row.text}" for row in rows), key=len)
    begun = time.perf_counter()
    embedder = open_embedder(settings.embedder, settings.model_cache)
    loaded = time.perf_counter()
    embedder.embed_passages(texts[:8], [()] * len(texts[:8]))
    timed = {"our embedder, no sentences": _timed(lambda: embedder.embed_passages(texts, [()] * len(texts)))}
    timed |= _sentence_transformers(settings, texts)
    best = min(timed, key=lambda name: timed[name])
    return {
        "load_s": loaded - begun,
        "work_s": timed[best],
        "n_chunks": len(texts),
        "best": best,
        "seconds": timed,
    }


def _sentence_transformers(settings: Settings, texts: list[str]) -> dict[str, float]:
    from sentence_transformers import SentenceTransformer

    from evals.systems.tutorial import model_name
    from index.bert_encoder import best_precision

    precision = best_precision()
    model = SentenceTransformer(model_name(settings), device="cpu", model_kwargs={"dtype": precision})
    prefixed = [f"passage: {text}" for text in texts]
    step = max(1, len(prefixed) // N_TUNING)
    sample = prefixed[::step]
    model.encode(sample[:8], show_progress_bar=False)
    seconds = {
        size: _timed(lambda size=size: model.encode(sample, batch_size=size, show_progress_bar=False))
        for size in BATCH_SIZES
    }
    size = min(seconds, key=lambda size: seconds[size])
    whole = _timed(lambda: model.encode(prefixed, batch_size=size, show_progress_bar=False))
    return {f"Sentence-Transformers {precision}, batch {size}": whole}


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("subject", choices=("ours", "tutorial", "encode"))
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--settings", required=True, help="JSON of the settings")
    options = parser.parse_args()
    settings = Settings.model_validate_json(options.settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if options.subject == "ours":
        report(measure_ours(options.documents, settings))
    elif options.subject == "tutorial":
        report(measure_tutorial(options.documents, settings))
    else:
        report(measure_encode(settings))


if __name__ == "__main__":
    main()
