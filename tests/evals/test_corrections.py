"""Corrections: by hand, and the family-wise rate of whole comparisons of equal systems (seeded)."""

import numpy as np
import pytest

from evals.contrasts import Contrast, correct
from evals.significance.corrections import CORRECTIONS, adjust, reachable
from evals.significance.paired import Difference, sign_flip_p


def test_holm_by_hand():
    # ascending 0.01·4, 0.02·3, 0.03·2 (raised to the one before), 0.5·1
    assert adjust([0.03, 0.01, 0.5, 0.02], "holm") == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert adjust([0.4, 0.9], "holm") == pytest.approx([0.8, 0.9])
    assert adjust([0.6, 0.9], "holm") == pytest.approx([1, 1])


def test_benjamini_hochberg_by_hand():
    # ascending 0.01·4/1, 0.02·4/2, 0.03·4/3, 0.5·4/4, each lowered to the one after
    assert adjust([0.03, 0.01, 0.5, 0.02], "benjamini-hochberg") == pytest.approx([0.04, 0.04, 0.5, 0.04])


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_corrections_of_one_and_of_none(correction):
    assert adjust([0.03], correction) == pytest.approx([0.03])
    assert len(adjust([], correction)) == 0


def test_no_correction_and_an_unknown_one():
    assert list(adjust([0.01, 0.02], "none")) == [0.01, 0.02]
    with pytest.raises(ValueError, match="there are holm"):
        adjust([0.01], "bonferroni")


def test_only_tests_that_could_come_out_are_counted():
    # k = 2: two tests can reach 0.05 / 2; the third can give 0.25 at best.
    assert list(reachable([0.25, 0.001, 0.02], 0.05)) == [False, True, True]
    # At k = 1 two of them could; at k = 2 (0.025) none can.
    assert list(reachable([0.04, 0.04], 0.05)) == [False, False]
    assert list(reachable([0.01, 0.01, 0.01], 0.05)) == [True, True, True]
    assert len(reachable([], 0.05)) == 0


def contrast(sums, name="quote_hit", p=None):
    """A test of n cases of which some differ."""
    sums = np.asarray(sums, dtype=float)
    changed = sums[sums != 0]
    p_value = sign_flip_p(changed, n_permutations=500) if p is None else p
    smallest = min(1.0, 2.0 ** (1 - len(changed)))
    found = Difference(0.5, 0.5, float(sums.mean()), None, len(sums), None, 0.1, p_value, smallest)
    return Contrast(name, len(sums), 0.5, 0.5, found)


def test_the_whole_and_the_slices_share_alpha():
    overall = [contrast(np.ones(30), p=0.01), contrast(np.ones(30), "token_f1", p=0.3)]
    slices = [contrast(np.ones(20), p=0.001) for _ in range(10)]
    assert correct(overall, [*slices, overall[0], slices[0]], 0.05, "holm") == 12
    assert overall[0].p_adjusted == pytest.approx(0.01 * 2 * 2)  # two measures, half of alpha
    assert slices[0].p_adjusted == pytest.approx(0.001 * 10 * 2)
    assert (overall[0].alpha, slices[0].alpha) == pytest.approx((0.0125, 0.0025))
    alone = [contrast(np.ones(30), p=0.01)]
    assert correct(alone, [], 0.05, "holm") == 1
    assert alone[0].p_adjusted == pytest.approx(0.01)


def test_without_correction_every_test_has_the_whole_alpha():
    overall, slices = [contrast(np.ones(30), p=0.04)], [contrast(np.ones(30), p=0.03)]
    assert correct(overall, slices, 0.05, "none") == 2
    assert (overall[0].p_adjusted, slices[0].p_adjusted, slices[0].alpha) == (0.04, 0.03, 0.05)


def test_what_is_not_tested():
    few, described = contrast(np.ones(9)), contrast(np.ones(40), "n_citations")
    hardly = contrast([1.0] * 3 + [0.0] * 40, p=0.25)
    assert correct([few, described, hardly], [], 0.05, "holm") == 0
    assert (few.p_adjusted, described.p_adjusted, hardly.p_adjusted) == (None, None, 1.0)


MEASURES = ("document_hit", "quote_hit", "answer_language_accuracy", "token_f1")


def simulated(random, n=157, share=0.08, broken=None):
    """Tests of four measures over all cases, three languages and nine pairs; one language may be broken."""
    language, pair = np.arange(n) % 3, np.arange(n) % 9
    overall, slices = [], []
    for name in MEASURES:
        sums = random.choice([-1.0, 0.0, 1.0], n, p=[share, 1 - 2 * share, share])
        if name == "token_f1":
            sums *= random.random(n)
        if broken is not None:
            sums = np.where((language == broken) & (random.random(n) < 0.5), -1.0, sums)
        overall.append(contrast(sums, name))
        slices += [contrast(sums[language == value], name) for value in range(3)]
        slices += [contrast(sums[pair == value], name) for value in range(9)]
    return overall, slices


def test_equal_systems_are_called_different_in_at_most_5_percent():
    random = np.random.default_rng(17)
    n_draws = 1000
    called = dict.fromkeys(("holm", "benjamini-hochberg", "none"), 0)
    for _ in range(n_draws):
        # Systems that differ in few or in many cases, as often up as down.
        overall, slices = simulated(random, share=random.choice([0.03, 0.1, 0.25]))
        tests = [*overall, *slices]
        for correction in called:
            correct(overall, slices, 0.05, correction)
            called[correction] += any(test.p_adjusted <= 0.05 for test in tests)
    assert 0 < called["holm"] / n_draws <= 0.05
    assert 0 < called["benjamini-hochberg"] / n_draws <= 0.05  # no difference is real, so it is family-wise
    assert called["none"] / n_draws > 0.3


def test_a_broken_language_is_found_among_all_slices():
    random = np.random.default_rng(18)
    found = wrong = 0
    for _ in range(60):
        overall, slices = simulated(random, broken=1)
        correct(overall, slices, 0.05, "holm")
        by_language = [[slices[12 * measure + value] for measure in range(4)] for value in range(3)]
        found += all(test.p_adjusted <= 0.05 for test in by_language[1])
        wrong += any(test.p_adjusted <= 0.05 for test in [*by_language[0], *by_language[2]])
    assert found >= 55  # half of 52 cases lost: in every measure, nearly every time
    assert wrong <= 5
