"""Packs units into passages: one subject each, near the wanted size, headings with what they head."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from index.units import WHOLE_ITEM, Unit

TINY = 40
"""Tokens under which a passage says too little to be found alone: it joins a tiny neighbour."""

_NEARLY_NOTHING = 12
"""Tokens under which it joins any neighbour: a stray line, a label."""

_SUBJECT = 50
"""Tokens from which a list item is a subject of its own: good practices and projects have 60 and more."""

_ROOM_FOR_A_REST = 1.25
"""A tiny rest may fill a passage up to this many times the limit."""

Group = list[Unit]


def pack(units: Sequence[Unit], max_tokens: int) -> list[Group]:
    """Group units into passages, in order, each unit once.

    Units under different headings stay apart, unless both sides are tiny or one side is
    nearly nothing or only headings.
    """
    groups: list[Group] = []
    for _, section in groupby(units, key=lambda unit: unit.heading_path):
        groups.extend(_pack_section(list(section), max_tokens))
    return _join_weak(groups, max_tokens)


def _size(group: Sequence[Unit]) -> int:
    return sum(unit.size + 1 for unit in group)  # +1: the line end between


def _largest(max_tokens: int) -> float:
    return max_tokens * WHOLE_ITEM + TINY


def _only_headings(group: Sequence[Unit]) -> bool:
    return all(unit.kind == "heading" for unit in group)


def _stands_alone(group: Sequence[Unit]) -> bool:
    """Whether this is a subject of its own: a list item that describes a practice, a project."""
    only = group[0]
    return len(group) == 1 and only.kind == "list_item" and only.size >= _SUBJECT and not only.announces


def _opens_a_list(group: Sequence[Unit]) -> bool:
    """Whether this is an item that announces others, as clauses of a law do: what precedes it is another."""
    return group[0].kind == "list_item" and group[0].announces


def _clusters(units: Sequence[Unit], max_tokens: int) -> Iterator[Group]:
    """Yield what is read in one breath: a list of short items with the text before it that leads to them.

    That is a short text, or one that announces them: it says nothing by itself.
    """
    cluster: Group = []
    for unit in units:
        short_item = unit.kind == "list_item" and unit.size < _SUBJECT
        announced = bool(cluster) and cluster[-1].announces
        most = _largest(max_tokens) if announced else max_tokens
        if cluster and not (
            (short_item or announced) and unit.page == cluster[-1].page and _size([*cluster, unit]) <= most
        ):
            yield cluster
            cluster = []
        if cluster or short_item or unit.size < TINY or unit.announces:
            cluster.append(unit)
        else:
            yield [unit]
    if cluster:
        yield cluster


def _pack_section(units: Sequence[Unit], max_tokens: int) -> list[Group]:
    """Pack what stands under one heading."""
    groups: list[Group] = []
    current: Group = []
    rest = _size(units)
    last: Group = []
    for cluster in _clusters(units, max_tokens):
        if _closes(current, last, cluster, rest, max_tokens):
            groups.append(current)
            current = []
        current = current + cluster
        rest -= _size(cluster)
        last = cluster
    if groups and _size(current) < TINY and _size(groups[-1] + current) <= max_tokens * _ROOM_FOR_A_REST:
        groups[-1] = groups[-1] + current
    elif current:
        groups.append(current)
    return groups


def _closes(current: Group, last: Group, cluster: Group, rest: int, max_tokens: int) -> bool:
    """Tell whether the passage is complete before a cluster; ``rest`` counts that one too."""
    filled, size = _size(current), _size(cluster)
    if filled + size > _largest(max_tokens):
        return bool(current)
    if filled < TINY or _only_headings(current):
        return False
    target = (filled + rest) / math.ceil((filled + rest) / max_tokens)
    return (
        filled + size > max_tokens
        or filled + size / 2 > target
        or _stands_alone(cluster)
        or _stands_alone(last)
        or (_opens_a_list(cluster) and filled >= 2 * TINY)
        or cluster[0].page != current[-1].page
    )


def _join_weak(groups: Sequence[Group], max_tokens: int) -> list[Group]:
    """Join headings that stand alone to what follows, and tiny passages to tiny neighbours."""
    joined: list[Group] = []
    for group in groups:
        if joined and _joins(joined[-1], group, max_tokens):
            joined[-1] = joined[-1] + group
        else:
            joined.append(list(group))
    return joined


def _joins(before: Group, group: Group, max_tokens: int) -> bool:
    sizes = _size(before), _size(group)
    if sum(sizes) > _largest(max_tokens):
        return False
    return (
        _only_headings(before)
        or min(sizes) < _NEARLY_NOTHING
        or (max(sizes) < TINY)
        or (_only_headings(group) and group[0].heading_path == before[-1].heading_path)
    )
