"""The figures of a suite by name: what is computed of the scored cases, and over which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.measures import retrieval
from evals.measures.abstention import auroc_statistic
from evals.measures.registry import CASE_MEASURES, RETRIEVAL_SET_MEASURES, SET_MEASURES, SetMeasure
from evals.measures.risk_coverage import aurc_statistic
from evals.score_table import ScoreTable
from evals.significance import (
    Columns,
    Estimate,
    Statistic,
    estimate_means,
    estimate_proportion,
    estimate_statistic,
)

ORDINAL: Mapping[Statistic, int] = {auroc_statistic: 1, aurc_statistic: 0}
"""The column of which only the order counts, by statistic: the score by which AUROC and AURC rank."""


@dataclass(frozen=True, slots=True)
class CaseFigure:
    """The mean of a measure of the cases. ``proportion``: its values are 0 or 1; ``share``: within 0..1."""

    name: str
    proportion: bool
    share: bool = True


@dataclass(frozen=True, slots=True)
class SetFigure:
    """A statistic of several facts of the cases.

    ``ordinal``: the number of the fact of which only the order counts, None
    where values count.
    """

    facts: tuple[str, ...]
    statistic: Statistic
    ordinal: int | None = None


Figure = CaseFigure | SetFigure


def answer_figures(names: Sequence[str]) -> dict[str, Figure]:
    """Return the figures of an answer suite.

    Args:
        names: which; empty means all.

    Raises:
        KeyError: a name that no measure has.
    """
    known: dict[str, Figure] = {
        name: CaseFigure(name, measure.proportion, measure.share) for name, measure in CASE_MEASURES.items()
    }
    known |= _set_figures(SET_MEASURES)
    return {name: known[name] for name in names} if names else known


def retrieval_figures() -> dict[str, Figure]:
    """Return the figures of a retrieval suite."""
    figures: dict[str, Figure] = {
        name: CaseFigure(name, proportion=name == "precision@1") for name in retrieval.MEASURES
    }
    return figures | _set_figures(RETRIEVAL_SET_MEASURES)


def figures_of(kind: str, names: Sequence[str] = ()) -> dict[str, Figure]:
    """Return the figures of a kind of run (``answers`` or ``retrieval``).

    Args:
        kind: of the run's suite.
        names: those wanted, in this order; names that the kind does not have are left out. Empty: all.
    """
    known = retrieval_figures() if kind == "retrieval" else answer_figures(())
    return {name: known[name] for name in names if name in known} if names else known


def columns_of(table: ScoreTable, figure: Figure) -> Columns:
    """Return what a figure is computed of, ``(n_cases, k)``, NaN where undefined."""
    if isinstance(figure, CaseFigure):
        return table.measure(figure.name)[:, np.newaxis]
    return np.stack([table.fact(name) for name in figure.facts], axis=1)


def estimate_figures(
    table: ScoreTable, rows: npt.NDArray[np.int64], figures: Mapping[str, Figure]
) -> dict[str, Estimate | None]:
    """Return the figures over some of the cases, None where undefined.

    Means of measures that are defined for the same cases are resampled in one go.
    """
    estimates: dict[str, Estimate | None] = {}
    together: dict[bytes, list[str]] = {}
    for name, figure in figures.items():
        columns = columns_of(table, figure)[rows]
        whole = ~np.isnan(columns).any(axis=1)
        if not whole.any():
            estimates[name] = None
        elif isinstance(figure, SetFigure):
            units = table.units(rows[whole])
            estimates[name] = estimate_statistic(columns[whole], figure.statistic, units)
        elif figure.proportion or (figure.share and _at_one_end(columns[whole])):
            estimates[name] = estimate_proportion(columns[whole, 0], table.units(rows[whole]))
        else:
            together.setdefault(whole.tobytes(), []).append(name)
    for mask, names in together.items():
        defined = rows[np.frombuffer(mask, dtype=bool)]
        values = np.stack([table.measure(name)[defined] for name in names], axis=1)
        estimates |= dict(zip(names, estimate_means(values, table.units(defined)), strict=True))
    return {name: estimates[name] for name in figures}


def _at_one_end(values: Columns) -> bool:
    """Tell values that are all 0 or all 1, of which resampling shows no spread.

    Wilson's bound for the share of ones (or zeros) then bounds the mean too,
    since a mean of values within 0..1 is at least the share of ones.
    """
    return bool((values == 0).all() or (values == 1).all())


def _set_figures(measures: Mapping[str, SetMeasure]) -> dict[str, Figure]:
    return {
        name: SetFigure(measure.facts, measure.statistic, ORDINAL.get(measure.statistic))
        for name, measure in measures.items()
    }
