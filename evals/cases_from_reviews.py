"""What an expert released becomes a case of an answer suite in the data directory.

The suite ``<data_dir>/suites/reviews`` grows by itself: `helpdesk eval run
<data_dir>/suites/reviews` asks the questions again and shows whether the helpdesk now
finds what the experts cited. Beside the fields of every case a row holds ``review``: the
machine's draft, the released text, how far the two are apart, and the expert's reason.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import select

from corpus import identity
from corpus.schema import documents
from corpus.storage import open_engine, sqlite_url
from evals.answer_suite import load_answer_suite
from evals.errors import SuiteError
from helpdesk_bot.review.diff import word_diff

FOLDER = Path("suites") / "reviews"
MEASURES = ("document_hit", "quote_hit", "citation_recall", "answer_language_accuracy", "span_validity")


def write_case(
    data_dir: Path, item: Mapping[str, Any], draft: Mapping[str, Any], final: Mapping[str, Any], reason: str
) -> Path:
    """Write the case of a released reply; one that was written for the same item is replaced.

    Args:
        data_dir: whose suite.
        item: the review's item, as JSON.
        draft: what the machine wrote: ``sentences`` with their ``text``.
        final: the released answer, as JSON.
        reason: why the text was edited, empty where nobody said.

    Returns:
        the suite's folder.

    Raises:
        SuiteError: the released answer cites nothing, so nothing could be expected, or the suite in
            the folder cannot be read; it is left as it was.
    """
    folder = data_dir / FOLDER
    if not final["citations"]:
        raise SuiteError(folder, "a released answer without citations makes no case: nothing is expected")
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(str(folder / ".lock")):
        case = _case(item, draft, final, reason)
        others = [row for row in _rows(folder / "cases.jsonl") if row.get("id") != case["id"]]
        _replace(folder, _head(data_dir, folder), [*others, case])
    return folder


def _case(
    item: Mapping[str, Any], draft: Mapping[str, Any], final: Mapping[str, Any], reason: str
) -> dict[str, Any]:
    trace = final["trace"]
    drafted = _text(draft)
    released = _text(final)
    difference = word_diff(drafted, released)
    case: dict[str, Any] = {
        "id": f"review-{item['item_id']}",
        "question": trace.get("searched_for") or final["question"],
        "language": final["question_language"],
        "answerable": True,
        "expected_documents": _once(citation["document"]["source"] for citation in final["citations"]),
        "expected_quotes": _once(citation["quote"] for citation in final["citations"]),
        "filters": trace.get("filters") or {},
        "tags": ["review", *item.get("reasons", ())],
        "review": {
            "item_id": item["item_id"],
            "draft": drafted,
            "final": released,
            "changed_words": difference.changed_words,
            "edit_distance": difference.distance,
            "reason": reason,
        },
    }
    return case


def _text(text: Mapping[str, Any]) -> str:
    return "\n".join(sentence["text"] for sentence in text["sentences"])


def _once(values: Any) -> list[str]:
    return list(dict.fromkeys(values))


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _head(data_dir: Path, folder: Path) -> str:
    description = "Questions that experts answered at the review desk, with what they cited."
    found = json.dumps(_roots(data_dir) or [str(folder)], ensure_ascii=False)
    return (
        f'name = "reviews"\ndescription = "{description}"\ndocuments = {found}\n'
        f"measures = {json.dumps(list(MEASURES))}\n"
    )


def _roots(data_dir: Path) -> list[str]:
    """Return where the documents of this data directory came from, as far as it is still there.

    A file or page that was taken in alone (each upload is) is named itself while it is in force.
    """
    if not (data_dir / "helpdesk.db").exists():
        return []
    engine = open_engine(sqlite_url(data_dir))
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                select(documents.c.source_root, documents.c.source, documents.c.status)
            ).all()
    finally:
        engine.dispose()
    alone = {row for row in rows if row.source_root.startswith(("file:", "page:"))}
    places = {row.source_root for row in rows if row not in alone}
    places |= {identity.location(row.source_root, row.source) for row in alone if row.status == "in_force"}
    return sorted(place for place in places if identity.is_url(place) or Path(place).exists())


def _replace(folder: Path, head: str, rows: list[dict[str, Any]]) -> None:
    """Put suite and cases in place, once the suite's own reader takes them."""
    body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as name:
        aside = Path(name)
        (aside / "suite.toml").write_text(head, "utf-8")
        (aside / "cases.jsonl").write_text(body, "utf-8")
        load_answer_suite(aside)
        for file in ("suite.toml", "cases.jsonl"):
            with (aside / file).open("rb") as written:
                os.fsync(written.fileno())
            os.replace(aside / file, folder / file)
