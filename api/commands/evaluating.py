"""``helpdesk eval`` and ``helpdesk bench``."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.commands.progress import Progress
from api.commands.session import settings_of
from api.console import Console
from helpdesk_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from evals.judges.protocol import EntailmentJudge
    from evals.suite import AnswerSuite, Gate


def run(options: argparse.Namespace, console: Console) -> int:
    """Run a suite: 1 if some of its cases could not be answered for an error."""
    from evals.runs import run_suite
    from evals.systems import load_system_config

    with Progress(console) as progress:
        summary = run_suite(
            options.suite,
            out=options.out,
            settings=settings_of(options),
            limit=options.limit,
            system=options.system,
            progress=progress.step,
            system_config=load_system_config(options.system_config) if options.system_config else None,
            as_answers=options.ask_as == "answers",
            sample=options.sample,
            seed=options.seed,
            jobs=options.jobs,
            judge=_judge(options),
            retry_errors=options.retry_errors,
        )
    _show_summary(summary, console)
    console.note(f"Run folder: {summary['run']}")
    return 1 if summary["errors"] else 0


def score(options: argparse.Namespace, console: Console) -> int:
    """Score a saved run again: 1 if some of its cases had ended in an error."""
    from evals.runs import score_run

    suite = None if options.suite is None else _answer_suite(options.suite)
    summary = score_run(options.folder_of_run, suite, _judge(options))
    _show_summary(summary, console)
    return 1 if summary["errors"] else 0


def compare(options: argparse.Namespace, console: Console) -> int:
    """Compare two runs."""
    from evals.comparison import compare_runs, format_comparison
    from evals.run_folder import require_folder
    from evals.scored_runs import load_scored_run

    if options.out is not None:
        require_folder(options.out)
    before, after = load_scored_run(options.a), load_scored_run(options.b)
    gate = _saved_gate(options.b)
    comparison = compare_runs(
        before,
        after,
        alpha=options.alpha or gate.alpha,
        correction=options.correction or gate.correction,
        measures=options.measures,
    )
    if options.out is not None:
        from evals.report import write_comparison_report

        _show_files(write_comparison_report(comparison, options.a, options.b, options.out), console)
    console.document(comparison)
    if not console.as_json:
        console.result(format_comparison(comparison))
    return 0


def report(options: argparse.Namespace, console: Console) -> int:
    """Write the report of a run."""
    from evals.report import write_report

    written = write_report(options.folder_of_run, options.out)
    console.document({kind: str(path) for kind, path in written.items()})
    for path in written.values():
        console.result(str(path))
    return 0


def gate(options: argparse.Namespace, console: Console) -> int:
    """Check a run against a baseline: 1 if it does not pass."""
    from evals.gate import format_gate
    from evals.gate import gate as check
    from evals.scored_runs import load_scored_run

    wanted = (
        _saved_gate(options.folder_of_run) if options.suite is None else _answer_suite(options.suite).gate
    )
    result = check(load_scored_run(options.folder_of_run), load_scored_run(options.baseline), wanted)
    console.document(result.to_json())
    if not console.as_json:
        console.result(format_gate(result))
    return 0 if result.passed else 1


def baseline(options: argparse.Namespace, console: Console) -> int:
    """Save the scores of a run as a baseline."""
    from evals.scored_runs import save_baseline

    save_baseline(options.folder_of_run, options.folder)
    console.document({"baseline": str(options.folder)})
    console.result(f"Baseline: {options.folder}")
    return 0


def ablate(options: argparse.Namespace, console: Console) -> int:
    """Switch parts off one at a time."""
    from evals.ablation import format_ablation, run_ablation

    with Progress(console) as progress:
        result = run_ablation(
            options.suite,
            out=options.out,
            settings=settings_of(options),
            parts=options.parts,
            limit=options.limit,
            sample=options.sample,
            seed=options.seed,
            progress=progress.step,
        )
    console.document(result)
    if not console.as_json:
        console.result(format_ablation(result))
    return 0


def bench(options: argparse.Namespace, console: Console) -> int:
    """Run one benchmark, or all."""
    from evals.bench import NAMES, format_bench, run_bench

    if options.name is not None and options.name not in NAMES:
        raise ConfigurationError(f"There is no benchmark {options.name!r}; there are {', '.join(NAMES)}.")

    with Progress(console) as progress:
        report = run_bench(options.name, settings=settings_of(options), progress=progress.step)
    console.document(report)
    if not console.as_json:
        console.result(format_bench(report))
    return 0


def _show_summary(summary: dict[str, Any], console: Console) -> None:
    from evals.summary import format_summary

    console.document(summary)
    if not console.as_json:
        console.result(format_summary(summary))  # its warnings below the table
        return
    for warning in summary.get("warnings", ()):
        console.warn(f"warning: {warning}")


def _show_files(written: dict[str, Path], console: Console) -> None:
    for path in written.values():
        console.note(f"Written: {path}")


def _judge(options: argparse.Namespace) -> EntailmentJudge | None:
    """Return the judge that was asked for; None: the default."""
    if options.judge is None and options.judge_config is None:
        return None
    from evals.judges import open_judge

    config = _read_toml(options.judge_config) if options.judge_config else None
    return open_judge(options.judge or "chat", config)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error


def _answer_suite(path: Path) -> AnswerSuite:
    """Return a suite as one of answers, a retrieval set too."""
    from evals.retrieval_documents import with_languages
    from evals.retrieval_suite import as_answer_suite
    from evals.suite import AnswerSuite, load_suite

    suite = load_suite(path)
    return suite if isinstance(suite, AnswerSuite) else as_answer_suite(with_languages(suite))


def _saved_gate(folder: Path) -> Gate:
    """Return the gate of the suite that was saved with a run; the default where there is none."""
    from evals import run_folder
    from evals.answer_suite import load_answer_suite
    from evals.suite import Gate

    saved = folder / run_folder.SUITE
    return load_answer_suite(saved).gate if (saved / "suite.toml").exists() else Gate()
