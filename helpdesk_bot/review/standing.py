"""Whether the documents that a reply quotes still stand as they were quoted: asked before it is released."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Engine, RowMapping, select

from corpus.queries import CURRENT
from corpus.schema import document_versions, documents
from corpus.succession import Succession, succession
from helpdesk_bot.review import items
from helpdesk_bot.review.errors import SourcesChanged
from helpdesk_bot.review.values import Content

Change = Literal["replaced", "withdrawn", "superseded", "not_in_force"]
ChangeId = str

GONE: tuple[Change, ...] = ("replaced", "withdrawn")
"""Changes after which a reply is not served to others as approved: the answer bank would set it aside."""


@dataclass(frozen=True, slots=True)
class SourceChange:
    """A quoted document that does not stand as it was quoted.

    ``change``: ``replaced`` by a newer version of its own, ``withdrawn``,
    ``superseded`` by another document (``superseded_by``, its title), or
    ``not_in_force`` on this day. ``change_id`` stands for just this change: a
    further one has another id. ``sentences``: positions from 0, of those that
    cite it. ``quotes_stand``: every quote stands word for word in the present
    version; ``None`` where there is no other version to look into.
    """

    change_id: ChangeId
    change: Change
    document_id: str
    title: str
    language: str
    version: int
    version_now: int
    superseded_by: str | None
    sentences: tuple[int, ...]
    quotes_stand: bool | None

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON."""
        return asdict(self) | {"sentences": list(self.sentences)}


def changes_of(connection: Connection, content: Content, known: Succession) -> tuple[SourceChange, ...]:
    """Return what became of the documents that a text quotes, in the order in which it cites them.

    Args:
        connection: to the database.
        content: the text; a citation that no sentence uses does not count.
        known: which documents do not hold today; read before a write lock is taken.
    """
    cited: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    sentences: dict[tuple[str, int], list[int]] = {}
    for position, sentence in enumerate(content.sentences):
        for citation in (content.citations[e] for e in sentence.citations if e in content.citations):
            key = (str(citation["document"]["document_id"]), int(citation["document"]["version"]))
            cited.setdefault(key, []).append(citation)
            sentences.setdefault(key, []).append(position)
    found = (
        _change(connection, citations, tuple(dict.fromkeys(sentences[key])), known)
        for key, citations in cited.items()
    )
    return tuple(change for change in found if change is not None)


def changes_now(engine: Engine, item_id: str) -> tuple[SourceChange, ...]:
    """Return what became of the documents that the saved text of a question quotes.

    Raises:
        ItemUnknown: there is none with this id.
    """
    with engine.connect() as connection:
        return changes_of(connection, items.content_at(connection, item_id), succession(connection))


def require_seen(changes: Sequence[SourceChange], seen: Iterable[ChangeId]) -> None:
    """Let a release pass if the person has seen what became of every document that it quotes.

    Raises:
        SourcesChanged: there is a change that they have not seen.
    """
    known = frozenset(seen)
    if any(change.change_id not in known for change in changes):
        raise SourcesChanged([change.to_json() for change in changes])


def is_reusable(changes: Iterable[SourceChange]) -> bool:
    """Tell whether a reply may be served to others, as far as its documents go."""
    return not any(change.change in GONE for change in changes)


def _change(
    connection: Connection,
    citations: Sequence[Mapping[str, Any]],
    sentences: tuple[int, ...],
    known: Succession,
) -> SourceChange | None:
    document = citations[0]["document"]
    document_id, version = str(document["document_id"]), int(document["version"])
    now = _now(connection, document_id)
    if now is None:  # its quotes stand nowhere either: `ReviewDesk.release` stops at that
        return None
    other: str | None = None
    stand: bool | None = None
    if now["status"] != "in_force":
        change: Change = "withdrawn"
    elif now["current_version"] != version:
        change = "replaced"
        stand = all(str(citation["quote"]) in now["text"] for citation in citations)
    elif document_id in known.not_in_force:
        other = known.heirs.get(document_id)
        change = "superseded" if other else "not_in_force"
    else:
        return None
    newest = int(now["current_version"])
    return SourceChange(
        _id(document_id, version, change, newest, other or ""),
        change,
        document_id,
        str(document["title"]),
        str(document["language"]),
        version,
        newest,
        _title(connection, other) if other else None,
        sentences,
        stand,
    )


def _id(*parts: object) -> ChangeId:
    return "chg_" + hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _now(connection: Connection, document_id: str) -> RowMapping | None:
    columns = (documents.c.status, documents.c.current_version, document_versions.c.text)
    query = (
        select(*columns, document_versions.c.title)
        .join(document_versions, CURRENT)
        .where(documents.c.document_id == document_id)
    )
    return connection.execute(query).mappings().one_or_none()


def _title(connection: Connection, document_id: str) -> str | None:
    row = _now(connection, document_id)
    return None if row is None else str(row["title"])
