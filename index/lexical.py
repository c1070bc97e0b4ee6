"""The lexical index: BM25 over tokens of our own making, in SQLite's FTS5.

It is written in the same transaction as the passages, so it never lags.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence, Set

from sqlalchemy import Connection, text

from index.analysis import tokens
from index.chunks import Hit, Passage

__all__ = [
    "Analyse",
    "add",
    "all_frequencies",
    "create_lexical",
    "document_frequency",
    "expected_rows",
    "n_passages",
    "rebuild",
    "remove",
    "search",
    "stored_rows",
    "tokens",
]

Analyse = Callable[[str, str], list[str]]
"""Takes a text and its language, gives tokens; see `index.analysis.tokens`."""

_TABLE = "passages_fts"
_MOST_TOKENS = 200
_LOOKED_AT = 1_000

# Each token is letters, digits, `_`, `^` and whatever is not ASCII: the `ascii`
# tokenizer leaves it alone, so what is searched is exactly what was analysed.
# The default `detail=full`: without positions BM25 analyses every match anew
# (measured at 10,000 passages: 50 ms for a common word, not 8).
_DDL = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {_TABLE} USING fts5("
    "body, context, tokenize=\"ascii tokenchars '_^'\")",
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {_TABLE}_terms USING fts5vocab('{_TABLE}', 'row')",
)

BODY_WEIGHT = 1.0
CONTEXT_WEIGHT = 0.5
"""Weights of a passage's own text and of its title and headings."""

_INSERT = f"INSERT INTO {_TABLE} (rowid, body, context) VALUES (:row, :body, :context)"  # noqa: S608
_SEARCH = (
    f"SELECT p.passage_id, -f.score FROM (SELECT rowid, bm25({_TABLE}, :body, :context) AS score "  # noqa: S608
    f"FROM {_TABLE} WHERE {_TABLE} MATCH :match ORDER BY score, rowid LIMIT :k) AS f "
    "JOIN passages AS p ON p.row = f.rowid"
)
# The plus keeps SQLite from looking up every allowed row in the index by itself (measured: 300 ms, not 10).
_SEARCH_ALLOWED = _SEARCH.replace(
    "MATCH :match",
    "MATCH :match AND +rowid IN "
    "(SELECT row FROM passages WHERE passage_id IN (SELECT value FROM json_each(:allowed)))",
)


def create_lexical(connection: Connection) -> None:
    """Create the tables of the lexical index if they are missing."""
    for statement in _DDL:
        connection.execute(text(statement))


def add(connection: Connection, rows: Sequence[tuple[int, Passage]]) -> None:
    """Index passages under their row numbers, in the caller's transaction."""
    if rows:
        connection.execute(
            text(_INSERT),
            [
                {
                    "row": row,
                    "body": _analysed(passage.text, passage.language),
                    "context": _analysed(passage.context, passage.language),
                }
                for row, passage in rows
            ],
        )


def remove(connection: Connection, rows: Sequence[int]) -> None:
    """Take rows out of the index, in the caller's transaction; unknown ones are no error."""
    if rows:
        connection.execute(
            text(f"DELETE FROM {_TABLE} WHERE rowid = :row"),  # noqa: S608 (a constant)
            [{"row": int(row)} for row in rows],
        )


def search(
    connection: Connection,
    query: str,
    language: str,
    k: int,
    allowed: Set[str] | None = None,
    *,
    analyse: Analyse = tokens,
) -> list[Hit]:
    """Find the passages that share the most telling words with a query.

    Args:
        connection: any transaction.
        query: what the user wrote; none of it is ever read as search syntax.
        language: two-letter code of the query.
        k: how many hits at most.
        allowed: ids of the passages that may be returned; ``None`` means all.
            The scores are the same with and without it.
        analyse: makes the query's tokens, of those that the index holds (see `tokens`).

    Returns:
        hits by BM25 (a positive number, higher is better), equal ones by passage id.
    """
    match = _match(connection, analyse(query, language))
    if match is None or k < 1:
        return []
    found = connection.execute(
        text(_SEARCH if allowed is None else _SEARCH_ALLOWED),
        {
            "match": match,
            "k": k,
            "body": BODY_WEIGHT,
            "context": CONTEXT_WEIGHT,
            "allowed": json.dumps(sorted(allowed or ())),
        },
    ).all()
    ordered = sorted((-float(score), str(passage_id)) for passage_id, score in found)
    return [Hit(name, rank, -negative) for rank, (negative, name) in enumerate(ordered, start=1)]


