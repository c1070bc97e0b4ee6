"""The rows of the headline table and of the slice tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.report.charts import IntervalBar, interval_bar
from evals.report.numbers import format_count, format_figure, format_interval, is_milliseconds
from evals.report.wording import DIRECTION_WORDS, direction, is_share, language_name, meaning, outcome_words

DIMENSION_WORDS = {
    "question_language": "Question language",
    "document_language": "Document language",
    "pair": "Pair of languages",
    "tag": "Tag",
    "outcome": "Outcome",
}

ANSWERABLE_ONLY = ("document_language", "pair")
"""Dimensions that only answerable cases have: the key of the others names no document."""

NEED_UNANSWERABLE = ("abstention_precision", "abstention_recall", "abstention_f1", "abstention_auroc")
"""Measures that mean nothing over answerable cases alone: precision, say, is always 0 there."""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A line of the headline table."""

    name: str
    meaning: str
    mean: str
    interval: str
    interval_kind: str
    bar: IntervalBar | None
    n: str
    undefined: str
    direction: str
    direction_words: str


@dataclass(frozen=True, slots=True)
class SliceTable:
    """A dimension: the names of the measures, and for each value its figures as (mean, n)."""

    dimension: str
    title: str
    measures: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def measure_rows(measures: Mapping[str, Mapping[str, Any]]) -> list[MeasureRow]:
    """Return a row for each measure of a summary, in its order."""
    scales = scales_of(measures)
    return [
        MeasureRow(
            name=name,
            meaning=meaning(name),
            mean=format_figure(name, figure["mean"]),
            interval=format_interval(name, figure["ci95"]),
            interval_kind=_interval_kind(figure),
            bar=interval_bar(figure["mean"], figure["ci95"], *scales[name]),
            n=format_count(figure["n"]),
            undefined=format_count(figure["undefined"]),
            direction=direction(name),
            direction_words=DIRECTION_WORDS[direction(name)],
        )
        for name, figure in measures.items()
    ]


def scales_of(measures: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return for each measure the range its bar is drawn on.

    0 to 1 for a share; times share one range, so that their bars can
    be compared; any other measure has its own, from 0.
    """
    tops = {name: max([figure["mean"] or 0.0, *(figure["ci95"] or ())]) for name, figure in measures.items()}
    longest = max((top for name, top in tops.items() if is_milliseconds(name)), default=0.0)
    scales = {}
    for name, top in tops.items():
        if is_milliseconds(name):
            top = longest
        elif is_share(name):
            top = 1.0
        scales[name] = (0.0, top or 1.0)
    return scales


def slice_tables(
    slices: Mapping[str, Mapping[str, Any]], measures: Mapping[str, Mapping[str, Any]]
) -> list[SliceTable]:
    """Return a table for each dimension but the pairs (they are the heat map).

    Args:
        slices: the summary's.
        measures: the summary's, over all cases: the last row of each table,
            and the order of its columns. A measure that is undefined all
            through a dimension is left out there.
    """
    tables = []
    names = list(measures)
    for dimension, values in slices.items():
        if dimension == "pair" or not values:
            continue
        shown = [
            name
            for name in names
            if any(figures.get(name, {}).get("mean") is not None for figures in values.values())
            and not (dimension in ANSWERABLE_ONLY and name in NEED_UNANSWERABLE)
        ]
        rows = tuple(
            (slice_words(dimension, value), tuple(_cell(name, figures.get(name)) for name in shown))
            for value, figures in values.items()
        )
        rows = (*rows, ("All cases", tuple(_cell(name, measures[name]) for name in shown)))
        title = DIMENSION_WORDS.get(dimension, dimension.replace("_", " ").capitalize())
        tables.append(SliceTable(dimension, title, tuple(shown), rows))
    return tables


def slice_words(dimension: str, value: str) -> str:
    """Return the name of a slice for readers: "Swedish" for ``sv``."""
    if dimension in ("question_language", "document_language"):
        return language_name(value)
    if dimension == "pair":
        return pair_words(value)
    return outcome_words(value) if dimension == "outcome" else value


def pair_words(pair: str) -> str:
    """Return "Swedish asked, English read" for ``doc_en-q_sv``; an unknown shape as it is."""
    languages = parse_pair(pair)
    if languages is None:
        return pair
    asked, read = languages
    return f"{language_name(asked)} asked, {language_name(read)} read"


def parse_pair(pair: str) -> tuple[str, str] | None:
    """Return (question language, document language) of a pair's name (`evals.summary.pair_of`)."""
    document, found, question = pair.removeprefix("doc_").rpartition("-q_")
    return (question, document) if found and pair.startswith("doc_") else None


def _cell(name: str, figure: Mapping[str, Any] | None) -> tuple[str, str]:
    if not figure or figure["mean"] is None:
        return format_figure(name, None), ""
    return format_figure(name, figure["mean"]), format_count(figure["n"])


def _interval_kind(figure: Mapping[str, Any]) -> str:
    """Return how the interval was made; the number of clusters where cases belong together."""
    kind = str(figure.get("interval") or "").replace("wilson", "Wilson")
    clusters = figure.get("n_clusters")
    if not kind or not clusters:
        return kind
    return f"{kind}, {format_count(clusters)} clusters" if "clustered" in kind else f"{kind}, by case"
