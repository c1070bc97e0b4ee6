"""``--kind reading``: the reader with the right passage, and confidence without the right documents."""

import json
from itertools import pairwise

import numpy as np
import pytest

from evals import dev
from evals.dev import reading
from evals.dev.given import passages_of, read_given
from evals.dev.hidden import OTHER_HALF, Asked
from evals.dev.reading import Draw, Models, measure_reading
from evals.dev.reading_figures import reading_tables, summarise
from evals.errors import RunError
from evals.fitting.answerability import HALF, auroc
from evals.fitting.reader.examples import MAX_CHARS
from evals.retrieval_documents import with_languages
from evals.retrieval_suite import load_retrieval_suite
from index.reader import Reading
from tests.evals.factories import write_retrieval_suite
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

FILLING = {
    "en": "The rest of the report describes how the work was planned, paid for and followed up by the city. ",
    "sv": "Resten av rapporten beskriver hur staden planerade, betalade och följde upp arbetet i stort. ",
    "vi": "Phần còn lại của báo cáo mô tả cách thành phố lập kế hoạch, chi trả và theo dõi công việc. ",
}
FACTS = {
    "en": ("Tablets were lent to 318 residents.", "How many residents were lent tablets?", "318"),
    "sv": ("Projektet kostade 12 miljoner kronor.", "Hur mycket kostade projektet?", "12 miljoner kronor"),
    "vi": ("Hội thảo có 640 giáo viên tham gia.", "Hội thảo có bao nhiêu giáo viên?", "640 giáo viên"),
}
N = 4
"""Documents of a language; each tells its fact after more than one excerpt's worth of other things."""


def write_set(folder, code, question_code=None):
    """A set of `N` documents in a language: to each an answerable question and one without an answer."""
    fact, question, answer = FACTS[code]
    corpus, queries, qrels = [], [], []
    for number in range(N):
        text = FILLING[code] * 6 + fact + " " + FILLING[code]
        asked = FACTS[question_code][1] if question_code else question
        about = f"{asked} ({code} {number})"
        corpus.append({"_id": f"d{number}", "title": f"{code} {number}", "text": f"{number}. {text}"})
        queries.append({"_id": f"a{number}", "text": about, "answer": answer, "para": f"d{number}"})
        missing = {"_id": f"u{number}", "text": f"{about} !", "answerable": False, "para": f"d{number}"}
        queries.append(missing)
        qrels.append(f"a{number}\td{number}\t1")
    queries.append({"_id": "elsewhere", "text": "?!", "answerable": False})
    write_retrieval_suite(folder, corpus, queries, qrels)
    for name, language in (("corpus", code), ("queries", question_code or code)):
        path = folder / f"{name}.jsonl"
        rows = [json.loads(line) | {"language": language} for line in path.read_text("utf-8").splitlines()]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return folder


class FindsTheFact:
    """Sees the words of a fact where they stand; thinks little of a question that ends with a mark."""

    def __init__(self):
        self.n_read = 0

    def read(self, question, excerpts):
        self.n_read += len(excerpts)
        return [self._one(question, excerpt.text) for excerpt in excerpts]

    def _one(self, question, text):
        for _, _, answer in FACTS.values():
            if answer in text:
                start = text.index(answer)
                logit = 1.0 if question.endswith("!") else 3.0
                return Reading(0.0, logit, logit, start, start + len(answer))
        return Reading(0.0, -2.0, -1.0, 0, 3)


def suite_in(folder, code, question_code=None):
    return with_languages(load_retrieval_suite(write_set(folder / "set", code, question_code)))


