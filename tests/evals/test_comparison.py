"""Two runs compared: pairs, tests, verdicts, and what stands against them."""

import dataclasses
import json
from pathlib import Path

import pytest

from evals.comparison import MIN_PAIRS, compare_runs, format_comparison
from evals.errors import RunError
from evals.score_table import Score
from evals.scored_runs import ScoredRun
from evals.summary import retrieval_figures, summarise
from tests.evals.simulated_runs import as_run, changed, make_run, with_measures

FEW = ("document_hit", "quote_hit", "token_f1", "abstention_precision", "abstention_recall", "abstention_f1")
ROW = {
    "a",
    "b",
    "difference",
    "ci95",
    "n",
    "n_clusters",
    "p_value",
    "p_adjusted",
    "smallest_difference",
    "verdict",
    "cases_needed",
    "text",
}


@pytest.fixture(scope="module")
def base():
    return make_run()


def cases(values, name="quote_hit", start=0, **slices):
    return [
        Score(f"c{start + number:03}", {key: (value,) for key, value in slices.items()}, {name: value_of})
        for number, value_of in enumerate(values)
    ]


def compare(a, b, name="quote_hit", **options):
    return compare_runs(as_run(cases(a, name), "a", (name,)), as_run(cases(b, name), "b", (name,)), **options)


def test_the_shape_is_plain_json(base):
    comparison = compare_runs(base, make_run(2), n_permutations=1000)
    assert json.loads(json.dumps(comparison)) == comparison
    assert set(comparison) == {
        "a",
        "b",
        "alpha",
        "correction",
        "n_tests",
        "n_paired",
        "only_in_a",
        "only_in_b",
        "warnings",
        "measures",
        "slices",
        "changes",
    }
    head = {"path", "suite", "system", "code", "started_at", "n_cases", "errors", "depth"}
    assert set(comparison["a"]) == head
    assert comparison["n_paired"] == 157
    assert set(comparison["slices"]) == {"question_language", "document_language", "pair", "tag"}
    assert all(set(row) == ROW for row in comparison["measures"].values())
    assert compare_runs(base, make_run(2), n_permutations=1000) == comparison


def test_a_run_and_itself(base):
    comparison = compare_runs(base, base)
    for row in comparison["measures"].values():
        # Even 157 pairs without a difference leave room for 3 / 157 (the rule of three).
        few = row["cases_needed"] is not None and row["n"] < row["cases_needed"]
        assert row["verdict"] == ("too_few_cases" if few else "no_difference_shown")
    assert all((row["difference"], row["p_value"]) == (0, 1) for row in comparison["measures"].values())
    assert comparison["changes"] == []
    assert "the same on every pair" in comparison["measures"]["quote_hit"]["text"]
    assert "No difference shown, over all cases or in any slice." in format_comparison(comparison)


def test_better_and_worse_follow_the_direction_of_the_measure():
    low, high = [0.2, 0.3, 0.4] * 20, [0.8, 0.9, 0.7] * 20
    assert compare(low, high, "token_f1")["measures"]["token_f1"]["verdict"] == "better"
    assert compare(high, low, "token_f1")["measures"]["token_f1"]["verdict"] == "worse"
    assert compare(low, high, "redundancy")["measures"]["redundancy"]["verdict"] == "worse"
    described = compare(low, high, "n_citations")["measures"]["n_citations"]
    assert (described["verdict"], described["p_adjusted"]) == ("no_difference_shown", None)
    assert "neither better nor worse" in described["text"]


def test_a_clear_loss_in_words():
    row = compare([1.0] * 40, [0.0] * 20 + [1.0] * 20)["measures"]["quote_hit"]
    assert (row["a"], row["b"], row["difference"], row["n"]) == (1, 0.5, -0.5, 40)
    assert row["p_value"] == pytest.approx(2 / 2**20)
    assert row["ci95"][0] < -0.5 < row["ci95"][1] < 0
    assert row["text"].startswith("quote_hit is worse in B: 1.000 in A, 0.500 in B (-0.500 [")
    assert row["cases_needed"] is None


def test_a_difference_that_is_smaller_than_what_matters():
    a = [0.5 + 0.001 * (number % 7) for number in range(60)]
    row = compare(a, [value + 0.01 for value in a], "token_f1")["measures"]["token_f1"]
    assert row["p_adjusted"] < 0.05
    assert row["verdict"] == "no_difference_shown"
    assert "smaller than the 0.020 that matters" in row["text"]
    declared = compare(a, [value + 0.01 for value in a], "token_f1", smallest_difference={"token_f1": 0.005})
    assert declared["measures"]["token_f1"]["verdict"] == "better"


