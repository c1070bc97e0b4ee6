"""The figures of ``--kind reading``: of one set, and the tables of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from evals.depths import depth_words
from evals.dev.given import Given
from evals.dev.hidden import OTHER_HALF, Asked
from evals.measures.abstention import auroc_statistic
from evals.significance import (
    MIN_CLUSTERS,
    Columns,
    Estimate,
    Units,
    estimate_mean,
    estimate_statistic,
    units_of,
)
from evals.suite import RetrievalSuite

LOGITS = ("answers", "span", "both")
SHOWN = ("token_f1_given", "answerable_auroc_answers", "answerable_auroc_both", "hidden_auroc")
"""Measures in the line for a terminal."""

_GIVEN_NOTE = (
    "The reader alone, with the passage that the question was written on. Token F1 is of the questions whose "
    "answer stands in it word for word; the AUROC tells the set's answerable questions from its unanswerable "
    "ones on the same passages, by the reader's logits: that it answers, where, and their sum."
)
_HIDDEN_NOTE = (
    "The whole helpdesk over the whole collection; the half of the documents that no number is fitted on. "
    "Each question is asked with its documents and with them hidden, and the AUROC tells the two by the "
    "confidence. The last column does so for the set's own unanswerable questions."
)


def summarise(
    suite: RetrievalSuite, given: Sequence[Given], asked: Sequence[Asked], depth: str
) -> dict[str, Any]:
    """Return the figures of one set.

    Args:
        suite: with languages.
        given: what was read with its passage.
        asked: what was asked over the whole collection.
        depth: at which it was asked.

    Returns:
        the shape of a run's summary; ``measures``: ``token_f1_given``,
        ``answerable_auroc_LOGIT`` (an unanswerable question scores lower),
        ``hidden_auroc`` and ``unanswerable_auroc`` (it has less confidence).
    """
    units = _Clusters(suite, given).units
    scored = {row.query_id: row.f1 for row in given if row.f1 is not None}
    f1 = estimate_mean(list(scored.values()), units(list(scored))) if scored else None
    answerable = sum(row.answerable for row in given)
    measures = {"token_f1_given": _to_json(f1, answerable)}
    for name in LOGITS:
        columns = [(float(not row.answerable), float(getattr(row, name))) for row in given]
        measures[f"answerable_auroc_{name}"] = _auroc(columns, units([row.query_id for row in given]))
    for variant in ("hidden", "unanswerable"):
        rows = [row for row in asked if row.variant in ("shown", variant)]
        columns = [(float(row.variant == variant), row.confidence) for row in rows]
        measures[f"{variant}_auroc"] = _auroc(columns, units([row.query_id for row in rows]))
    questions = {row.query_id for row in asked}
    return {
        "kind": "reading",
        "suite": suite.name,
        "system": "helpdesk",
        "document_language": _most(suite.corpus),
        "question_language": _most(suite.queries),
        "half": OTHER_HALF,
        "depths": {depth: len(asked)},
        "n_cases": len(questions | {row.query_id for row in given}),
        "n_given": len(given),
        "n_asked": len(questions),
        "errors": 0,
        "measures": measures,
        "slices": {},
        "warnings": [],
    }


def reading_tables(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the figures of all sets as lines of Markdown: with the passage, and over the collection."""
    given = {name: item for name, item in figures.items() if item["n_given"]}
    lines: list[str] = []
    if given:
        head = ("set", "languages", "token F1", "n", "left out", *(f"AUROC, {name}" for name in LOGITS), "n")
        rows = [_given_row(name, item) for name, item in given.items()]
        lines += ["## Reading, given the right passage", "", *_table(head, rows)]
        lines += ["", _GIVEN_NOTE, ""]
    asked = {name: item for name, item in figures.items() if item["n_asked"]}
    if asked:
        head = ("set", "languages", "depth", "hidden documents", "asked", "own unanswerable", "asked")
        rows = [_hidden_row(name, item) for name, item in asked.items()] + list(_means(asked.values()))
        lines += ["## Confidence, with and without the right documents", "", *_table(head, rows)]
        lines += ["", _HIDDEN_NOTE, ""]
    return lines


class _Clusters:
    """What questions share: the article or paragraph they were written on, else the document read."""

    def __init__(self, suite: RetrievalSuite, given: Sequence[Given]) -> None:
        self._groups = {query.query_id: query.group for query in suite.queries}
        judged = {query_id: min(grades) for query_id, grades in suite.qrels.items() if grades}
        self._documents = judged | {row.query_id: row.document for row in given}

    def units(self, query_ids: Sequence[str]) -> Units:
        groups = [self._groups.get(query_id) for query_id in query_ids]
        if None in groups or len(set(groups)) < MIN_CLUSTERS:
            groups = [self._documents.get(query_id, query_id) for query_id in query_ids]
        codes = np.unique(np.array(groups, dtype=str), return_inverse=True)[1]
        return units_of(codes.astype(np.int64), len(query_ids))


def _auroc(columns: Sequence[tuple[float, float]], units: Units) -> dict[str, Any]:
    array: Columns = np.array(columns, np.float64).reshape(-1, 2)
    return _to_json(estimate_statistic(array, auroc_statistic, units), len(array))


def _to_json(estimate: Estimate | None, n_cases: int) -> dict[str, Any]:
    if estimate is None:
        nothing = {"mean": None, "n": 0, "ci95": None, "interval": None, "n_clusters": None}
        return nothing | {"undefined": n_cases}
    return {
        "mean": estimate.mean,
        "n": estimate.n,
        "ci95": None if estimate.ci95 is None else list(estimate.ci95),
        "interval": estimate.interval,
        "n_clusters": estimate.n_clusters,
        "undefined": n_cases - estimate.n,
    }


def _most(rows: Sequence[Any]) -> str:
    languages = [row.language or "und" for row in rows]
    return max(sorted(set(languages)), key=languages.count)


def _given_row(name: str, item: Mapping[str, Any]) -> tuple[str, ...]:
    f1 = item["measures"]["token_f1_given"]
    aurocs = [item["measures"][f"answerable_auroc_{logit}"] for logit in LOGITS]
    counts = (str(f1["n"]), str(f1["undefined"]))
    return (name, _pair(item), _figure(f1), *counts, *map(_figure, aurocs), str(aurocs[0]["n"]))


def _hidden_row(name: str, item: Mapping[str, Any]) -> tuple[str, ...]:
    hidden, unanswerable = (item["measures"][f"{each}_auroc"] for each in ("hidden", "unanswerable"))
    cells = (_figure(hidden), str(hidden["n"]), _figure(unanswerable), str(unanswerable["n"]))
    return (name, _pair(item), depth_words(item["depths"]), *cells)


def _means(figures: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the means over the sets within one language, and over those across two: each set counts once."""
    sides: dict[str, list[float]] = {"within a language": [], "across languages": []}
    for item in figures:
        across = item["document_language"] != item["question_language"]
        mean = item["measures"]["hidden_auroc"]["mean"]
        if mean is not None:
            sides["across languages" if across else "within a language"].append(mean)
    for side, means in sides.items():
        if means:
            yield f"**mean of {len(means)}**", side, "", f"**{sum(means) / len(means):.3f}**", "", "", ""


def _pair(item: Mapping[str, Any]) -> str:
    document, question = item["document_language"], item["question_language"]
    return document if document == question else f"{document} ← {question}"


def _figure(entry: Mapping[str, Any]) -> str:
    if entry["mean"] is None:
        return ""
    bounds = entry["ci95"]
    return f"{entry['mean']:.3f}" + (f" [{bounds[0]:.2f}, {bounds[1]:.2f}]" if bounds else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
