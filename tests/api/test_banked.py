"""The answer bank and the outbox over HTTP: what experts and administrators see and do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.answer_bank import publish
from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.delivery.outbox import enqueue
from tests.api import people
from tests.api.conftest import started
from tests.api.house import FakeHelpdesk, settings_in

House = tuple["Client", FakeHelpdesk]


class Client:
    """Calls an application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def call(self, method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        """Send one request."""

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(run())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = settings_in(tmp_path_factory.mktemp("banked"))
    helpdesk = FakeHelpdesk(settings)
    with started(settings, helpdesk) as site:
        yield Client(site.app), helpdesk


def bank(helpdesk: FakeHelpdesk, item_id: str) -> str:
    answer = answer_to_json(helpdesk.ask(Question("Hur många kommuner införde digital identitet?")))
    with begin_write(helpdesk.engine) as connection:
        return publish(
            connection,
            item_id=item_id,
            answer=answer,
            approved_by="Anna Åström",
            approved_at="2026-03-02T10:00:00Z",
        )


def test_an_expert_lists_takes_out_puts_back_and_adds_a_wording(
    house: House,
) -> None:
    client, helpdesk = house
    entry_id = bank(helpdesk, "item-1")
    expert = people.signed_in(helpdesk.engine, "expert")
    listed = client.call("GET", "/api/v1/bank", headers=expert).json()
    assert listed["total"] == 1
    assert [entry["entry_id"] for entry in listed["entries"]] == [entry_id]
    assert listed["entries"][0]["documents"]
    assert "answer" not in listed["entries"][0]
    address = f"/api/v1/bank/{entry_id}"
    assert client.call("GET", address, headers=expert).json()["answer"]["conversation_id"] == ""
    assert client.call("DELETE", address, headers=expert).json()["status"] == "disabled"
    assert client.call("GET", "/api/v1/bank?status=active", headers=expert).json()["total"] == 0
    assert client.call("POST", f"{address}/enable", headers=expert).json()["status"] == "active"
    wording = {"text": "Có bao nhiêu thành phố đã triển khai danh tính số?"}
    entry = client.call("POST", f"{address}/phrasings", headers=expert, json=wording).json()
    assert {"text": wording["text"], "language": "vi"} in entry["phrasings"]
    told = [record.what for record in audit.latest(helpdesk.engine, 10)]
    assert {"bank.disabled", "bank.enabled", "bank.phrased"} <= set(told)
    unknown = client.call("GET", "/api/v1/bank/zzzz", headers=expert)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "bank_entry_not_found")


def test_an_administrator_sees_dead_letters_without_what_they_say(
    house: House,
) -> None:
    client, helpdesk = house
    payload: dict[str, Any] = {
        "to": "lan@askers.example",
        "language": "vi",
        "question": "Một câu hỏi",
        "answer": {},
        "approved_at": "2026-03-02T10:00:00Z",
        "approved_by": "Anna",
    }
    with begin_write(helpdesk.engine) as connection:
        message_id = enqueue(connection, "email", payload)
    administrator = people.signed_in(helpdesk.engine, "administrator")
    found = client.call("GET", "/api/v1/admin/outbox?status=waiting", headers=administrator)
    assert [message["message_id"] for message in found.json()["messages"]] == [message_id]
    assert found.json()["counts"]["waiting"] == 1
    assert "lan@askers.example" not in found.text
    assert "câu hỏi" not in found.text
    refused = client.call("POST", f"/api/v1/admin/outbox/{message_id}/retry", headers=administrator)
    assert (refused.status_code, refused.json()["code"]) == (404, "message_not_found")
