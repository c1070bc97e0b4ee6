"""Figures of scored cases: shapes, kinds of intervals, warnings, the table."""

import dataclasses

import pytest

from evals.score_table import Score
from evals.summary import answer_figures, format_summary, retrieval_figures, summarise
from tests.evals.simulated_runs import make_run


def score(number, value, cluster=None, language="sv", name="quote_hit", **changes):
    return Score(f"c{number}", {"question_language": (language,)}, {name: value}, cluster=cluster, **changes)


def figure(scores, name="quote_hit"):
    return summarise(scores, answer_figures((name,)))["measures"][name]


def test_a_figure_and_its_interval():
    assert figure([score(1, 1.0), score(2, 0.0), score(3, None), score(4, 1.0, error="E: fell over")]) == {
        "mean": 0.5,
        "n": 2,
        "ci95": pytest.approx([0.0945, 0.9055], abs=1e-4),
        "undefined": 1,
        "interval": "wilson",
        "n_clusters": None,
    }
    nothing = figure([score(1, None)])
    assert (nothing["mean"], nothing["n"], nothing["ci95"], nothing["undefined"]) == (None, 0, None, 1)


def test_errors_are_counted_and_are_no_zeros():
    summary = summarise([score(1, 1.0), score(2, None, error="E: fell over")], answer_figures(("quote_hit",)))
    assert (summary["n_cases"], summary["errors"]) == (2, 1)
    assert summary["measures"]["quote_hit"]["mean"] == 1
    assert summarise([], answer_figures(("quote_hit", "ece")))["measures"]["ece"]["mean"] is None


def test_slices_count_a_case_in_each_of_its_tags_once():
    rows = [Score("a", {"tag": ("list", "list", "date")}, {"quote_hit": 1.0}), score(1, 0.0, language="vi")]
    slices = summarise(rows, answer_figures(("quote_hit",)))["slices"]
    assert slices["tag"]["list"]["quote_hit"]["n"] == 1
    assert list(slices["tag"]) == ["date", "list"]
    assert slices["question_language"]["vi"]["quote_hit"]["mean"] == 0
    assert slices["pair"] == {}


def test_a_share_that_is_all_at_one_end_is_bounded_by_wilson():
    whole = figure([score(i, 1.0, name="token_f1") for i in range(8)], "token_f1")
    assert whole["interval"] == "wilson"
    assert whole["ci95"][0] == pytest.approx(0.676, abs=1e-3)  # resampling would say 1 to 1
    mixed = figure([score(i, value, name="token_f1") for i, value in enumerate([1.0, 0.5, 0.0])], "token_f1")
    assert mixed["interval"] == "bootstrap"
    counts = figure([score(i, 1.0, name="n_citations") for i in range(8)], "n_citations")
    assert (counts["interval"], counts["ci95"]) == ("bootstrap", [1.0, 1.0])


@pytest.mark.parametrize(("n_clusters", "kind"), [(19, "wilson"), (20, "clustered wilson")])
def test_cases_of_few_documents_are_drawn_one_by_one_with_a_warning(n_clusters, kind):
    rows = [score(i, float(i % 3 > 0), cluster=f"document:{i % n_clusters}") for i in range(60)]
    summary = summarise(rows, answer_figures(("quote_hit",)))
    found = summary["measures"]["quote_hit"]
    assert (found["interval"], found["n_clusters"]) == (kind, n_clusters)
    # One slice holds them all, so it is warned of too, in the same line.
    if n_clusters < 20:
        assert summary["warnings"] == [
            "the cases come from fewer than 20 documents or conversations: the intervals of quote_hit and in "
            "1 slice take them as independent and may be too narrow"
        ]
    else:
        assert summary["warnings"] == []


def test_cases_without_a_cluster_are_clusters_of_their_own():
    rows = [score(i, float(i % 3 > 0)) for i in range(30)]
    assert figure(rows)["n_clusters"] is None
    rows = [dataclasses.replace(row, cluster="document:a") if i < 2 else row for i, row in enumerate(rows)]
    assert figure(rows)["n_clusters"] == 29


def test_clusters_widen_the_interval_of_every_kind():
    run = make_run()
    alone = [dataclasses.replace(row, cluster=None) for row in run.scores]
    alike = [
        dataclasses.replace(
            row,
            cluster=f"document:{i // 5}",
            measures=run.scores[i // 5 * 5].measures,
            facts=run.scores[i // 5 * 5].facts,
        )
        for i, row in enumerate(run.scores)
    ]
    alone_alike = [dataclasses.replace(row, cluster=None) for row in alike]
    names = ("answer_language_accuracy", "quote_hit", "token_f1", "abstention_f1", "abstention_auroc")
    together = summarise(alike, answer_figures(names))["measures"]
    apart = summarise(alone_alike, answer_figures(names))["measures"]
    for name in names[1:]:
        assert together[name]["mean"] == apart[name]["mean"]
        assert together[name]["interval"].startswith("clustered")
        assert width(together[name]) > 1.5 * width(apart[name])
    assert summarise(alone, answer_figures(names))["warnings"] == []


def width(figure):
    return figure["ci95"][1] - figure["ci95"][0]


def test_the_same_scores_give_the_same_figures():
    scores = make_run().scores
    figures = answer_figures(("quote_hit", "token_f1", "ece"))
    assert summarise(scores, figures) == summarise(scores, figures)


def test_retrieval_figures():
    figures = retrieval_figures()
    rows = [
        Score(
            f"q{i}",
            {},
            {"nDCG@10": 1 / (1 + i % 3), "precision@1": float(i % 3 == 0)} if i % 4 else {},
            {"unanswerable": float(i % 4 == 0), "top_score": i / 40, "latency_ms": 10.0 + i},
        )
        for i in range(40)
    ]
    found = summarise(rows, figures)["measures"]
    assert (found["nDCG@10"]["n"], found["nDCG@10"]["undefined"]) == (30, 10)
    assert (found["nDCG@10"]["interval"], found["precision@1"]["interval"]) == ("bootstrap", "wilson")
    assert found["latency_p50"]["mean"] == 29.5
    assert found["unanswerable_auroc"]["n"] == 40


def test_the_table_says_how_each_interval_was_made():
    text = format_summary(make_run(sliced=True).summary)
    assert "clustered wilson, 35 clusters" in text
    assert "Warning: the cases come from fewer than" in text
    nothing = {"suite": "s", "system": "x", **summarise([score(1, None)], answer_figures(("quote_hit",)))}
    assert "quote_hit" in format_summary(nothing)
