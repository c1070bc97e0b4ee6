"""Scored runs to report on: three languages and more, every verdict, strings that want to break out."""

import json
from pathlib import Path

from evals import run_folder
from evals.scoring import score_answers, score_rankings
from evals.suite import load_suite
from tests.evals.factories import TEXTS, make_answer, make_citation, write_answer_suite

SCRIPT = "</title><script>alert('out')</script><img src=x onerror=alert(1)>"
STYLE = '</style><style>body{display:none}</style>" onmouseover="alert(2)'
FORMULA = '=HYPERLINK("http://evil.example","click")'
RTL = "‮ما هي ‏الضريبة؟"
SURROGATE = "half a pair \ud83d and a bell \x07"

CASES = [
    {
        "id": "sv-1",
        "question": "Hur många tjänstemän omfattade undersökningen?",
        "language": "sv",
        "answerable": True,
        "expected_documents": ["doc-sv.txt"],
        "expected_quotes": ["492 TJÄNSTEMÄN"],
        "expected_answers": ["492 tjänstemän"],
        "tags": ["number", "åäö & ünïcode"],
    },
    {
        "id": "vi-1",
        "question": "Khảo sát gồm bao nhiêu công chức?",
        "language": "vi",
        "answerable": True,
        "expected_documents": ["doc-vi.txt"],
        "expected_quotes": ["492 công chức"],
        "expected_answers": ["492"],
        "tags": ["number"],
    },
    {
        "id": "en-1",
        "question": "How many officials did it cover?",
        "language": "en",
        "answerable": True,
        "expected_documents": ["doc-en.txt"],
        "expected_quotes": ["made in 2024"],
        "history": [{"role": "user", "text": "Is there a survey?"}, {"role": "assistant", "text": "Yes."}],
    },
    {"id": "en-none", "question": SCRIPT, "language": "en", "answerable": False, "tags": [STYLE, "far"]},
    {"id": "vi-none", "question": FORMULA, "language": "vi", "answerable": False, "tags": ["far"]},
    {
        "id": "ar-1",
        "question": RTL,
        "language": "ar",
        "answerable": True,
        "expected_documents": ["doc-vi.txt"],
        "expected_quotes": ["công chức"],
    },
    {
        "id": "en-error",
        "question": "What breaks?",
        "language": "en",
        "answerable": True,
        "expected_documents": ["doc-en.txt"],
    },
]

ANSWERS = {
    "sv-1": make_answer(
        ("doc-sv",), short="492 tjänstemän", language="sv", text="Det var 492 tjänstemän. [1]"
    ),
    "vi-1": make_answer(
        (), outcome="unanswerable_not_in_documents", confidence=0.2, language="vi", text="Tài liệu không nói."
    ),
    "en-1": make_answer(("doc-sv", "doc-en"), short=None, confidence=0.7, text=SURROGATE),
    "en-none": make_answer(
        (),
        confidence=0.95,
        text=STYLE,
        citations=[make_citation(quote=SCRIPT, heading_path=[STYLE], end_char=len(SCRIPT))],
    ),
    "vi-none": make_answer((), outcome="clarification", confidence=0.05, language="vi", text=FORMULA),
    "ar-1": make_answer(("doc-vi",), short=None, confidence=0.6, language="ar", text=RTL),
}

HEAD = """name = "small & odd"
description = "<b>six</b> questions in four languages"
documents = ["documents"]
[gate.smallest_difference]
quote_hit = 0.05
"""


def write_run(folder: Path, *, n_copies: int = 1, answers=None) -> Path:
    """A scored answer run; ``answers``: what differs from `ANSWERS`, by case id."""
    folder.mkdir(parents=True)
    cases = [
        {**case, "id": f"{case['id']}{'' if copy == 0 else f'-{copy}'}"}
        for copy in range(n_copies)
        for case in CASES
    ]
    write_answer_suite(folder / "suite", cases, HEAD)
    given = ANSWERS | (answers or {})
    rows = []
    for case in cases:
        answer = given.get("-".join(case["id"].split("-")[:2]))
        if answer is not None:
            answer = {
                **answer,
                "trace": {
                    "retrieved": [{"rank": 1, "source": "doc-sv.txt", "score": 0.5}, {"source": STYLE}]
                },
            }
        error = None if answer else {"type": "ModelError", "message": SCRIPT}
        rows.append({"id": case["id"], "error": error, "answer": answer, "latency_ms": 12.5})
    _write_rows(folder, rows)
    texts = [{"document_id": key, "version": 1, "text": text} for key, text in TEXTS.items()]
    run_folder.write_lines(folder / run_folder.TEXTS, texts)
    run_folder.write_json(folder / run_folder.DOCUMENTS, {f"{key}.txt": key[-2:] for key in TEXTS})
    run_folder.write_json(folder / run_folder.CONFIG, _config("answers"))
    score_answers(folder, load_suite(folder / "suite"))
    return folder


def write_retrieval_run(folder: Path) -> Path:
    """A scored retrieval run: right first, right third, missed, unanswerable, error."""
    folder.mkdir(parents=True)
    rankings = {
        "q-en": [["doc-en", 0.9], ["doc-sv", 0.8]],
        "q-sv": [["doc-en", 0.9], ["doc-vi", 0.8], ["doc-sv", 0.7]],
        "q-vi": [["doc-en", 0.9], [SCRIPT, 0.8]],
        "q-far": [["doc-en", 0.1]],
        "q-bad": None,
    }
    rows = [
        {
            "id": key,
            "error": None if ranking else {"type": "SearchError", "message": "gone"},
            **({"ranking": ranking} if ranking else {}),
            "latency_ms": 3.0,
        }
        for key, ranking in rankings.items()
    ]
    _write_rows(folder, rows)
    languages = {"q-en": "en", "q-sv": "sv", "q-vi": "vi", "q-far": "en", "q-bad": "sv"}
    questions = {"q-sv": "Hur många tjänstemän?", "q-vi": SCRIPT}
    run_folder.write_json(
        folder / "qrels.json",
        {
            "system": "canned",
            "queries": {
                key: {"language": language, "text": questions.get(key, f"query {key}"), "cluster": None}
                for key, language in languages.items()
            },
            "judgements": {
                "q-en": {"doc-en": 1},
                "q-sv": {"doc-sv": 1},
                "q-vi": {"doc-vi": 1},
                "q-bad": {"doc-sv": 1},
            },
        },
    )
    run_folder.write_json(folder / run_folder.CONFIG, _config("retrieval"))
    score_rankings(folder, "small & odd", "en")
    return folder


def _write_rows(folder: Path, rows) -> None:
    """As ASCII: JSON can name half a surrogate pair, UTF-8 cannot."""
    lines = [json.dumps(row) for row in rows]
    (folder / run_folder.OUTPUTS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _config(kind: str) -> dict:
    return {
        "kind": kind,
        "suite": "small & odd",
        "system": "canned",
        "suite_path": "/home/somebody/suites/small",
        "options": {"chat_model": "<i>model</i>", "prompt_sha256": "abc123"},
        "code": {"version": "1.2.3", "commit": "0123456789abcdef", "changed": True, "code_sha256": "feed"},
        "machine": {"processor": {"name": "Slow One", "flags": []}, "n_cores": 2, "packages": {"numpy": "2"}},
        "started_at": "2026-01-31T09:30:00+00:00",
    }
