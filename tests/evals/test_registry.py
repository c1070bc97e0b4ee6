"""What is known of every measure besides how to compute it."""

import importlib
import inspect

import pytest

from evals.measures import registry, retrieval
from evals.measures.registry import CASE_MEASURES, FACTS, JUDGED, RETRIEVAL_SET_MEASURES, SET_MEASURES

NAMES = [*CASE_MEASURES, *SET_MEASURES, *RETRIEVAL_SET_MEASURES, *retrieval.MEASURES]
LOWER = {"ece", "aurc", "latency_p50", "latency_p95", "redundancy", "model_tokens"}
NEITHER = {"answer_chars", "quoted_chars", "n_citations"}
AMOUNTS = NEITHER | {"model_tokens", "latency_p50", "latency_p95"}


@pytest.mark.parametrize("name", NAMES)
def test_which_way_is_better_and_what_lies_in_0_to_1(name):
    expected = "lower" if name in LOWER else "none" if name in NEITHER else "higher"
    assert registry.direction(name) == expected
    assert registry.is_share(name) is (name not in AMOUNTS)


def test_a_name_that_no_measure_has():
    for look_up in (registry.direction, registry.is_share):
        with pytest.raises(KeyError, match="no measure is called 'speed'"):
            look_up("speed")


def test_the_tables_fit_together():
    assert not set(CASE_MEASURES) & set(SET_MEASURES)
    assert set(JUDGED) <= set(CASE_MEASURES)
    assert all(set(measure.facts) <= set(FACTS) for measure in SET_MEASURES.values())
    assert all(measure.share for measure in CASE_MEASURES.values() if measure.proportion)


@pytest.mark.parametrize("name", [*CASE_MEASURES, *SET_MEASURES])
def test_a_measure_is_defined_in_its_module(name):
    measure = CASE_MEASURES.get(name) or SET_MEASURES[name]
    function = getattr(measure, "score", None) or measure.statistic
    module = importlib.import_module(function.__module__)
    assert name in inspect.getdoc(module), f"{module.__name__} does not say what {name} is"
