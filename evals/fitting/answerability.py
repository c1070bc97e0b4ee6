"""Fit the calibration of answerability, and write it with its provenance.

    python -m evals.fitting.answerability ../shared/data/retrieval

asks questions of the development sets (one half of their documents, see
`observations`), fits a ridge logistic model, prints how well it does on each
set when that set is left out, and writes ``helpdesk_bot/calibration.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.fitting.observations import Observation, observe, read_observations
from helpdesk_bot.settings import load_settings
from index.embedding import open_embedder

SETS = {
    "xquad-x-doc_en-q_vi": 60,
    "xquad-x-doc_vi-q_en": 60,
    "xquad-x-doc_en-q_sv-mt": 60,
    "swefaq-dev": 50,
    "clapnq-en": 60,
    "swequad-mc-dev": 40,
    "squad2-en": 80,
    "squad2-sv": 60,
    "xquad-vi": 40,
    "conditionalqa-en": 60,
}
"""Development sets and how many questions of each: several languages, pairs of languages, near misses.

Sets whose queries are titles (laws, help pages) are left out: nobody asks like that, and which of
two like pages is the right one says nothing of whether a question is answered."""

FEATURES = ("likeness", "same_language", "missing_names")
"""The signals that hold from one kind of collection to another (docs/decisions)."""

READING = ("likeness", "same_language", "reader_answers", "reader_span", "length")
"""With what the trained reader says, at depth ``deep``, and how long the question is: a short one lies
near to everything, and of a long one the reader is stricter. Without reading it stays out: there a longer
question is answered less often."""

GIVEN_READING = {"kind_missing": 1.0, "missing_names": -1.0, "other_country": -1.0}
"""Not fitted either. Names that no passage holds are rare in the sets, whose questions are all asked of
their own documents; fitted, their weight is -0.6 without reading and about 0 with it. They are what tells
a question about something else from one about these documents, hence the round number, set by hand:
on the answer suites -0.9 and -1.0 refuse best, -0.6 and -1.3 worse. The document of another country than
the one asked about counts once more, by the same round number: too few questions turn on it to choose one."""

GIVEN = {"kind_missing": 1.0, "other_country": -1.0}
"""Signals whose weight is not fitted: a log likelihood ratio counts once. Too few questions of the
sets miss the kind of thing they ask for to fit it here; its rates are counted on the training
questions (`evals.fitting.kinds`)."""

SIMILARITY_ONLY = ("dense",)
"""The one signal of the threshold on similarity that the calibration is measured against."""

ANSWERABLE_SHARE = 0.6
"""Share of questions that the documents answer, which the probability is calibrated to."""

RIDGE = 3.0
SEED = 1
HALF = 0

Array = npt.NDArray[np.float64]


def fit(
    matrix: Array, labels: Array, sample_weights: Array, offset: Array | None = None
) -> tuple[Array, float]:
    """Fit a ridge logistic regression by Newton's method.

    Args:
        matrix: ``(n, n_features)``.
        labels: ``(n,)``, 0 or 1.
        sample_weights: ``(n,)``.
        offset: ``(n,)``, what the logit holds beside the fitted signals.

    Returns:
        weights ``(n_features,)`` and intercept, on the features as they are.
    """
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    design = np.c_[np.ones(len(matrix)), (matrix - mean) / spread]
    ridge = RIDGE * np.r_[0.0, np.ones(matrix.shape[1])]
    beta = np.zeros(design.shape[1])
    given = np.zeros(len(matrix)) if offset is None else offset
    for _ in range(50):
        probability = 1.0 / (1.0 + np.exp(-(design @ beta + given)))
        gradient = design.T @ (sample_weights * (probability - labels)) + ridge * beta
        curvature = design.T * (sample_weights * probability * (1 - probability))
        step = np.linalg.solve(curvature @ design + np.diag(ridge), gradient)
        beta -= step
        if float(np.abs(step).max()) < 1e-9:
            break
    weights = beta[1:] / spread
    return weights, float(beta[0] - weights @ mean)


def balance(observations: Sequence[Observation]) -> Array:
    """Return weights ``(n,)``: every set counts the same, and answers make up `ANSWERABLE_SHARE` of it."""
    weights = np.zeros(len(observations))
    groups: dict[tuple[str, bool], list[int]] = {}
    for place, each in enumerate(observations):
        groups.setdefault((each.suite, each.answers), []).append(place)
    n_sets = len({suite for suite, _ in groups})
    for (_, answers), places in groups.items():
        share = ANSWERABLE_SHARE if answers else 1 - ANSWERABLE_SHARE
        weights[places] = len(observations) * share / n_sets / len(places)
    return weights


def auroc(scores: Array, labels: Array) -> float:
    """Return the probability that an answer scores above a non-answer, ties counting half."""
    positive, negative = scores[labels == 1][:, None], scores[labels == 0][None, :]
    return float((positive > negative).mean() + 0.5 * (positive == negative).mean())


def left_out(
    observations: Sequence[Observation],
    names: Sequence[str] = FEATURES,
    given: Mapping[str, float] = GIVEN,
) -> dict[str, dict[str, float]]:
    """Return, for each set, how well a fit on the other sets does on it."""
    matrix, labels, weights = _arrays(observations, names)
    offset = _offset(observations, given)
    suites = np.array([each.suite for each in observations])
    figures = {}
    for suite in sorted(set(suites)):
        held = suites == suite
        fitted, intercept = fit(matrix[~held], labels[~held], weights[~held], offset[~held])
        probability = 1.0 / (1.0 + np.exp(-(matrix[held] @ fitted + intercept + offset[held])))
        figures[str(suite)] = {
            "n": float(held.sum()),
            "auroc": auroc(probability, labels[held]),
            "accuracy_at_half": float(((probability > 0.5) == (labels[held] == 1)).mean()),
        }
    return figures


def _arrays(
    observations: Sequence[Observation], names: Sequence[str] = FEATURES
) -> tuple[Array, Array, Array]:
    matrix = np.array([[each.features.get(name, 0.0) for name in names] for each in observations])
    labels = np.array([float(each.answers) for each in observations])
    return matrix, labels, balance(observations)


def _offset(observations: Sequence[Observation], given: Mapping[str, float] = GIVEN) -> Array:
    return np.array(
        [
            sum(weight * each.features.get(name, 0.0) for name, weight in given.items())
            for each in observations
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Fit and write; see the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", type=Path, help="folder of the development sets, in BEIR's format")
    parser.add_argument("--cache", type=Path, default=Path("var/fitting"), help="folder for their indexes")
    parser.add_argument("--observations", type=Path, help="JSON lines of an earlier run: fit on them again")
    parser.add_argument("--out", type=Path, default=Path("helpdesk_bot/calibration.json"))
    options = parser.parse_args(argv)
    observations = read_observations(options.observations) if options.observations else _observe(options)
    figures = {"fast": left_out(observations), "deep": left_out(observations, READING, GIVEN_READING)}
    for depth, sets in figures.items():
        for suite, values in sets.items():
            print(depth, suite, {name: round(value, 3) for name, value in values.items()})
    document: dict[str, Any] = {
        **_fitted(observations, FEATURES, GIVEN),
        "reading": _fitted(observations, READING, GIVEN_READING),
        "similarity_only": _fitted(observations, SIMILARITY_ONLY, {}),
        "provenance": {
            "made_by": "python -m evals.fitting.answerability",
            "not_fitted": {"fast": GIVEN, "deep": GIVEN_READING},
            "made_at": datetime.now(UTC).date().isoformat(),
            "sets": SETS,
            "half": HALF,
            "seed": SEED,
            "ridge": RIDGE,
            "answerable_share": ANSWERABLE_SHARE,
            "n_observations": len(observations),
            "left_out": {
                depth: {
                    suite: {name: round(value, 3) for name, value in values.items()}
                    for suite, values in sets.items()
                }
                for depth, sets in figures.items()
            },
        },
    }
    options.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def _fitted(
    observations: Sequence[Observation], names: Sequence[str], given: Mapping[str, float]
) -> dict[str, Any]:
    offset = _offset(observations, given) if given else None
    fitted, intercept = fit(*_arrays(observations, names), offset)
    weights = {name: round(float(value), 4) for name, value in zip(names, fitted, strict=True)}
    return {"weights": {**weights, **given}, "intercept": round(intercept, 4)}


def _observe(options: argparse.Namespace) -> list[Observation]:
    settings = load_settings(data_dir=options.cache, depth="deep")
    embedder = open_embedder(settings.embedder, settings.model_cache)
    options.cache.mkdir(parents=True, exist_ok=True)
    found: list[Observation] = []
    with (options.cache / "observations.jsonl").open("w", encoding="utf-8") as file:
        for name, most in SETS.items():
            print(name, file=sys.stderr, flush=True)
            folder = options.sets / name
            for each in observe(folder, settings, embedder, most=most, seed=SEED, half=HALF):
                found.append(each)
                file.write(json.dumps(each.to_json(), ensure_ascii=False) + "\n")
            file.flush()
    return found


if __name__ == "__main__":
    raise SystemExit(main())
