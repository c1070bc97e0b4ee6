"""Which cases of a suite are asked: all, the first so many, or a random sample that can be drawn again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def select(
    items: Sequence[_Item],
    id_of: Callable[[_Item], str],
    *,
    limit: int | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> tuple[_Item, ...]:
    """Return the chosen items in their own order.

    A sample takes the items with the smallest SHA-256 of seed and id: without
    replacement, every subset as likely as any other, the same on every machine
    and Python; a larger sample of the same seed holds the smaller one, so that
    runs of different size can be paired.

    Args:
        items: all there are.
        id_of: their names, each once.
        limit: take the first so many; None takes all.
        sample: draw so many of these at random; None draws none.
        seed: of the sample.
    """
    chosen = items[:limit]
    if sample is None or sample >= len(chosen):
        return tuple(chosen)

    def draw(item: _Item) -> bytes:
        return hashlib.sha256(f"{seed}:{id_of(item)}".encode()).digest()

    kept = {id_of(item) for item in sorted(chosen, key=draw)[:sample]}
    return tuple(item for item in chosen if id_of(item) in kept)
