"""What the steps of an answer work with, and how they search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from corpus.subjects import Subjects
from helpdesk_bot.answer_bank.bank import AnswerBank
from helpdesk_bot.answerability import Calibration
from helpdesk_bot.draft import Draft
from helpdesk_bot.judging import Instruments
from helpdesk_bot.llm import ChatWriter
from helpdesk_bot.records import Records
from helpdesk_bot.review.policy import DEFAULT, Policy
from helpdesk_bot.settings import Settings
from helpdesk_bot.shown_before import without_shown
from index.chunks import Filters
from index.errors import BadQuery
from index.retrieval import Retrieval, Retriever

CANDIDATES = {"fast": 12, "deep": 20}
"""Passages read for an answer, by depth."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps work with."""

    settings: Settings
    retriever: Retriever
    instruments: Instruments
    subjects: Callable[[], Subjects]
    records: Records
    calibration: Calibration
    writer: ChatWriter | None
    index_version: Callable[[], str]
    n_pieces: Callable[[str], int] | None = None
    """See `gibberish.is_gibberish`; ``None`` where another model than the bundled one embeds."""
    bank: AnswerBank | None = None
    review_policy: Callable[[], Policy] = lambda: DEFAULT


Step = Callable[[Draft, Parts], Draft]


def search(text: str, language: str, draft: Draft, parts: Parts) -> Retrieval:
    """Find the passages that bear on a text, among the documents that the question's filters let through.

    Where it asks for resources of a kind, those alone are searched.

    Raises:
        BadQuery: a filter that does not exist.
    """
    narrowed = {"kind": sorted(draft.kinds)} if draft.kinds else {}
    filters = _filters({**draft.question.filters, **narrowed})
    found = parts.retriever.retrieve(text, language=language, filters=filters, most=CANDIDATES[draft.depth])
    carried = draft.understanding.carried if draft.understanding else None
    return without_shown(found, carried.documents) if carried and carried.wants_others else found


def _filters(wanted: Mapping[str, Sequence[str]]) -> Filters:
    known = [field.name for field in fields(Filters)]
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise BadQuery(f"There is no filter {unknown[0]!r}; the filters are {', '.join(known)}.")
    return Filters(**{name: tuple(values) for name, values in wanted.items()})
