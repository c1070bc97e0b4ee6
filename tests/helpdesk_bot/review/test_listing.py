"""The queue: its pages, its filters, and a desk that opens without a model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import queue
from helpdesk_bot.review.desk import Query, ReviewDesk
from helpdesk_bot.review.errors import BadText
from tests.helpdesk_bot import library
from tests.helpdesk_bot.review.questions import ANNA, LAN, SV, VI, asked, fill_queue


class TestListing:
    def test_pages_follow_each_other_without_gap_or_repetition(self, helpdesk: Helpdesk) -> None:
        fill_queue(helpdesk, 230)
        for person, query in ((ANNA, {}), (LAN, {}), (LAN, {"own": "all"}), (LAN, {"theme": ("safety",)})):
            seen, cursor = [], None
            while True:
                page = helpdesk.review.list(person, Query(limit=40, cursor=cursor, **query))
                seen += page["items"]
                cursor = page["next"]
                if cursor is None:
                    break
            ids = [each["item_id"] for each in seen]
            assert len(ids) == len(set(ids)) == (23 if "theme" in query else 230)
            if person is LAN and not query:
                own = [each["is_own"] for each in seen]
                assert own == sorted(own, reverse=True)
                assert 0 < sum(own) < 230
            keys = [
                (not each["is_own"] if person is LAN and not query else 0, each["due_at"]) for each in seen
            ]
            assert keys == sorted(keys)

    def test_filters(self, helpdesk: Helpdesk) -> None:
        _, sv = asked(helpdesk, SV)
        _, vi = asked(helpdesk, VI)
        helpdesk.review.assign(ANNA, sv["item_id"], 1, ANNA)
        queue.report(helpdesk.engine, vi["answer_id"], "outdated")

        def ids(**query: Any) -> set[str]:
            return {each["item_id"] for each in helpdesk.review.list(ANNA, Query(**query))["items"]}

        both = {sv["item_id"], vi["item_id"]}
        assert ids() == both
        assert (
            ids(state="in_review") == ids(assigned="me") == ids(assigned=ANNA.account_id) == {sv["item_id"]}
        )
        assert ids(assigned="nobody") == ids(reason=("reported",)) == ids(risk=("high",)) == {vi["item_id"]}
        assert ids(language=("vi",)) == ids(theme=("Safety",)) == {vi["item_id"]}
        assert ids(text="KOMMUNER införde") == {sv["item_id"]}
        assert ids(text="100%") == ids(overdue=True) == ids(state="closed") == set()
        counted = helpdesk.review.list(ANNA, Query())
        assert (counted["counts"]["queued"], counted["counts"]["in_review"]) == (1, 1)
        assert counted["facets"]["people"] == [{"account_id": ANNA.account_id, "name": ANNA.name}]
        for bad in ({"state": "nowhere"}, {"limit": 0}, {"cursor": "!"}, {"cursor": "W10"}):
            with pytest.raises(BadText):
                helpdesk.review.list(ANNA, Query(**bad))

    def test_a_thousand_questions_are_listed_quickly(self, helpdesk: Helpdesk) -> None:
        fill_queue(helpdesk, 1000)
        times = []
        for query in (
            Query(),
            Query(text="kommuner 7"),
            Query(theme=("safety",)),
            Query(state="any", own="all"),
        ):
            for _ in range(5):
                started = time.perf_counter()
                helpdesk.review.list(LAN, query)
                times.append(time.perf_counter() - started)
        print(f"the list of 1,000 questions: slowest of {len(times)} {max(times) * 1000:.0f} ms")


def test_the_desk_opens_without_a_model(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    from helpdesk_bot.database import open_database

    engine = open_database(settings)
    desk = ReviewDesk(engine, None, None)
    assert desk.list(ANNA, Query())["items"] == []
    with pytest.raises(BadText):
        desk.search("words")
    engine.dispose()
