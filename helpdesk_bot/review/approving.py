"""Approving a reply: the saved text is checked once more, by model and by database, and then released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from corpus.storage import begin_write
from corpus.succession import succession
from helpdesk_bot.review import items, moving, passages, policy, standing, texts
from helpdesk_bot.review.errors import BadText
from helpdesk_bot.review.reading import sources_of
from helpdesk_bot.review.releasing import final_answer, release, require_support
from helpdesk_bot.review.values import Person, moment
from helpdesk_bot.review.verification import Checker


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person says with a release.

    ``responsibility``: why they answer for sentences that are not supported,
    by position from 0. ``reason``: why the text was edited. ``changes_seen``:
    what became of quoted documents, by ``change_id``.
    """

    responsibility: Mapping[int, str]
    reason: str
    changes_seen: frozenset[str]


def approve(
    engine: Engine, checker: Checker, person: Person, item_id: str, version: int, approval: Approval
) -> tuple[str | None, dict[str, Any]]:
    """Release the saved text of a question under a person's name; see `ReviewDesk.release`.

    Returns:
        the id of its entry in the answer bank, if it has one, and the answer.
    """
    with engine.connect() as connection:  # checking takes a while: no lock is held meanwhile
        content = items.content_at(connection, item_id)
        sources = sources_of(connection, content.citations)
        known = succession(connection)
    content = checker.check(content, sources)
    taken = require_support(content, approval.responsibility)
    with begin_write(engine) as connection:
        own_only = policy.read_in(connection).own_themes_only
        row = moving.current(connection, item_id, version, "release", person, own_only=own_only)
        cited = {each for sentence in content.sentences for each in sentence.citations}
        broken = [each for each in cited if not passages.is_exact(connection, content.citations[each])]
        if items.content_at(connection, item_id).says() != content.says():
            raise texts.stale(connection, row)
        if broken:
            raise BadText("A quote does not stand in its document any more: take its citation out.")
        changes = standing.changes_of(connection, content, known)
        standing.require_seen(changes, approval.changes_seen)
        answer = final_answer(connection, row, content, person, moment(), taken)
        return release(connection, row, person, answer, taken, approval.reason, changes), answer
