"""The gate: regressions are caught with the slice named, the unchanged system passes every time."""

import dataclasses

import numpy as np
import pytest

from evals.gate import format_gate, gate
from evals.suite import Gate
from tests.evals.simulated_runs import (
    LANGUAGES,
    as_run,
    changed,
    make_run,
    noisy,
    with_measures,
    without_citations,
)

SUITE_GATE = Gate(
    minimum={"span_validity": 1.0},
    smallest_difference={"document_hit": 0.05, "quote_hit": 0.05, "abstention_f1": 0.05},
)


@pytest.fixture(scope="module")
def baseline():
    return make_run()


def worse_in(result, where):
    return [reason for reason in result.reasons if f"worse in {where}" in reason]


def test_the_same_run_passes(baseline):
    result = gate(baseline, baseline, SUITE_GATE)
    assert result.passed
    assert result.reasons == ()
    assert "Gate passed" in format_gate(result)
    assert result.to_json()["comparison"]["n_paired"] == 157


def test_the_unchanged_system_passes_20_of_20_with_a_little_noise(baseline):
    runs = [noisy(baseline, seed, n_flips=2 + seed % 5) for seed in range(20)]
    assert any(run.scores != baseline.scores for run in runs)
    assert [gate(run, baseline, SUITE_GATE).reasons for run in runs] == [()] * 20


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dimension", ["question_language", "document_language"])
def test_broken_citations_of_half_of_one_language_are_caught(baseline, language, dimension):
    random = np.random.default_rng(3)

    def broken(score):
        hit = score.slices.get(dimension) == (language,) and "document_language" in score.slices
        return without_citations(score) if hit and random.random() < 0.5 else None

    result = gate(changed(baseline, broken), baseline, SUITE_GATE)
    assert not result.passed
    assert any(reason.startswith("document_hit ") for reason in worse_in(result, f"{dimension}={language}"))
    for other in set(LANGUAGES) - {language}:
        assert not worse_in(result, f"{dimension}={other}")
    assert "p = " in worse_in(result, f"{dimension}={language}")[0]


def test_one_broken_pair_is_caught(baseline):
    def broken(score):
        return without_citations(score) if score.slices.get("pair") == ("doc_vi-q_sv",) else None

    result = gate(changed(baseline, broken), baseline, SUITE_GATE)
    assert worse_in(result, "pair=doc_vi-q_sv")
    assert not worse_in(result, "pair=doc_vi-q_vi")


def test_answering_everything_is_caught(baseline):
    def answer(score):
        recall = None if score.measures["abstention_recall"] is None else 0.0
        return with_measures(score, {"abstained": 0.0}, abstention_recall=recall, abstention_precision=None)

    result = gate(changed(baseline, answer), baseline, SUITE_GATE)
    assert not result.passed
    text = format_gate(result)
    assert "abstention_recall is worse over all cases: " in text
    assert "abstention_f1 is worse over all cases: " in text
    assert "abstention_recall is worse in tag=near" in text
    assert any("abstention_precision was" in reason and "is undefined" in reason for reason in result.reasons)


def test_a_modest_loss_across_the_board_is_caught(baseline):
    def lose(score):
        number = int(score.case_id[-3:])
        lost = score.measures["quote_hit"] == 1 and number % 6 == 0
        return with_measures(score, quote_hit=0.0, quote_hit_first=0.0) if lost else None

    run = changed(baseline, lose)
    loss = baseline.summary["measures"]["quote_hit"]["mean"] - run.summary["measures"]["quote_hit"]["mean"]
    assert 0.08 < loss < 0.16
    result = gate(run, baseline, SUITE_GATE)
    assert any(reason.startswith("quote_hit is worse over all cases") for reason in result.reasons)


def test_a_gain_passes(baseline):
    def gain(score):
        return with_measures(score, quote_hit=1.0) if score.measures["quote_hit"] == 0 else None

    result = gate(changed(baseline, gain), baseline, SUITE_GATE)
    assert result.passed
    assert result.comparison["measures"]["quote_hit"]["verdict"] == "better"


