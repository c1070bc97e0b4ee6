"""Small, whole values for the tests of evals."""

import json
from pathlib import Path

from evals.measures.observation import Observation
from evals.suite import Case

TEXTS = {
    "doc-en": "The survey covered 492 officials. It was made in 2024.",
    "doc-sv": "Undersökningen omfattade 492 tjänstemän. Den gjordes 2024.",
    "doc-vi": "Khảo sát gồm 492 công chức. Nó được thực hiện năm 2024.",
}
QUOTES = {key: text[: text.index(".") + 1] for key, text in TEXTS.items()}


def make_case(language="en", document="doc-en", **changes):
    """An answerable case whose key is the first sentence of a document."""
    fields = {
        "case_id": "c1",
        "question": "How many?",
        "language": language,
        "answerable": True,
        "line": 1,
        "expected_documents": (f"{document}.txt",),
        "expected_quotes": ("492",),
        "expected_answers": ("492",),
    }
    return Case(**(fields | changes))


def unanswerable_case(**changes):
    return make_case(
        **(
            {"answerable": False, "expected_documents": (), "expected_quotes": (), "expected_answers": ()}
            | changes
        )
    )


def make_citation(document="doc-en", number=1, **changes):
    """A citation of the document's first sentence."""
    quote = QUOTES[document]
    fields = {
        "citation_id": f"cit_{number}",
        "number": number,
        "passage_id": "p",
        "document": {
            "document_id": document,
            "title": document,
            "kind": "document",
            "publisher": None,
            "date": None,
            "language": document[-2:],
            "url": None,
            "source": f"{document}.txt",
            "version": 1,
        },
        "page": None,
        "heading_path": [],
        "start_char": 0,
        "end_char": len(quote),
        "quote": quote,
        "language": document[-2:],
    }
    return fields | changes


def make_answer(
    documents=("doc-en",), outcome="answered", confidence=0.9, short="492", language="en", **changes
):
    """An answer citing the first sentence of each document; JSON as the contract has it."""
    citations = [make_citation(document, number) for number, document in enumerate(documents, 1)]
    short_answer = None
    if short and citations:
        start = citations[0]["quote"].find(short)
        short_answer = {
            "text": short,
            "citation_id": "cit_1",
            "start_char": start,
            "end_char": start + len(short),
        }
    fields = {
        "answer_id": "a",
        "question": "How many?",
        "question_language": language,
        "answer_language": language,
        "outcome": outcome,
        "confidence": confidence,
        "citations": citations,
        "short_answer": short_answer,
        "trace": {},
    }
    return fields | changes


def observe(case, answer, latency_ms=10.0):
    return Observation(case, answer, latency_ms, {(key, 1): text for key, text in TEXTS.items()})


CASES = [
    {
        "id": "s1",
        "question": "Hur många tjänstemän?",
        "language": "sv",
        "answerable": True,
        "expected_documents": ["doc-sv.txt"],
        "expected_quotes": ["492"],
        "expected_answers": ["492 tjänstemän"],
        "filters": {},
        "tags": ["number"],
    },
    {
        "id": "v1",
        "question": "Khảo sát gồm bao nhiêu công chức?",
        "language": "vi",
        "answerable": True,
        "expected_documents": ["doc-vi.txt"],
        "expected_quotes": ["492 công chức"],
        "expected_answers": ["492"],
        "tags": ["number"],
    },
    {
        "id": "e1",
        "question": "How many officials did the survey cover?",
        "language": "en",
        "answerable": True,
        "expected_documents": ["doc-sv.txt", "doc-en.txt"],
        "expected_quotes": ["492 officials", "492 tjänstemän"],
        "history": [{"role": "user", "text": "Is there a survey?"}, {"role": "assistant", "text": "Yes."}],
    },
    {
        "id": "e2",
        "question": "What is the corporate tax rate?",
        "language": "en",
        "answerable": False,
        "tags": ["far"],
    },
]


def write_answer_suite(folder: Path, cases=None, head=None) -> Path:
    """An answer suite on the three texts above."""
    documents = folder / "documents"
    documents.mkdir(parents=True)
    for key, text in TEXTS.items():
        (documents / f"{key}.txt").write_text(text, encoding="utf-8")
    (folder / "suite.toml").write_text(
        head or 'name = "small"\ndescription = "three texts"\ndocuments = ["documents"]\n', encoding="utf-8"
    )
    lines = [
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in cases or CASES
    ]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def write_retrieval_suite(folder: Path, corpus=None, queries=None, qrels=None) -> Path:
    """A retrieval suite in BEIR's format on the three texts above."""
    (folder / "qrels").mkdir(parents=True)
    corpus = corpus or [
        {"_id": key, "title": "A survey", "text": text, "metadata": {"language": key[-2:]}}
        for key, text in TEXTS.items()
    ]
    queries = queries or [
        {"_id": "q1", "text": "How many officials did the survey cover?", "answer": "492"},
        {"_id": "q2", "text": "Hur många tjänstemän omfattade undersökningen?", "language": "sv"},
        {"_id": "q3", "text": "Khảo sát gồm bao nhiêu công chức?", "language": "vi"},
        {"_id": "q4", "text": "What is the corporate tax rate?", "answerable": False},
    ]
    qrels = qrels or ["q1\tdoc-en\t1", "q2\tdoc-sv\t1", "q3\tdoc-vi\t1"]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(
        "\n".join(["query-id\tcorpus-id\tscore", *qrels]) + "\n", encoding="utf-8"
    )
    return folder
