"""Ranking measures by hand and against ir_measures on the exported files."""

import math

import ir_measures
import pytest

from evals.measures.retrieval import MEASURES, score_rankings, strictly_falling
from evals.systems.protocol import pool
from evals.trec import write_qrels, write_run


def test_measures_by_hand():
    run = {"q": [("x", 3.0), ("a", 2.0), ("y", 1.0), ("b", 0.5)]}
    values = score_rankings(run, {"q": {"a": 1, "b": 1, "y": 0}})["q"]
    ideal = 1 + 1 / math.log2(3)
    assert values["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert values["MRR@10"] == 0.5
    assert values["MAP"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert (values["recall@1"], values["recall@5"], values["precision@1"]) == (0, 1, 0)
    assert values["precision@5"] == pytest.approx(0.4)


def test_a_missing_query_counts_zero_and_an_unjudged_one_is_left_out():
    values = score_rankings({"unjudged": [("a", 1.0)]}, {"missing": {"a": 1}, "nothing": {"a": 0}})
    assert set(values) == {"missing"}
    assert set(values["missing"].values()) == {0.0}
    assert score_rankings({}, {}) == {}


def test_a_relevant_document_beyond_rank_ten_has_no_reciprocal_rank():
    ranking = [(f"x{n}", 20.0 - n) for n in range(10)] + [("a", 1.0)]
    assert score_rankings({"q": ranking}, {"q": {"a": 1}})["q"]["MRR@10"] == 0


def test_ties_keep_the_order_that_was_returned():
    tied = strictly_falling([("z", 1.0), ("a", 1.0), ("m", 1.0), ("b", 5.0)])
    assert [document for document, _ in tied] == ["z", "a", "m", "b"]
    scores = [score for _, score in tied]
    assert scores == sorted(set(scores), reverse=True)
    for best in ("z", "a", "m", "b"):
        values = score_rankings({"q": tied}, {"q": {best: 1}})["q"]
        rank = "zamb".index(best) + 1
        assert values["MRR@10"] == pytest.approx(1 / rank)
        assert values["nDCG@10"] == pytest.approx(1 / math.log2(rank + 1))


def test_pooling_takes_the_best_passage():
    assert pool([("a", 0.5), ("b", 0.7), ("a", 0.9), ("c", 0.7)]) == [("a", 0.9), ("b", 0.7), ("c", 0.7)]


def test_figures_equal_ir_measures_on_the_exported_files(tmp_path):
    run = {
        f"q{n}": strictly_falling([(f"d {(n * 7 + k * 3) % 11}", round(1 / (k + 1), 1)) for k in range(11)])
        for n in range(8)
    }
    qrels = {f"q{n}": {f"d {n}": 1, f"d {(n + 4) % 11}": 2, "d 10": 0} for n in range(9)}
    write_run(tmp_path / "run.trec", run, "our system")
    write_qrels(tmp_path / "qrels.trec", qrels)
    assert (tmp_path / "run.trec").read_text().splitlines()[0].split()[1:4:2] == ["Q0", "1"]
    theirs = ir_measures.iter_calc(
        [ir_measures.parse_measure(name) for name in MEASURES.values()],
        list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.trec"))),
        list(ir_measures.read_trec_run(str(tmp_path / "run.trec"))),
    )
    ours = score_rankings(run, qrels)
    ours_by_theirs = {theirs: name for name, theirs in MEASURES.items()}
    n_compared = 0
    for metric in theirs:
        n_compared += 1
        assert ours[metric.query_id][ours_by_theirs[str(metric.measure)]] == pytest.approx(
            metric.value, abs=1e-9
        )
    assert n_compared == 9 * len(MEASURES)
