"""Around a question: the text about each quote, what the asker wrote, questions like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from corpus.schema import document_versions, documents
from helpdesk_bot.review.schema import review_items, review_requests
from helpdesk_bot.review.verification import Source

CONTEXT_CHARS = 300
MOST_CANDIDATES = 5


def sources_of(connection: Connection, citations: Mapping[str, Mapping[str, Any]]) -> dict[str, Source]:
    """Return citations with what the database says of them now, by id."""
    found = {}
    for citation_id, citation in citations.items():
        version = _version(connection, citation)
        start, end = citation["start_char"], citation["end_char"]
        exact = version is not None and version["text"][start:end] == citation["quote"]
        document = citation["document"]
        about = [document["title"], *citation["heading_path"], document["publisher"], document["date"]]
        found[citation_id] = Source(
            citation,
            exact,
            version is not None
            and version["status"] == "in_force"
            and version["current_version"] == document["version"],
            "\n".join(str(part) for part in about if part),
        )
    return found


def evidence(connection: Connection, citations: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each citation with the text around its quote, and whether its document still says so."""
    found = []
    for citation in citations.values():
        version = _version(connection, citation)
        start, end = citation["start_char"], citation["end_char"]
        text = version["text"] if version is not None else ""
        found.append(
            {
                "citation": dict(citation),
                "before": text[max(0, start - CONTEXT_CHARS) : start],
                "after": text[end : end + CONTEXT_CHARS],
                "is_exact": text[start:end] == citation["quote"],
                "document_status": version["status"] if version is not None else "unknown",
                "document_version_now": version["current_version"] if version is not None else None,
            }
        )
    return found


def _version(connection: Connection, citation: Mapping[str, Any]) -> RowMapping | None:
    document = citation["document"]
    query = (
        select(document_versions.c.text, documents.c.status, documents.c.current_version)
        .join(documents, documents.c.document_id == document_versions.c.document_id)
        .where(
            document_versions.c.document_id == document["document_id"],
            document_versions.c.version == document["version"],
        )
    )
    return connection.execute(query).mappings().one_or_none()


def requests_of(connection: Connection, item_id: str) -> list[dict[str, Any]]:
    """Return what askers wrote with a question; an address is never shown, only that there is one."""
    columns = review_requests.c
    rows = connection.execute(
        select(columns.at, columns.kind, columns.note, columns.language, columns.email)
        .where(columns.item_id == item_id)
        .order_by(columns.at, columns.request_id)
    ).mappings()
    return [
        {
            "at": row["at"],
            "kind": row["kind"],
            "note": row["note"],
            "language": row["language"],
            "wants_mail": row["email"] is not None,
        }
        for row in rows
    ]


def merge_candidates(connection: Connection, row: RowMapping) -> list[dict[str, Any]]:
    """Return earlier questions in the same words, which this one could be merged with."""
    columns = review_items.c
    rows = connection.execute(
        select(columns.item_id, columns.question, columns.state, columns.released_at)
        .where(
            columns.question_folded == row["question_folded"],
            columns.item_id != row["item_id"],
            columns.state.in_(("queued", "in_review", "released")),
        )
        .order_by(columns.released_at.desc(), columns.created_at)
        .limit(MOST_CANDIDATES)
    ).mappings()
    return [dict(found) for found in rows]
