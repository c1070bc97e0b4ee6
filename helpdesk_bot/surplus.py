"""Which of the chosen quotes an answer needs, where one thing is asked and one quote plainly answers it.

The margin of `extractive.choose` lets sentences in that are nearly as like the
question as the best one. Whether they answer is the reader's to say: a quote
that it finds far less likely to answer than another one is left out, unless the
scores are close. Where nothing was read every quote stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk_bot.citations import Evidence
from helpdesk_bot.expected_kinds import mentions, most_specific
from helpdesk_bot.reading import ReadExcerpt

FAR_BEHIND = 2.5
"""Of the reader's log odds to answer: a quote that is so far behind another one is surplus. This one and
the next were chosen on the starter suite, where no quote that answers is lost by them. Less (1.0 where the
reader also finds the words that answer) lost right quotes elsewhere: the reader is sure of wrong ones too."""

CLOSE = 0.02
"""A quote whose score is so close to the first one's stays, whatever the reader says."""


def likeliest(evidence: Sequence[Evidence], read: Sequence[ReadExcerpt]) -> Evidence:
    """Return the quote that the reader finds to answer, if it finds one; else the first."""
    odds = [verdict or 0.0 for verdict in (_verdict(piece, read) for piece in evidence)]
    return evidence[odds.index(max(odds))] if max(odds) > 0 else evidence[0]


def needed(
    evidence: Sequence[Evidence], read: Sequence[ReadExcerpt], asks_for: tuple[str, ...]
) -> tuple[Evidence, ...]:
    """Return the quotes that an answer needs, in their order.

    The first one always, the reader's best one, and the nearest without the reader.

    Args:
        evidence: the chosen quotes, the best first.
        read: what the reader read.
        asks_for: see `understanding.asks_for`; beside a quote that holds the
            kind of thing asked for, one that lacks it and is read as less likely is surplus.
    """
    verdicts = [_verdict(piece, read) for piece in evidence]
    known = [verdict for verdict in verdicts if verdict is not None]
    if not known:
        return tuple(evidence)
    best = max(known)
    wanted = most_specific(asks_for)
    told = wanted is not None and _holds(wanted, evidence[0])
    kept = []
    for piece, verdict in zip(evidence, verdicts, strict=True):
        lacks = wanted is not None and told and not _holds(wanted, piece)
        least = best - (0.0 if lacks else FAR_BEHIND)
        is_close = piece.is_nearest or evidence[0].score - piece.score <= CLOSE
        if is_close or (verdict is not None and verdict >= least):
            kept.append(piece)
    return tuple(kept)


def _verdict(piece: Evidence, read: Sequence[ReadExcerpt]) -> float | None:
    """Return the highest log odds to answer of what was read around a quote; ``None`` where nothing was."""
    return max(
        (
            excerpt.reading.answers
            for excerpt in read
            if excerpt.passage.passage_id == piece.candidate.passage.passage_id
            and excerpt.first <= piece.last
            and piece.first <= excerpt.last
        ),
        default=None,
    )


def _holds(kind: str, piece: Evidence) -> bool:
    return bool(mentions(kind, piece.quote, piece.candidate.passage.language))
