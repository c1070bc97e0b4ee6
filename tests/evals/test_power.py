"""How many cases it takes: by hand, and that as many do show the difference in 80 % of comparisons."""

import numpy as np
import pytest

from evals.significance.paired import sign_flip_p
from evals.significance.power import cases_needed


def test_cases_needed_by_hand():
    # sd 0.5 over 100 cases; ((1.959964 + 0.841621) · 0.5 / 0.05)² = 784.9
    assert cases_needed(100, 0.05, 0.05, 0.05) == 785
    # Twice the spread takes four times the cases, whatever the number at hand.
    assert cases_needed(400, 0.05, 0.05, 0.05) == pytest.approx(4 * 785, abs=3)
    assert cases_needed(100, 0.05, 0.05, 0.05 / 20) > 785


@pytest.mark.parametrize(("n", "error", "difference"), [(1, 0.1, 0.05), (50, 0.0, 0.05), (50, 0.1, 0.0)])
def test_cases_that_tell_no_spread(n, error, difference):
    assert cases_needed(n, error, difference, 0.05) is None


def test_as_many_cases_show_the_difference_in_80_percent():
    random = np.random.default_rng(8)
    chances = [0.15, 0.75, 0.10]  # lost, same, won: a loss of 0.05, sd 0.4975
    n = cases_needed(1000, np.sqrt(0.25 - 0.05**2) / np.sqrt(1000), 0.05, 0.05)
    differences = random.choice([-1.0, 0.0, 1.0], size=(400, n), p=chances)
    found = [sign_flip_p(row[row != 0]) <= 0.05 for row in differences]
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)
