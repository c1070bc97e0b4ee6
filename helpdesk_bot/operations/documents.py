"""What an administrator does to single documents: describe them better, withdraw them, take them in again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from corpus.catalog import Catalog
from corpus.overrides import Override, check_override
from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.moments import now
from helpdesk_bot.operations.schema import document_overrides
from index import store
from index.locks import write_lock

WAIT_S = 20.0
"""Seconds that a withdrawal waits for an ingest that is under way."""


def read_overrides(engine: Engine) -> dict[str, Override]:
    """Return what was set by hand, by document id."""
    with engine.connect() as connection:
        rows = connection.execute(select(document_overrides)).mappings().all()
    return {row["document_id"]: Override(row["fields"], row["withdrawn"] is not None) for row in rows}


def describe(engine: Engine, document_id: str, fields: Mapping[str, Any], who: str) -> dict[str, Any]:
    """Set the metadata that goes before a document's own; the next ingest applies it.

    Args:
        engine: the database.
        document_id: the document; it has to be known.
        fields: by name (`corpus.documents.Metadata`); an empty value means the document's own.
        who: an account id.

    Returns:
        the fields in force, checked.

    Raises:
        UnknownDocument: there is none with this id.
        BrokenDocument: a field is not known, or a value cannot be.
    """
    Catalog(engine).get(document_id)
    checked = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in check_override(fields).items()
    }
    with begin_write(engine) as connection:
        kept = _read(connection, document_id).withdrawn
        _write(connection, document_id, checked, now() if kept else None, who)
        audit.record(
            connection,
            who=who,
            what="document.described",
            subject=document_id,
            detail={"fields": sorted(checked)},
        )
    return checked


def withdraw(engine: Engine, data_dir: Path, document_id: str, who: str) -> None:
    """Take a document out of force, so that no ingest brings it back by itself.

    Its versions stay readable for the answers that cite them.

    Raises:
        UnknownDocument: there is none with this id.
        Locked: an ingest is under way and does not end soon.
    """
    catalog = Catalog(engine)
    catalog.get(document_id)
    with write_lock(data_dir, wait_s=WAIT_S), begin_write(engine) as connection:
        catalog.withdraw(connection, document_id)
        store.retire(connection, document_id)
        store.bump_revision(connection)
        _write(connection, document_id, _read(connection, document_id).fields, now(), who)
        audit.record(connection, who=who, what="document.withdrawn", subject=document_id)


def take_in_again(engine: Engine, document_id: str, who: str) -> str:
    """Allow a document to be ingested again, and return its place: a path or an address.

    Raises:
        UnknownDocument: there is none with this id.
    """
    place = place_of(engine, document_id)
    with begin_write(engine) as connection:
        _write(connection, document_id, _read(connection, document_id).fields, None, who)
        audit.record(connection, who=who, what="document.ingested_again", subject=document_id)
    return place


def place_of(engine: Engine, document_id: str) -> str:
    """Return where a document comes from: a path or an address.

    Raises:
        UnknownDocument: there is none with this id.
    """
    Catalog(engine).get(document_id)
    known = {each.document_id: each for each in Catalog(engine).known_documents()}
    return known[document_id].location


def _read(connection: Connection, document_id: str) -> Override:
    row = connection.execute(
        select(document_overrides.c.fields, document_overrides.c.withdrawn).where(
            document_overrides.c.document_id == document_id
        )
    ).one_or_none()
    return Override({}) if row is None else Override(row.fields, row.withdrawn is not None)


def _write(
    connection: Connection, document_id: str, fields: Mapping[str, Any], withdrawn: str | None, who: str
) -> None:
    connection.execute(delete(document_overrides).where(document_overrides.c.document_id == document_id))
    if fields or withdrawn:
        connection.execute(
            insert(document_overrides).values(
                document_id=document_id,
                fields=dict(fields),
                withdrawn=withdrawn,
                changed_at=now(),
                changed_by=who,
            )
        )
