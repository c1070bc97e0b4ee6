"""TREC's two text formats, which every tool of the field reads (trec_eval, ir_measures, ranx)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from evals.measures.retrieval import Ranking


def write_run(path: Path, run: Mapping[str, Ranking], system: str) -> None:
    """Write ``query Q0 document rank score system`` lines; rank counts from 1.

    Scores are written in full, so that reading the file gives the same order.
    """
    with path.open("w", encoding="utf-8") as file:
        for query_id, ranking in run.items():
            for rank, (document_id, score) in enumerate(ranking, 1):
                file.write(f"{_word(query_id)} Q0 {_word(document_id)} {rank} {score!r} {_word(system)}\n")


def write_qrels(path: Path, qrels: Mapping[str, Mapping[str, int]]) -> None:
    """Write ``query 0 document grade`` lines.

    A query without a relevant document is left out: our measures are undefined
    for it, other tools would count it as 0.
    """
    judged = {query_id: grades for query_id, grades in qrels.items() if any(g > 0 for g in grades.values())}
    with path.open("w", encoding="utf-8") as file:
        for query_id, grades in judged.items():
            for document_id, grade in grades.items():
                file.write(f"{_word(query_id)} 0 {_word(document_id)} {grade}\n")


def _word(text: str) -> str:
    """Return an id without white space, which parts the columns; escaped as in URLs: no two ids meet."""
    return re.sub(r"[\s%]", lambda found: quote(found[0]), text)
