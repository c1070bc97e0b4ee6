"""Writes ``api/openapi_examples.json`` from what a server with the small library answers.

``python -m tests.api.integrations.record_examples`` asks each route for programs
once and keeps request and reply, shortened. Run it when a route's shape
changes; the suite checks the examples against the schemas.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, update

from corpus.storage import begin_write, open_engine
from helpdesk_bot.accounts import directory, keys
from helpdesk_bot.delivery.outbox import enqueue
from helpdesk_bot.delivery.schema import outbox
from tests.api.serving import serving
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

TARGET = Path(__file__).resolve().parents[3] / "api" / "openapi_examples.json"
SV = "Hur många kommuner införde digital identitet för sina invånare?"
SITE = "https://helpdesk.example"
PASSWORD = "korrekt häst batteri"
WHEN = "2026-01-31T09:30:00Z"
TRACE = ("index_version", "depth", "retrieved", "notes", "timings_ms")


class Recorder:
    """Asks and keeps."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.examples: dict[str, dict[str, Any]] = {}
        self.failed: list[str] = []

    def __call__(
        self, method: str, path: str, body: Any = None, *, query: str = "", own: Any = None, **parts: str
    ) -> Any:
        """Ask one route; ``parts`` fill the path, ``own`` are headers of this request."""
        address = path.format(**parts) + query
        sent = {} if body is None else {"json": body}
        reply = self.client.request(method, address, headers=own or {}, **sent)
        if not reply.is_success:
            self.failed.append(f"{method} {path}: {reply.status_code} {reply.text[:300]}")
            return {}
        example = {} if body is None else {"request": body}
        value = reply.json() if reply.content else None
        if value is not None:
            example["response"] = shown(value)
        self.examples[f"{method} {path}"] = example
        return value


def shown(value: Any, name: str = "") -> Any:
    """Return a value as an example: short, with the same times and figures whenever it is made."""
    if isinstance(value, dict):
        kept = {key: shown(item, key) for key, item in value.items()}
        if "index_version" in kept:
            kept = {key: kept[key] for key in TRACE if key in kept}
        return kept
    if isinstance(value, list):
        return [shown(item) for item in value[:2]]
    if name in ("confidence", "score") and isinstance(value, float):
        return 0.93
    if name == "timings_ms":
        return {"understand": 1.2, "retrieve": 9.8}
    if name in ("key", "token") and isinstance(value, str):
        return "hdk_ab12cd34_..." if name == "key" else "..."
    if isinstance(value, str) and value[:3] == "202" and value.endswith(("Z", "+00:00")):
        return WHEN
    return value


def main() -> int:
    """Record all; say what failed."""
    folder = Path(tempfile.mkdtemp())
    settings = library.settings_for(folder, min_confidence=0.0, allowed_origins=["https://www.example.org"])
    library.fill(settings, FakeEmbedder())
    engine = open_engine(settings.database)
    account = directory.add(
        engine, email="asa@example.org", name="Åsa Nguyễn", roles=["administrator"], password=PASSWORD
    )
    _, secret = keys.create(
        engine, account.account_id, name="a program", roles=["administrator"], who=account.account_id
    )
    with (
        serving(settings, library.helpdesk) as address,
        httpx.Client(
            base_url=address, timeout=120, limits=httpx.Limits(max_keepalive_connections=0)
        ) as client,
    ):
        client.headers["Authorization"] = f"Bearer {secret}"
        record = Recorder(client)
        asking(record)
        accounts(record)
        reviewing(record)
        keeping(record)
        mailing(record, engine)
        running(record)
    engine.dispose()
    text = json.dumps(record.examples, indent=1, ensure_ascii=False)
    text = text.replace(address, SITE).replace(str(folder), "/var/lib/helpdesk")
    TARGET.write_text(text + "\n", "utf-8")
    for line in record.failed:
        print(line, file=sys.stderr)
    return 1 if record.failed else 0


def asking(record: Recorder) -> None:
    """Questions, documents, health."""
    answer = record(
        "POST", "/api/v1/ask", {"question": SV, "filters": {"kind": ["project"]}, "depth": "fast"}
    )
    record("POST", "/api/v1/reply", {"question": SV})
    citation = answer["citations"][0]
    wanted = {"query": "digital identitet", "filters": {"language": "sv"}, "limit": 2}
    record("POST", "/api/v1/search", wanted)
    record(
        "GET",
        "/api/v1/passages/{passage_id}",
        query="?context_chars=40",
        passage_id=citation["passage_id"],
    )
    document_id = citation["document"]["document_id"]
    record("GET", "/api/v1/documents", query="?limit=2")
    for path in ("", "/text"):
        record("GET", "/api/v1/documents/{document_id}" + path, document_id=document_id)
    record("GET", "/api/v1/documents/facets")
    record("GET", "/health/live")
    record("GET", "/health/ready")
    record(
        "POST",
        "/v1/chat/completions",
        {"model": "helpdesk", "messages": [{"role": "user", "content": SV}]},
    )
    record("GET", "/v1/models")
    record("GET", "/v1/models/{model}", model="helpdesk")
    given = {"answer_id": answer["answer_id"], "conversation_id": answer["conversation_id"]}
    record("POST", "/api/v1/feedback", {"answer_id": answer["answer_id"], "helpful": True})
    asked = given | {"note": "Gäller det också regioner?", "email": "asker@example.org", "consent": True}
    record("POST", "/api/v1/review/requests", asked)
    conversation = given["conversation_id"]
    record("GET", "/api/v1/conversations/{conversation_id}", conversation_id=conversation)
    record("POST", "/api/v1/widget/token", own={"Origin": "https://www.example.org"})


