"""The grammar of ``helpdesk eval``: measuring how good the answers are."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

Command = Callable[..., argparse.ArgumentParser]
"""Adds a subcommand with the options that every command takes; see `api.parser`."""

_GROUP = """\
a first measurement, and what follows from it:
  helpdesk eval run evals/suites/starter --out runs/before     ask, save, score
  helpdesk eval report runs/before                             one HTML file with every case
  ... change something ...
  helpdesk eval run evals/suites/starter --out runs/after
  helpdesk eval compare runs/before runs/after                 is the difference real?
  helpdesk eval gate runs/after --baseline evals/baselines/starter

A SUITE is the folder of an answer suite (suite.toml, cases.jsonl) or of a retrieval
suite in BEIR's format (corpus.jsonl, queries.jsonl, qrels/test.tsv). A RUN is a
folder that `eval run --out` wrote, or a committed baseline."""

_RUN = """\
examples:
  helpdesk eval run evals/suites/starter --out runs/starter
  helpdesk eval run evals/suites/starter --system tutorial       the usual pipeline, beside ours
  helpdesk eval run evals/suites/starter --system-config my.toml any other system, over HTTP
  helpdesk eval run ../shared/data/retrieval/xquad-vi --as answers --sample 200

A killed run goes on where it was when the same command is given again."""

_SCORE = """\
examples:
  helpdesk eval score runs/starter                               after a measure was changed
  helpdesk eval score runs/starter --suite evals/suites/starter  after a wrong key was mended"""

_COMPARE = """\
The cases that both runs have are paired. For each measure, whole and by slice: the
difference with its 95 % interval, a p-value corrected for the number of tests, and a
verdict: better, worse, no difference shown, or too few cases to tell.

examples:
  helpdesk eval compare runs/before runs/after
  helpdesk eval compare runs/before runs/after --out runs/difference   HTML, Markdown, CSV"""

_GATE = """\
Fails (exit 1, each reason named) when a bound of the suite's gate is missed, when cases
failed or were left out, or when a measure is worse than in the baseline, as a whole or in
a slice: by more than matters, and by more than chance explains.

examples:
  helpdesk eval gate runs/after --baseline evals/baselines/starter"""

_ABLATE = """\
examples:
  helpdesk eval ablate evals/suites/starter
  helpdesk eval ablate ../shared/data/retrieval/xquad-vi --only lexical --only dense"""


def add_eval(commands: argparse._SubParsersAction[argparse.ArgumentParser], command: Command) -> None:
    """Add ``eval`` and its subcommands."""
    group = commands.add_parser(
        "eval",
        help="Measure how good the answers are.",
        description="Measure how good the answers are, on which languages, and whether a difference is real.",
        epilog=_GROUP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, summary: str, epilog: str | None = None) -> argparse.ArgumentParser:
        parser = command(actions, name, summary, f"evaluating:{name}")
        parser.epilog = epilog
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    _add_run(action("run", "Run a suite and print its measures.", _RUN))
    _add_score(action("score", "Score a saved run again; nothing is asked.", _SCORE))
    _add_compare(action("compare", "Compare two runs, case by case.", _COMPARE))
    _add_report(action("report", "Write a run's report: one self-contained HTML file, and tables."))
    _add_gate(action("gate", "Check a run against a baseline: exit 1 with the reasons.", _GATE))
    _add_baseline(action("baseline", "Save the scores of a run as a baseline to compare with."))
    _add_ablate(action("ablate", "Switch parts off one at a time, and show what each is good for.", _ABLATE))


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("suite", type=Path, metavar="SUITE", help="folder of a suite")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="the run folder (default: a new one below DATA_DIR/evals/runs)",
    )
    parser.add_argument(
        "--system",
        metavar="NAME",
        help="helpdesk (default), tutorial, embedder, or what --system-config names",
    )
    parser.add_argument(
        "--system-config", type=Path, metavar="FILE", help="how another system is reached (TOML)"
    )
    parser.add_argument(
        "--as",
        dest="ask_as",
        choices=("answers",),
        help="ask the queries of a retrieval suite as questions, and measure the answers",
    )
    _add_size(parser)
    parser.add_argument(
        "--jobs",
        type=_count,
        default=1,
        metavar="N",
        help="questions asked at once (default: 1); with more, latencies are not measured",
    )
    parser.add_argument(
        "--retry-errors",
        action="store_true",
        help="with the --out of an earlier run: ask the cases again that ended in an error",
    )
    _add_judge(parser)


def _add_score(parser: argparse.ArgumentParser) -> None:
    _add_saved_run(parser)
    parser.add_argument(
        "--suite", type=Path, metavar="SUITE", help="score with this key in place of the saved one"
    )
    _add_judge(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", type=Path, metavar="RUN", help="the run before")
    parser.add_argument("b", type=Path, metavar="RUN", help="the run after")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write a report of the comparison here")
    parser.add_argument(
        "--measure",
        dest="measures",
        action="append",
        metavar="NAME",
        help="compare this measure alone; repeatable (fewer tests, smaller differences seen)",
    )
    parser.add_argument(
        "--alpha", type=_level, metavar="P", help="level of significance (default: the suite's, else 0.05)"
    )
    parser.add_argument(
        "--correction",
        choices=("holm", "benjamini-hochberg", "none"),
        help="for the number of tests (default: the suite's, else holm)",
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    _add_saved_run(parser)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the report goes (default: the run folder)"
    )


def _add_gate(parser: argparse.ArgumentParser) -> None:
    _add_saved_run(parser)
    parser.add_argument(
        "--baseline", type=Path, required=True, metavar="RUN", help="the run or baseline to compare with"
    )
    parser.add_argument(
        "--suite", type=Path, metavar="SUITE", help="take the gate of this suite in place of the saved one"
    )


def _add_baseline(parser: argparse.ArgumentParser) -> None:
    _add_saved_run(parser)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the baseline goes")


def _add_ablate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("suite", type=Path, metavar="SUITE", help="folder of a suite")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the run folders and the table go")
    parser.add_argument(
        "--only",
        dest="parts",
        action="append",
        metavar="PART",
        help="switch off this part alone; repeatable (default: each part)",
    )
    _add_size(parser)


def _add_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=_count, metavar="N", help="only the first N cases")
    parser.add_argument("--sample", type=_count, metavar="N", help="only N cases, drawn at random")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the sample (default: 0)")


def _add_saved_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder_of_run", type=Path, metavar="RUN", help="a run folder")


def _add_judge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--judge",
        metavar="NAME",
        help="who decides whether a citation supports a sentence: deterministic (default) or chat",
    )
    parser.add_argument("--judge-config", type=Path, metavar="FILE", help="the judge's model (TOML)")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _level(text: str) -> float:
    number = float(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return number
