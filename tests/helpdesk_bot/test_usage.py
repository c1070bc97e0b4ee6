"""Usage: what was asked, counted; and questions that the documents do not answer, put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import insert

from corpus.storage import begin_write
from helpdesk_bot.database import open_database
from helpdesk_bot.records import Records
from helpdesk_bot.review.schema import review_items
from helpdesk_bot.usage import group_questions, usage_of
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_retention import answer

TODAY = date(2026, 1, 31)


def test_questions_are_counted_by_day_outcome_language_and_theme(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    from tests.fakes import FakeEmbedder

    library.fill(settings, FakeEmbedder())
    engine = open_database(settings)
    records = Records(engine)
    with library.helpdesk(settings) as desk:
        known = {each.source: each.document_id for each in desk.catalog.known_documents()}
    given = answer("Hur många kommuner?", "sv", 1, "c1")
    document = replace(given.citations[0].document, document_id=known["projects/identitet.sv.md"])
    records.add(replace(given, citations=(replace(given.citations[0], document=document),)))
    unknown = replace(answer("Vad kostar parkering?", "sv", 2, "c2"), outcome="unanswerable_not_in_documents")
    records.add(unknown)
    records.add(replace(answer("Giá vé?", "vi", 3, "c3"), created_at="2026-01-29T23:59:59Z"))
    records.add(replace(answer("Too old?", "en", 4, "c4"), created_at="2025-12-01T00:00:00Z"))
    found = usage_of(engine, 3, TODAY)
    assert found.days == (("2026-01-29", 1), ("2026-01-30", 0), ("2026-01-31", 2))
    assert found.n_questions == 3
    assert dict(found.outcomes) == {"answered": 2, "unanswerable_not_in_documents": 1}
    assert dict(found.languages) == {"sv": 2, "vi": 1}
    assert dict(found.themes) == {"digital identity": 1}
    assert [topic.question for topic in found.unanswered] == ["Vad kostar parkering?"]
    # What is no longer shown is not counted either.
    assert usage_of(engine, 3, TODAY, since="2026-01-30").n_questions == 2
    engine.dispose()


def test_turnaround_is_from_entering_to_release(data_dir: Path) -> None:
    engine = open_database(library.settings_for(data_dir))
    blank = {
        "question": "q", "question_folded": "q", "question_language": "sv", "answer_language": "sv",
        "reasons": [], "risk": "normal", "themes": [], "held": 0, "version": 1, "text_version": 1,
        "created_at": "2026-01-30T00:00:00Z", "updated_at": "2026-01-30T00:00:00Z",
    }  # fmt: skip
    with begin_write(engine) as connection:
        for n, hours in enumerate((2, 4, 12)):
            released = {"state": "approved", "is_open": 0, "released_at": f"2026-01-30T{hours:02}:00:00Z"}
            row = blank | released | {"item_id": f"i{n}", "due_at": "2026-02-01T00:00:00Z"}
            connection.execute(insert(review_items).values(**row))
        row = blank | {"state": "queued", "is_open": 1, "item_id": "i9", "due_at": "2020-01-01T00:00:00Z"}
        connection.execute(insert(review_items).values(**row))
    found = usage_of(engine, 7, TODAY).turnaround
    assert (found.n_released, found.median_hours, found.n_open, found.n_overdue) == (3, 4.0, 1, 1)
    assert found.p90_hours is not None
    assert 4 < found.p90_hours <= 12
    assert found.lengths == (("4_hours", 2), ("1_day", 1), ("3_days", 0), ("longer", 0))
    engine.dispose()


def test_questions_on_one_thing_stand_together_in_every_language() -> None:
    asked = [
        ("Vad kostar parkering i Malmö?", "sv", "2026-01-03"),
        ("Vad kostar parkering för boende i Malmö?", "sv", "2026-01-02"),
        ("Phí đỗ xe ở Hà Nội là bao nhiêu?", "vi", "2026-01-03"),
        ("Bao nhiêu tiền phí đỗ xe ở Hà Nội?", "vi", "2026-01-01"),
        ("Who pays for school lunches?", "en", "2026-01-01"),
    ]
    topics = group_questions(asked)
    assert [topic.n_questions for topic in topics] == [2, 2, 1]
    assert {topic.question for topic in topics} == {asked[0][0], asked[2][0], asked[4][0]}
    assert "parkering" in next(topic for topic in topics if topic.language == "sv").words
    assert sum(topic.n_questions for topic in topics) == len(asked)  # nothing is lost
    assert group_questions([]) == ()
