"""What experts release becomes a suite that the suite's own reader takes."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from corpus import identity
from corpus.schema import documents, metadata
from corpus.storage import begin_write, open_engine, sqlite_url
from evals.answer_suite import load_answer_suite
from evals.cases_from_reviews import write_case
from evals.errors import SuiteError

QUESTIONS = {
    "sv": ("Hur många kommuner införde tjänsten?", "Sammanlagt 57 kommuner införde tjänsten."),
    "en": ("How many libraries lent tablets?", "In the survey, 318 libraries lent tablets."),
    "vi": ("Cổng tiếp nhận bao nhiêu hồ sơ?", "Cổng dịch vụ công tiếp nhận 84000 hồ sơ."),
}


def released(language: str, text: str | None = None, **trace: Any) -> dict[str, Any]:
    question, quote = QUESTIONS[language]
    return {
        "question": question,
        "question_language": language,
        "sentences": [{"text": text or quote, "citations": ["cit_1"]}],
        "citations": [{"quote": quote, "document": {"source": f"reports/{language}.md"}}],
        "trace": trace,
    }


def write(data_dir: Path, item_id: str, language: str, text: str | None = None, **trace: Any) -> Path:
    draft = {"sentences": [{"text": QUESTIONS[language][1]}]}
    item = {"item_id": item_id, "reasons": ["low_confidence"]}
    return write_case(data_dir, item, draft, released(language, text, **trace), "the number was missing")


@pytest.mark.parametrize("language", sorted(QUESTIONS))
def test_a_release_becomes_a_case(tmp_path: Path, language: str) -> None:
    question, quote = QUESTIONS[language]
    folder = write(tmp_path, "item1", language, f"{quote} Och lite till.", filters={"kind": ["report"]})
    assert folder == tmp_path / "suites" / "reviews"
    (case,) = load_answer_suite(folder).cases
    assert (case.question, case.language, case.answerable) == (question, language, True)
    assert case.expected_documents == (f"reports/{language}.md",)
    assert case.expected_quotes == (quote,)
    assert case.filters == {"kind": ("report",)}
    row = json.loads((folder / "cases.jsonl").read_text("utf-8"))
    assert row["review"]["draft"] == quote
    assert row["review"]["final"] == f"{quote} Och lite till."
    assert row["review"]["changed_words"] == 3
    assert 0 < row["review"]["edit_distance"] < 1
    assert row["review"]["reason"] == "the number was missing"


def test_an_item_has_one_case_and_others_stay(tmp_path: Path) -> None:
    write(tmp_path, "item1", "sv")
    write(tmp_path, "item2", "vi")
    folder = write(tmp_path, "item1", "en")
    cases = {case.case_id: case.language for case in load_answer_suite(folder).cases}
    assert cases == {"review-item2": "vi", "review-item1": "en"}


def test_a_follow_up_is_asked_as_it_stands_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, "item1", "sv", searched_for="Hur många kommuner i Finland införde tjänsten?")
    assert load_answer_suite(folder).cases[0].question == "Hur många kommuner i Finland införde tjänsten?"


def test_what_cites_nothing_makes_no_case(tmp_path: Path) -> None:
    answer = released("sv") | {"citations": []}
    with pytest.raises(SuiteError, match="without citations"):
        write_case(tmp_path, {"item_id": "i"}, {"sentences": []}, answer, "")
    assert not (tmp_path / "suites").exists()


def test_a_suite_that_cannot_be_read_is_left_as_it_was(tmp_path: Path) -> None:
    folder = write(tmp_path, "item1", "sv")
    broken = (folder / "cases.jsonl").read_text("utf-8") + '{"id": "mine", "answerable": true}\n'
    (folder / "cases.jsonl").write_text(broken, "utf-8")
    with pytest.raises(SuiteError):
        write(tmp_path, "item2", "vi")
    assert (folder / "cases.jsonl").read_text("utf-8") == broken
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "cases.jsonl", "suite.toml"]


def test_the_suite_names_what_was_taken_in_alone(tmp_path: Path) -> None:
    """An upload belongs to no folder ingested whole: without the file its case could not be answered."""
    whole, alone = tmp_path / "papers", tmp_path / "uploads"
    for folder in (whole, alone):
        folder.mkdir()
    for file in (whole / "hamn.sv.md", alone / "cảng.vi.md", alone / "gone.en.md"):
        file.write_text("# Hamnar\n\nSmå hamnar får 3 miljoner kronor.\n", "utf-8")
    engine = open_engine(sqlite_url(tmp_path))
    metadata.create_all(engine)
    given = [(str(whole), "hamn.sv.md"), (f"file:{alone}", "cảng.vi.md"), (f"file:{alone}", "gone.en.md")]
    with begin_write(engine) as connection:
        for root, source in given:
            status = "withdrawn" if source.startswith("gone") else "in_force"
            document_id = identity.document_id(root, source)
            row = {"document_id": document_id, "source_root": root, "source": source, "status": status}
            times = {"created_at": "2026-01-01", "updated_at": "2026-01-01"}
            connection.execute(insert(documents).values(**row, **times, current_version=1, fingerprint="f"))
    engine.dispose()
    suite = load_answer_suite(write(tmp_path, "item1", "sv"))
    assert set(suite.documents) == {str(whole), str(alone / "cảng.vi.md")}


def test_two_that_release_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [threading.Thread(target=write, args=(tmp_path, f"item{n}", "sv")) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    cases = load_answer_suite(tmp_path / "suites" / "reviews").cases
    assert {case.case_id for case in cases} == {f"review-item{n}" for n in range(8)}
