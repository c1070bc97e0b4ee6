"""Editing: saving under a version number, drafts that save themselves, and two people who save at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update

from corpus.storage import begin_write
from helpdesk_bot.review import items, timeline
from helpdesk_bot.review.errors import BadText, Conflict
from helpdesk_bot.review.passages import cite_passage
from helpdesk_bot.review.schema import review_drafts, review_texts
from helpdesk_bot.review.values import MAX_CITATIONS, OPEN, Content, Person, moment, new_id, sentences_from

Given = Sequence[Mapping[str, Any]]


def read_given(connection: Connection, item_id: str, sentences: Given, citations: Given) -> Content:
    """Return what an editor sends as a text, every quote read from the database again.

    Citations that the item has are taken as they are stored; a new one is made
    of its passage and span. One that cannot be made is left out, which the
    check of its sentence then says.

    Raises:
        ItemUnknown: no such item.
        BadText: too much text, or too many citations.
    """
    base, newest = items.content_at(connection, item_id, 1), items.content_at(connection, item_id)
    known: dict[str, Mapping[str, Any]] = {**base.citations, **newest.citations}
    read = sentences_from(sentences)
    wanted = {cited for sentence in read for cited in sentence.citations}
    if len(citations) > MAX_CITATIONS or len(wanted) > MAX_CITATIONS:
        raise BadText(f"A text holds at most {MAX_CITATIONS} citations.")
    for given in citations:
        if given.get("citation_id") in known or not given.get("passage_id"):
            continue
        try:
            made = cite_passage(
                connection, str(given["passage_id"]), given.get("start_char"), given.get("end_char")
            )
        except BadText:
            continue
        known[made["citation_id"]] = made
    return Content(newest.language, read, known)


def save(engine: Engine, person: Person, item_id: str, version: int, content: Content) -> int:
    """Save a text that was begun at a version of the item; return the item's new version.

    A text that somebody else saved meanwhile is never written over: the newer
    one stands, and this one is kept as a draft of this person. What does not
    touch the text (an assignment, a note) is no conflict.

    Raises:
        ItemUnknown: no such item.
        Conflict: see above; its value has both texts and the one that both began with.
    """
    with begin_write(engine) as connection:
        row = items.row_of(connection, item_id, lock=True)
        if row["state"] in OPEN and row["text_version"] <= version <= row["version"]:
            if items.content_at(connection, item_id).says() == content.says():
                _forget_autosave(connection, person, item_id)
                return int(row["version"])
            saved = items.change(
                connection,
                row,
                state="in_review",
                text_version=row["version"] + 1,
                **_taken_on(row, person),
            )
            connection.execute(
                insert(review_texts).values(
                    item_id=item_id,
                    version=saved,
                    at=moment(),
                    account_id=person.account_id,
                    by=person.name,
                    content=content.to_json(),
                )
            )
            unsupported = sum(sentence.verification == "unsupported" for sentence in content.sentences)
            timeline.record(
                connection,
                item_id,
                person,
                "saved",
                saved,
                {"sentences": len(content.sentences), "unsupported": unsupported},
            )
            _forget_autosave(connection, person, item_id)
            return saved
        value = _conflict(connection, row, person, version, content.to_json())
    raise Conflict(value)


def _taken_on(row: RowMapping, person: Person) -> dict[str, str]:
    """Who saves a question that nobody has taken takes it on."""
    return {} if row["assigned_to"] else {"assigned_to": person.account_id, "assigned_name": person.name}


def _conflict(
    connection: Connection, row: RowMapping, person: Person, version: int, yours: Mapping[str, Any]
) -> dict[str, Any]:
    item_id = str(row["item_id"])
    draft_id = keep(connection, person, item_id, version, yours, "conflict")
    timeline.record(
        connection, item_id, person, "conflict", row["version"], {"begun_at": version, "draft_id": draft_id}
    )
    theirs = items.text_json(items.text_at(connection, item_id))
    base = items.text_at(connection, item_id, max(1, min(version, row["version"])))
    return {
        "version": row["version"],
        "state": row["state"],
        "by": theirs["by"],
        "at": theirs["at"],
        "yours": {"sentences": yours["sentences"], "citations": yours["citations"]},
        "theirs": theirs,
        "base": items.text_json(base),
        "draft_id": draft_id,
    }


def stale(connection: Connection, row: RowMapping) -> Conflict:
    """Return the conflict of a change that carries no text, to be raised."""
    theirs = items.text_json(items.text_at(connection, row["item_id"]))
    return Conflict(
        {
            "version": row["version"],
            "state": row["state"],
            "by": theirs["by"],
            "at": row["updated_at"],
            "yours": None,
            "theirs": theirs,
            "base": None,
            "draft_id": None,
        }
    )


def autosave(
    engine: Engine, person: Person, item_id: str, base_version: int, sentences: Given, citations: Given
) -> dict[str, Any]:
    """Keep what somebody is writing, as it is; each person has one such draft of an item.

    Raises:
        ItemUnknown: no such item.
        BadText: too much text.
    """
    read = sentences_from(sentences)
    kept = [
        {name: each[name] for name in ("citation_id", "passage_id", "start_char", "end_char") if name in each}
        for each in citations[:MAX_CITATIONS]
    ]
    content = {
        "sentences": [{"text": each.text, "citations": list(each.citations)} for each in read],
        "citations": kept,
    }
    with begin_write(engine) as connection:
        row = items.row_of(connection, item_id)
        newest = items.text_at(connection, item_id)
        draft_id = keep(connection, person, item_id, base_version, content, "autosave")
        saved_at = connection.execute(
            select(review_drafts.c.saved_at).where(review_drafts.c.draft_id == draft_id)
        ).scalar_one()
    return {
        "draft_id": draft_id,
        "base_version": base_version,
        "saved_at": saved_at,
        "version_now": row["version"],
        "text_version": newest["version"],
        "saved_by": newest["by"],
    }


def keep(
    connection: Connection,
    person: Person,
    item_id: str,
    base_version: int,
    content: Mapping[str, Any],
    kind: str,
) -> str:
    """Keep a person's text of an item; an autosaved one takes the place of the one before."""
    columns = review_drafts.c
    values = {"base_version": base_version, "saved_at": moment(), "content": dict(content)}
    if kind == "autosave":
        known = connection.execute(
            select(columns.draft_id).where(*_mine(person, item_id), columns.kind == "autosave")
        ).scalar_one_or_none()
        if known is not None:
            connection.execute(update(review_drafts).where(columns.draft_id == known).values(**values))
            return str(known)
    draft_id = new_id()
    connection.execute(
        insert(review_drafts).values(
            draft_id=draft_id, item_id=item_id, account_id=person.account_id, kind=kind, **values
        )
    )
    return draft_id


