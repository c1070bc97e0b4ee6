"""The command: every task in turn, a line each, figures written after each."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.datasets.injection_suite import ATTACKS, NAME, write_injection_suite
from evals.dev.figures import row, write_figures
from evals.dev.injection import check_injection
from evals.dev.loading import measure_loading
from evals.dev.pace import Pace, in_words
from evals.dev.reading import Draw, measure_reading
from evals.dev.tasks import DATA, KINDS, N_SAMPLED, Task, development_sets, tasks
from evals.dev.training import measure_training
from evals.errors import EvalError
from evals.indexes import Progress
from evals.runs import run_suite
from evals.systems import load_system_config
from helpdesk_bot.settings import Settings, load_settings

N_QUICK = 20
_INSIDE = ("reading", "loading", "training")
"""Kinds that look inside the helpdesk, or ask nothing; another system shows only its answers."""
_A_LINE_EACH = 60.0
"""Seconds between two lines of progress where there is no terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tasks and print their figures.

    Returns:
        0 done; 1 a task failed; 2 there is nothing to run.
    """
    options = _parser().parse_args(arguments)
    config = load_system_config(options.system_config) if options.system_config else None
    options.system = str(config["system"]) if config else options.system
    options.sample = N_QUICK if options.quick else None if options.whole else options.sample
    found = tasks(options.data, options.kind, options.only, options.sample)
    chosen = tuple(task for task in found if task.kind not in _INSIDE or options.system == "helpdesk")
    if not chosen:
        print(f"nothing to run in {options.data} (--data DIR, --only NAME, --kind KIND)", file=sys.stderr)
        return 2
    pace = Pace([(_within(task, options.limit), options.out / _folder_of(task, options)) for task in chosen])
    print(_announced(chosen, options, pace), flush=True)
    if options.plan:
        print("\n".join(f"{task.name:<34}  {task.kind:<10}  {_how_many(task)}" for task in chosen))
        return 0
    settings = load_settings(data_dir=options.data_dir)
    options.out.mkdir(parents=True, exist_ok=True)
    return _run_all(chosen, pace, settings, options, config)


def _run_all(
    chosen: Sequence[Task],
    pace: Pace,
    settings: Settings,
    options: argparse.Namespace,
    config: Mapping[str, Any] | None,
) -> int:
    """Run every task, whatever becomes of one; 1 if any failed."""
    figures: dict[str, dict[str, Any]] = _earlier(options.out)
    missing = {task.name: "not run yet" for task in chosen}
    n_failed = 0
    for number, task in enumerate(chosen, 1):
        began = time.monotonic()
        try:
            figures[task.name] = _run(task, settings, options, config) | {"n_all": task.n_all}
        except Exception as error:  # whatever it is: the other sets are not to be lost for it
            n_failed += 1
            figures.pop(task.name, None)  # an earlier call's figures are not this one's
            missing[task.name] = f"failed: {error}" if isinstance(error, EvalError) else f"failed: {error!r}"
            print(f"{task.name}: {missing[task.name]}", file=sys.stderr, flush=True)
            if not isinstance(error, EvalError):
                traceback.print_exc()
        else:
            del missing[task.name]
            print(row(task.name, figures[task.name]), flush=True)
        seconds = time.monotonic() - began
        pace.done(task.name, seconds)
        write_figures(options.out, figures, missing)
        left = f"; about {in_words(pace.left)} left" if number < len(chosen) else ""
        print(f"  ({number} of {len(chosen)}, {in_words(seconds)}{left})", flush=True)
    print("\n" + write_figures(options.out, figures, missing), end="")
    return 1 if n_failed else 0


def _within(task: Task, limit: int | None) -> Task:
    """Return the task as it is reckoned: no more questions than the first so many."""
    return task if limit is None else replace(task, n_all=min(task.n_all, limit))


def _announced(chosen: Sequence[Task], options: argparse.Namespace, pace: Pace) -> str:
    how_many = "every question" if options.sample is None else f"{options.sample} questions of each, drawn"
    if options.limit is not None:
        how_many += f", within the first {options.limit}"
    return (
        f"{len(chosen)} sets, system {options.system}, {how_many}, into {options.out}; "
        f"about {in_words(pace.left)} on two idle cores"
    )


def _how_many(task: Task) -> str:
    if not task.n_all:
        return "all"
    return f"{task.n_asked} of {task.n_all}" if task.kind != "reading" else _read(task)


def _read(task: Task) -> str:
    draw = Draw().at_most(task.sample)
    given, asked = min(draw.n_given, task.n_all), min(draw.n_hidden, task.n_all)
    return f"at most {given} read and {asked} asked of {task.n_all}"


def _run(
    task: Task, settings: Settings, options: argparse.Namespace, config: Mapping[str, Any] | None
) -> dict[str, Any]:
    out = options.out / _folder_of(task, options)
    if task.kind in ("loading", "training"):
        with shown(task.name) as progress:
            return _once(task, out, options, progress)
    if task.kind == "reading":
        draw = Draw(seed=options.seed).at_most(task.sample, options.limit)
        with shown(task.name) as progress:
            return measure_reading(task.path, out, settings, draw, progress)
    with _suite_of(task) as suite, shown(task.name) as progress:
        summary = run_suite(
            suite,
            out=out,
            settings=settings,
            limit=options.limit,
            system=options.system,
            system_config=config,
            progress=progress,
            as_answers=task.as_answers,
            sample=task.sample,
            seed=options.seed,
        )
        if task.kind == "injection":
            attacks = json.loads((suite / ATTACKS).read_text(encoding="utf-8"))
            summary = {**summary, "injection": check_injection(out, attacks)}
    return summary


def _once(task: Task, out: Path, options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Measure what is read anew each time, in a minute or two; the summary is kept like that of a run."""
    if task.kind == "loading":
        summary = measure_loading(task.path, progress)
    else:
        summary = measure_training(task.path, development_sets(options.data), progress)
    out.mkdir(parents=True, exist_ok=True)
    run_folder.write_json(out / run_folder.SUMMARY, summary)
    return summary


