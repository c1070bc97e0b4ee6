"""What a test says, in one word and in one sentence."""

from __future__ import annotations

import math
from typing import Any

from evals.contrasts import MIN_PAIRS, Contrast
from evals.measures.registry import direction, is_share
from evals.significance.paired import Difference
from evals.significance.power import cases_needed

BETTER, WORSE, NO_DIFFERENCE, TOO_FEW = "better", "worse", "no_difference_shown", "too_few_cases"


def to_row(test: Contrast, smallest: float, alpha: float) -> dict[str, Any]:
    """Return a row of a comparison.

    Args:
        test: a corrected test.
        smallest: the smallest difference that matters, in the measure's unit.
        alpha: what the corrected p value is held against.
    """
    found = test.difference
    needed = None if found is None else _needed(test, found, smallest)
    verdict = _verdict(test, smallest, alpha, needed)
    return {
        "a": test.a,
        "b": test.b,
        "difference": found.difference if found else None,
        "ci95": list(found.ci95) if found and found.ci95 else None,
        "n": test.n,
        "n_clusters": found.n_clusters if found else None,
        "p_value": found.p_value if found and test.p_adjusted is not None else None,
        "p_adjusted": test.p_adjusted,
        "smallest_difference": smallest,
        "verdict": verdict,
        "cases_needed": needed if verdict in (TOO_FEW, NO_DIFFERENCE) else None,
        "text": _sentence(test, smallest, alpha, verdict, needed),
    }


def _needed(test: Contrast, found: Difference, smallest: float) -> int | None:
    """Return the cases needed to see the smallest difference, None where these tell nothing about it."""
    if test.alpha <= 0 or test.n < 2:
        return None
    if found.standard_error == 0 and abs(found.difference) > 0:
        # Every pair differs alike: as many as a sign test takes to reach alpha.
        return max(MIN_PAIRS, math.ceil(1 - math.log2(test.alpha)))
    if found.standard_error == 0:
        # No pair differs: up to 3 / n of all might (the rule of three, Hanley and Lippman-Hand 1983).
        return max(MIN_PAIRS, math.ceil(3 / smallest)) if is_share(test.name) and smallest > 0 else None
    needed = cases_needed(test.n, found.standard_error, smallest, test.alpha)
    return None if needed is None else max(MIN_PAIRS, needed)


def _verdict(test: Contrast, smallest: float, alpha: float, needed: int | None) -> str:
    found = test.difference
    if direction(test.name) == "none":
        return NO_DIFFERENCE
    if found is None or test.n < MIN_PAIRS or test.p_adjusted is None:
        return TOO_FEW
    if test.p_adjusted <= alpha:
        if abs(found.difference) < smallest:
            return NO_DIFFERENCE
        return BETTER if (found.difference > 0) == (direction(test.name) == "higher") else WORSE
    return TOO_FEW if needed is not None and test.n < needed else NO_DIFFERENCE


def _sentence(test: Contrast, smallest: float, alpha: float, verdict: str, needed: int | None) -> str:
    found, name = test.difference, test.name
    if found is None:
        where = "in A" if test.a is None else "in B"
        where = "in both runs" if test.a is None and test.b is None else where
        return f"{name} is undefined {where}, so it cannot be compared ({test.n} cases)."
    figures = f"{figure(found.a)} in A, {figure(found.b)} in B"
    by = f"{signed(found.difference)}{_interval(found)}, {test.n} pairs"
    if direction(name) == "none":
        return f"{name}: {figures} ({by}); it describes and is neither better nor worse."
    if verdict in (BETTER, WORSE):
        p = f"p = {p_text(test.p_adjusted)} after correction"
        return f"{name} is {verdict} in B: {figures} ({by}; {p})."
    if test.p_adjusted is not None and test.p_adjusted <= alpha:
        return (
            f"{name}: {figures} ({by}); a difference, but smaller than the {figure(smallest)} that matters."
        )
    if verdict == TOO_FEW:
        same = ", the same on every pair" if found.standard_error == 0 and found.difference == 0 else ""
        return f"{name}: too few cases to tell, {figures} ({by}{same}). {_how_many(smallest, needed)}"
    if found.standard_error == 0:
        return f"{name}: no difference shown, {figures}: the same on every pair that both runs define."
    return f"{name}: no difference shown, {figures} ({by})."


def _how_many(smallest: float, needed: int | None) -> str:
    if needed is None:
        return f"These cases do not tell how many it takes to see a difference of {figure(smallest)}."
    return f"Seeing a difference of {figure(smallest)} takes about {needed} cases."


def _interval(found: Difference) -> str:
    return f" [{signed(found.ci95[0])}, {signed(found.ci95[1])}]" if found.ci95 else ""


def figure(value: float) -> str:
    """Return a figure with three decimals, or as a whole number from 10 on."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return ("+" if value > 0 else "") + figure(value)


def p_text(p_value: float | None) -> str:
    """Return a p value with two digits."""
    return "-" if p_value is None else f"{p_value:.2g}"
