"""The curve of quality against time: ``python -m evals.dev.depth_curve --out DIR``.

The same drawn questions are answered at depth `fast`, and at `deep` with more
and more excerpts for the trained reader. Each point is a set of ordinary runs,
one a suite, so that a killed measurement goes on where it was; their cases are
pooled. ``curve.md`` (a table and the plot), ``curve.svg`` and ``curve.json``
are what docs/quality.md shows.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.dev.curve_plot import Point, curve_svg
from evals.dev.main import shown
from evals.dev.tasks import DATA, OWN_SUITES, Task, tasks
from evals.errors import EvalError
from evals.figures import answer_figures, estimate_figures
from evals.indexes import Progress
from evals.runs import run_suite
from evals.score_table import Score, ScoreTable
from evals.scored_runs import load_scored_run
from evals.significance import Estimate
from helpdesk_bot.answers import Depth
from helpdesk_bot.settings import Settings, load_settings

QUALITY = ("quote_hit", "token_f1", "abstention_auroc")
TIME = "latency_p50"
EXCERPTS = (2, 4, 6, 8, 12)
SUITES = (*OWN_SUITES, "squad2-sv-answers", "xquad-vi-answers")
N_SAMPLED = 50
LABELS = {
    "quote_hit": "quote found",
    "token_f1": "token F1 of the short answer",
    "abstention_auroc": "AUROC of the confidence",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One point of the curve: a depth, and how many excerpts are read at it (none at `fast`)."""

    depth: Depth
    excerpts: int | None = None

    @property
    def name(self) -> str:
        """What it is called: ``fast``, ``deep 6``."""
        return self.depth if self.excerpts is None else f"{self.depth} {self.excerpts}"

    def of(self, settings: Settings) -> Settings:
        """Return settings that answer so."""
        more = {} if self.excerpts is None else {"reader_excerpts": self.excerpts}
        return settings.model_copy(update={"depth": self.depth, **more})


