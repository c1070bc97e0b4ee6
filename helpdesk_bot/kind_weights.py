"""Weights of document kinds as people write them: ``policy_brief=0.02,news=-0.02``, or a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus.documents import KINDS


def read_kind_weights(given: Any) -> dict[str, float]:
    """Read weights of document kinds, the kinds in the order of `corpus.documents.KINDS`.

    Args:
        given: kind -> number, or ``kind=number`` parted by commas.

    Raises:
        ValueError: an unknown kind, a kind twice, or a weight that is no number of -1 to 1.
    """
    if isinstance(given, str):
        pairs = [part.partition("=")[::2] for part in given.split(",") if part.strip()]
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        raise ValueError("write kind=number, parted by commas, or a table of numbers")
    weights: dict[str, float] = {}
    for name, value in pairs:
        kind = str(name).strip().lower().replace("-", "_")
        if kind not in KINDS:
            raise ValueError(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
        if kind in weights:
            raise ValueError(f"{kind!r} is given twice")
        try:
            weights[kind] = float("true" if isinstance(value, bool) else value)
        except (TypeError, ValueError):
            raise ValueError(f"the weight of {kind!r} is no number: {value!r}") from None
        if not -1 <= weights[kind] <= 1:
            raise ValueError(f"the weight of {kind!r} is {value}; it must be -1 to 1")
    return {kind: weights[kind] for kind in KINDS if kind in weights}
