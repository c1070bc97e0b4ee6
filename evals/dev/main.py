"""The command: every task in turn, a line each, figures written after each."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.datasets.injection_suite import ATTACKS, NAME, write_injection_suite
from evals.dev.figures import row, write_figures
from evals.dev.injection import check_injection
from evals.dev.reading import Draw, measure_reading
from evals.dev.tasks import DATA, KINDS, Task, tasks
from evals.errors import EvalError
from evals.indexes import Progress
from evals.runs import run_suite
from evals.systems import load_system_config
from helpdesk_bot.settings import Settings, load_settings

N_QUICK = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tasks and print their figures.

    Returns:
        0 done; 1 a task failed; 2 there is nothing to run.
    """
    options = _parser().parse_args(arguments)
    config = load_system_config(options.system_config) if options.system_config else None
    options.system = str(config["system"]) if config else options.system
    found = tasks(options.data, options.kind, options.only, N_QUICK if options.quick else None)
    # Reading is measured inside the helpdesk; another system shows only its answers.
    chosen = tuple(task for task in found if task.kind != "reading" or options.system == "helpdesk")
    if not chosen:
        print(f"nothing to run in {options.data} (--data DIR, --only NAME, --kind KIND)", file=sys.stderr)
        return 2
    settings = load_settings(data_dir=options.data_dir)
    options.out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, dict[str, Any]] = _earlier(options.out)
    n_failed = 0
    print(f"{len(chosen)} sets, system {options.system}, into {options.out}", flush=True)
    for task in chosen:
        try:
            figures[task.name] = _run(task, settings, options, config)
        except EvalError as error:
            n_failed += 1
            print(f"{task.name}: {error}", file=sys.stderr)
            continue
        print(row(task.name, figures[task.name]), flush=True)
        write_figures(options.out, figures)
    if figures:
        print("\n" + write_figures(options.out, figures), end="")
    return 1 if n_failed else 0


def _run(
    task: Task, settings: Settings, options: argparse.Namespace, config: Mapping[str, Any] | None
) -> dict[str, Any]:
    out = options.out / _folder_of(task, options)
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
    """Show on a terminal what is being done, on one line that is wiped afterwards."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return

    def show(stage: str, done: int, total: int) -> None:
        count = f" {done}/{total}" if total else ""
        sys.stderr.write(f"\r\x1b[K{name}: {stage}{count}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    import evals.dev

    parser = argparse.ArgumentParser(prog="python -m evals.dev", description=evals.dev.__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the retrieval sets")
    parser.add_argument("--out", type=Path, required=True, help="where the run folders and figures go")
    parser.add_argument("--data-dir", type=Path, help="where indexes are kept (default ./var)")
    parser.add_argument("--only", action="append", default=[], help="part of a set's name; can be repeated")
    parser.add_argument("--kind", action="append", default=[], choices=KINDS, help="can be repeated")
    parser.add_argument("--limit", type=int, help="ask only the first so many questions of each set")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"ask {N_QUICK} questions of each set, drawn (minutes, once the sets are indexed)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--system", default="helpdesk", help="helpdesk or tutorial")
    parser.add_argument("--system-config", type=Path, help="of another system (evals/systems/examples)")
    return parser