def measure_curve(
    chosen: Sequence[Task],
    out: Path,
    settings: Settings,
    progress: Progress,
    *,
    excerpts: Sequence[int] = EXCERPTS,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Answer the questions at every depth and return the points, the fastest setting first.

    Args:
        chosen: the suites, each with the size of its sample.
        out: holds the run folders, one for each point and suite.
        settings: all but the depth.
        progress: told what is being done.
        excerpts: how many are read, one point each.
        seed: of the samples.

    Returns:
        for each point ``depth``, ``excerpts``, ``n_cases``, ``errors`` and
        ``measures`` (``mean``, ``n``, ``ci95``): `QUALITY` and `TIME`.
    """
    points = (Setting("fast"), *(Setting("deep", n) for n in excerpts))
    scores: dict[Setting, list[Score]] = {point: [] for point in points}
    for task in chosen:
        for point in points:  # one after the other, so that all points meet the same hour of the machine
            name = f"{task.name}: {point.name}"
            scores[point] += _answered(task, point, out, settings, seed, _renamed(progress, name))
    return [_point(point, found) for point, found in scores.items()]


def _renamed(progress: Progress, name: str) -> Progress:
    return lambda stage, done, total: progress(f"{name}, {stage}", done, total)


def _answered(
    task: Task, point: Setting, out: Path, settings: Settings, seed: int, progress: Progress
) -> list[Score]:
    folder = out / point.name.replace(" ", "-") / f"{task.name}-sample{task.sample}-seed{seed}"
    run_suite(
        task.path,
        out=folder,
        settings=point.of(settings),
        progress=progress,
        as_answers=task.as_answers,
        sample=task.sample,
        seed=seed,
    )
    return [
        dataclasses.replace(
            score,
            case_id=f"{task.name}/{score.case_id}",
            cluster=None if score.cluster is None else f"{task.name}/{score.cluster}",
        )
        for score in load_scored_run(folder).scores
    ]


def _point(point: Setting, scores: Sequence[Score]) -> dict[str, Any]:
    table = ScoreTable([score for score in scores if score.error is None])
    found = estimate_figures(table, table.rows, answer_figures((*QUALITY, TIME)))
    return {
        "depth": point.depth,
        "excerpts": point.excerpts,
        "n_cases": len(scores),
        "errors": len(scores) - len(table),
        "measures": {name: _to_json(estimate) for name, estimate in found.items()},
    }


def _to_json(estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {"mean": None, "n": 0, "ci95": None}
    return {"mean": estimate.mean, "n": estimate.n, "ci95": estimate.ci95 and list(estimate.ci95)}


def write_curve(points: Sequence[Mapping[str, Any]], suites: Sequence[str], out: Path) -> str:
    """Write ``curve.json``, ``curve.svg`` and ``curve.md``; return the last.

    Args:
        points: as `measure_curve` returns them.
        suites: what the questions are from.
        out: the folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    run_folder.write_json(out / "curve.json", {"suites": list(suites), "points": list(points)})
    (out / "curve.svg").write_text(curve_svg(_lines(points), "ms, median of a whole answer"), "utf-8")
    text = "\n".join([*_table(points), "", "![Quality against time](curve.svg)", "", _about(points, suites)])
    (out / "curve.md").write_text(text + "\n", "utf-8")
    return text + "\n"


def _lines(points: Sequence[Mapping[str, Any]]) -> dict[str, list[Point]]:
    """Return a line of points for each measure, those where it or the time is undefined left out."""
    lines: dict[str, list[Point]] = {}
    for name in QUALITY:
        for point in points:
            quality, time = point["measures"][name], point["measures"][TIME]
            if quality["mean"] is not None and time["mean"] is not None:
                bounds = quality["ci95"] or (quality["mean"], quality["mean"])
                label = "fast" if point["excerpts"] is None else str(point["excerpts"])
                spot = Point(time["mean"], quality["mean"], bounds[0], bounds[1], label)
                lines.setdefault(LABELS[name], []).append(spot)
    return lines


def _table(points: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [("depth", "excerpts read", *QUALITY, "p50, ms"), ("---",) * (3 + len(QUALITY))]
    for point in points:
        figures = (_figure(point["measures"][name]) for name in QUALITY)
        time = point["measures"][TIME]["mean"]
        cells = (str(point["excerpts"] or 0), *figures, "" if time is None else f"{time:.0f}")
        rows.append((str(point["depth"]), *cells))
    return [f"| {' | '.join(row)} |" for row in rows]


def _figure(entry: Mapping[str, Any]) -> str:
    if entry["mean"] is None:
        return ""
    bounds = entry["ci95"]
    return f"{entry['mean']:.3f}" + (f" [{bounds[0]:.2f}, {bounds[1]:.2f}]" if bounds else "")


def _about(points: Sequence[Mapping[str, Any]], suites: Sequence[str]) -> str:
    errors = sum(int(point["errors"]) for point in points)
    failed = f" {errors} answers ended in an error and are in no figure." if errors else ""
    n = max((int(point["n_cases"]) for point in points), default=0)
    return (
        f"{n} questions at every point, drawn from {', '.join(suites)}; the times are those of the same "
        f"answers, one at a time. Above the plot stands how many excerpts the trained reader read. "
        f"Intervals are 95 %.{failed}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the curve; 2 if there is nothing to ask."""
    options = _parser().parse_args(arguments)
    found = tasks(options.data, ("answers",), options.only or SUITES, options.sample)
    if not found:
        print("nothing to run (--data DIR, --only NAME)", file=sys.stderr)
        return 2
    settings = load_settings(data_dir=options.data_dir)
    try:
        with shown("curve") as progress:
            points = measure_curve(
                found, options.out, settings, progress, excerpts=options.excerpts, seed=options.seed
            )
    except EvalError as error:
        print(error, file=sys.stderr)
        return 1
    print(write_curve(points, [task.name for task in found], options.out), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.dev.depth_curve", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where the run folders and the curve go")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the retrieval sets")
    parser.add_argument("--data-dir", type=Path, help="where indexes are kept (default ./var)")
    parser.add_argument("--only", action="append", default=[], help="part of a suite's name; can be repeated")
    parser.add_argument("--sample", type=int, default=N_SAMPLED, help="questions of each suite, drawn")
    parser.add_argument("--excerpts", type=int, nargs="+", default=EXCERPTS, help="how many are read")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    return parser


if __name__ == "__main__":
    sys.exit(main())