def test_a_missed_bound(baseline):
    result = gate(
        baseline,
        baseline,
        Gate(minimum={"quote_hit": 0.99, "citation_recall": 0.5}, maximum={"ece": 0.01, "latency_p95": 1e6}),
    )
    assert [reason.split(",")[0].split(":")[0] for reason in result.reasons] == [
        f"quote_hit is {baseline.summary['measures']['quote_hit']['mean']:.4g}",
        "citation_recall",
        f"ece is {baseline.summary['measures']['ece']['mean']:.4g}",
    ]
    assert "below the minimum of 0.99 (n = 109)" in result.reasons[0]
    assert "the run does not measure it" in result.reasons[1]
    assert "above the maximum of 0.01" in result.reasons[2]
    nothing = as_run([with_measures(score, quote_hit=None) for score in baseline.scores])
    assert (
        "it is undefined in the run" in gate(nothing, baseline, Gate(minimum={"quote_hit": 0.1})).reasons[0]
    )


def test_new_errors_and_missing_cases(baseline):
    failed = dataclasses.replace(baseline.scores[0], error="E: fell over", measures={}, facts={})
    run = as_run([failed, *baseline.scores[1:]])
    assert gate(run, baseline, SUITE_GATE).reasons == (f"1 new error: {failed.case_id}",)
    assert gate(run, run, SUITE_GATE).passed  # an error that was there before is no news
    cut = as_run(baseline.scores[:-7])
    (reason,) = gate(cut, baseline, SUITE_GATE).reasons
    assert reason.startswith("7 cases of the baseline missing in the run: ")
    assert reason.endswith(", ...")
    assert gate(baseline, cut, SUITE_GATE).passed  # more cases than before are welcome


def test_a_slower_hour_fails_only_where_the_gate_names_latency(baseline):
    slow = changed(
        baseline, lambda score: with_measures(score, {"latency_ms": score.facts["latency_ms"] * 1.5})
    )
    assert gate(slow, baseline, SUITE_GATE).passed
    named = dataclasses.replace(SUITE_GATE, smallest_difference={"latency_p50": 50.0})
    reasons = gate(slow, baseline, named).reasons
    assert any(reason.startswith("latency_p50 is worse over all cases") for reason in reasons)
    assert not any(reason.startswith("latency_p95") for reason in reasons)


def test_a_measure_that_is_gone_or_undefined_in_one_language_is_a_loss(baseline):
    kept = {name: entry for name, entry in baseline.summary["measures"].items() if name != "quote_hit"}
    without = dataclasses.replace(baseline, summary={**baseline.summary, "measures": kept})
    assert any("quote_hit was measured" in reason for reason in gate(without, baseline, Gate()).reasons)

    def blind(score):
        if score.slices["question_language"] != ("sv",):
            return score
        return dataclasses.replace(score, measures={**score.measures, "quote_hit": None})

    half = dataclasses.replace(baseline, scores=tuple(map(blind, baseline.scores)))
    reasons = gate(half, baseline, Gate()).reasons
    assert any("in question_language=sv and is undefined in the run" in reason for reason in reasons)
    assert not any("question_language=en" in reason for reason in reasons)


def test_a_mean_that_is_no_number_keeps_no_bound(baseline):
    broken = {**baseline.summary["measures"]["quote_hit"], "mean": float("nan")}
    measures = {**baseline.summary["measures"], "quote_hit": broken}
    run = dataclasses.replace(baseline, summary={**baseline.summary, "measures": measures})
    assert any(
        "below the minimum" in reason
        for reason in gate(run, baseline, Gate(minimum={"quote_hit": 0.1})).reasons
    )


def test_another_judge_is_a_reason(baseline):
    runs = [
        dataclasses.replace(baseline, summary={**baseline.summary, "judge": {"name": name, "errors": 0}})
        for name in ("words", "chat")
    ]
    assert any("another judge" in reason for reason in gate(*runs, Gate()).reasons)
