"""Searches made only to see what serves them."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Engine

from index.dense import DenseIndex
from index.stored_vectors import load_rows, rows_in_force

N_SEARCHES = 50
"""A few milliseconds each; enough to see a share."""
_K = 20


def probe(engine: Engine, dense: DenseIndex, n_searches: int = N_SEARCHES) -> None:
    """Search without a filter for passages in force, spread evenly over the index.

    A process that was started to tell the status has answered no question, so
    there would be no share to tell: afterwards `DenseIndex.status` counts these.

    Args:
        engine: the database, whose stored vectors are the queries.
        dense: what is searched.
        n_searches: how many at most; as many as there are passages where they are fewer.
    """
    with engine.connect() as connection:
        rows = rows_in_force(connection)
        chosen = np.unique(np.linspace(0, len(rows) - 1, min(n_searches, len(rows))).astype(int))
        vectors = load_rows(connection, rows[chosen]).matrix if len(rows) else ()
    for vector in vectors:
        dense.search(vector, _K)