def test_too_few_cases_says_how_many_it_takes():
    # 12 of 40 differ, as many up as down: sd 0.555; at alpha 0.05 ((1.96 + 0.84) · 0.555 / 0.05)² = 966
    a, b = [1.0] * 6 + [0.0] * 6 + [1.0] * 28, [0.0] * 6 + [1.0] * 6 + [1.0] * 28
    row = compare(a, b, smallest_difference={"quote_hit": 0.05})["measures"]["quote_hit"]
    assert (row["verdict"], row["p_value"]) == ("too_few_cases", 1)
    assert row["cases_needed"] == pytest.approx(966, abs=2)
    assert f"about {row['cases_needed']} cases" in row["text"]
    coarse = compare(a, b, smallest_difference={"quote_hit": 0.5})["measures"]["quote_hit"]
    assert (coarse["verdict"], coarse["cases_needed"]) == ("no_difference_shown", MIN_PAIRS)


@pytest.mark.parametrize("n", [1, 2, MIN_PAIRS - 1])
def test_few_pairs_are_described_and_not_tested(n):
    comparison = compare([1.0] * n, [0.0] * n)
    row = comparison["measures"]["quote_hit"]
    assert (row["verdict"], row["p_value"], row["p_adjusted"]) == ("too_few_cases", None, None)
    assert (row["difference"], comparison["n_tests"]) == (-1, 0)


def test_what_is_undefined_in_one_run():
    a = as_run(cases([1.0] * 20, "abstention_precision"), "a", ("abstention_precision", "quote_hit"))
    b = as_run(cases([None] * 20, "abstention_precision"), "b", ("abstention_precision", "quote_hit"))
    comparison = compare_runs(a, b)
    row = comparison["measures"]["abstention_precision"]
    assert (row["a"], row["b"], row["difference"], row["verdict"]) == (1.0, None, None, "too_few_cases")
    assert "is undefined in B" in row["text"]
    assert "quote_hit" not in comparison["measures"]  # neither run has it
    assert "abstention_precision" in format_comparison(comparison)


def test_a_measure_of_the_cases_that_the_system_chose_is_compared_as_a_ratio():
    # A abstains on 30 cases, right on 15; B on the 15 right ones alone.
    a = as_run(cases([1.0, 0.0] * 15, "abstention_precision"), "a", ("abstention_precision",))
    b = as_run(cases([1.0, None] * 15, "abstention_precision"), "b", ("abstention_precision",))
    row = compare_runs(a, b)["measures"]["abstention_precision"]
    assert (row["a"], row["b"], row["n"], row["verdict"]) == (0.5, 1.0, 30, "better")


def test_cases_in_one_run_only_and_errors_are_left_out_and_named():
    a = [*cases([1.0] * 20), Score("only-a", {}, {"quote_hit": 1.0})]
    b = [*cases([1.0] * 20), Score("only-b", {}, {"quote_hit": 1.0})]
    a[3] = dataclasses.replace(a[3], error="E: fell over", measures={})
    b[5] = dataclasses.replace(b[5], error="E: fell over", measures={})
    comparison = compare_runs(as_run(a, "a", ("quote_hit",)), as_run(b, "b", ("quote_hit",)))
    assert comparison["n_paired"] == 18
    assert (comparison["only_in_a"], comparison["only_in_b"]) == (["only-a"], ["only-b"])
    assert comparison["warnings"] == [
        "1 case left out, only in A: only-a",
        "1 case left out, only in B: only-b",
        "1 case left out, an error in A: c003",
        "1 case left out, an error in B: c005",
    ]
    assert comparison["measures"]["quote_hit"]["n"] == 18


def test_other_suites_other_cases_and_other_measures_are_refused(base):
    other = dataclasses.replace(base, summary=base.summary | {"suite": "another"})
    with pytest.raises(RunError, match="run the same suite with both systems"):
        compare_runs(base, other)
    renamed = dataclasses.replace(
        base, scores=tuple(dataclasses.replace(row, case_id=f"x{row.case_id}") for row in base.scores)
    )
    with pytest.raises(RunError, match="no case in common"):
        compare_runs(base, renamed)
    with pytest.raises(RunError, match="no measure 'nDCG@10' in both runs"):
        compare_runs(base, base, measures=("nDCG@10",))
    with pytest.raises(ValueError, match="no correction"):
        compare_runs(base, base, correction="bonferroni")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"suite_sha256": "x"}, "key may have changed"),
        ({"key_sha256": "x"}, "score the older run again"),
        ({"documents_sha256": "x"}, "the documents differ"),
        ({"machine": {"n_cores": 2}}, "different machines"),
        ({"jobs": 4}, "latencies do not compare"),
    ],
)
def test_what_else_differs_is_told(config, words):
    (name,) = config
    a = as_run(cases([1.0] * 20), "a", ("quote_hit",), **{name: "other"})
    b = as_run(cases([1.0] * 20), "b", ("quote_hit",), **config)
    assert words in compare_runs(a, b)["warnings"][0]
    assert compare_runs(a, dataclasses.replace(b, config=a.config))["warnings"] == []


