"""The risk-coverage curve, its area, and the reliability diagram, by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.measures.calibration import ece_by_chance, ece_statistic, reliability
from evals.measures.risk_coverage import answer_is_right, aurc_statistic, risk_coverage
from evals.significance import wilson
from tests.evals.factories import make_answer, make_case, observe, unanswerable_case

TABLE = np.array([(0.9, 1), (0.8, 0), (0.8, 1), (0.3, 0)], float)


def aurc(columns):
    return aurc_statistic(columns, np.ones((1, len(columns))))[0]


def test_the_curve_by_hand():
    points = risk_coverage(TABLE)
    assert [(point.confidence, point.n) for point in points] == [(0.9, 1), (0.8, 3), (0.3, 4)]
    assert [point.coverage for point in points] == [0.25, 0.75, 1.0]
    assert [point.risk for point in points] == pytest.approx([0, 1 / 3, 1 / 2])
    assert risk_coverage(np.empty((0, 2))) == []


def test_the_area_by_hand():
    # The two at 0.8 in either order: risks 0, 1/2, 1/3, 1/2 and 0, 0, 1/3, 1/2, in the mean 0, 1/4, 1/3, 1/2.
    assert aurc(TABLE) == pytest.approx((0 + 1 / 4 + 1 / 3 + 1 / 2) / 4)
    assert aurc(np.array([(0.9, 1.0), (0.1, 1.0)])) == 0
    assert aurc(np.array([(0.9, 0.0), (0.1, 0.0)])) == 1
    assert aurc(np.array([(0.5, 1.0), (0.5, 0.0)])) == 0.5  # nothing told apart: the share wrong
    # The wrong one last is best, first is worst.
    assert aurc(np.array([(0.9, 1.0), (0.1, 0.0)])) == 0.25
    assert aurc(np.array([(0.9, 0.0), (0.1, 1.0)])) == 0.75


cases = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=6
)


@given(cases)
def test_the_area_is_the_mean_over_every_order_of_equals(rows):
    """Geifman and El-Yaniv's mean of the risks at k = 1..n, over all orders that confidence allows."""
    areas = []
    for order in itertools.permutations(rows):
        confidences = [confidence for confidence, _ in order]
        if confidences != sorted(confidences, reverse=True):
            continue
        wrong = np.cumsum([1 - right for _, right in order])
        areas.append(np.mean(wrong / np.arange(1, len(order) + 1)))
    assert aurc(np.array(rows)) == pytest.approx(np.mean(areas))


@given(cases)
def test_the_curve_ends_at_the_share_of_wrong_answers(rows):
    columns = np.array(rows)
    last = risk_coverage(columns)[-1]
    assert (last.coverage, last.n) == (1, len(rows))
    assert last.risk == pytest.approx(1 - columns[:, 1].mean())


def test_draws_of_different_size_and_of_nothing():
    weights = np.array([[1, 1, 1, 1], [0, 0, 0, 0], [2, 0, 0, 1]], float)
    areas = aurc_statistic(TABLE, weights)
    assert areas[0] == pytest.approx(aurc(TABLE))
    assert np.isnan(areas[1])
    assert areas[2] == pytest.approx((0 + 0 + 1 / 3) / 3)
    assert np.isnan(aurc_statistic(np.empty((0, 2)), np.ones((1, 0)))[0])


def test_what_counts_as_right_for_risk():
    assert answer_is_right(observe(make_case(), make_answer())) == 1
    assert answer_is_right(observe(make_case(expected_quotes=("nowhere",)), make_answer())) == 0
    assert answer_is_right(observe(make_case(expected_quotes=()), make_answer())) == 1
    assert answer_is_right(observe(unanswerable_case(), make_answer())) == 0
    # A refusal is judged by the evidence it shows; without any there would be nothing right to say.
    refusal = "unanswerable_not_in_documents"
    assert answer_is_right(observe(make_case(), make_answer(outcome=refusal))) == 1
    assert answer_is_right(observe(make_case(), make_answer((), outcome=refusal))) == 0
    keyless = make_case(expected_quotes=(), expected_documents=())
    assert answer_is_right(observe(keyless, make_answer())) is None


def test_the_reliability_diagram_by_hand():
    bins = reliability(np.array([(0.0, 0), (0.1, 1), (0.11, 0), (0.85, 1), (0.9, 0), (1.0, 1)], float))
    assert len(bins) == 10
    assert [bin_.n for bin_ in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 2, 1]
    first, ninth, empty = bins[0], bins[8], bins[5]
    assert (first.low, first.high, first.mean_confidence, first.share_right) == (0.0, 0.1, 0.05, 0.5)
    assert first.ci95 == wilson(1, 2)
    assert ninth.mean_confidence == pytest.approx(0.875)
    assert (empty.mean_confidence, empty.share_right, empty.ci95) == (None, None, None)
    assert all(bin_.n == 0 for bin_ in reliability(np.empty((0, 2))))


def test_the_error_by_chance_by_hand():
    # 0.95 alone: off by 0.05 or 0.95; 0.45 and 0.5 in one bin: 0, 1 or 2 right for 0.95 of them
    assert ece_by_chance(np.array([0.95])) == pytest.approx(2 * 0.95 * 0.05)
    chances = (0.55 * 0.5, 0.45 * 0.5 + 0.55 * 0.5, 0.45 * 0.5)
    pair = sum(chance * abs(right - 0.95) for right, chance in enumerate(chances))
    assert ece_by_chance(np.array([0.45, 0.5])) == pytest.approx(pair / 2)
    assert ece_by_chance(np.array([0.0, 1.0, 1.0])) == 0


def test_the_error_by_chance_is_what_true_confidences_show():
    random = np.random.default_rng(5)
    confidence = random.uniform(0, 1, 80)
    right = random.uniform(0, 1, (1000, 80)) < confidence
    shown = [ece_statistic(np.stack([confidence, row], axis=1), np.ones((1, 80)))[0] for row in right]
    assert ece_by_chance(confidence) == pytest.approx(np.mean(shown), abs=0.005)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=40).map(np.array)
)
def test_the_diagram_holds_the_error(columns):
    bins = reliability(columns)
    assert sum(bin_.n for bin_ in bins) == len(columns)
    error = sum(bin_.n * abs(bin_.share_right - bin_.mean_confidence) for bin_ in bins if bin_.n) / len(
        columns
    )
    assert ece_statistic(columns, np.ones((1, len(columns))))[0] == pytest.approx(error)
    for bin_ in bins:
        if bin_.n:
            assert bin_.low - 1e-12 <= bin_.mean_confidence <= bin_.high + 1e-12
            assert bin_.ci95[0] <= bin_.share_right <= bin_.ci95[1]
