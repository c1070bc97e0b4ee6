"""``helpdesk eval`` and ``helpdesk bench``."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.progress import Progress
from api.commands.session import settings_of
from api.console import Console
from helpdesk_bot.errors import ConfigurationError


def run(options: argparse.Namespace, console: Console) -> int:
    """Run a suite: 1 if some of its cases could not be answered for an error."""
    from evals.runs import run_suite
    from evals.summary import format_summary

    with Progress(console) as progress:
        summary = run_suite(
            Path(options.suite), out=options.out, settings=settings_of(options), progress=progress.step
        )
    console.document(summary)
    if not console.as_json:
        console.result(format_summary(summary))
    console.note(f"Run folder: {summary['run']}")
    return 1 if summary["errors"] else 0


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
