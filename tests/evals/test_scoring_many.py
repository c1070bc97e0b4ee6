"""Some hundred saved answers at once: every figure against what each case was made to be."""

import json
import random
from statistics import mean

import pytest

from evals import run_folder
from evals.scoring import score_answers
from evals.suite import load_suite
from tests.evals.factories import make_answer, make_citation, write_answer_suite

N_CASES = 300
SENTENCES = {
    "en": "The county of Elm Valley counted {} permits in its yearly report",
    "sv": "Länet Almdalen räknade {} tillstånd i sin årliga rapport",
    "vi": "Tỉnh Thung Lũng Xanh đếm được {} giấy phép trong báo cáo hằng năm",
}
KINDS = ("quoted", "reordered", "wrong_number", "other_language", "refused", "failed")


def make_documents():
    """Ten sentences a document, four documents a language; all numbers differ."""
    documents = {}
    for place, (language, frame) in enumerate(SENTENCES.items()):
        for copy in range(4):
            numbers = [1000 * (place + 1) + 100 * copy + row for row in range(10)]
            documents[f"d{copy}-{language}"] = [frame.format(number) + "." for number in numbers]
    return documents


def make_sentence(kind, quote, language):
    words = quote.rstrip(".").split()
    if kind == "reordered":
        return " ".join(words[4:] + words[:4])
    if kind == "wrong_number":
        return " ".join("77" if word.isdigit() else word for word in words)
    if kind == "other_language":
        number = next(word for word in words if word.isdigit())
        return SENTENCES["en" if language != "en" else "sv"].format(number).replace("report", "paper")
    return quote


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run folder, its suite, and what was made of each case."""
    rng = random.Random(7)
    documents = make_documents()
    texts = {name: " ".join(sentences) for name, sentences in documents.items()}
    cases, outputs, truth = [], [], []
    for number in range(N_CASES):
        name = rng.choice(list(documents))
        language = name[-2:]
        kind, found = rng.choice(KINDS), rng.random() < 0.7
        key = rng.choice(documents[name])
        others = [other for other in documents if other != name and other[-2:] == language]
        citations = []
        for place in range(rng.randint(3, 5)):
            cited = name if found and place == 0 else rng.choice(others)
            quote = key if cited == name else rng.choice(documents[cited])
            start = texts[cited].index(quote)
            document = make_citation()["document"] | {
                "document_id": cited,
                "source": f"{cited}.txt",
                "language": language,
            }
            citations.append(
                make_citation(
                    number=place + 1,
                    quote=quote,
                    start_char=start,
                    end_char=start + len(quote),
                    language=language,
                )
                | {"document": document}
            )
        sentences = [
            {
                "text": make_sentence(kind, citation["quote"], language),
                "citations": [citation["citation_id"]],
                "verification": "supported",
            }
            for citation in citations
        ]
        refused = kind == "refused"
        answer_language = language if kind != "other_language" else "en" if language != "en" else "sv"
        answer = make_answer(
            short=None,
            outcome="unanswerable_not_in_documents" if refused else "answered",
            confidence=rng.randint(0, 20) / 20,
            language=answer_language,
            citations=citations,
            sentences=[] if refused else sentences,
            text="\n".join(sentence["text"] for sentence in sentences),
        )
        error = {"type": "ValueError", "message": "fell over"} if kind == "failed" else None
        row = {"id": f"c{number}", "error": error, "latency_ms": float(number)}
        outputs.append(row if error else row | {"answer": answer})
        cases.append(
            {
                "id": f"c{number}",
                "question": "?",
                "language": language,
                "expected_documents": [f"{name}.txt"],
                "expected_quotes": [key],
            }
        )
        truth.append({"kind": kind, "found": found, "answer": answer, "name": name})
    folder = tmp_path_factory.mktemp("many")
    suite = load_suite(write_answer_suite(folder / "suite", cases=cases))
    run = folder / "run"
    run.mkdir()
    run_folder.write_json(run / run_folder.CONFIG, {"kind": "answers", "system": "made", "suite": "many"})
    run_folder.write_lines(run / run_folder.OUTPUTS, outputs)
    run_folder.write_lines(
        run / run_folder.TEXTS,
        ({"document_id": name, "version": 1, "text": text} for name, text in texts.items()),
    )
    run_folder.write_json(run / run_folder.DOCUMENTS, {f"{name}.txt": name[-2:] for name in texts})
    return run, suite, truth


def test_every_figure_is_what_the_cases_were_made_to_be(made):
    run, suite, truth = made
    summary = score_answers(run, suite)
    measures = summary["measures"]
    scored = [case for case in truth if case["kind"] != "failed"]
    answered = [case for case in scored if case["kind"] != "refused"]
    judged = [case for case in answered if case["kind"] != "other_language"]
    assert {case["kind"] for case in truth} == set(KINDS)
    assert (summary["n_cases"], summary["errors"]) == (N_CASES, N_CASES - len(scored))
    assert summary["judge"]["undecided"] == len(answered) - len(judged)
    right_recall = mean(case["kind"] != "wrong_number" for case in judged)
    expected = {
        "document_hit": (mean(case["found"] for case in scored), len(scored)),
        "quote_hit": (mean(case["found"] for case in scored), len(scored)),
        "span_validity": (1, len(scored)),
        "answer_language_accuracy": (
            mean(case["kind"] != "other_language" for case in scored),
            len(scored),
        ),
        "citation_recall": (right_recall, len(judged)),
        "citation_precision": (right_recall, len(judged)),
        "n_citations": (mean(len(case["answer"]["citations"]) for case in answered), len(answered)),
        "answer_chars": (mean(len(case["answer"]["text"]) for case in answered), len(answered)),
    }
    for name, (value, n) in expected.items():
        assert (measures[name]["mean"], measures[name]["n"]) == (pytest.approx(value), n), name
    for language in SENTENCES:
        own = [case for case in scored if case["name"].endswith(language)]
        figure = summary["slices"]["question_language"][language]["quote_hit"]
        assert (figure["mean"], figure["n"]) == (pytest.approx(mean(case["found"] for case in own)), len(own))


def test_scoring_twice_gives_the_same_files(made):
    run, suite, _ = made
    score_answers(run, suite)
    first = [(run / name).read_bytes() for name in (run_folder.SCORES, run_folder.SUMMARY)]
    score_answers(run, suite)
    assert [(run / name).read_bytes() for name in (run_folder.SCORES, run_folder.SUMMARY)] == first
    rows = [json.loads(line) for line in first[0].splitlines()]
    assert [row["case_id"] for row in rows] == [f"c{number}" for number in range(N_CASES)]
