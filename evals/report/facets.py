"""What a list of cases can be filtered by.

Each case carries numbers, not words, as its attributes: a tag may hold any
character, and the page stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.report.case_verdicts import GRADES
from evals.report.cases import JudgedCase
from evals.report.figure_tables import slice_words
from evals.report.numbers import format_count

DIMENSIONS = {
    "outcome": "Outcome",
    "question_language": "Question language",
    "document_language": "Document language",
    "tag": "Tag",
}


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something that cases differ in: the values of each case, and how a value is called.

    ``order``: every value, as the filter lists them.
    """

    name: str
    label: str
    values: Sequence[Sequence[str]]
    order: Sequence[str]
    words: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: its label, and its values with the number of cases that have each."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]


def facets_of(dimensions: Sequence[Dimension], n_cases: int) -> tuple[list[Facet], list[Mapping[str, str]]]:
    """Return the filters, and for each case its values as numbers of the options, parted by spaces.

    A dimension in which all cases are alike makes no filter.
    """
    facets: list[Facet] = []
    keys: list[dict[str, str]] = [{} for _ in range(n_cases)]
    for dimension in dimensions:
        numbers = {value: number for number, value in enumerate(dimension.order)}
        counts = [sum(value in held for held in dimension.values) for value in dimension.order]
        if not counts or counts == [n_cases]:
            continue
        for key, held in zip(keys, dimension.values, strict=True):
            key[dimension.name] = " ".join(str(numbers[value]) for value in held)
        names = [dimension.words(value) for value in dimension.order]
        facets.append(
            Facet(
                dimension.name,
                dimension.label,
                tuple(zip(names, (format_count(count) for count in counts), strict=True)),
            )
        )
    return facets, list(keys)


def verdict_dimension(cases: Sequence[JudgedCase]) -> Dimension:
    """Return the grades of the cases."""
    values = [(case.verdict.grade,) for case in cases]
    order = [grade for grade in GRADES if (grade,) in values]
    return Dimension("verdict", "Verdict", values, order, lambda grade: GRADES[grade])  # type: ignore[index]


def slice_dimensions(cases: Sequence[JudgedCase]) -> list[Dimension]:
    """Return what the slices of the cases tell: outcome, languages, tags."""
    dimensions = []
    for name, label in DIMENSIONS.items():
        values = [case.slice_values(name) for case in cases]
        order = sorted({value for held in values for value in held})
        dimensions.append(Dimension(name.replace("_", "-"), label, values, order, _words_for(name)))
    return dimensions


def _words_for(dimension: str) -> Callable[[str], str]:
    return lambda value: slice_words(dimension, value)
