"""Generating and scoring, apart: what is saved, what is counted, what a second scoring changes."""

import dataclasses
import json

import pytest

from evals import run_config, run_folder
from evals.errors import JudgeError, RunError
from evals.generation import generate_answers, generate_rankings
from evals.judges.deterministic import WordJudge
from evals.judges.own_answers import wrote_them
from evals.measures.observation import FOREIGN
from evals.retrieval_documents import to_documents, with_languages
from evals.runs import score_run
from evals.scoring import score_answers, score_rankings
from evals.suite import Query, load_suite
from evals.summary import Score, case_figure, format_summary, pair_of, summarise
from tests.evals.factories import TEXTS, make_answer, write_answer_suite, write_retrieval_suite

LANGUAGES = {f"{key}.txt": key[-2:] for key in TEXTS}


class CannedAnswers:
    """An answer system that gives what it is told to, and raises what it is told to."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def ask(self, question):
        self.asked.append(question.text)
        answer = self.answers[question.text]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def text(self, document_id, version):
        return TEXTS[document_id] if version == 1 else None

    def document_languages(self):
        return LANGUAGES


ANSWERS = {
    "Hur många tjänstemän?": make_answer(("doc-sv",), short="492 tjänstemän", language="sv"),
    "Khảo sát gồm bao nhiêu công chức?": make_answer(("doc-sv", "doc-vi"), short=None, language="en"),
    "How many officials did the survey cover?": ValueError("the model fell over"),
    "What is the corporate tax rate?": make_answer(
        (), outcome="unanswerable_not_in_documents", confidence=0.1
    ),
}


@pytest.fixture
def suite(tmp_path):
    return load_suite(write_answer_suite(tmp_path / "suite"))


def make_run(folder, suite, answers=ANSWERS):
    folder.mkdir(exist_ok=True)
    run_folder.write_json(
        folder / run_folder.CONFIG, {"kind": "answers", "system": "canned", "suite": suite.name}
    )
    system = CannedAnswers(answers)
    generate_answers(suite.cases, system, folder, lambda *_: None)
    return system


def test_figures_slices_and_errors(tmp_path, suite):
    make_run(tmp_path / "run", suite)
    summary = score_answers(tmp_path / "run", suite)
    assert (summary["n_cases"], summary["errors"]) == (4, 1)
    measures = summary["measures"]
    # The failed case is no zero: two answerable cases were scored, the unanswerable one is undefined.
    assert measures["document_hit"]["mean"] == 0.5
    assert (measures["document_hit"]["n"], measures["document_hit"]["undefined"]) == (2, 1)
    assert measures["document_hit"]["ci95"] == pytest.approx([0.0945, 0.9055], abs=1e-4)
    assert measures["quote_hit"]["mean"] == 1
    assert measures["token_f1"]["mean"] == 0.5
    assert measures["abstention_f1"]["mean"] == 1
    assert measures["abstention_auroc"]["mean"] == 1
    assert measures["answer_language_accuracy"]["mean"] == pytest.approx(2 / 3)
    assert measures["span_validity"] == {
        "mean": 1.0,
        "n": 2,
        "ci95": pytest.approx([0.342, 1], abs=1e-3),
        "undefined": 1,
        "interval": "wilson",
        "n_clusters": None,
    }
    slices = summary["slices"]
    assert set(slices) == {"question_language", "document_language", "pair", "tag", "outcome"}
    assert slices["pair"]["doc_sv-q_sv"]["document_hit"]["mean"] == 1
    assert slices["question_language"]["vi"]["document_hit"]["mean"] == 0
    assert set(slices["outcome"]) == {"answered", "unanswerable_not_in_documents"}
    assert slices["tag"]["number"]["quote_hit"]["n"] == 2
    assert slices["tag"]["far"]["quote_hit"]["mean"] is None


def test_everything_is_saved_and_can_be_scored_again(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite)
    first = score_answers(folder, suite)
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == first
    assert len(list(run_folder.read_lines(folder / "scores.jsonl"))) == 4
    assert {row["document_id"] for row in run_folder.read_lines(folder / "texts.jsonl")} == {
        "doc-sv",
        "doc-vi",
    }
    mended = [
        dataclasses.replace(c, expected_documents=("doc-sv.txt",)) if c.answerable else c for c in suite.cases
    ]
    again = score_run(folder, dataclasses.replace(suite, cases=tuple(mended)))
    assert again["measures"]["document_hit"]["mean"] == 1
    assert again["errors"] == 1


def test_an_answer_that_is_an_error_is_counted_apart(tmp_path, suite):
    failing = ANSWERS | {"Hur många tjänstemän?": make_answer((), outcome="error_timeout")}
    make_run(tmp_path / "run", suite, failing)
    summary = score_answers(tmp_path / "run", suite)
    assert summary["errors"] == 2
    assert "error_timeout" not in summary["slices"]["outcome"]


def test_a_killed_run_goes_on_where_it_was(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite)
    outputs = folder / run_folder.OUTPUTS
    lines = outputs.read_bytes().splitlines(keepends=True)
    outputs.write_bytes(b"".join(lines[:2]) + lines[2][:20])  # killed while writing the third
    second = make_run(folder, suite)
    assert second.asked == [suite.cases[2].question, suite.cases[3].question]
    assert [row["id"] for row in run_folder.read_lines(outputs)] == ["s1", "v1", "e1", "e2"]


def test_a_torn_line_in_the_middle_and_strange_cases_are_refused(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite)
    with pytest.raises(RunError, match="case 'v1' is not in suite"):
        score_answers(folder, dataclasses.replace(suite, cases=suite.cases[:1]))
    with pytest.raises(RunError, match="no measure 'speed'"):
        score_answers(folder, dataclasses.replace(suite, measures=("speed",)))
    outputs = folder / run_folder.OUTPUTS
    outputs.write_bytes(b'{"id"\n' + outputs.read_bytes())
    with pytest.raises(RunError, match=r"outputs.jsonl:1: not JSON"):
        score_answers(folder, suite)
    outputs.unlink()
    with pytest.raises(RunError, match=r"outputs.jsonl is missing"):
        score_answers(folder, suite)
    with pytest.raises(RunError, match=r"config.json is missing"):
        score_run(tmp_path)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=r"config.json cannot be read"):
        score_run(tmp_path)


def test_a_suite_chooses_its_measures(tmp_path, suite):
    make_run(tmp_path / "run", suite)
    chosen = dataclasses.replace(suite, measures=("quote_hit", "latency_p95"))
    assert list(score_answers(tmp_path / "run", chosen)["measures"]) == ["quote_hit", "latency_p95"]


def scores_of(folder):
    return {row["case_id"]: row for row in run_folder.read_lines(folder / run_folder.SCORES)}


def test_cases_that_are_no_independent_draws_share_a_cluster(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite)
    grouped = dataclasses.replace(suite.cases[0], group="article 7")
    score_answers(folder, dataclasses.replace(suite, cases=(grouped, *suite.cases[1:])))
    clusters = {case_id: row["cluster"] for case_id, row in scores_of(folder).items()}
    assert clusters == {
        "s1": "article 7",
        "v1": "document:doc-vi.txt",
        "e1": "conversation:Is there a survey?",  # also of a case that failed
        "e2": None,
    }
    several = dataclasses.replace(suite.cases[2], history=())
    score_answers(folder, dataclasses.replace(suite, cases=(*suite.cases[:2], several, suite.cases[3])))
    assert scores_of(folder)["e1"]["cluster"] == "document:doc-en.txt|doc-sv.txt"


def say(document, text, **changes):
    """An answer of a chat model in one sentence that cites the first sentence of a document."""
    answer = make_answer((document,), **changes)
    sentence = {"text": text, "citations": ["cit_1"], "verification": "not_checked", "score": 0.5}
    engine = {"name": "generative", "model": "openai:writer", "prompt_sha256": "0"}
    return answer | {"text": f"{text} [1]", "sentences": [sentence], "engine": engine}


WRITTEN = ANSWERS | {
    "Hur många tjänstemän?": say("doc-sv", "492 tjänstemän omfattade undersökningen.", language="sv"),
    "Khảo sát gồm bao nhiêu công chức?": say("doc-sv", "Khảo sát gồm 492 công chức.", language="vi"),
}


def test_the_judge_is_named_and_what_it_cannot_tell_is_counted(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite, WRITTEN)
    summary = score_answers(folder, suite)
    assert summary["judge"] == {
        **WordJudge().describe(),
        "errors": 0,
        "undecided": 1,  # a Vietnamese sentence on a Swedish quote
        "judges_itself": False,
    }
    recall = summary["measures"]["citation_recall"]
    assert (recall["mean"], recall["n"], recall["undefined"]) == (1, 1, 2)
    assert scores_of(folder)["v1"]["measures"]["citation_recall"] is None
    assert scores_of(folder)["v1"]["measures"]["document_hit"] == 0  # its other measures stand


class Judge:
    """A judge on a model that says yes, or fails."""

    def __init__(self, model="openai:judge", error=None):
        self.model, self.error, self.n_asked = model, error, 0

    def entails(self, *_texts):
        self.n_asked += 1
        if self.error:
            raise self.error
        return True

    def describe(self):
        return {"name": "test", "version": 1, "model": self.model, "prompt_sha256": "0"}


def test_a_judge_that_fails_is_counted_and_asked_again_the_next_time(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite, WRITTEN)
    failed = score_answers(folder, suite, Judge(error=JudgeError("down")))
    assert (failed["judge"]["errors"], failed["judge"]["undecided"], failed["errors"]) == (2, 0, 1)
    assert failed["measures"]["citation_precision"]["mean"] is None
    working = Judge()
    scored = score_answers(folder, suite, working)
    assert (scored["judge"]["errors"], scored["measures"]["citation_precision"]["n"]) == (0, 2)
    assert working.n_asked == 2  # one sentence each, for recall and precision together
    score_answers(folder, suite, again := Judge())
    assert again.n_asked == 0


def test_a_model_that_judges_itself_is_said_to(tmp_path, suite):
    make_run(tmp_path / "run", suite, WRITTEN)
    assert score_answers(tmp_path / "run", suite, Judge("openai:writer"))["judge"]["judges_itself"]
    assert not score_answers(tmp_path / "run", suite, Judge("openai:other"))["judge"]["judges_itself"]
    run_config.note(tmp_path / "run", options={"model": "other"})  # what a foreign system was asked for
    assert score_answers(tmp_path / "run", suite, Judge("openai:other"))["judge"]["judges_itself"]


@pytest.mark.parametrize(
    ("judge", "writer", "same"),
    [
        ("openai:gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", True),
        ("openai:SmolLM2", "/models/smollm2-135M.gguf", True),
        ("openai:org/writer", "writer", True),
        ("openai:gpt-4.1", "gpt-4o", False),
        ("openai:writer", "writer2", False),
        ("openai:writer", None, False),
        (None, "writer", False),
    ],
)
def test_a_model_is_known_by_the_names_it_goes_by(judge, writer, same):
    assert wrote_them(judge, [None, writer]) is same


def test_answers_that_were_cut_are_told(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite, WRITTEN)
    assert not any("cut" in warning for warning in score_answers(folder, suite)["warnings"])
    rows = list(run_folder.read_lines(folder / run_folder.OUTPUTS))
    for row in rows:
        if row.get("answer"):
            row["answer"]["trace"] = {"finish_reason": "length"}
    run_folder.write_lines(folder / run_folder.OUTPUTS, rows)
    n_cut = sum(bool(row.get("answer")) for row in rows)
    assert any(w.startswith(f"{n_cut} answers were cut") for w in score_answers(folder, suite)["warnings"])


def test_no_verdict_is_asked_for_that_no_measure_needs(tmp_path, suite):
    make_run(tmp_path / "run", suite, WRITTEN)
    judge = Judge()
    chosen = dataclasses.replace(suite, measures=("quote_hit",))
    assert score_answers(tmp_path / "run", chosen, judge)["judge"] is None
    assert judge.n_asked == 0


def test_times_that_were_not_taken_are_undefined(tmp_path, suite):
    folder = tmp_path / "run"
    make_run(folder, suite)
    rows = [row | {"latency_ms": None} for row in run_folder.read_lines(folder / run_folder.OUTPUTS)]
    run_folder.write_lines(folder / run_folder.OUTPUTS, rows)
    summary = score_answers(folder, suite)
    assert summary["measures"]["latency_p50"]["mean"] is None
    assert summary["measures"]["latency_p50"]["undefined"] == 3
    assert summary["measures"]["quote_hit"]["n"] == 2


def test_a_foreign_system_without_confidence_is_scored_on_the_rest(tmp_path, suite):
    engine = {"name": FOREIGN, "model": None, "prompt_sha256": None}
    foreign = {
        question: answer | {"engine": engine, "confidence": None, "short_answer": None}
        for question, answer in ANSWERS.items()
        if isinstance(answer, dict)
    }
    make_run(tmp_path / "run", suite, ANSWERS | foreign)
    measures = score_answers(tmp_path / "run", suite)["measures"]
    for name in ("abstention_auroc", "ece", "aurc", "exact_match", "token_f1"):
        assert (measures[name]["mean"], measures[name]["undefined"]) == (None, 3)
    assert measures["abstention_f1"]["mean"] == 1
    assert measures["document_hit"]["n"] == 2


class CannedRankings:
    """Ranks by a table; an unknown query is an error."""

    def __init__(self, table):
        self.table = table

    def search(self, query, language):
        return self.table[query, language]


def test_rankings_are_scored_and_exported(tmp_path):
    suite = with_languages(load_suite(write_retrieval_suite(tmp_path / "suite")))
    # The majority of {en, en} tells what the set does not: both queries without a language.
    assert [query.language for query in suite.queries] == ["en", "sv", "vi", "en"]
    folder = tmp_path / "run"
    folder.mkdir()
    run_folder.write_json(folder / run_folder.CONFIG, {"kind": "retrieval", "system": "canned"})
    judgements = {
        "system": "canned",
        "queries": {q.query_id: {"language": q.language} for q in (*suite.queries, *_unasked())},
        "judgements": suite.qrels,
    }
    judgements["queries"]["q2"]["cluster"] = "article 7"
    run_folder.write_json(folder / "qrels.json", judgements)
    table = {
        (suite.queries[0].text, "en"): [("doc-en", 0.9), ("doc-sv", 0.8)],
        (suite.queries[1].text, "sv"): [("doc-en", 0.7), ("doc-sv", 0.7)],
        (suite.queries[3].text, "en"): [("doc-vi", 0.1)],
    }
    generate_rankings(suite.queries, CannedRankings(table), folder, lambda *_: None)
    summary = score_rankings(folder, "small", "en")
    assert (summary["n_cases"], summary["errors"]) == (4, 1)
    assert summary["measures"]["MRR@10"]["mean"] == 0.75
    assert (summary["measures"]["MRR@10"]["n"], summary["measures"]["MRR@10"]["undefined"]) == (2, 1)
    assert summary["measures"]["unanswerable_auroc"]["mean"] == 1
    assert summary["slices"]["pair"][pair_of("sv", "en")]["MRR@10"]["mean"] == 0.5
    lines = (folder / "run.trec").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "q1 Q0 doc-en 1 0.8999999761581421 canned"
    assert len(lines) == 5
    assert "q2 0 doc-sv 1" in (folder / "qrels.trec").read_text(encoding="utf-8")
    clusters = {case_id: row["cluster"] for case_id, row in scores_of(folder).items()}
    assert clusters == {"q1": "doc-en", "q2": "article 7", "q3": "doc-vi", "q4": None}


def _unasked():
    return [Query("q9", "?", "en", True, ())]


def test_rows_become_documents_whose_sections_stand_in_the_text(tmp_path):
    corpus = [
        {"_id": "a", "title": "Survey", "text": "Första stycket.\nAndra stycket."},
        {"_id": "b", "title": "Chỉ có tiêu đề", "text": ""},
        {"_id": "c", "text": "  "},
    ]
    suite = load_suite(write_retrieval_suite(tmp_path / "r", corpus=corpus, qrels=["q1\ta\t1"]))
    documents = dict(to_documents(suite))
    assert set(documents) == {"a", "b"}
    blocks = documents["a"].sections[0].blocks
    assert [documents["a"].text[b.start_char : b.end_char] for b in blocks] == [
        "Första stycket.",
        "Andra stycket.",
    ]
    assert documents["a"].metadata.title == "Survey"
    assert documents["b"].text == "Chỉ có tiêu đề"


def test_a_summary_of_nothing_and_its_table():
    figures = {"hit": case_figure("hit", proportion=True), "ms": case_figure("ms", proportion=False)}
    empty = summarise([], figures)
    hit = empty["measures"]["hit"]
    assert (hit["mean"], hit["n"], hit["ci95"], hit["undefined"]) == (None, 0, None, 0)
    scores = [Score("a", {}, {"ms": 120.0}), Score("b", {}, {"ms": 80.0}), Score("c", {}, error="E: x")]
    table = format_summary({"suite": "s", "system": "x", **summarise(scores, figures)})
    assert "3 cases, 1 errors" in table
    assert table.splitlines()[2].split() == ["hit", "-", "0", "2"]
    assert table.splitlines()[3].split()[:2] == ["ms", "100"]
