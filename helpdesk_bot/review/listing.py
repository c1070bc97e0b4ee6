"""The queue as a list: filtered, in order of due time, a page after the other by the last key."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, and_, exists, func, or_, select

from helpdesk_bot.review.errors import BadText
from helpdesk_bot.review.schema import review_items, review_themes
from helpdesk_bot.review.values import Person, folded, moment

STATES = ("open", "queued", "in_review", "released", "returned", "merged", "closed", "any")
MAX_PAGE = 200

_HIDDEN = ("question_folded", "is_open", "message", "conversation_id")
_COLUMNS = [column for column in review_items.c if column.name not in _HIDDEN]


@dataclass(frozen=True, slots=True)
class Query:
    """Which items; several values of one filter are alternatives, empty means all.

    ``assigned``: an account id, ``nobody`` or none given. ``text``: words that
    all stand in the question. ``own``: ``first`` gives the items of the
    reader's themes before the others, ``only`` those alone, ``all`` mixes them.
    """

    state: str = "open"
    theme: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    assigned: str | None = None
    text: str = ""
    overdue: bool = False
    own: Literal["first", "only", "all"] = "first"
    limit: int = 50
    cursor: str | None = None


def page(connection: Connection, person: Person, query: Query, *, own_only: bool = False) -> dict[str, Any]:
    """Return one page of the list.

    The place where a page ends is the last item's due time and id, so that the
    next page is found through an index however far down it lies. An item
    without a theme is everybody's own. ``own_only``: see `Policy.own_themes_only`.

    Raises:
        BadText: an unknown state, a page size out of range, or a cursor of another kind.
    """
    if query.state not in STATES or not 1 <= query.limit <= MAX_PAGE:
        raise BadText(f"state is one of {', '.join(STATES)}; a page holds 1 to {MAX_PAGE} items.")
    own = tuple(dict.fromkeys(folded(theme) for theme in person.themes))
    phases: list[bool | None]
    if not own or (query.own == "all" and not own_only):
        phases = [None]
    else:
        phases = [True] if own_only or query.own == "only" else [True, False]
    start, due_at, item_id = _place(query.cursor) if query.cursor else (0, "", "")
    if not 0 <= start < len(phases):
        raise BadText("This cursor belongs to another list.")
    found: list[dict[str, Any]] = []
    following = None
    for number in range(start, len(phases)):
        where = [*_where(query, person), *_of_themes(own, phases[number])]
        if number == start and query.cursor:
            key = or_(
                review_items.c.due_at > due_at,
                and_(review_items.c.due_at == due_at, review_items.c.item_id > item_id),
            )
            # The first condition alone is what the index can start from.
            where += [review_items.c.due_at >= due_at, key]
        rows = connection.execute(
            select(*_COLUMNS)
            .where(*where)
            .order_by(review_items.c.due_at, review_items.c.item_id)
            .limit(query.limit + 1 - len(found))
        ).mappings()
        for row in rows:
            if len(found) == query.limit:
                break
            found.append(summary(row, person))
            following = _cursor(number, row)
        else:
            continue
        break
    else:
        following = None
    return {"items": found, "next": following}


def summary(row: RowMapping, person: Person) -> dict[str, Any]:
    """Return an item as it stands in the list."""
    kept = {name: row[name] for name in row if name not in _HIDDEN}
    assigned = {"account_id": kept.pop("assigned_to"), "name": kept.pop("assigned_name")}
    own = {folded(theme) for theme in person.themes}
    now = moment()
    return kept | {
        "held": bool(row["held"]),
        "assigned_to": assigned if assigned["account_id"] else None,
        "is_own": not own or not row["themes"] or bool(own & set(row["themes"])),
        "age_s": _seconds(row["created_at"], now),
        "is_overdue": row["state"] in ("queued", "in_review") and row["due_at"] < now,
    }


def counts(connection: Connection) -> dict[str, int]:
    """Return how many items there are in each state, and how many of the open ones are overdue."""
    columns = review_items.c
    rows = connection.execute(select(columns.state, func.count()).group_by(columns.state))
    counted = dict.fromkeys(("queued", "in_review", "released", "returned", "merged", "closed"), 0)
    counted |= {str(state): int(number) for state, number in rows}
    late = select(func.count()).where(columns.is_open == 1, columns.due_at < moment())
    return counted | {"overdue": int(connection.execute(late).scalar_one())}


def facets(connection: Connection) -> dict[str, Any]:
    """Return what the open items can be narrowed by: themes, languages, and who has some."""
    columns = review_items.c
    is_open = columns.is_open == 1
    # From the open items to their themes: most items of a desk are done.
    opened = select(columns.item_id).where(is_open)
    themes = (
        select(review_themes.c.theme)
        .where(review_themes.c.item_id.in_(opened))
        .distinct()
        .order_by(review_themes.c.theme)
    )
    spoken = select(columns.question_language).where(is_open).distinct().order_by(columns.question_language)
    people = (
        select(columns.assigned_to, columns.assigned_name)
        .where(is_open, columns.assigned_to.is_not(None))
        .distinct()
        .order_by(columns.assigned_name, columns.assigned_to)
    )
    return {
        "themes": list(connection.execute(themes).scalars()),
        "languages": list(connection.execute(spoken).scalars()),
        "people": [{"account_id": row[0], "name": row[1]} for row in connection.execute(people)],
    }


def _where(query: Query, person: Person) -> list[ColumnElement[bool]]:
    columns = review_items.c
    where: list[ColumnElement[bool]] = []
    if query.state == "open":
        where.append(columns.is_open == 1)
    elif query.state != "any":
        where.append(columns.state == query.state)
    if query.risk:
        where.append(columns.risk.in_(query.risk))
    if query.language:
        where.append(columns.question_language.in_(query.language))
    if query.assigned == "nobody":
        where.append(columns.assigned_to.is_(None))
    elif query.assigned:
        where.append(columns.assigned_to == (person.account_id if query.assigned == "me" else query.assigned))
    if query.overdue:
        where.append((columns.is_open == 1) & (columns.due_at < moment()))
    if query.theme:
        where.append(_has_theme(tuple(folded(theme) for theme in query.theme)))
    if query.reason:  # codes of a closed list, so that the text of the JSON can be looked at
        where.append(or_(*(columns.reasons.cast(Text).like(f'%"{_plain(code)}"%') for code in query.reason)))
    for word in folded(query.text).split():
        where.append(columns.question_folded.contains(word, autoescape=True))
    return where


def _of_themes(own: tuple[str, ...], is_own: bool | None) -> list[ColumnElement[bool]]:
    if is_own is None:
        return []
    mine = or_(_has_theme(own), review_items.c.themes.cast(Text) == "[]")
    return [mine if is_own else ~mine]


def _has_theme(themes: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(
        review_themes.c.item_id == review_items.c.item_id, review_themes.c.theme.in_(themes)
    )


def _plain(code: str) -> str:
    return "".join(char for char in code if char.isascii() and (char.isalnum() or char == "_"))


def _cursor(phase: int, row: RowMapping) -> str:
    place = json.dumps([phase, row["due_at"], row["item_id"]])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[int, str, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        phase, due_at, item_id = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, binascii.Error, TypeError) as error:
        raise BadText("This cursor cannot be read: take the one that came with a page.") from error
    if not (isinstance(phase, int) and isinstance(due_at, str) and isinstance(item_id, str)):
        raise BadText("This cursor cannot be read: take the one that came with a page.")
    return phase, due_at, item_id


def _seconds(start: str, end: str) -> int:
    def read(at: str) -> datetime:
        return datetime.fromisoformat(at).astimezone(UTC)

    return max(0, int((read(end) - read(start)).total_seconds()))
