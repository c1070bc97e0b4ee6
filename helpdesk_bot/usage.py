"""What the helpdesk is used for: counts by day, outcome, theme and language, and what it cannot answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from corpus.queries import CURRENT, joined
from corpus.schema import document_versions, documents
from helpdesk_bot.review.schema import review_items
from helpdesk_bot.schema import answers
from helpdesk_bot.telling_words import Background, Text, background, telling_words, words_in
from index.schema import passages

Count = tuple[str, int]

MOST_UNANSWERED = 500
"""Questions without an answer that are grouped, the newest."""

MOST_TOPICS = 30
MOST_THEMES = 15
SHARED = 0.5
"""Two questions are of one topic when they share this part of the shorter one's words."""

MOST_ASKED = 2_000
"""Questions of all outcomes, the newest, by which words are known that say nothing about a topic."""

MOST_PASSAGES = 1_000
"""Passages that serve the same end; taken by their id, which is a hash: any of them."""


LENGTHS: tuple[tuple[str, float], ...] = (
    ("4_hours", 4.0),
    ("1_day", 24.0),
    ("3_days", 72.0),
    ("longer", float("inf")),
)
"""How long a reply took: a name, and the hours up to which it holds."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions that the documents do not answer, on one thing.

    ``words``: what they share and other questions do not (`telling_words`).
    """

    n_questions: int
    question: str
    language: str
    words: tuple[str, ...]
    last_asked_at: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turnaround:
    """How long experts take. Times in hours, from entering the queue to the release.

    ``lengths``: replies by how long they took, each counted once, under the names of `LENGTHS`.
    """

    n_released: int
    median_hours: float | None
    p90_hours: float | None
    n_open: int
    n_overdue: int
    lengths: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts of the days from ``first`` to ``last``, both included; every day is there."""

    first: str
    last: str
    n_questions: int
    days: tuple[Count, ...]
    outcomes: tuple[Count, ...]
    languages: tuple[Count, ...]
    themes: tuple[Count, ...]
    unanswered: tuple[Topic, ...]
    turnaround: Turnaround

    def to_json(self) -> dict[str, Any]:
        """Return the figures as the HTTP interface gives them."""
        return asdict(self)


def usage_of(engine: Engine, n_days: int, today: date | None = None, *, since: str = "") -> Usage:
    """Count the questions of the last days.

    Args:
        engine: the database.
        n_days: how many days, today included, 1 or more.
        today: the last day; default: today, in UTC.
        since: nothing older than this moment is counted (see `retention.visible_since`).
    """
    last = today or datetime.now(UTC).date()
    first = last - timedelta(days=n_days - 1)
    begin, end = max(first.isoformat(), since), (last + timedelta(days=1)).isoformat()
    within = (answers.c.created_at >= begin, answers.c.created_at < end)
    day = func.substr(answers.c.created_at, 1, 10)
    with engine.connect() as connection:

        def counted(column: Any) -> Counter[str]:
            rows = connection.execute(select(column, func.count()).where(*within).group_by(column))
            return Counter({str(value): int(n) for value, n in rows})

        days = counted(day)
        outcomes = counted(answers.c.outcome)
        languages = counted(answers.c.question_language)
        unanswered = connection.execute(
            select(answers.c.question, answers.c.question_language, answers.c.created_at)
            .where(*within, answers.c.outcome.like("unanswerable%"))
            .order_by(answers.c.created_at.desc())
            .limit(MOST_UNANSWERED)
        ).all()
        asked, told = _asked_and_told(connection, within) if unanswered else ((), ())
        themes = _themes(connection, within)
        turnaround = _turnaround(connection, begin, end)
    every = [(first + timedelta(days=n)).isoformat() for n in range(n_days)]
    return Usage(
        first.isoformat(),
        last.isoformat(),
        sum(days.values()),
        tuple((each, days[each]) for each in every),
        tuple(outcomes.most_common()),
        tuple(languages.most_common()),
        tuple(themes.most_common(MOST_THEMES)),
        group_questions(
            [(row.question, row.question_language, row.created_at) for row in unanswered], asked, told
        ),
        turnaround,
    )


def group_questions(
    questions: Sequence[tuple[str, str, str]], asked: Sequence[Text] = (), told: Sequence[Text] = ()
) -> tuple[Topic, ...]:
    """Put questions on one thing together, by the words that they share.

    Words that stand in many of the questions join nothing ("which", "vilka",
    "những" and their like are found by counting, in any language).

    Args:
        questions: text, language and when it was asked, the newest first.
        asked: all questions, these among them; none: these alone.
        told: texts of the documents.

    Returns:
        the topics, the most asked first, at most `MOST_TOPICS`.
    """
    words = [words_in(text) for text, _, _ in questions]
    seen = Counter(word for each in words for word in each)
    common = {word for word, n in seen.items() if n > max(3, len(questions) / 3)}
    groups: list[list[int]] = []
    for number, own in enumerate(words):
        for group in groups:
            if _alike(own - common, words[group[0]] - common) or own == words[group[0]]:
                group.append(number)
                break
        else:
            groups.append([number])
    groups.sort(key=lambda group: (-len(group), group[0]))
    others = background(asked or [(text, language) for text, language, _ in questions], seen)
    passages_of = background(told, seen)
    return tuple(_topic([questions[n] for n in group], others, passages_of) for group in groups[:MOST_TOPICS])


def _topic(questions: Sequence[tuple[str, str, str]], asked: Background, told: Background) -> Topic:
    text, language, asked_at = questions[0]
    return Topic(
        len(questions),
        text,
        language,
        telling_words([(text, language) for text, language, _ in questions], asked, told),
        asked_at,
        tuple(sorted({each[1] for each in questions})),
    )


def _asked_and_told(connection: Connection, within: Sequence[Any]) -> tuple[list[Text], list[Text]]:
    """Return questions and passages with their languages, from which common words are known."""
    newest = (
        select(answers.c.question, answers.c.question_language)
        .where(*within)
        .order_by(answers.c.created_at.desc())
        .limit(MOST_ASKED)
    )
    some = (
        select(passages.c.text, passages.c.language)
        .where(passages.c.in_force == 1)
        .order_by(passages.c.passage_id)
        .limit(MOST_PASSAGES)
    )
    asked, told = ([(str(text), str(of)) for text, of in connection.execute(each)] for each in (newest, some))
    return asked, told


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    return (
        bool(a and b) and len(a & b) >= SHARED * min(len(a), len(b)) and len(a & b) >= min(2, len(a), len(b))
    )


def _themes(connection: Connection, within: Sequence[Any]) -> Counter[str]:
    """Count each theme once a question: those of the documents that its answer cites."""
    rows = connection.execute(
        select(documents.c.document_id, document_versions.c.themes).select_from(joined()).where(CURRENT)
    )
    themes_of: Mapping[str, list[str]] = {row.document_id: list(row.themes) for row in rows}
    found: Counter[str] = Counter()
    cited = select(answers.c.document["citations"]).where(
        *within, answers.c.outcome.in_(("answered", "partial"))
    )
    for (citations,) in connection.execute(cited):
        listed = json.loads(citations) if isinstance(citations, str) else citations or []
        ids = {citation["document"]["document_id"] for citation in listed}
        found.update({theme for each in ids for theme in themes_of.get(each, ())})
    return found


def _turnaround(connection: Connection, begin: str, end: str) -> Turnaround:
    items = review_items
    rows = connection.execute(
        select(items.c.created_at, items.c.released_at).where(
            items.c.released_at.is_not(None), items.c.released_at >= begin, items.c.released_at < end
        )
    ).all()
    hours = sorted(_hours(row.created_at, row.released_at) for row in rows)
    now = datetime.now(UTC).isoformat()
    is_open = items.c.is_open == 1
    n_open = connection.execute(select(func.count()).where(is_open)).scalar_one()
    overdue = connection.execute(select(func.count()).where(is_open, items.c.due_at < now)).scalar_one()
    p90 = quantiles(hours, n=10, method="inclusive")[-1] if len(hours) > 1 else (hours[0] if hours else None)
    return Turnaround(
        len(hours),
        round(median(hours), 1) if hours else None,
        None if p90 is None else round(p90, 1),
        int(n_open),
        int(overdue),
        _lengths(hours),
    )


def _lengths(hours: Sequence[float]) -> tuple[Count, ...]:
    """Count replies by how long they took; every length is there."""
    counts = Counter(next(name for name, most in LENGTHS if each <= most) for each in hours)
    return tuple((name, counts[name]) for name, _ in LENGTHS)


def _hours(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() / 3600
