"""Run the development sets: ``python -m evals.dev`` (what ``make eval-dev`` calls).

The retrieval sets lie beside the project, in ``../shared/data/retrieval``; they
are read there and never copied. One line a set as it finishes, and
``figures.json`` with everything in the output folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.errors import EvalError
from evals.provenance import ROOT
from evals.runs import run_suite
from helpdesk_bot.settings import Settings, load_settings

DATA = ROOT.parent / "shared" / "data" / "retrieval"
SHOWN = ("nDCG@10", "MRR@10", "recall@10", "unanswerable_auroc", "latency_p50")


def development_sets(data: Path = DATA) -> tuple[Path, ...]:
    """Return the folders of the sets, by name; empty where the data is not there."""
    return tuple(sorted(path.parent for path in data.glob("*/corpus.jsonl")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sets and print their figures.

    Returns:
        0 done; 1 a set failed; 2 there is no data.
    """
    options = _parser().parse_args(arguments)
    sets = [path for path in development_sets(options.data) if _wanted(path.name, options.only)]
    if not sets:
        print(f"no sets in {options.data} (--data DIR, --only NAME)", file=sys.stderr)
        return 2
    settings = load_settings(data_dir=options.data_dir)
    figures: dict[str, Any] = {}
    print(_row("set", SHOWN, "n", "errors"), flush=True)
    n_failed = 0
    for name, outcome in _run(sets, settings, options):
        if isinstance(outcome, EvalError):
            n_failed += 1
            print(f"{name}: {outcome}", file=sys.stderr)
            continue
        figures[name] = outcome
        means = [_shown(outcome["measures"][measure]["mean"]) for measure in SHOWN]
        print(_row(name, means, outcome["n_cases"], outcome["errors"]), flush=True)
        run_folder.write_json(options.out / "figures.json", figures)
    return 1 if n_failed else 0


def _run(
    sets: Sequence[Path], settings: Settings, options: argparse.Namespace
) -> Iterator[tuple[str, dict[str, Any] | EvalError]]:
    for path in sets:
        out = options.out / f"{path.name}-{options.system}"
        try:
            yield (
                path.name,
                run_suite(path, out=out, settings=settings, limit=options.limit, system=options.system),
            )
        except EvalError as error:
            yield path.name, error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.dev", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the sets")
    parser.add_argument("--out", type=Path, required=True, help="where the run folders go")
    parser.add_argument("--data-dir", type=Path, help="where indexes are kept (default ./var)")
    parser.add_argument("--only", action="append", default=[], help="part of a set's name; can be repeated")
    parser.add_argument("--limit", type=int, help="ask only the first so many queries of each set")
    parser.add_argument("--system", default="helpdesk", help="helpdesk or tutorial")
    return parser


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(part in name for part in only)


def _row(name: str, cells: Sequence[str], n: object, errors: object) -> str:
    return f"{name:<32}" + "".join(f"{cell:>20}" for cell in cells) + f"{n!s:>7}{errors!s:>8}"


def _shown(mean: float | None) -> str:
    return "-" if mean is None else f"{mean:.3f}"


if __name__ == "__main__":
    sys.exit(main())