def _folder_of(task: Task, options: argparse.Namespace) -> str:
    """Name a run folder by what is asked, so that a quick run and a whole one stand side by side."""
    parts = [task.name, options.system]
    if options.limit is not None:
        parts.append(f"limit{options.limit}")
    if task.sample is not None:
        parts.append(f"sample{task.sample}-seed{options.seed}")
    return "-".join(parts)


@contextmanager
def _suite_of(task: Task) -> Iterator[Path]:
    """Give the suite's folder; that of the injection suite is made, and gone afterwards."""
    if task.kind != "injection":
        yield task.path
        return
    with tempfile.TemporaryDirectory(prefix="helpdesk-eval-") as folder:
        yield write_injection_suite(task.path, Path(folder) / NAME)


def _earlier(out: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of sets that were run into this folder before, in an earlier call."""
    path = out / "figures.json"
    if not path.exists():
        return {}
    return {
        name: {key: value for key, value in summary.items() if key != "published"}
        for name, summary in run_folder.read_json(path).items()
    }


@contextmanager
def shown(name: str) -> Iterator[Progress]:
    """Show what is being done: on a terminal on one line that is wiped, elsewhere by a line a minute."""
    if not sys.stderr.isatty():
        yield _minutely(name)
        return

    def show(stage: str, done: int, total: int) -> None:
        sys.stderr.write(f"\r\x1b[K{_told(name, stage, done, total)}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _minutely(name: str) -> Progress:
    last = time.monotonic()

    def show(stage: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _A_LINE_EACH:
            last = time.monotonic()
            print(_told(name, stage, done, total), file=sys.stderr, flush=True)

    return show


def _told(name: str, stage: str, done: int, total: int) -> str:
    return f"{name}: {stage}" + (f" {done}/{total}" if total else "")


def _parser() -> argparse.ArgumentParser:
    import evals.dev

    parser = argparse.ArgumentParser(prog="python -m evals.dev", description=evals.dev.__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the retrieval sets")
    parser.add_argument("--out", type=Path, required=True, help="where the run folders and figures go")
    parser.add_argument("--data-dir", type=Path, help="where indexes are kept (default ./var)")
    parser.add_argument("--only", action="append", default=[], help="part of a set's name; can be repeated")
    parser.add_argument("--kind", action="append", default=[], choices=KINDS, help="can be repeated")
    parser.add_argument("--limit", type=int, help="ask only the first so many questions of each set")
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--sample",
        type=_positive,
        default=N_SAMPLED,
        metavar="N",
        help=f"ask so many questions of each set, drawn (default {N_SAMPLED}; half as many are read)",
    )
    size.add_argument(
        "--whole",
        action="store_true",
        help="ask every question (many hours; `--kind reading`: at most 600 read and 100 asked of each set)",
    )
    size.add_argument("--quick", action="store_true", help=f"the same as --sample {N_QUICK}")
    parser.add_argument(
        "--plan", action="store_true", help="only say what would be run, and how long it takes"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--system", default="helpdesk", help="helpdesk or tutorial")
    parser.add_argument("--system-config", type=Path, help="of another system (evals/systems/examples)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
