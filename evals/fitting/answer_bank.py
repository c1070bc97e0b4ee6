"""Choose and measure the threshold at which two questions are taken to ask the same.

    python -m evals.fitting.answer_bank ../shared/data/retrieval

asks the questions of XQuAD, which exist in several languages, of a bank that holds the questions of
the same articles in another language, through the comparison that serves answers. Each is asked
twice: with its own entry in the bank, and without it, so that whatever is served is wrong. In both
the bank is full of near misses: every other question on the same paragraph is in it. The threshold
is chosen on one half of the articles' paragraphs and reported on the other.

Also asked: the questions of the suites of a bank of all the others there, where nothing may be served.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.significance.intervals import wilson
from helpdesk_bot.answer_bank.agreement import differ, named
from helpdesk_bot.answer_bank.phrasings import WEIGHTS, allowance, question_vectors
from helpdesk_bot.settings import load_settings
from index.chunks import FloatArray
from index.embedding import open_embedder
from index.language_directions import language_directions

SETS = {
    "en": "xquad-en",
    "de": "xquad-de",
    "vi": "xquad-vi",
}
SUITES = ("near-misses", "starter", "policy-five")
LOWEST = 0.8
"""Pairs below this likeness are not looked at."""
PRECISION = 0.99


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of one language in one order: ``vectors`` is ``(n, 2, dim)``."""

    language: str
    texts: tuple[str, ...]
    vectors: FloatArray


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked of a bank: the likeness at which it is served, -1 where it never is.

    ``right``: by its own entry. ``wrong``: by another one, while its own is not in the bank.
    """

    fits: bool
    pair: str
    right: float
    wrong: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the development sets")
    parser.add_argument("--paragraphs", type=int, default=120, help="of XQuAD, in the order of their ids")
    parser.add_argument("--suites", type=Path, default=Path("evals/suites"), help="folder of the suites")
    given = parser.parse_args(arguments)
    settings = load_settings()
    embedder = open_embedder(settings.embedder, settings.model_cache)
    directions = language_directions(embedder, settings.model_cache)

    def embed(text: str) -> FloatArray:
        return directions.neutral(embedder.embed_queries([text])[0])

    def asked(language: str, texts: Sequence[str]) -> Asked:
        print(f"embedding {len(texts)} questions in {language}", file=sys.stderr)
        vectors = np.stack([question_vectors(text, language, embed) for text in texts])
        return Asked(language, tuple(texts), vectors)

    ids, paragraphs, answers, texts = _read(given.data, given.paragraphs)
    banks = {language: asked(language, texts[language]) for language in SETS}
    outcomes = _ask(banks, paragraphs, _same_question(texts, answers))
    across = [outcome for outcome in outcomes if outcome.pair.split("-")[0] != outcome.pair.split("-")[1]]
    threshold = _choose([outcome for outcome in across if outcome.fits])
    print(f"{len(ids)} questions, {len(set(paragraphs))} paragraphs; threshold chosen: {threshold:.3f}\n")
    _report(across, threshold)
    alone = [o for o in outcomes if o not in across and not o.fits]
    false = sum(outcome.wrong >= threshold for outcome in alone)
    low, high = wilson(false, len(alone))
    print(f"within one language, served by another question: {false} of {len(alone)} [{low:.4f}, {high:.4f}]")
    for name in SUITES:
        _suite(given.suites / name, asked, threshold)
    return 0


def _read(data: Path, most: int) -> tuple[list[str], list[str], list[str], dict[str, list[str]]]:
    rows = {language: _rows(data / name / "queries.jsonl") for language, name in SETS.items()}
    english = rows["en"]
    owner: dict[str, str] = {}
    for line in (data / SETS["en"] / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, _ = line.split("\t")
        owner[query] = document
    shared = [each for each in english if all(each in found for found in rows.values())]
    known = sorted({owner[each] for each in shared})
    chosen = set(known[:: max(1, len(known) // most)][:most])
    ids = [each for each in shared if owner[each] in chosen]
    texts = {language: [rows[language][each]["text"] for each in ids] for language in SETS}
    return ids, [owner[each] for each in ids], [english[each]["answer"] for each in ids], texts


def _rows(path: Path) -> dict[str, dict[str, str]]:
    return {row["_id"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}


def _same_question(texts: dict[str, list[str]], answers: list[str]) -> set[tuple[int, int]]:
    """Return the pairs that are no different questions: one text in some language, or one answer."""
    found = set()
    for keys in (*texts.values(), answers):
        places: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            places.setdefault(" ".join(key.casefold().strip(" ?").split()), []).append(place)
        for group in places.values():
            found |= set(itertools.permutations(group, 2))
    return found


def _ask(banks: dict[str, Asked], paragraphs: list[str], same: set[tuple[int, int]]) -> list[Outcome]:
    outcomes = []
    halves = {each: place % 2 == 0 for place, each in enumerate(sorted(set(paragraphs)))}
    for asker, bank in itertools.product(banks.values(), repeat=2):
        likeness = _likeness(asker, bank)
        for place, text in enumerate(asker.texts):
            question = named(text, asker.language)
            right = wrong = -1.0
            for other in np.flatnonzero(likeness[place] >= LOWEST):
                if (place, int(other)) in same:
                    continue
                if differ(question, named(bank.texts[other], bank.language)) is not None:
                    continue
                if other == place:
                    right = float(likeness[place, other])
                else:
                    wrong = max(wrong, float(likeness[place, other]))
            pair = f"{asker.language}-{bank.language}"
            # With its own entry in the bank the more alike of the two is served.
            outcomes.append(Outcome(halves[paragraphs[place]], pair, right if right > wrong else -1.0, wrong))
    return outcomes


def _likeness(asker: Asked, bank: Asked) -> FloatArray:
    whole, nameless = (np.float32(weight) for weight in WEIGHTS)
    found: FloatArray = (
        whole * (asker.vectors[:, 0] @ bank.vectors[:, 0].T)
        + nameless * (asker.vectors[:, 1] @ bank.vectors[:, 1].T)
        + allowance(asker.language, bank.language)
    ).astype(np.float32)
    return found


def _choose(outcomes: Sequence[Outcome]) -> float:
    """Return the lowest threshold, in steps of 0.005, from which on the precision is high enough."""
    steps = [float(step) for step in np.arange(0.99, LOWEST, -0.005)]
    best = steps[0]
    for threshold in steps:
        right, wrong = _counts(outcomes, threshold)
        if right + wrong and right / (right + wrong) < PRECISION:
            break
        best = threshold
    return round(best, 3)


def _counts(outcomes: Sequence[Outcome], threshold: float) -> tuple[int, int]:
    return (
        sum(outcome.right >= threshold for outcome in outcomes),
        sum(outcome.wrong >= threshold for outcome in outcomes),
    )


def _report(outcomes: Sequence[Outcome], threshold: float) -> None:
    print("threshold  half      asked  served right  served wrong  precision [95 %]        found [95 %]")
    for fits, half in ((True, "choosing"), (False, "held out")):
        asked = [outcome for outcome in outcomes if outcome.fits == fits]
        for step in (threshold - 0.03, threshold - 0.02, threshold - 0.01, threshold - 0.005, threshold):
            right, wrong = _counts(asked, step)
            served = max(1, right + wrong)
            low, high = wilson(right, served)
            least, most = wilson(right, len(asked))
            print(
                f"{step:.3f}      {half}  {len(asked):5d}  {right:12d}  {wrong:12d}"
                f"  {right / served:.4f} [{low:.3f}, {high:.3f}]"
                f"  {right / len(asked):.3f} [{least:.3f}, {most:.3f}]"
            )
    print()
    for pair in sorted({outcome.pair for outcome in outcomes}):
        held = [outcome for outcome in outcomes if outcome.pair == pair and not outcome.fits]
        right, wrong = _counts(held, threshold)
        print(f"{pair}: {right} right, {wrong} wrong of {len(held)}")
    print()


def _suite(folder: Path, asked: object, threshold: float) -> None:
    """Ask each question of a suite of a bank of all the others: whatever is served is wrong."""
    lines = (folder / "cases.jsonl").read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if not case.get("history")]
    texts: dict[str, list[str]] = {}
    for case in cases:
        texts.setdefault(case["language"], []).append(case["question"])
    groups = [asked(language, found) for language, found in texts.items()]  # type: ignore[operator]
    false = []
    for asker, bank in itertools.product(groups, repeat=2):
        likeness = _likeness(asker, bank)
        for place, other in np.argwhere(likeness >= threshold):
            one, two = asker.texts[place], bank.texts[other]
            if one != two and differ(named(one, asker.language), named(two, bank.language)) is None:
                false.append((float(likeness[place, other]), one, two))
    low, high = wilson(len({one for _, one, _ in false}), len(cases))
    print(
        f"{folder.name}: {len({one for _, one, _ in false})} of {len(cases)} served [{low:.4f}, {high:.4f}]"
    )
    for likeness_of, one, two in sorted(false, reverse=True)[:20]:
        print(f"  {likeness_of:.3f}  {one}  |  {two}")


if __name__ == "__main__":
    sys.exit(main())
