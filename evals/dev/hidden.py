"""The whole pipeline, with and without the documents that answer: whether its confidence tells.

Each question is asked twice, its documents visible and hidden (which makes an
unanswerable question in any language and for any set), over the half of the
documents that the calibration is not fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.fitting.answerability import HALF
from evals.fitting.observations import observe
from helpdesk_bot.answerability import calibration
from helpdesk_bot.settings import Settings
from index.embedding import Embedder
from index.reader import Reader

OTHER_HALF = 1 - HALF

Variant = Literal["shown", "hidden", "unanswerable"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as asked once.

    ``variant``: its documents were ``shown`` or ``hidden``, or it is one that
    the set itself marks as ``unanswerable``. ``confidence``: 0..1. ``right``:
    a quote that would be shown holds the answer.
    """

    query_id: str
    variant: str
    confidence: float
    right: bool


def ask_hidden(
    folder: Path,
    settings: Settings,
    embedder: Embedder,
    *,
    most: int,
    seed: int,
    reader: Callable[[], Reader] | None = None,
) -> Iterator[Asked]:
    """Ask the questions of one set.

    Args:
        folder: the set, in BEIR's format.
        settings: depth and model; indexes are kept in the data directory.
        embedder: loaded already.
        most: how many questions, drawn by ``seed``.
        seed: of the draw.
        reader: gives the trained reader; default: the one that ships.
    """
    calibrated = calibration()
    for seen in observe(folder, settings, embedder, most=most, seed=seed, half=OTHER_HALF, reader=reader):
        # Where nothing was found there are no signals, and an answer's confidence is 0.
        confidence = calibrated.probability(seen.features) if seen.features else 0.0
        yield Asked(seen.query_id, seen.variant, confidence, seen.answers)
