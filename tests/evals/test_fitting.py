"""The calibration: the fit, and the file that ships."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals.fitting.answerability import FEATURES, GIVEN, auroc, balance, fit, left_out, main
from evals.fitting.observations import Observation, answers_where_documents_are
from helpdesk_bot.answerability import calibration


def observation(suite: str, place: int, answers: bool, likeness: float) -> Observation:
    features = {"likeness": likeness, "same_language": float(place % 2), "missing_names": 0.0}
    return Observation(suite, str(place), "shown" if answers else "hidden", answers, features)


def drawn(n: int, seed: int = 3) -> list[Observation]:
    random = np.random.default_rng(seed)
    return [
        observation(
            f"set-{place % 3}", place, bool(answers), float(random.normal(0.1 if answers else -0.1, 0.1))
        )
        for place, answers in enumerate(random.random(n) < 0.5)
    ]


def test_the_fit_finds_the_coefficients_that_made_the_data() -> None:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(20_000, 2))
    probability = 1 / (1 + np.exp(-(0.5 + 2.0 * matrix[:, 0] - 1.0 * matrix[:, 1])))
    labels = (random.random(len(matrix)) < probability).astype(float)
    weights, intercept = fit(matrix, labels, np.ones(len(matrix)))
    assert weights == pytest.approx([2.0, -1.0], abs=0.1)
    assert intercept == pytest.approx(0.5, abs=0.1)


def test_an_offset_is_taken_as_given() -> None:
    random = np.random.default_rng(2)
    matrix, offset = random.normal(size=(20_000, 1)), random.normal(size=20_000)
    probability = 1 / (1 + np.exp(-(0.5 + 2.0 * matrix[:, 0] + offset)))
    labels = (random.random(len(matrix)) < probability).astype(float)
    weights, intercept = fit(matrix, labels, np.ones(len(matrix)), offset)
    assert weights == pytest.approx([2.0], abs=0.1)
    assert intercept == pytest.approx(0.5, abs=0.1)


def test_auroc_by_hand() -> None:
    assert auroc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([1, 1, 0, 0])) == pytest.approx(3.5 / 4)


def test_every_set_weighs_the_same_and_answers_make_up_their_share() -> None:
    observations = [observation("large", place, place % 4 == 0, 0.0) for place in range(40)]
    observations += [observation("small", place, place % 2 == 0, 0.0) for place in range(4)]
    weights = balance(observations)
    large = np.array([each.suite == "large" for each in observations])
    answers = np.array([each.answers for each in observations])
    assert weights[large].sum() == pytest.approx(weights[~large].sum())
    assert weights[answers].sum() / weights.sum() == pytest.approx(0.6)


def test_a_set_is_judged_by_a_fit_without_it() -> None:
    figures = left_out(drawn(300))
    assert set(figures) == {"set-0", "set-1", "set-2"}
    assert all(values["auroc"] > 0.8 for values in figures.values())


def test_the_command_writes_a_calibration_with_its_provenance(tmp_path: Path) -> None:
    lines = [json.dumps(each.to_json()) for each in drawn(120)]
    (tmp_path / "observations.jsonl").write_text("\n".join(lines))
    out = tmp_path / "calibration.json"
    arguments = [str(tmp_path), "--observations", str(tmp_path / "observations.jsonl"), "--out", str(out)]
    assert main(arguments) == 0
    written = json.loads(out.read_text())
    assert set(written["weights"]) == {*FEATURES, *GIVEN}
    assert written["weights"]["likeness"] > 0
    assert written["provenance"]["n_observations"] == 120


def test_the_calibration_that_ships_says_where_it_comes_from() -> None:
    shipped = calibration()
    assert set(shipped.weights) == {*FEATURES, *GIVEN}
    assert shipped.provenance["n_observations"]
    assert len(shipped.weights) + 1 <= 20
    low = shipped.probability({"likeness": -0.2, "same_language": 1.0, "kind_missing": -2.0})
    high = shipped.probability({"likeness": 0.2, "same_language": 1.0, "kind_missing": 0.0})
    assert 0 < low < 0.35 < high < 1


def test_a_question_across_languages_is_judged_by_the_answer_as_the_documents_have_it(tmp_path: Path) -> None:
    for name, answer in (("pairs-vi", "ba trăm"), ("pairs-x-doc_vi-q_en", "three hundred")):
        (tmp_path / name / "qrels").mkdir(parents=True)
        (tmp_path / name / "corpus.jsonl").write_text(
            json.dumps({"_id": "d", "title": "", "text": "Có ba trăm thư viện."}) + "\n", "utf-8"
        )
        query = {"_id": "q", "text": "How many libraries are there?", "answer": answer}
        (tmp_path / name / "queries.jsonl").write_text(json.dumps(query) + "\n", "utf-8")
        (tmp_path / name / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n", "utf-8")
    assert answers_where_documents_are(tmp_path / "pairs-x-doc_vi-q_en") == {"q": ("ba trăm",)}
    assert answers_where_documents_are(tmp_path / "pairs-vi") == {}
    assert answers_where_documents_are(tmp_path / "other-x-doc_sv-q_en") == {}
