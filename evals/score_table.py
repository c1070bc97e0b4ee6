"""Scored cases as columns, so that figures and tests work on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from evals.significance import Units, units_of

Column = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Score:
    """One scored case.

    ``measures``: None where undefined. ``slices``: its values by dimension.
    ``cluster``: cases of one document or conversation share it, since they
    fail together; None is a cluster of its own.
    """

    case_id: str
    slices: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, float | None] = field(default_factory=dict)
    facts: Mapping[str, float | None] = field(default_factory=dict)
    error: str | None = None
    cluster: str | None = None


class ScoreTable:
    """The columns of scored cases. None of the cases may have an error.

    Args:
        scores: the cases, one a row, in this order.
    """

    def __init__(self, scores: Sequence[Score]) -> None:
        self._scores = scores
        self._columns: dict[tuple[str, str], Column] = {}
        names: dict[str, int] = {}
        self._clusters = np.array(
            [
                -1 - row if score.cluster is None else names.setdefault(score.cluster, len(names))
                for row, score in enumerate(scores)
            ],
            dtype=np.int64,
        )

    def __len__(self) -> int:
        return len(self._scores)

    @property
    def rows(self) -> Rows:
        """The numbers of all cases."""
        return np.arange(len(self._scores))

    def measure(self, name: str) -> Column:
        """Return a measure of every case, ``(n,)``, NaN where undefined."""
        return self._column("measures", name)

    def fact(self, name: str) -> Column:
        """Return a fact of every case, ``(n,)``, NaN where it has none."""
        return self._column("facts", name)

    def slices(self, dimension: str) -> dict[str, Rows]:
        """Return the rows of each value of a dimension, values in order."""
        rows: dict[str, list[int]] = {}
        for row, score in enumerate(self._scores):
            for value in dict.fromkeys(score.slices.get(dimension, ())):
                rows.setdefault(value, []).append(row)
        return {value: np.array(rows[value], dtype=np.int64) for value in sorted(rows)}

    def units(self, rows: Rows) -> Units:
        """Return what of these cases is drawn as one."""
        return units_of(self._clusters[rows], len(rows))

    def _column(self, kind: Literal["measures", "facts"], name: str) -> Column:
        key = (kind, name)
        if key not in self._columns:
            values = [getattr(score, kind).get(name) for score in self._scores]
            column = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            column.setflags(write=False)
            self._columns[key] = column
        return self._columns[key]
