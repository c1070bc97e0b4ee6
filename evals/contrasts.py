"""The tests of a comparison: every measure over all pairs and in every slice, corrected together.

Two families share alpha equally: the measures over all pairs, and all slices of
all measures (Bonferroni between the two, the correction within each, so that at
most alpha of all comparisons of equal systems name any difference anywhere).
One family of everything would make the whole pay for its hundreds of slices,
and a small loss everywhere would go unseen; testing slices only where the whole
differs would hide one language that breaks where it is a third of the cases.
Within a family only the tests count that could come out at all, given how many
pairs differ (`corrections.reachable`): some tens instead of some 700 for two
runs of 157 cases, so half of one language's citations lost stand out.

A slice that holds the same cases as another (the pairs of a suite in one
language) is the same test and counted once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.figures import CaseFigure, Figure, SetFigure, columns_of
from evals.measures.registry import direction
from evals.pairing import Pairs
from evals.score_table import Rows, ScoreTable
from evals.scored_runs import DIGITS
from evals.significance import Columns
from evals.significance.corrections import NONE, adjust, reachable
from evals.significance.paired import Difference, compare_means, compare_statistics
from evals.significance.statistic import mean_statistic, value_of

MIN_PAIRS = 10
"""Pairs below which a slice is described and not tested: no figure of so few is worth an alarm."""


@dataclass(slots=True)
class Contrast:
    """A measure over some pairs.

    ``n``: pairs for which it is defined in either run. ``a``, ``b``: the
    figures, None where undefined. ``difference``: None where it is undefined
    in one of the runs. ``p_adjusted``: None where not tested. ``alpha``: of
    this single test, the first step of the correction.
    """

    name: str
    n: int
    a: float | None
    b: float | None
    difference: Difference | None
    p_adjusted: float | None = None
    alpha: float = 0.0

    @property
    def eligible(self) -> bool:
        """Whether it is tested at all."""
        return self.difference is not None and self.n >= MIN_PAIRS and direction(self.name) != "none"


class Contrasts:
    """Tests figures on pairs; the same cases are tested once."""

    def __init__(self, pairs: Pairs, figures: Mapping[str, Figure], n_permutations: int) -> None:
        self._pairs = pairs
        self._figures = figures
        self._n_permutations = n_permutations
        self._columns = {
            name: (_comparable(pairs.a, figure), _comparable(pairs.b, figure))
            for name, figure in figures.items()
        }
        self._done: dict[tuple[str, bytes], Contrast] = {}

    def over(self, rows: Rows) -> dict[str, Contrast]:
        """Return the tests over some pairs, without measures that neither run defines there."""
        tests = {}
        for name, (a, b) in self._columns.items():
            defined = rows[_whole(a[rows]) | _whole(b[rows])]
            if not len(defined):
                continue
            key = (name, defined.tobytes())
            if key not in self._done:
                self._done[key] = self._test(name, a[defined], b[defined], defined)
            tests[name] = self._done[key]
        return tests

    def _test(self, name: str, a: Columns, b: Columns, rows: Rows) -> Contrast:
        figure = self._figures[name]
        units = self._pairs.b.units(rows)
        difference: Difference | None
        if isinstance(figure, CaseFigure) and _whole(a).all() and _whole(b).all():
            difference = compare_means(a[:, 0], b[:, 0], units, n_permutations=self._n_permutations)
        else:
            # A mean over cases that the system itself chooses (those where it abstained) is a ratio.
            statistic = mean_statistic if isinstance(figure, CaseFigure) else figure.statistic
            difference = compare_statistics(a, b, statistic, units, n_permutations=self._n_permutations)
            if difference is None:
                values = [value_of(statistic, columns[_whole(columns)]) for columns in (a, b)]
                of_a, of_b = (None if np.isnan(value) else value for value in values)
                return Contrast(name, len(rows), of_a, of_b, None)
        return Contrast(name, len(rows), difference.a, difference.b, difference)


def correct(overall: Sequence[Contrast], in_slices: Sequence[Contrast], alpha: float, correction: str) -> int:
    """Fill in ``p_adjusted`` and ``alpha`` of the tests; return how many were counted."""
    whole = _unique(overall)
    seen = {id(test) for test in whole}
    parts = [test for test in _unique(in_slices) if id(test) not in seen]
    families = [family for family in (whole, parts) if any(test.eligible for test in family)]
    n_tests = 0
    for family in families:
        n_tests += _correct_family(
            family, alpha, alpha if correction == NONE else alpha / len(families), correction
        )
    return n_tests


def _correct_family(family: Sequence[Contrast], alpha: float, share: float, correction: str) -> int:
    """Correct one family at its share of alpha; p values are scaled so that alpha decides them."""
    tested = [(test, test.difference) for test in family if test.eligible and test.difference is not None]
    if correction == NONE:
        counted = np.ones(len(tested), dtype=bool)
    else:
        counted = reachable([difference.smallest_p for _, difference in tested], share)
    n_counted = int(counted.sum())
    for test in family:
        test.alpha = alpha if correction == NONE else share / max(1, n_counted)
    chosen = [difference.p_value for (_, difference), count in zip(tested, counted, strict=True) if count]
    adjusted = iter(adjust(chosen, correction) * (alpha / share))
    for (test, _), count in zip(tested, counted, strict=True):
        test.p_adjusted = min(1.0, float(next(adjusted))) if count else 1.0
    return n_counted


def _unique(tests: Sequence[Contrast]) -> list[Contrast]:
    return list({id(test): test for test in tests}.values())


def _comparable(table: ScoreTable, figure: Figure) -> Columns:
    """Return the columns of one system so that those of another can stand in their place.

    Rounded as a baseline is, so that a run compared with its own baseline shows
    no difference. A score that only ranks is replaced by its rank (0..1, ties
    in the middle): swapping raw scores of two systems would mix two scales
    (Venkatraman and Begg 1996, https://doi.org/10.1093/biomet/83.4.835).
    """
    columns = np.round(columns_of(table, figure), DIGITS)
    if isinstance(figure, SetFigure) and figure.ordinal is not None:
        scores = columns[:, figure.ordinal]
        ascending = np.sort(scores[~np.isnan(scores)])
        ranks = np.searchsorted(ascending, scores, "left") + np.searchsorted(ascending, scores, "right")
        columns[:, figure.ordinal] = np.where(np.isnan(scores), np.nan, ranks / max(1, 2 * len(ascending)))
    return columns


def _whole(columns: Columns) -> npt.NDArray[np.bool_]:
    return np.asarray(~np.isnan(columns).any(axis=1), dtype=np.bool_)
