"""Editing a reply: each sentence is checked, drafts save themselves, two people lose nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review.desk import Person
from helpdesk_bot.review.errors import BadText, Conflict
from helpdesk_bot.review.schema import review_drafts, review_texts
from tests.helpdesk_bot.review.questions import ANNA, EN, LAN, SV, asked, whats


class TestEditing:
    def test_a_saved_text_is_checked_sentence_by_sentence(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        cited = next(c["citation"]["citation_id"] for c in item["evidence"] if "57" in c["citation"]["quote"])
        kept: list[dict[str, Any]] = [
            {
                "text": "Sammanlagt 57 kommuner införde digital identitet för sina invånare.",
                "citations": [cited],
            },
            {
                "text": "Sammanlagt 75 kommuner införde digital identitet för sina invånare.",
                "citations": [cited],
            },
            {"text": "Allt är bra."},
        ]
        saved = helpdesk.review.save(ANNA, item["item_id"], item["version"], kept, [])
        first, second, third = saved["text"]["sentences"]
        assert first["verification"] == "supported"
        assert second["verification"] == "unsupported"
        assert {"code": "number_not_in_passage", "value": "75"}.items() <= second["reasons"][0].items()
        assert third["reasons"][0]["code"] == "no_citation"
        assert saved["state"] == "in_review"
        assert saved["assigned_to"] == {"account_id": ANNA.account_id, "name": ANNA.name}
        assert saved["draft"]["sentences"] == item["draft"]["sentences"]
        compared = helpdesk.review.diff(item["item_id"])
        assert compared["changed_words"] > 0

    def test_a_passage_found_by_a_search_becomes_a_citation(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, EN)
        found = helpdesk.review.search("Nhà trường nên dạy trẻ em", "vi", 3)[0]
        citation = found["citation"]
        text_of = helpdesk.catalog.text(citation["document"]["document_id"], citation["document"]["version"])
        assert text_of[citation["start_char"] : citation["end_char"]] == citation["quote"]
        assert (
            helpdesk.review.cite(found["passage_id"], citation["start_char"], citation["end_char"])
            == citation
        )
        given = {name: citation[name] for name in ("citation_id", "passage_id", "start_char", "end_char")}
        saved = helpdesk.review.save(
            ANNA,
            item["item_id"],
            item["version"],
            [{"text": citation["quote"], "citations": [citation["citation_id"]]}],
            [given | {"quote": "invented"}],
        )
        assert saved["text"]["sentences"][0]["verification"] == "supported"
        assert citation["citation_id"] in {each["citation_id"] for each in saved["text"]["citations"]}
        with pytest.raises(BadText):
            helpdesk.review.cite("no such passage")
        with pytest.raises(BadText):
            helpdesk.review.cite(found["passage_id"], 0, 10**9)

    def test_drafts_save_themselves_for_each_person(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id = item["item_id"]
        for words in ("Ett", "Ett utkast"):
            helpdesk.review.autosave(ANNA, item_id, 1, [{"text": words}], [])
        helpdesk.review.autosave(LAN, item_id, 1, [{"text": "Bản nháp"}], [])
        assert helpdesk.review.get(ANNA, item_id)["my_draft"]["sentences"][0]["text"] == "Ett utkast"
        assert helpdesk.review.get(LAN, item_id)["my_draft"]["sentences"][0]["text"] == "Bản nháp"
        helpdesk.review.save(ANNA, item_id, 1, [{"text": "Ett utkast till"}], [])
        assert helpdesk.review.get(ANNA, item_id)["my_draft"] is None
        helpdesk.review.discard(LAN, item_id)
        assert helpdesk.review.get(LAN, item_id)["my_draft"] is None

    def test_a_conflict_says_yours_theirs_and_base_and_keeps_yours(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id = item["item_id"]
        helpdesk.review.save(ANNA, item_id, 1, [{"text": "Annas text."}], [])
        with pytest.raises(Conflict) as caught:
            helpdesk.review.save(LAN, item_id, 1, [{"text": "Lans text."}], [])
        value = caught.value.value
        assert value["yours"]["sentences"][0]["text"] == "Lans text."
        assert value["theirs"]["sentences"][0]["text"] == "Annas text."
        assert value["base"]["sentences"] == item["text"]["sentences"]
        assert value["by"] == ANNA.name
        kept = helpdesk.review.get(LAN, item_id)["kept"]
        assert [each["draft_id"] for each in kept] == [value["draft_id"]]
        assert helpdesk.review.get(ANNA, item_id)["text"]["sentences"][0]["text"] == "Annas text."

    def test_an_assignment_or_a_note_costs_nobody_a_conflict(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        helpdesk.review.assign(LAN, item["item_id"], 1, LAN)
        helpdesk.review.note(LAN, item["item_id"], "Ai biết năm nào không?")
        saved = helpdesk.review.save(ANNA, item["item_id"], 1, [{"text": "Annas text."}], [])
        assert saved["assigned_to"]["name"] == LAN.name
        assert saved["notes"][0]["text"] == "Ai biết năm nào không?"

    def test_two_people_saving_a_hundred_times_lose_nothing(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id, conflicts = item["item_id"], []

        def work(person: Person) -> None:
            version = 1
            for number in range(100):
                words: list[dict[str, Any]] = [{"text": f"{person.name} {number}"}]
                try:
                    version = helpdesk.review.save(person, item_id, version, words, [])["version"]
                except Conflict as conflict:
                    conflicts.append(conflict)
                    version = conflict.value["version"]

        threads = [threading.Thread(target=work, args=(person,)) for person in (ANNA, LAN)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with helpdesk.engine.connect() as connection:
            saved = connection.execute(
                select(review_texts.c.content).where(
                    review_texts.c.item_id == item_id, review_texts.c.version > 1
                )
            ).scalars()
            kept = connection.execute(
                select(review_drafts.c.content).where(review_drafts.c.kind == "conflict")
            ).scalars()
            written = [each["sentences"][0]["text"] for each in [*saved, *kept]]
        assert sorted(written) == sorted(f"{p.name} {n}" for p in (ANNA, LAN) for n in range(100))
        assert (
            len(conflicts) + len([w for w in whats(helpdesk.review.get(ANNA, item_id)) if w == "saved"])
            == 200
        )
        versions = [event["version"] for event in helpdesk.review.timeline(item_id)["events"]]
        assert versions == sorted(versions)
