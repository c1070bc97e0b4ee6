"""At which depth answers were given: no figure of their quality can be read without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any


def depth_named(answer: Mapping[str, Any] | None) -> str | None:
    """Return the depth that an answer's trace names; ``None`` where it names none (of another system)."""
    trace = (answer or {}).get("trace")
    depth = trace.get("depth") if isinstance(trace, Mapping) else None
    return depth if isinstance(depth, str) and depth else None


def count_depths(named: Iterable[str | None]) -> dict[str, int]:
    """Return how many answers were given at each depth, the most frequent first."""
    found = Counter(depth for depth in named if depth)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def depths_of(config: Mapping[str, Any], summary: Mapping[str, Any]) -> dict[str, int]:
    """Return the depths of a run; of one scored before they were counted, the setting's (count 0)."""
    counted: Mapping[str, int] | None = summary.get("depths")
    if counted is not None:
        return dict(counted)
    setting = (config.get("options") or {}).get("depth")
    asked = summary.get("kind") == "answers" and isinstance(setting, str)
    return {str(setting): 0} if asked else {}


def depth_words(depths: Mapping[str, int] | None) -> str:
    """Return depths in words: ``deep``, or ``deep 165, fast 4``; empty where none is known."""
    if not depths:
        return ""
    if len(depths) == 1:
        return next(iter(depths))
    return ", ".join(f"{depth} {n}" for depth, n in depths.items())


def mixture_warning(depths: Mapping[str, int]) -> list[str]:
    """Return what to say where answers were given at more than one depth, nothing where not."""
    if len(depths) < 2:
        return []
    return [f"the answers were given at different depths ({depth_words(depths)}): figures are of a mixture"]
