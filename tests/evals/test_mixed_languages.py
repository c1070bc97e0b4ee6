"""A collection of several languages out of parallel sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.fitting.mixed_languages import ASKED_ONLY, SETS, main
from evals.retrieval_suite import judgements_of, load_retrieval_suite

TEXTS = {
    "en": ("The harbour has {} ladders.", "How many ladders are there in {}?"),
    "vi": ("Cảng có {} chiếc thang.", "Ở {} có bao nhiêu chiếc thang?"),
    "de": ("Der Hafen hat {} Leitern.", "Wie viele Leitern gibt es in {}?"),
    "es": ("El puerto tiene {} escaleras.", "¿Cuántas escaleras hay en {}?"),
    "sv": ("Hamnen har {} stegar.", "Hur många stegar finns det i {}?"),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for code, name in {**SETS, **ASKED_ONLY}.items():
        text, question = TEXTS[code]
        folder = tmp_path / "data" / name
        (folder / "qrels").mkdir(parents=True)
        rows = [{"_id": f"a0p{n}", "title": "", "text": text.format(10 + n)} for n in range(8)]
        asked = [{"_id": f"q{n}", "text": question.format(n), "answer": str(10 + n)} for n in range(8)]
        for file, lines in (("corpus", rows), ("queries", asked)):
            text_of = "\n".join(json.dumps(row, ensure_ascii=False) for row in lines)
            (folder / f"{file}.jsonl").write_text(text_of + "\n", "utf-8")
        judged = "".join(f"q{n}\ta0p{n}\t1\n" for n in range(8))
        (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}", "utf-8")
    return tmp_path / "data"


def test_each_paragraph_has_one_language_and_each_question_every_one(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(data), "--out", str(tmp_path / "mixed")]) == 0
    assert "8 documents, 40 questions" in capsys.readouterr().out
    suite = load_retrieval_suite(tmp_path / "mixed")
    spoken = {row.document_id: row.language for row in suite.corpus}
    assert list(spoken.values()) == ["en", "vi", "de", "es"] * 2
    assert {query.language for query in suite.queries} == set(TEXTS)
    for row in suite.corpus:
        assert row.text == TEXTS[row.language or ""][0].format(10 + int(row.document_id[-1]))
    for query in suite.queries:
        (document_id,) = suite.qrels[query.query_id]
        assert query.answers == (str(10 + int(document_id[-1])),)
        assert query.text == TEXTS[query.language or ""][1].format(document_id[-1])


def test_a_run_is_sliced_by_the_language_of_the_document_that_answers(data: Path, tmp_path: Path) -> None:
    main([str(data), "--out", str(tmp_path / "mixed")])
    suite = load_retrieval_suite(tmp_path / "mixed")
    asked = judgements_of(suite, suite.queries, "helpdesk")["queries"]
    assert {query_id: asked[query_id]["document_language"] for query_id in ("sv-q0", "sv-q1", "en-q7")} == {
        "sv-q0": "en",
        "sv-q1": "vi",
        "en-q7": "es",
    }