def accounts(record: Recorder) -> None:
    """Sessions, accounts, keys."""
    page = {"Sec-Fetch-Site": "same-origin", "Authorization": ""}
    record("GET", "/api/v1/session")
    record("POST", "/api/v1/session", {"email": "asa@example.org", "password": PASSWORD}, own=page)
    changed = {"current": PASSWORD, "new": "bốn chữ dễ nhớ hơn"}
    record("PUT", "/api/v1/session/password", changed, own=page)
    record("DELETE", "/api/v1/session", own=page)
    record.client.cookies.clear()
    record("GET", "/api/v1/admin/accounts")
    new = {"email": "expert@example.org", "name": "Elsa Expert", "roles": ["expert"], "password": PASSWORD}
    made = record("POST", "/api/v1/admin/accounts", new)
    account_id = made.get("account", made).get("account_id", "")
    one = "/api/v1/admin/accounts/{account_id}"
    record("GET", one, account_id=account_id)
    record("PATCH", one, {"roles": ["expert", "evaluator"]}, account_id=account_id)
    record("PUT", one + "/password", {"password": "bốn chữ dễ nhớ hơn"}, account_id=account_id)
    record("GET", "/api/v1/admin/keys")
    asked = {"account": "expert@example.org", "name": "queue monitor", "roles": ["expert"], "days": 90}
    key = record("POST", "/api/v1/admin/keys", asked)
    key_id = next((part["key_id"] for part in (key, *_dicts(key)) if "key_id" in part), "")
    record("DELETE", "/api/v1/admin/keys/{key_id}", key_id=key_id)
    record("GET", "/api/v1/admin/audit", query="?limit=2")


def reviewing(record: Recorder) -> None:
    """The review desk: one question from the queue to its release."""
    desk = "/api/v1/review"
    record("GET", f"{desk}/items", query="?limit=2&state=any")
    listed = record.client.get(f"{desk}/items?state=any").json()["items"]
    if not listed:
        record.failed.append("the queue is empty")
        return
    item_id = listed[0]["item_id"]
    one = f"{desk}/items/{{item_id}}"
    item = record("GET", one, item_id=item_id)

    def do(method: str, path: str, body: Any, status: str = "") -> Any:
        version = record.client.get(f"{desk}/items/{item_id}").json()["version"]
        numbered = {"version": version} | body if status != "free" else body
        return record(method, one + path, numbered, item_id=item_id)

    record("GET", f"{desk}/passages", query="?q=digital%20identitet&limit=1")
    passage_id = item["text"]["citations"][0]["passage_id"]
    record("POST", f"{desk}/citations", {"passage_id": passage_id})
    text = {
        "sentences": [
            {"text": sentence["text"], "citations": sentence["citations"]}
            for sentence in item["text"]["sentences"]
        ],
        "citations": [
            {key: cited[key] for key in ("citation_id", "passage_id", "start_char", "end_char")}
            for cited in item["text"]["citations"]
        ],
    }
    do("POST", "/assign", {"to": "me"})
    do("POST", "/verify", text, "free")
    do("PUT", "/draft", {"base_version": item["version"]} | text, "free")
    do("PUT", "/text", text)
    record.client.put(
        f"{desk}/items/{item_id}/draft", json={"base_version": item["version"]} | text
    ).raise_for_status()
    do("POST", "/notes", {"text": "Kolla siffran för 2024."}, "free")
    do("POST", "/close", {"reason": "Frågan är besvarad på annat håll."})
    do("POST", "/reopen", {"reason": "Frågan kom tillbaka."})
    do("POST", "/release", {"responsibility": [], "reason": ""})
    record("GET", one + "/timeline", item_id=item_id)
    record("GET", one + "/diff", item_id=item_id)
    policy = record("GET", f"{desk}/policy")
    record("PUT", f"{desk}/policy", policy)
    asked = [
        record.client.post(
            f"{desk}/requests", json={"question": text, "consent": True, "email": "asker@example.org"}
        ).json()["item_id"]
        for text in (
            "Vilka kommuner lånar ut surfplattor?",
            "Vilka kommuner lånar ut datorer?",
            "Och regioner?",
        )
    ]

    def version_of(which: str) -> Any:
        return record.client.get(f"{desk}/items/{which}").json()["version"]

    merged = {"version": version_of(asked[1]), "into": asked[0]}
    record("POST", one + "/merge", merged, item_id=asked[1])
    back = {"version": version_of(asked[2]), "message": "Vilka regioner menar du?"}
    record("POST", one + "/return", back, item_id=asked[2])


