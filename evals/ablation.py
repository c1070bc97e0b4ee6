"""Ablations: a suite run with the whole helpdesk, and again without each of its parts.

What a part is good for is what is lost without it, on the same questions: the
difference has its interval and its verdict from `evals.comparison`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.ablation_parts import ABLATIONS, MEASURES, Ablation, Kind, chosen
from evals.ablation_text import format_ablation, format_ablation_markdown
from evals.errors import RunError
from evals.indexes import Progress
from evals.runs import run_suite
from evals.scored_runs import ScoredRun, load_scored_run
from evals.suite import AnswerSuite, load_suite
from helpdesk_bot.settings import Settings

__all__ = ["ABLATIONS", "Ablation", "format_ablation", "format_ablation_markdown", "run_ablation"]

FULL = "full"
RESULT, TEXT = "ablation.json", "ablation.md"

NOT_FITTED_ANEW = (
    "the confidence was fitted on the whole helpdesk and is not fitted anew without a part: differences in "
    "abstention and calibration hold that misfit as well"
)
ONE_BY_ONE = (
    "one part is left out at a time: parts that do the same work hide each other, so a part without a "
    "difference may still be needed where another one fails"
)
MANY = (
    "every part has a comparison of its own, with a chance of 5 % of naming a part that does nothing: of "
    "{n} such parts about {false:.1f} would be named"
)
TIMES = "the runs were made one after another: differences in latency hold what else the machine did"


def run_ablation(
    suite_path: Path,
    *,
    out: Path | None,
    settings: Settings,
    parts: Sequence[str] | None = None,
    limit: int | None = None,
    sample: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Run a suite once whole and once without each part, and compare.

    Args:
        suite_path: folder of an answer suite or a retrieval suite.
        out: holds a run folder for each (``full`` and the parts' names), ``ablation.json`` and
            ``ablation.md``; what a killed ablation had done there is kept. Default: a new folder
            below the data directory.
        settings: the whole helpdesk. An index is made anew for those parts alone that bear on it.
        parts: names of `ABLATIONS`; default: all that can show on this kind of suite.
        limit: ask only the first so many cases.
        sample: ask a random sample of so many cases (of those within ``limit``).
        seed: of the sample.
        progress: told what is being done, as ``part: stage``.
        cache: where indexes are kept by content; default below the data directory.

    Returns:
        ``{"suite", "kind", "measures", "full": summary, "parts": {name: {"what", "summary",
        "comparison"}}, "warnings", "out"}``. In a comparison ``a`` is the whole and ``b`` is without
        the part: "worse" means that the part helps.

    Raises:
        SuiteError: the suite is written wrongly.
        RunError: no such part, or ``out`` is a file or holds runs of something else.
    """
    if out is not None:
        run_folder.require_folder(out)
    suite = load_suite(suite_path)
    kind: Kind = "answers" if isinstance(suite, AnswerSuite) else "retrieval"
    ablations = chosen(parts, kind)
    folder = out or _new_folder(settings.data_dir / "evals" / "ablations", suite.name)
    caches = cache or settings.data_dir / "evals" / "indexes"
    told = progress or _silent
    warnings = [ONE_BY_ONE, MANY.format(n=len(ablations), false=0.05 * len(ablations))]
    warnings += [NOT_FITTED_ANEW, TIMES] if kind == "answers" else []

    def run(name: str, own: Settings) -> tuple[dict[str, Any], ScoredRun]:
        summary = run_suite(
            suite_path,
            out=folder / name,
            settings=own,
            limit=limit,
            sample=sample,
            seed=seed,
            progress=lambda stage, done, total: told(f"{name}: {stage}", done, total),
            cache=caches,
        )
        return summary, load_scored_run(folder / name)

    changed = [(each, own) for each in ablations if (own := _without(each, settings, warnings))]
    full, whole = run(FULL, settings)
    measures = [name for name in MEASURES[kind] if name in full["measures"]]
    result: dict[str, Any] = {
        "suite": suite.name,
        "kind": kind,
        "measures": measures,
        "full": full,
        "parts": {},
        "warnings": warnings,
        "out": str(folder),
    }
    for ablation, own in changed:
        summary, without = run(ablation.name, own)
        result["parts"][ablation.name] = {
            "what": ablation.what,
            "summary": summary,
            "comparison": _compare(whole, without, measures, warnings),
        }
    run_folder.write_json(folder / RESULT, result)
    (folder / TEXT).write_text(format_ablation_markdown(result), encoding="utf-8")
    return result


def _without(ablation: Ablation, whole: Settings, warnings: list[str]) -> Settings | None:
    """Return the settings without a part, None (and a warning) where that is no other helpdesk."""
    try:
        own = ablation.without(whole)
    except ValueError as error:  # two switches that exclude each other
        raise RunError(f"the part {ablation.name!r} cannot be left out of these settings: {error}") from error
    if own.model_dump() == whole.model_dump():
        warnings.append(f"{ablation.name}: left out of the ablation, since the settings have it off already")
        return None
    return own


def _compare(
    whole: ScoredRun, without: ScoredRun, measures: Sequence[str], warnings: list[str]
) -> dict[str, Any]:
    from evals.comparison import compare_runs

    compared: dict[str, Any] = compare_runs(whole, without, measures=measures)
    warnings.extend(text for text in compared["warnings"] if text not in warnings)
    return compared


def _new_folder(home: Path, name: str) -> Path:
    return home / f"{name}-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S.%fZ')}"


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
