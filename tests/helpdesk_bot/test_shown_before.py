"""What was cited already is left out of an answer to "other projects?"."""

from __future__ import annotations

import pytest

from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.shown_before import REASON, without_shown


@pytest.mark.parametrize(
    ("question", "language"),
    [("How many libraries?", "en"), ("Hur många kommuner?", "sv"), ("Bao nhiêu hồ sơ?", "vi")],
)
def test_passages_of_shown_documents_are_left_out(desk: Helpdesk, question: str, language: str) -> None:
    found = desk.retriever.retrieve(question, language=language, most=20)
    shown = {found.candidates[0].document.document_id}
    left = without_shown(found, shown)
    assert left.candidates
    assert not shown & {item.document.document_id for item in left.candidates}
    assert [item.rank for item in left.candidates] == list(range(1, len(left.candidates) + 1))
    aside = {passage_id for passage_id, reason, _ in left.rejected if reason == REASON}
    kept = {item.passage.passage_id for item in left.candidates}
    assert aside | kept == {item.passage.passage_id for item in found.candidates}


def test_nothing_is_left_out_where_nothing_else_was_found(desk: Helpdesk) -> None:
    found = desk.retriever.retrieve("How many libraries?", language="en", most=20)
    assert without_shown(found, {item.document.document_id for item in found.candidates}) is found
    assert without_shown(found, ()) is found