def _match(connection: Connection, found: Sequence[str]) -> str | None:
    """Write the search: which passages are looked at, and what counts for them.

    Looked at are those that hold one of the rarest tokens (about `_LOOKED_AT`
    of them: the cost grows with their number); every token counts that is not
    in most passages. Measured beside looking at all: the same nDCG@10.
    """
    frequencies = document_frequency(connection, sorted(set(found)))
    known = sorted((count, token) for token, count in frequencies.items() if count)[:_MOST_TOKENS]
    if not known:
        return None
    gate: list[str] = []
    total = 0
    for count, token in known:
        if gate and total + count > _LOOKED_AT:
            break
        gate.append(token)
        total += count
    half = n_passages(connection) / 2
    counting = [token for count, token in known if count <= half or token in gate]
    return _any(gate) if len(counting) == len(gate) else f"({_any(gate)}) AND ({_any(counting)})"


def _any(found: Sequence[str]) -> str:
    # Quoted, so that nothing in it is an operator.
    return " OR ".join(f'"{token}"' for token in found)


def document_frequency(connection: Connection, terms: Sequence[str]) -> dict[str, int]:
    """Count the passages in force that hold each token; 0 for an unknown one."""
    counts = dict.fromkeys(terms, 0)
    # One statement (measured: 14 of them take 9 ms, most of a whole search);
    # CROSS JOIN, so that each term is looked up and the vocabulary is not read through.
    found = connection.execute(
        text(
            f"SELECT v.term, v.doc FROM json_each(:terms) AS t CROSS JOIN {_TABLE}_terms AS v "  # noqa: S608
            "ON v.term = t.value"
        ),
        {"terms": json.dumps(list(counts))},
    )
    return counts | {str(term): int(count) for term, count in found}


def n_passages(connection: Connection) -> int:
    """Count the passages in the lexical index."""
    # Not count(*) of the FTS table, which reads every row of it.
    return int(connection.scalar(text("SELECT count(*) FROM passages WHERE in_force = 1")) or 0)


def expected_rows(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Give what the index should hold for each passage in force: row, analysed text, analysed context."""
    query = text("SELECT row, text, context, language FROM passages WHERE in_force = 1 ORDER BY row")
    for row, body, context, language in connection.execute(query):
        yield int(row), _analysed(body, language), _analysed(context, language)


def stored_rows(connection: Connection) -> Iterator[tuple[int, tuple[str, str]]]:
    """Give what the index holds, as :func:`expected_rows` does."""
    for row, body, context in connection.execute(text(f"SELECT rowid, body, context FROM {_TABLE}")):  # noqa: S608
        yield int(row), (str(body), str(context))


def all_frequencies(connection: Connection) -> dict[str, int]:
    """Return in how many passages each token of the index stands, from the inverted lists themselves."""
    found = connection.execute(text(f"SELECT term, doc FROM {_TABLE}_terms"))  # noqa: S608 (a constant)
    return {str(term): int(count) for term, count in found}


def rebuild(connection: Connection) -> None:
    """Drop the index and build it from the passages in force, in the caller's transaction."""
    connection.execute(text(f"DROP TABLE IF EXISTS {_TABLE}_terms"))
    connection.execute(text(f"DROP TABLE IF EXISTS {_TABLE}"))
    create_lexical(connection)
    rows = [
        {"row": row, "body": body, "context": context} for row, body, context in expected_rows(connection)
    ]
    if rows:
        connection.execute(text(_INSERT), rows)


def _analysed(value: str, language: str) -> str:
    return " ".join(tokens(value, language))
