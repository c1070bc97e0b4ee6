"""Leaves notes to machines out of what is searched and quoted (`corpus.machine_notes`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.machine_notes import first_of_note
from index import tokens
from index.units import Unit


def around_machine_notes(text: str, units: Sequence[Unit]) -> list[list[Unit]]:
    """Return the stretches of units before, between and after notes to machines.

    A note in the middle of a paragraph goes with all that follows it there; what stands before it stays.

    Args:
        text: of the document.
        units: of it, in reading order.
    """
    stretches: list[list[Unit]] = [[]]
    for unit in units:
        first = first_of_note([text[start:end] for start, end in unit.sentences])
        if first is None:
            stretches[-1].append(unit)
            continue
        if first:
            stretches[-1].append(_cut(text, unit, first))
        stretches.append([])
    return [stretch for stretch in stretches if stretch]


def _cut(text: str, unit: Unit, n_sentences: int) -> Unit:
    kept = unit.sentences[:n_sentences]
    end = kept[-1][1]
    size = tokens.size(text[unit.start_char : end])
    return replace(unit, end_char=end, size=size, sentences=kept, announces=False)
