"""Lists that stand under a heading which speaks of what is asked for, though no item is like the question.

"What resources are needed?" resembles the heading "Resources needed", and none
of the items below it: one full-time editor, a server, two days of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk_bot.citations import Evidence
from helpdesk_bot.extractive import Words
from helpdesk_bot.list_lines import announcing, groups_of, heading_over, lines_of
from index.chunks import Candidate
from index.lexical import tokens

_ITEMS = frozenset({"bullet", "number", "short"})

QUESTIONS_SHARE = 0.15
"""Of the weight of a question's words: so much the heading of a list holds that answers."""

OWN_SHARE = 0.4
"""Of the heading's own words: so many stand in the question. A long title that shares one is about more."""


@dataclass(frozen=True, slots=True)
class Headed:
    """A list below a heading that speaks of what is asked for.

    ``piece``: the line that announces it, else its first item. ``of_question``
    and ``of_heading``: what share of each stands in the other, 0..1.
    """

    piece: Evidence
    of_question: float
    of_heading: float


def lists_headed(found: Sequence[Candidate], document_id: str, words: Words) -> tuple[Headed, ...]:
    """Return the lists of a document whose headings speak of what is asked for, the most of it first.

    Args:
        found: what was found, in order.
        document_id: of the document; lists in others are not looked at.
        words: the question's, in its language; a heading in another language holds none of them.
    """
    headed = []
    for candidate in found:
        passage = candidate.passage
        if candidate.document.document_id != document_id or passage.language != words.language:
            continue
        lines, title = lines_of(passage), set(tokens(candidate.document.title, passage.language))
        for group in groups_of(lines, is_headed=bool(passage.heading_path)):
            if lines[group[0]].mark not in _ITEMS:
                continue
            heading = set(tokens(heading_over(passage, lines[group[0]].first), passage.language))
            of_question = words.coverage(heading)
            # What the whole document is about tells none of its lists from the others.
            said = [token for token in heading - title if token in words.weight]
            of_heading = len(said) / max(1, len(heading))
            if of_question >= QUESTIONS_SHARE and of_heading >= OWN_SHARE:
                at = announcing(lines, group)
                first = lines[group[0] if at is None else at].first
                piece = Evidence(candidate, first, first, first, candidate.score, 1.0)
                headed.append(Headed(piece, of_question, of_heading))
    return tuple(sorted(headed, key=lambda each: -each.of_question))