def keeping(record: Recorder) -> None:
    """The answer bank, which holds what was just released."""
    one = "/api/v1/bank/{entry_id}"
    held = record("GET", "/api/v1/bank").get("entries")
    if not held:
        record.failed.append("the answer bank is empty")
        return
    entry_id = held[0]["entry_id"]
    record("GET", one, entry_id=entry_id)
    wording = {"text": "How many municipalities introduced digital identity?", "language": "en"}
    record("POST", one + "/phrasings", wording, entry_id=entry_id)
    record("DELETE", one, entry_id=entry_id)
    record("POST", one + "/enable", entry_id=entry_id)


def mailing(record: Recorder, engine: Engine) -> None:
    """Messages on their way out; one that could not be delivered."""
    mail = {"to": "asker@example.org", "language": "sv", "question": SV, "answer": {}}
    with begin_write(engine) as connection:
        message_id = enqueue(connection, "email", mail)
        dead = update(outbox).where(outbox.c.message_id == message_id)
        connection.execute(dead.values(status="dead", last_error="550 no such mailbox", attempts=8))
    record("GET", "/api/v1/admin/outbox", query="?status=dead")
    record("POST", "/api/v1/admin/outbox/{message_id}/retry", message_id=message_id)


def running(record: Recorder) -> None:
    """Documents and their jobs, evaluations."""
    listed = record.client.get("/api/v1/documents?limit=1").json()["documents"]
    document_id = listed[0]["document_id"]
    one = "/api/v1/documents/{document_id}"
    files = {
        "files": ("brev.sv.md", "# Brev\n\nBiblioteken lånar ut 12 läsplattor.\n".encode(), "text/markdown")
    }
    reply = record.client.post("/api/v1/documents", files=files)
    if reply.is_success:
        record.examples["POST /api/v1/documents"] = {"response": shown(reply.json())}
        job_id = reply.json()["job_id"]
        ended(record, job_id)
        record("GET", "/api/v1/admin/jobs/{job_id}", job_id=job_id)
    else:
        record.failed.append(f"POST /api/v1/documents: {reply.status_code} {reply.text[:200]}")
    job = record("PUT", one + "/metadata", {"title": "AI i offentlig sektor"}, document_id=document_id)
    record("DELETE", "/api/v1/admin/jobs/{job_id}", job_id=job.get("job_id", ""))
    ended(record, job.get("job_id", ""))
    again = record("POST", one + "/ingest", document_id=document_id)
    ended(record, again.get("job_id", ""))
    record("DELETE", one, document_id=document_id)
    evaluating(record)
    operating(record)


def evaluating(record: Recorder) -> None:
    """Suites, runs, cases. A run is begun and stopped at once."""
    evals = "/api/v1/evals"
    suites = record("GET", f"{evals}/suites").get("suites", ())
    runs = record("GET", f"{evals}/runs")
    found = [run["key"] for run in runs.get("runs", ()) if run["scored"]]
    if found:
        record("GET", f"{evals}/runs/{{run}}", run=found[0])
        record("GET", f"{evals}/runs/{{run}}/cases", query="?limit=1", run=found[0])
        record("GET", f"{evals}/compare", query=f"?a={found[0]}&b={found[0]}")
    if suites:
        job = record("POST", f"{evals}/runs", {"suite": suites[0]["key"], "limit": 1, "depth": "fast"})
        record("DELETE", f"{evals}/jobs/{{job_id}}", job_id=job.get("job_id", ""))
        record("GET", f"{evals}/jobs/{{job_id}}", job_id=job.get("job_id", ""))
    answer = record.client.post("/api/v1/ask", json={"question": SV}).json()
    expected = {"answer_id": answer["answer_id"], "answerable": True, "expected_quotes": ["57 kommuner"]}
    record("POST", f"{evals}/cases", expected)


def operating(record: Recorder) -> None:
    """What an administrator sees and sets."""
    admin = "/api/v1/admin"
    record("GET", f"{admin}/switch")
    record("PUT", f"{admin}/switch", {"off": True, "reason": "Prislistan är fel; se ärende 812."})
    record.client.put(f"{admin}/switch", json={"off": False, "reason": "Prislistan är rättad."})
    record("GET", f"{admin}/usage")
    limits = record("GET", f"{admin}/retention")
    given = {name: limits[name] for name in ("visible_days", "kept_days") if name in limits}
    record("PUT", f"{admin}/retention", given or limits)
    answer = record.client.post("/api/v1/ask", json={"question": SV}).json()
    record("POST", f"{admin}/erase", {"conversation_id": answer["conversation_id"]})


def ended(record: Recorder, job_id: str) -> None:
    """Wait until a job has ended: another would find the data directory locked."""
    for _ in range(600):
        reply = record.client.get(f"/api/v1/admin/jobs/{job_id}")
        if not reply.is_success or reply.json()["state"] in ("done", "failed", "cancelled"):
            return
        time.sleep(0.2)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value.values() if isinstance(item, dict)] if isinstance(value, dict) else []


if __name__ == "__main__":
    raise SystemExit(main())
