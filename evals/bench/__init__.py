"""How fast it is: every figure beside a named baseline, measured in the same run."""

from __future__ import annotations

from typing import Any

from evals.bench.report import format_bench
from evals.errors import EvalError
from evals.indexes import Progress
from helpdesk_bot.settings import Settings

NAMES = ("startup", "ingest", "ask")

__all__ = ["NAMES", "format_bench", "run_bench"]


def run_bench(name: str | None, settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Run one benchmark, or all.

    Args:
        name: one of `NAMES`; None means all.
        settings: which embedder; scratch files go below their data directory.
        progress: told what is being measured.

    Returns:
        ``machine`` and ``benches`` (each ``name``, ``figures``, ``conditions``).

    Raises:
        EvalError: no such benchmark, or a measuring process failed.
    """
    from evals.bench.ask import bench_ask
    from evals.bench.ingest import bench_ingest
    from evals.bench.startup import bench_startup
    from evals.provenance import machine

    benches = {"startup": bench_startup, "ingest": bench_ingest, "ask": bench_ask}
    if name is not None and name not in benches:
        raise EvalError(f"no benchmark '{name}'; there are {', '.join(NAMES)}")
    folder = settings.data_dir / "evals" / "bench"
    report = progress or _silent
    chosen = NAMES if name is None else (name,)
    results = [benches[each](settings, folder / each, report).to_json() for each in chosen]
    return {"machine": machine(), "benches": results}


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