@pytest.mark.parametrize("code", FACTS)
def test_the_reader_reads_the_passage_that_the_question_was_written_on(tmp_path, code):
    suite = suite_in(tmp_path, code)
    passages = passages_of(suite)
    assert passages == {f"{kind}{n}": f"d{n}" for n in range(N) for kind in "au"}  # "elsewhere" has none
    queries = [query for query in suite.queries if query.query_id in passages]
    reader = FindsTheFact()
    found = list(read_given(suite, queries, passages, reader))
    assert reader.n_read > len(found)  # more than one excerpt of each
    assert max(len(row.text) for row in suite.corpus) > MAX_CHARS
    assert {row.actual for row in found} == {FACTS[code][2]}
    assert [row.f1 for row in found] == [1.0, None] * N
    assert [(row.answers, row.span, row.both) for row in found] == [(3, 3, 6), (1, 1, 2)] * N


def test_an_answer_that_stands_nowhere_in_the_passage_is_left_out_and_counted(tmp_path):
    suite = suite_in(tmp_path, "en")
    path = suite.path / "queries.jsonl"
    path.write_text(
        path.read_text("utf-8").replace('"answer": "318"', '"answer": "ba trăm mười tám"', 1), "utf-8"
    )
    suite = with_languages(load_retrieval_suite(suite.path))
    passages = passages_of(suite)
    queries = [query for query in suite.queries if query.query_id in passages]
    given = list(read_given(suite, queries, passages, FindsTheFact()))
    entry = summarise(suite, given, [], "deep")["measures"]["token_f1_given"]
    assert (entry["mean"], entry["n"], entry["undefined"]) == (1.0, N - 1, 1)


def test_figures_by_hand(tmp_path):
    suite = suite_in(tmp_path, "sv")
    confidences = {"shown": [0.9, 0.4, 0.6], "hidden": [0.1, 0.4, 0.7], "unanswerable": [0.8, 0.2]}
    asked = [
        Asked(f"{'u' if variant == 'unanswerable' else 'a'}{number}", variant, value, variant == "shown")
        for variant, values in confidences.items()
        for number, value in enumerate(values)
    ]
    measures = summarise(suite, [], asked, "fast")["measures"]
    for variant in ("hidden", "unanswerable"):
        scores = np.array([*confidences["shown"], *confidences[variant]])
        labels = np.array([1.0] * 3 + [0.0] * len(confidences[variant]))
        assert measures[f"{variant}_auroc"]["mean"] == pytest.approx(auroc(scores, labels))
    assert measures["hidden_auroc"]["n"] == 6
    assert measures["token_f1_given"]["mean"] is None
    assert measures["answerable_auroc_answers"] == {
        "mean": None,
        "n": 0,
        "ci95": None,
        "interval": None,
        "n_clusters": None,
        "undefined": 0,
    }


def test_a_draw_is_bounded_by_the_least():
    assert Draw().at_most(None, None) == Draw()
    assert Draw(seed=3).at_most(20, None) == Draw(20, 20, 3)
    assert Draw().at_most(300, 200) == Draw(200, 100)


@pytest.fixture
def using(monkeypatch):
    monkeypatch.setattr("index.embedding.open_embedder", lambda *_, **__: FakeEmbedder())
    reader = FindsTheFact()
    return Models(FakeEmbedder(), lambda: reader)


@pytest.mark.parametrize(("code", "question_code"), [("en", "en"), ("sv", "vi"), ("vi", "vi")])
def test_a_set_from_end_to_end(tmp_path, using, code, question_code):
    folder = write_set(tmp_path / "set", code, question_code)
    settings = library.settings_for(tmp_path / "var")
    told = []
    summary = measure_reading(
        folder, tmp_path / "out", settings, Draw(), lambda *step: told.append(step), using
    )
    assert summary["measures"]["token_f1_given"]["mean"] == 1.0
    assert summary["measures"]["answerable_auroc_both"]["mean"] == 1.0
    assert (summary["document_language"], summary["question_language"]) == (code, question_code)
    assert (summary["half"], summary["half"] + HALF) == (OTHER_HALF, 1)
    assert list(summary["depths"]) == ["deep"]
    asked = [json.loads(line) for line in (tmp_path / "out" / "hidden.jsonl").read_text("utf-8").splitlines()]
    by_variant = {variant: {row["query_id"] for row in asked if row["variant"] == variant} for variant in (
        "shown", "hidden", "unanswerable")}  # fmt: skip
    assert by_variant["shown"] == by_variant["hidden"]
    assert len(by_variant["shown"]) >= 1
    assert not any(row["right"] for row in asked if row["variant"] != "shown")
    assert all(0 <= row["confidence"] <= 1 for row in asked)
    assert {stage for stage, *_ in told} == {"reading", "asking"}
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == summary


