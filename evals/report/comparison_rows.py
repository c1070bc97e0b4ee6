"""The tests of a comparison as the rows of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.charts import IntervalBar, interval_bar
from evals.report.figure_tables import DIMENSION_WORDS, slice_words
from evals.report.numbers import (
    format_count,
    format_difference,
    format_difference_interval,
    format_figure,
    format_p,
    is_milliseconds,
)
from evals.report.wording import direction, is_share, meaning

VERDICTS = {
    "worse": "worse",
    "better": "better",
    "too_few_cases": "too few cases to tell",
    "no_difference_shown": "no difference shown",
}
"""Every verdict, the most urgent first, with its words."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A test, written out; ``where`` names the slice, "" over all cases."""

    where: str
    name: str
    meaning: str
    direction: str
    a: str
    b: str
    difference: str
    interval: str
    bar: IntervalBar | None
    n: str
    p: str
    smallest: str
    verdict: str
    verdict_words: str
    needed: str
    text: str


@dataclass(frozen=True, slots=True)
class ComparedSlices:
    """The tests of all slices that have one verdict."""

    verdict: str
    verdict_words: str
    rows: tuple[ComparedRow, ...]


def compared_rows(
    measures: Mapping[str, Mapping[str, Any]],
    where: str = "",
    scales: Mapping[str, float] | None = None,
) -> list[ComparedRow]:
    """Return a row for each measure.

    Args:
        measures: the tests by measure name.
        where: the slice's name.
        scales: how far the bars reach to each side of zero, by measure;
            default: as far as these tests need.
    """
    scales = scales or difference_scales([measures])
    return [_row(name, test, where, scales[name]) for name, test in measures.items()]


def compared_slices(slices: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[ComparedSlices]:
    """Return the tests of the slices by verdict, the most urgent first."""
    scales = difference_scales([rows for values in slices.values() for rows in values.values()])
    rows = [
        row
        for dimension, values in slices.items()
        for value, measures in values.items()
        for row in compared_rows(measures, where_words(dimension, value), scales)
    ]
    groups = []
    for verdict, words in VERDICTS.items():
        found = tuple(row for row in rows if row.verdict == verdict)
        if found:
            groups.append(ComparedSlices(verdict, words, found))
    return groups


def difference_scales(parts: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, float]:
    """Return how far the bars reach: shares, times and each other measure have a reach of their own."""
    reaches: dict[str, float] = {}
    names: set[str] = set()
    for measures in parts:
        for name, test in measures.items():
            names.add(name)
            ends = [abs(end) for end in (test["ci95"] or ())]
            reach = max([abs(test["difference"] or 0.0), 1.5 * test["smallest_difference"], *ends])
            reaches[_family(name)] = max(reaches.get(_family(name), 0.0), reach)
    return {name: reaches[_family(name)] or 1.0 for name in names}


def _family(name: str) -> str:
    if is_milliseconds(name):
        return "times"
    return "shares" if is_share(name) else name


def where_words(dimension: str, value: str) -> str:
    """Return the name of a slice with its dimension: "Question language: Swedish"."""
    words = slice_words(dimension, value)
    return words if dimension == "pair" else f"{DIMENSION_WORDS.get(dimension, dimension)}: {words}"


def _row(name: str, test: Mapping[str, Any], where: str, reach: float) -> ComparedRow:
    verdict = str(test["verdict"])
    return ComparedRow(
        where=where,
        name=name,
        meaning=meaning(name),
        direction=direction(name),
        a=format_figure(name, test["a"]),
        b=format_figure(name, test["b"]),
        difference=format_difference(name, test["difference"]),
        interval=format_difference_interval(name, test["ci95"]),
        bar=interval_bar(test["difference"], test["ci95"], -reach, reach, test["smallest_difference"]),
        n=format_count(test["n"]),
        p=format_p(test["p_adjusted"]),
        smallest=format_figure(name, test["smallest_difference"]),
        verdict=verdict,
        verdict_words=VERDICTS.get(verdict, verdict),
        needed=format_count(test["cases_needed"]) if test.get("cases_needed") else "",
        text=str(test["text"]),
    )
