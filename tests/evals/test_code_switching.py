"""Examples in mixed languages: what is switched, and that an answer's place is kept."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from evals.fitting.reader import code_switching
from evals.fitting.reader.code_switching import switched
from evals.fitting.reader.examples import Example
from evals.fitting.reader.questions import question_examples
from evals.fitting.reader.translation_table import translations
from evals.fitting.reader.word_pairs import WordPairs, vocabularies

DATA = Path(__file__).parents[3] / "shared" / "data" / "training"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the training sets are not beside the checkout")

TABLES = {
    "sv": {"how": "hur", "many": "många", "cities": "städer", "took": "deltog", "part": "i", "in": "i"},
    "vi": {"how": "như thế nào", "many": "nhiều", "cities": "thành phố", "in": "trong"},
    "de": {"how": "wie", "many": "viele", "cities": "städte", "part": "teil"},
}
PAIRS = WordPairs({("en", target): table for target, table in TABLES.items()})


def example(question: str, excerpt: str, answer: str) -> Example:
    start = excerpt.index(answer)
    return Example(question, "", excerpt, (start, start + len(answer)), True, True, "squad", "squad/x")


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_switching, "_WORDS", 1.0)


@pytest.mark.parametrize(
    ("seed_language", "expected"),
    [
        ("sv", "Hur många städer deltog i i the Eurocities pilot of 2022?"),
        ("vi", "Như thế nào nhiều thành phố took part trong the Eurocities pilot of 2022?"),
        ("de", "Wie viele städte took teil in the Eurocities pilot of 2022?"),
    ],
)
def test_a_question_is_switched_and_names_and_numbers_stay(
    whole: None, monkeypatch: pytest.MonkeyPatch, seed_language: str, expected: str
) -> None:
    monkeypatch.setattr(code_switching, "LANGUAGES", ("en", seed_language))
    monkeypatch.setattr(code_switching, "QUESTIONS", 1.0)
    one = example("How many cities took part in the Eurocities pilot of 2022?", "In all 14 cities did.", "14")
    found = switched(one, "en", PAIRS, random.Random(1))
    assert found.question == expected
    assert (found.excerpt, found.span) == (one.excerpt, one.span)


@pytest.mark.parametrize("language", ["sv", "vi", "de"])
@pytest.mark.parametrize(
    ("answer", "kept"), [("14 cities", "14"), ("Many cities in Norway", "Norway"), ("2022", "2022")]
)
def test_an_excerpt_is_switched_and_the_span_goes_with_its_words(
    whole: None, monkeypatch: pytest.MonkeyPatch, language: str, answer: str, kept: str
) -> None:
    monkeypatch.setattr(code_switching, "LANGUAGES", ("en", language))
    monkeypatch.setattr(code_switching, "QUESTIONS", 0.0)
    monkeypatch.setattr(code_switching, "EXCERPTS", 1.0)
    text = "Many cities in Norway, how many: 14 cities took part in 2022."
    found = switched(example("?", text, answer), "en", PAIRS, random.Random(1))
    assert found.span is not None
    words = found.excerpt[slice(*found.span)]
    expected = " ".join(PAIRS.of(word, "en", language) or word for word in answer.split())
    assert words == expected
    assert kept in words
    assert found.excerpt != text


def test_most_examples_keep_one_side_and_some_stay_whole() -> None:
    one = example("How many cities took part in it?", "How many cities? In all 14 cities took part.", "14")
    rng = random.Random(3)
    found = [switched(one, "en", PAIRS, rng) for _ in range(400)]
    assert all(item.question == one.question or item.excerpt == one.excerpt for item in found)
    unchanged = sum(item == one for item in found) / len(found)
    assert 0.2 < unchanged < 0.5
    assert all(item.span and item.excerpt[slice(*item.span)] == "14" for item in found)


def test_words_that_always_stand_together_are_translations() -> None:
    aligned = [
        ("the city grows", "thành_phố phát_triển"),
        ("the city pays", "thành_phố trả"),
        ("the school pays", "trường trả"),
        ("the school grows", "trường phát_triển"),
        ("the school", "trường"),
        ("a city pays", "thành_phố trả"),
    ] * 2
    found = translations([(one.split(), other.split()) for one, other in aligned])
    assert {word: found[word][0] for word in ("city", "school", "pays", "grows")} == {
        "city": "thành_phố",
        "school": "trường",
        "pays": "trả",
        "grows": "phát_triển",
    }
    assert all(0 < probability <= 1 + 1e-9 for _, probability in found.values())


@real
def test_vocabularies_hold_each_languages_own_words() -> None:
    found = vocabularies(DATA)
    assert {"government", "how"} <= set(found["en"])
    assert {"kommunen", "hur"} <= set(found["sv"])
    assert {"anzahl", "wie"} <= set(found["de"])
    assert {"bao nhiêu", "không"} <= set(found["vi"])
    assert not {"the", "window", "printer"} & set(found["vi"])


@real
def test_an_excerpt_without_its_answer_is_a_negative_that_keeps_the_topic() -> None:
    gapped = question_examples(DATA, random.Random(1), gaps=1.0)
    pairs = 0
    for right, gap in pairwise(gapped):
        if not (
            right.span and gap.answers is False and gap.relevant is None and right.question == gap.question
        ):
            continue
        if gap.excerpt != right.excerpt:  # a name of the question was not swapped instead
            pairs += 1
            assert right.excerpt[slice(*right.span)].casefold() not in gap.excerpt.casefold()
            assert set(gap.excerpt.split()) <= set(right.excerpt.split())
    assert pairs > 1000
