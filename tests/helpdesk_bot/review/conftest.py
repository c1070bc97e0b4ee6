"""The desk of a small library: one for a file, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from corpus.storage import begin_write
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import policy
from helpdesk_bot.review.schema import review_drafts, review_items, review_texts, review_themes
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library
from tests.helpdesk_bot.review.questions import EVERY


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path_factory.mktemp("review"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as helpdesk:
        yield helpdesk


@pytest.fixture
def helpdesk(opened: Helpdesk) -> Helpdesk:
    policy.write(opened.engine, EVERY, "test")
    with begin_write(opened.engine) as connection:
        for table in (
            review_items,
            review_texts,
            review_drafts,
            review_themes,
            bank_entries,
            bank_phrasings,
            outbox,
        ):
            connection.execute(delete(table))
    return opened
