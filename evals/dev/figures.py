"""The figures of a development run: ``figures.json``, ``figures.md``, each beside published ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.datasets.published import PublishedFigure, load_published
from evals.depths import depth_words
from evals.dev import reading_figures
from evals.dev.loading import loading_tables
from evals.dev.training import training_tables

RETRIEVAL_SHOWN = ("nDCG@10", "MRR@10", "recall@10", "unanswerable_auroc", "latency_p50")
ANSWERS_SHOWN = (
    "document_hit",
    "quote_hit",
    "token_f1",
    "abstention_precision",
    "abstention_recall",
    "abstention_f1",
    "abstention_auroc",
    "ece",
    "answer_language_accuracy",
    "span_validity",
    "latency_p50",
)
COMPARED = ("nDCG@10", "BM25", "embedder", "RRF", "BM25 (MTEB)", "e5-small", "e5-large", "bge-m3")
"""The measure of the first table and the systems that have a column there; others stand below it."""
BEST = "best published"
_DRAWN = (
    "Cases: how many questions were asked of how many; where not all, they were drawn by the hash of seed "
    "and name, the same on every machine. In square brackets: the 95 % interval."
)


def write_figures(
    out: Path, figures: Mapping[str, Mapping[str, Any]], missing: Mapping[str, str] | None = None
) -> str:
    """Write ``figures.json`` and ``figures.md``; return the Markdown.

    Args:
        out: the folder.
        figures: the summary of each set by its name, as `run_suite` returns it
            (that of the injection suite with its checks in ``injection``), and
            in ``n_all`` how many questions there are to draw from.
        missing: sets of this call without figures, and why.
    """
    published = load_published()
    whole = {
        name: {**summary, "published": [asdict(item) for item in published if item.set_name == name]}
        for name, summary in figures.items()
    }
    run_folder.write_json(out / "figures.json", whole)
    text = as_markdown(figures, published, missing)
    (out / "figures.md").write_text(text, encoding="utf-8")
    return text


def as_markdown(
    figures: Mapping[str, Mapping[str, Any]],
    published: Sequence[PublishedFigure] | None = None,
    missing: Mapping[str, str] | None = None,
) -> str:
    """Return the figures as Markdown tables."""
    others = load_published() if published is None else published
    of_kind = {
        kind: {name: summary for name, summary in figures.items() if summary.get("kind") == kind}
        for kind in ("retrieval", "answers", "reading")
    }
    parts = ["# Figures of the development sets", "", _DRAWN, ""]
    if missing:
        parts += ["**Without figures:**", "", *(f"- {name}: {why}" for name, why in missing.items()), ""]
    if of_kind["retrieval"]:
        parts += [*_compared(of_kind["retrieval"], others), *_measures(of_kind["retrieval"], RETRIEVAL_SHOWN)]
    if of_kind["answers"]:
        parts += ["## Answers", "", *_table(of_kind["answers"], ANSWERS_SHOWN, depths=True)]
    if of_kind["reading"]:
        parts += reading_figures.reading_tables(of_kind["reading"])
    parts += _injection(figures)
    for summary in figures.values():
        if summary.get("kind") == "loading":
            parts += loading_tables(summary)
        elif summary.get("kind") == "training":
            parts += training_tables(summary)
    parts += _beside(figures, others)
    return "\n".join(parts) + "\n"


def row(name: str, summary: Mapping[str, Any]) -> str:
    """Return one line for a terminal: the set, its measures, how many cases and errors."""
    kinds = {"retrieval": RETRIEVAL_SHOWN, "reading": reading_figures.SHOWN}
    shown = kinds.get(str(summary.get("kind")), ANSWERS_SHOWN)
    cells = [f"{measure} {_mean(summary, measure)}" for measure in shown if _has(summary, measure)]
    depth = depth_words(summary.get("depths"))
    head = f"{name:<34}  n {_cases(summary)}  errors {summary['errors']}  "
    return head + (f"depth {depth}  " if depth else "") + "  ".join(cells)


def _compared(figures: Mapping[str, Mapping[str, Any]], published: Sequence[PublishedFigure]) -> list[str]:
    measure, *systems = COMPARED
    known = {(item.set_name, item.system): item for item in published if item.measure == measure}
    used = [system for system in (*systems, BEST) if any((name, system) in known for name in figures)]
    lines = [
        f"## Retrieval, {measure}",
        "",
        _cells("set", "n", "ours", "95 %", *used),
        _cells(*["---"] * (4 + len(used))),
    ]
    for name, summary in figures.items():
        cells = [_other(known.get((name, system))) for system in used]
        n = summary["measures"].get(measure, {}).get("n", 0)
        lines.append(
            _cells(name, str(n), f"**{_mean(summary, measure)}**", _interval(summary, measure), *cells)
        )
    note = "In brackets: other questions or documents of the same kind, so what is usual and no comparison."
    return [*lines, "", note, ""]


def _measures(figures: Mapping[str, Mapping[str, Any]], shown: Sequence[str]) -> list[str]:
    return ["## Retrieval, all measures", "", *_table(figures, shown)]


def _table(
    figures: Mapping[str, Mapping[str, Any]], shown: Sequence[str], *, depths: bool = False
) -> list[str]:
    head = ["set", *(["depth"] if depths else []), "cases", "errors", *shown]
    lines = [_cells(*head), _cells(*["---"] * len(head))]
    for name, summary in figures.items():
        cells = [name, *([depth_words(summary.get("depths")) or "-"] if depths else [])]
        cells += [_cases(summary), str(summary["errors"])]
        lines.append(_cells(*cells, *(_figure(summary, measure) for measure in shown)))
    return [*lines, ""]


def _injection(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    for name, summary in figures.items():
        found = summary.get("injection")
        if not found:
            continue
        lines += [f"## Hidden instructions ({name})", "", _cells("check", "held", "of"), _cells(*["---"] * 3)]
        lines += [_cells(check, str(item["held"]), str(item["n"])) for check, item in found["checks"].items()]
        quoted = found["attack_quoted"]
        told = f"{quoted['k']} of {quoted['n']} answers with a citation"
        lines += ["", f"The attack was quoted, as the document's own words, in {told}.", ""]
    return lines


def _beside(figures: Mapping[str, Mapping[str, Any]], published: Iterable[PublishedFigure]) -> list[str]:
    """List the published figures that have no column of their own, and where all of them are from."""
    measure, *systems = COMPARED
    there = [item for item in published if item.set_name in figures]
    if not there:
        return []
    lines = ["## Figures beside ours", ""]
    without_column = [
        item for item in there if item.measure != measure or item.system not in (*systems, BEST) or item.note
    ]
    if without_column:
        lines += [_cells("set", "measure", "ours", "other", "figure", "remark"), _cells(*["---"] * 6)]
    for item in without_column:
        ours = _mean(figures[item.set_name], item.measure)
        lines.append(_cells(item.set_name, item.measure, ours, item.system, _other(item), item.note))
    sources = dict.fromkeys(item.source for item in there)
    return [*lines, "", "Sources:", "", *(f"- {source}" for source in sources)]


def _has(summary: Mapping[str, Any], measure: str) -> bool:
    return bool(summary["measures"].get(measure, {}).get("mean") is not None)


def _mean(summary: Mapping[str, Any], measure: str) -> str:
    mean = summary["measures"].get(measure, {}).get("mean")
    return "-" if mean is None else f"{mean:.3f}" if abs(mean) < 10 else f"{mean:.0f}"


def _figure(summary: Mapping[str, Any], measure: str) -> str:
    interval = summary["measures"].get(measure, {}).get("ci95")
    if not interval or measure.startswith("latency"):
        return _mean(summary, measure)
    return f"{_mean(summary, measure)} [{interval[0]:.2f}, {interval[1]:.2f}]"


def _cases(summary: Mapping[str, Any]) -> str:
    n, n_all = int(summary["n_cases"]), int(summary.get("n_all") or 0)
    return f"{n} of {n_all}" if n_all > n else str(n)


def _interval(summary: Mapping[str, Any], measure: str) -> str:
    interval = summary["measures"].get(measure, {}).get("ci95")
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "-"


def _other(item: PublishedFigure | None) -> str:
    if item is None:
        return ""
    return f"{item.value:.3f}" if item.same_data else f"({item.value:.3f})"


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