def drafts_of(connection: Connection, person: Person, item_id: str) -> dict[str, Any]:
    """Return a person's autosaved draft of an item and the texts of theirs that lost a conflict."""
    columns = review_drafts.c
    rows = connection.execute(
        select(review_drafts).where(*_mine(person, item_id)).order_by(columns.saved_at, columns.draft_id)
    ).mappings()
    found = [
        (
            row["kind"],
            {
                "draft_id": row["draft_id"],
                "base_version": row["base_version"],
                "saved_at": row["saved_at"],
                "sentences": row["content"]["sentences"],
                "citations": row["content"]["citations"],
                "base": items.text_json(items.text_at(connection, item_id, max(1, row["base_version"]))),
            },
        )
        for row in rows
    ]
    return {
        "my_draft": next((draft for kind, draft in found if kind == "autosave"), None),
        "kept": [draft for kind, draft in found if kind == "conflict"],
    }


def discard(engine: Engine, person: Person, item_id: str, draft_id: str | None) -> None:
    """Throw away one's own draft: the autosaved one, or the one named."""
    columns = review_drafts.c
    with begin_write(engine) as connection:
        which = columns.kind == "autosave" if draft_id is None else columns.draft_id == draft_id
        connection.execute(delete(review_drafts).where(*_mine(person, item_id), which))


def _forget_autosave(connection: Connection, person: Person, item_id: str) -> None:
    columns = review_drafts.c
    connection.execute(delete(review_drafts).where(*_mine(person, item_id), columns.kind == "autosave"))


def _mine(person: Person, item_id: str) -> tuple[Any, Any]:
    return review_drafts.c.item_id == item_id, review_drafts.c.account_id == person.account_id
