"""Exported runs: what ir_measures says of the files is what we say, to 1e-9."""

import math
from itertools import pairwise
from pathlib import Path

import ir_measures
import pytest

from evals import run_folder
from evals.generation import generate_rankings
from evals.measures.retrieval import MEASURES
from evals.retrieval_documents import with_languages
from evals.retrieval_suite import judgements_of
from evals.sampling import select
from evals.scoring import score_rankings
from evals.suite import load_suite
from evals.trec import write_qrels, write_run
from tests.evals.canned_search import WordSearch
from tests.evals.factories import write_retrieval_suite

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "retrieval"


def run_words(suite, folder, *, sample=None, broken=()):
    """Rank a suite's documents by shared words, score, and return the summary."""
    suite = with_languages(suite)
    folder.mkdir()
    queries = select(suite.queries, lambda query: query.query_id, sample=sample)
    run_folder.write_json(folder / "config.json", {"kind": "retrieval", "system": "words"})
    run_folder.write_json(folder / "qrels.json", judgements_of(suite, queries, "words"))
    generate_rankings(queries, WordSearch(suite.corpus, broken=broken), folder, lambda *_: None)
    return score_rankings(folder, suite.name, suite.corpus[0].language)


def assert_equal_to_ir_measures(folder, summary):
    qrels = list(ir_measures.read_trec_qrels(str(folder / "qrels.trec")))
    run = list(ir_measures.read_trec_run(str(folder / "run.trec")))
    measures = [ir_measures.parse_measure(name) for name in MEASURES.values()]
    theirs = ir_measures.calc_aggregate(measures, qrels, run)
    for ours, measure in zip(MEASURES, measures, strict=True):
        assert math.isclose(summary["measures"][ours]["mean"], theirs[measure], abs_tol=1e-9), ours
    return qrels, run


CORPUS = [
    {"_id": "en 1", "title": "", "text": "red green blue", "language": "en"},
    {"_id": "en%201", "title": "", "text": "red green white", "language": "en"},
    {"_id": "sv_1", "title": "röd", "text": "grön blå vit", "language": "sv"},
    {"_id": "vi\u00a01", "title": "", "text": "đỏ xanh trắng", "language": "vi"},
]
QUERIES = [
    {"_id": "a b", "text": "red green", "language": "en"},
    {"_id": "a_b", "text": "grön röd blå", "language": "sv"},
    {"_id": "ties", "text": "white vit trắng", "language": "vi"},
    {"_id": "nothing", "text": "purple", "language": "en"},
    {"_id": "unjudged", "text": "red", "language": "en"},
    {"_id": "none relevant", "text": "blue", "language": "en"},
    {"_id": "broken", "text": "xanh", "language": "vi"},
]
QRELS = [
    "a b\ten%201\t2",
    "a b\ten 1\t1",
    "a b\tsv_1\t0",
    "a_b\tsv_1\t1",
    "ties\tvi\u00a01\t1",
    "ties\tsv_1\t3",
    "nothing\ten 1\t1",
    "none relevant\tsv_1\t0",
    "broken\tvi\u00a01\t1",
]


def test_ties_missing_unjudged_and_broken_queries_count_as_ir_measures_counts_them(tmp_path):
    suite = load_suite(write_retrieval_suite(tmp_path / "suite", CORPUS, QUERIES, QRELS))
    summary = run_words(suite, tmp_path / "run", broken=("xanh",))
    assert (summary["n_cases"], summary["errors"]) == (7, 1)
    # Four queries have a relevant document and no error: one of them found nothing and counts 0.
    assert (summary["measures"]["recall@10"]["n"], summary["measures"]["recall@10"]["mean"]) == (4, 0.75)
    qrels, run = assert_equal_to_ir_measures(tmp_path / "run", summary)
    assert {row.query_id for row in qrels} == {"a%20b", "a_b", "ties", "nothing"}
    assert {row.query_id for row in run} == {"a%20b", "a_b", "ties", "unjudged", "none%20relevant"}
    assert {"en%201", "en%25201", "vi%C2%A01"} <= {row.doc_id for row in run}
    scores = [row.score for row in run if row.query_id == "ties"]
    assert all(first > second for first, second in pairwise(scores))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data/retrieval, which is not here")
@pytest.mark.parametrize("name", ["gdpr-x-doc_en-q_en", "swequad-mc-dev", "xquad-vi", "squad2-sv"])
def test_a_real_set_equals_ir_measures(tmp_path, name):
    summary = run_words(load_suite(SHARED / name), tmp_path / "run", sample=150)
    assert 0.1 < summary["measures"]["nDCG@10"]["mean"] < 1
    assert summary["errors"] == 0
    assert_equal_to_ir_measures(tmp_path / "run", summary)


def test_the_files_have_the_columns_of_trec(tmp_path):
    write_run(tmp_path / "run", {"q1": [("d1", 2.0), ("d2", 0.1)], "q2": []}, "my system")
    assert (tmp_path / "run").read_text(encoding="utf-8").splitlines() == [
        "q1 Q0 d1 1 2.0 my%20system",
        "q1 Q0 d2 2 0.1 my%20system",
    ]
    write_qrels(tmp_path / "qrels", {"q1": {"d1": 1, "d2": 0}, "q2": {"d1": 0}})
    assert (tmp_path / "qrels").read_text(encoding="utf-8").splitlines() == ["q1 0 d1 1", "q1 0 d2 0"]