def test_what_was_asked_is_not_asked_again(tmp_path, using):
    folder = write_set(tmp_path / "set", "vi")
    settings = library.settings_for(tmp_path / "var")

    def measure(settings, draw=None):
        return measure_reading(folder, tmp_path / "out", settings, draw or Draw(), lambda *_: None, using)

    first = measure(settings)
    n_read = using.reader().n_read
    assert n_read
    assert measure(settings) == first
    assert using.reader().n_read == n_read
    with pytest.raises(RunError, match="options"):
        measure(settings.model_copy(update={"depth": "fast"}))
    with pytest.raises(RunError, match="draw"):
        measure(settings, Draw(1, 1))


def test_nothing_is_read_where_nothing_could_be_told(tmp_path, using):
    folder = write_set(tmp_path / "set", "sv")
    path = folder / "queries.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    kept = [{"_id": row["_id"], "text": row["text"]} for row in rows if "answer" in row]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")
    settings = library.settings_for(tmp_path / "var", depth="fast")
    summary = measure_reading(folder, tmp_path / "out", settings, Draw(), lambda *_: None, using)
    assert (summary["n_given"], summary["n_asked"], using.reader().n_read) == (0, N // 2, 0)
    assert "## Reading, given" not in "\n".join(reading_tables({"set": summary}))


def figures(document, question, hidden):
    entry = {"mean": hidden, "n": 10, "ci95": [hidden - 0.1, hidden + 0.1], "undefined": 2}
    names = ("token_f1_given", "hidden_auroc", "unanswerable_auroc")
    measures = dict.fromkeys((*names, *(f"answerable_auroc_{x}" for x in ("answers", "span", "both"))), entry)
    counts = {"n_given": 12, "n_asked": 5, "depths": {"deep": 10}}
    return {"document_language": document, "question_language": question, "measures": measures} | counts


def test_the_tables_part_within_and_across_languages():
    tables = reading_tables(
        {"a": figures("sv", "sv", 0.9), "b": figures("en", "vi", 0.7), "c": figures("vi", "vi", 0.8)}
    )
    assert "| a | sv | 0.900 [0.80, 1.00] | 10 | 2 |" in "\n".join(tables)
    assert "| b | en ← vi | deep | 0.700 [0.60, 0.80] | 10 |" in "\n".join(tables)
    assert "| **mean of 2** | within a language |  | **0.850** |  |  |  |" in tables
    assert "| **mean of 1** | across languages |  | **0.700** |  |  |  |" in tables
    heads = [line for line, below in pairwise(tables) if below.startswith("| ---")]
    assert [line.count("|") for line in heads] == [10, 8]


def test_the_command_writes_the_tables(tmp_path, using, monkeypatch, capsys):
    write_set(tmp_path / "retrieval" / "small-sv", "sv")
    monkeypatch.setattr(reading.Models, "open", lambda _settings: using)
    arguments = ["--data", str(tmp_path / "retrieval"), "--out", str(tmp_path / "out"), "--kind", "reading"]
    arguments += ["--data-dir", str(tmp_path / "var")]
    assert dev.main(arguments) == 0
    told = capsys.readouterr().out
    assert "small-sv-reading" in told
    assert "token_f1_given 1.000" in told
    assert "depth deep" in told
    saved = json.loads((tmp_path / "out" / "figures.json").read_text("utf-8"))
    assert saved["small-sv-reading"]["kind"] == "reading"
    assert "## Confidence, with and without" in (tmp_path / "out" / "figures.md").read_text("utf-8")
    assert dev.main([*arguments, "--system", "tutorial"]) == 2  # another system has no reader to look into
