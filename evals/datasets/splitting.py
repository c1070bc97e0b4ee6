"""Splitting a data set so that no document stands on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol, TypeVar


class _OfDocument(Protocol):
    @property
    def document(self) -> str: ...


_Item = TypeVar("_Item", bound=_OfDocument)


def split_by_document(
    items: Iterable[_Item], share: float, seed: int
) -> tuple[tuple[_Item, ...], tuple[_Item, ...]]:
    """Split items into two parts with whole documents in each.

    Documents are ordered by the hash of seed and name, and taken until their
    items make up the share, so the split depends on neither the order of the
    items nor Python's own random numbers.

    Args:
        items: each with a ``document``.
        share: of the items that the first part is to have, 0..1; it has at
            most so many, and fewer where documents are large.
        seed: another seed, another split.

    Returns:
        the two parts, each in the order given.

    Raises:
        ValueError: ``share`` is not within 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; it must be from 0 to 1")
    everything = tuple(items)
    sizes: dict[str, int] = {}
    for item in everything:
        sizes[item.document] = sizes.get(item.document, 0) + 1
    room = share * len(everything)
    taken: set[str] = set()
    for document in sorted(sizes, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest()):
        if sizes[document] <= room:
            taken.add(document)
            room -= sizes[document]
    first = tuple(item for item in everything if item.document in taken)
    return first, tuple(item for item in everything if item.document not in taken)