def test_another_judge_is_told(base):
    described = {"name": "chat", "prompt_sha256": "1", "errors": 0}
    a = dataclasses.replace(base, summary={**base.summary, "judge": described})
    b = dataclasses.replace(base, summary={**base.summary, "judge": {**described, "prompt_sha256": "2"}})
    same = dataclasses.replace(base, summary={**base.summary, "judge": {**described, "errors": 3}})
    assert any("different judges" in warning for warning in compare_runs(a, b)["warnings"])
    assert not any("different judges" in warning for warning in compare_runs(a, same)["warnings"])


def test_changes_are_listed_the_worst_first(base):
    def change(row):
        if row.case_id == "en-en-000":
            return with_measures(row, quote_hit=1 - row.measures["quote_hit"], token_f1=0.0)
        if row.case_id == "sv-vi-014":
            return with_measures(row, token_f1=max(0.0, row.measures["token_f1"] - 0.1), exact_match=1.0)
        return None

    rows = {row.case_id: row for row in base.scores}
    found = compare_runs(base, changed(base, change), measures=("quote_hit", "token_f1", "exact_match"))[
        "changes"
    ]
    assert {row["case_id"] for row in found} <= {"en-en-000", "sv-vi-014"}
    kinds = [row["change"] for row in found]
    assert kinds == sorted(kinds)  # losses, then wins
    sizes = [abs(row["b"] - row["a"]) for row in found if row["change"] == "loss"]
    assert sizes == sorted(sizes, reverse=True)
    flipped = next(row for row in found if row["measure"] == "quote_hit")
    assert flipped["a"] == rows["en-en-000"].measures["quote_hit"]
    assert flipped["slices"]["pair"] == ["doc_en-q_en"]


def test_two_independent_runs_of_one_system_are_not_told_apart(base):
    comparison = compare_runs(base, make_run(2), measures=FEW)
    found = [row for _, rows in everything(comparison) for row in rows.values()]
    assert not {row["verdict"] for row in found} & {"better", "worse"}
    assert comparison["n_tests"] > 20
    assert any(row["verdict"] == "too_few_cases" and row["cases_needed"] for row in found)


def everything(comparison):
    yield "", comparison["measures"]
    for values in comparison["slices"].values():
        yield from values.items()


def test_a_slice_of_all_cases_is_not_tested_twice():
    a, b = cases([1.0] * 30, pair="p", tag="t"), cases([0.0] * 15 + [1.0] * 15, pair="p", tag="t")
    comparison = compare_runs(as_run(a, "a", ("quote_hit",)), as_run(b, "b", ("quote_hit",)))
    assert comparison["n_tests"] == 1
    assert comparison["slices"]["pair"]["p"]["quote_hit"] == comparison["measures"]["quote_hit"]


def test_rankings_are_compared():
    def run(path, values):
        scores = [
            Score(
                f"q{i}", {"question_language": ("vi",)}, {"nDCG@10": value, "precision@1": float(value > 0.9)}
            )
            for i, value in enumerate(values)
        ]
        head = {"suite": "s", "kind": "retrieval", "system": "x"}
        return ScoredRun(Path(path), {}, head | summarise(scores, retrieval_figures()), tuple(scores))

    good, bad = [1.0, 0.63, 0.5] * 20, [0.63, 0.5, 0.0] * 20
    comparison = compare_runs(run("a", good), run("b", bad))
    assert comparison["measures"]["nDCG@10"]["verdict"] == "worse"
    assert {row["measure"] for row in comparison["changes"]} == {"nDCG@10"}


def test_the_text_names_the_most_important_first(base):
    def broken(row):
        lost = {name: 0.0 for name in ("quote_hit", "token_f1") if row.measures[name] is not None}
        return with_measures(row, **lost)

    text = format_comparison(compare_runs(base, changed(base, broken), measures=FEW))
    lines = text.splitlines()
    assert lines[0].startswith("A: made-up  system helpdesk  run  157 cases")
    assert "157 pairs" in lines[2]
    assert " is worse in B: " in lines[4]
    assert "question_language=" not in lines[4]
    assert any(line.startswith("  loss ") for line in lines)
    assert any(line.endswith("worse") for line in lines)
