"""Measures against values worked out by hand; ties, empty and missing things among them."""

import math
import unicodedata

import numpy as np
import pytest

from evals.measures import abstention, calibration, latency, risk_coverage, short_answer
from evals.measures.answer_language import answer_language_accuracy
from evals.measures.document_hit import document_hit, document_hit_any
from evals.measures.normalisation import answer_tokens, squash
from evals.measures.observation import FOREIGN
from evals.measures.quote_hit import quote_hit, quote_hit_first
from evals.measures.quote_limits import quote_limits
from evals.measures.spans import span_validity
from tests.evals.factories import QUOTES, make_answer, make_case, make_citation, observe, unanswerable_case


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_document_hit_looks_at_the_first_citation_by_number(language):
    right, wrong = f"doc-{language}", "doc-en" if language != "en" else "doc-sv"
    case = make_case(language=language, document=right)
    both = make_answer((wrong, right))
    assert document_hit(observe(case, make_answer((right,)))) == 1
    assert document_hit(observe(case, both)) == 0
    assert document_hit_any(observe(case, both)) == 1
    turned = both | {"citations": [c | {"number": 3 - c["number"]} for c in both["citations"]]}
    assert document_hit(observe(case, turned)) == 1
    assert document_hit(observe(case, make_answer(()))) == 0
    assert document_hit(observe(unanswerable_case(), make_answer((right,)))) is None


@pytest.mark.parametrize(
    ("expected", "document"),
    [
        ("492 OFFICIALS", "doc-en"),
        ("undersökningen\n omfattade", "doc-sv"),
        (unicodedata.normalize("NFD", "Undersökningen"), "doc-sv"),
        (unicodedata.normalize("NFD", "công  chức"), "doc-vi"),
    ],
)
def test_quote_hit_squashes_form_case_and_space(expected, document):
    case = make_case(document=document, expected_quotes=("nowhere", expected))
    other = "doc-en" if document != "doc-en" else "doc-sv"
    assert quote_hit(observe(case, make_answer((other, document)))) == 1
    assert quote_hit_first(observe(case, make_answer((other, document)))) == 0
    assert quote_hit(observe(case, make_answer((other,)))) == 0
    assert quote_hit(observe(case, make_answer(()))) == 0
    assert quote_hit(observe(make_case(expected_quotes=()), make_answer())) is None


def test_squash_meets_case_folding_that_leaves_the_normal_form():
    assert squash("  Straße\u00a0İ ") == squash("STRASSE i̇")


@pytest.mark.parametrize(
    ("actual", "expected", "language", "exact", "f1"),
    [
        ("The Saxon Garden.", "saxon garden", "en", 1, 1.0),
        ("in the Saxon Garden", "Saxon Garden", "en", 0, 0.8),  # 2 of 3 right, 2 of 2 found
        ("the", "a", "en", 1, 0.0),  # SQuAD's own oddity: both are empty
        ("de 492 tjänstemännen", "492 tjänstemännen", "sv", 1, 1.0),
        ("de 492", "492", "xx", 0, 2 / 3),  # a language without a list keeps every word
        ("những 492 công chức", "492 công chức", "vi", 1, 1.0),
        ("das 19. Jahrhundert", "19 jahrhundert", "de", 1, 1.0),
        ("l’État", "État", "fr", 1, 1.0),
        ("red red blue", "red blue blue", "en", 0, 2 / 3),  # words count as often as they stand
        ("", "492", "en", 0, 0.0),
    ],
)
def test_short_answers_by_hand(actual, expected, language, exact, f1):
    assert short_answer.exact(actual, expected, language) == exact
    assert short_answer.f1(actual, expected, language) == pytest.approx(f1)


def test_short_answer_takes_the_best_key_and_the_language_of_the_quote():
    case = make_case(expected_answers=("something else", "det 492"), document="doc-sv")
    observation = observe(case, make_answer(("doc-sv",), short="492"))
    assert short_answer.exact_match(observation) == 1  # "det" is an article in Swedish only
    assert short_answer.token_f1(observation) == 1
    assert short_answer.token_f1(observe(case, make_answer(short=None))) == 0
    assert short_answer.exact_match(observe(unanswerable_case(), make_answer())) is None
    assert short_answer.token_f1(observe(unanswerable_case(), make_answer())) is None
    stray = make_answer() | {
        "short_answer": {"text": "det 492", "citation_id": "gone", "start_char": 0, "end_char": 7}
    }
    assert short_answer.exact_match(observe(make_case(language="sv"), stray)) == 1


def test_tokens_drop_punctuation_of_every_script():
    assert answer_tokens("„Đúng” — 3,5 %!", "vi") == ["đúng", "35"]


@pytest.mark.parametrize(
    ("outcome", "abstained"),
    [
        ("answered", 0),
        ("partial", 0),
        ("clarification", 1),
        ("unanswerable_not_in_documents", 1),
        ("unanswerable_out_of_scope", 1),
        ("blocked_personal_data", 1),
        ("blocked_guardrail", 1),
    ],
)
def test_everything_but_an_answer_is_abstaining(outcome, abstained):
    answer = make_answer(outcome=outcome)
    assert abstention.abstained(observe(make_case(), answer)) == abstained
    assert abstention.abstention_recall(observe(unanswerable_case(), answer)) == abstained
    assert abstention.abstention_recall(observe(make_case(), answer)) is None
    expected = 1.0 if abstained else None
    assert abstention.abstention_precision(observe(unanswerable_case(), answer)) == expected


def test_abstention_f1_by_hand():
    # 2 found, 1 missed, 2 false: 2·2 / (2·2 + 2 + 1)
    table = [(1, 1), (1, 1), (1, 0), (0, 1), (0, 1), (0, 0)]
    assert one(abstention.f1_statistic, table) == pytest.approx(4 / 7)
    assert math.isnan(one(abstention.f1_statistic, [(0, 0)] * 3))


def test_auroc_by_hand_with_ties():
    # unanswerable at 0.2 and 0.5, answerable at 0.5, 0.9, 0.1: pairs won 2 (0.2<0.5, 0.2<0.9, 0.5<0.9) + tie
    table = [(1, 0.2), (1, 0.5), (0, 0.5), (0, 0.9), (0, 0.1)]
    assert one(abstention.auroc_statistic, table) == pytest.approx(3.5 / 6)
    assert one(abstention.auroc_statistic, [(1, 0.5), (0, 0.5)]) == 0.5
    assert math.isnan(one(abstention.auroc_statistic, [(1, 0.5), (1, 0.2)]))


def test_ece_by_hand():
    # bin (0.8, 0.9]: confidence 0.85 and 0.9, one right: |1 - 1.75|; bin (0, 0.1]: 0.1, none right
    assert one(calibration.ece_statistic, [(0.85, 1), (0.9, 0), (0.1, 0)]) == pytest.approx((0.75 + 0.1) / 3)
    assert one(calibration.ece_statistic, [(1.0, 1), (0.0, 0)]) == 0


def test_what_counts_as_right_for_calibration():
    right = calibration.evidence_is_right
    assert right(observe(make_case(), make_answer())) == 1
    assert right(observe(make_case(expected_quotes=("nowhere",)), make_answer())) == 0
    assert right(observe(make_case(expected_quotes=()), make_answer())) == 1
    assert right(observe(make_case(), make_answer((), outcome="unanswerable_not_in_documents"))) == 1
    assert right(observe(unanswerable_case(), make_answer())) == 0
    assert right(observe(make_case(expected_quotes=(), expected_documents=()), make_answer())) is None


@pytest.mark.parametrize(
    ("asked", "answered", "value"),
    [("sv", "sv", 1), ("vi", "en", 0), ("pt-BR", "pt", 1), ("und", "en", None)],
)
def test_answer_language(asked, answered, value):
    assert (
        answer_language_accuracy(observe(make_case(language=asked), make_answer(language=answered))) == value
    )


def test_latency_percentiles():
    times = [(10,), (20,), (30,), (40,)]
    assert one(latency.p50_statistic, times) == 25
    assert one(latency.p95_statistic, times) == pytest.approx(38.5)


STATISTICS = {
    "f1": (abstention.f1_statistic, False),
    "auroc": (abstention.auroc_statistic, False),
    "ece": (calibration.ece_statistic, True),
    "aurc": (risk_coverage.aurc_statistic, True),
    "p50": (latency.p50_statistic, False),
    "p95": (latency.p95_statistic, False),
}
"""Each with whether confidence is its first column."""


@pytest.mark.parametrize("name", STATISTICS)
def test_many_weighted_draws_at_once_are_as_one_by_one(name):
    statistic, confidence_first = STATISTICS[name]
    random = np.random.default_rng(3)
    columns = np.stack([random.integers(0, 2, 9), random.integers(0, 5, 9) / 4], axis=1)
    columns = columns[:, ::-1] if confidence_first else columns
    columns = columns[:, 1:] if name in ("p50", "p95") else columns
    weights = random.integers(0, 4, (40, 9)).astype(float)
    weights[0] = 0
    alone = [one(statistic, np.repeat(columns, row.astype(int), axis=0)) for row in weights]
    assert statistic(columns, weights) == pytest.approx(alone, nan_ok=True)
    assert np.isnan(alone[0])


def one(statistic, table):
    """The statistic of the cases themselves."""
    columns = np.array(table, float)
    return statistic(columns, np.ones((1, len(columns))))[0]


@pytest.mark.parametrize("document", ["doc-en", "doc-sv", "doc-vi"])
def test_spans_must_stand_in_the_text(document):
    case = make_case(document=document)
    good = make_answer((document,))
    assert span_validity(observe(case, good)) == 1
    assert span_validity(observe(case, make_answer(()))) is None
    for change in (
        {"start_char": 1},
        {"end_char": len(QUOTES[document]) - 1},
        {"quote": QUOTES[document].upper()},
        {"quote": "", "end_char": 0},
        {"start_char": -5},
    ):
        bad = make_answer((document,)) | {"citations": [make_citation(document, **change)]}
        assert span_validity(observe(case, bad)) == 0
    unknown = make_citation(document)
    unknown["document"] = unknown["document"] | {"version": 2}
    assert span_validity(observe(case, good | {"citations": [unknown]})) == 0
    shifted = good["short_answer"] | {"start_char": 0}
    assert span_validity(observe(case, good | {"short_answer": shifted})) == 0


def test_a_foreign_system_that_gives_no_places_is_not_marked_down():
    engine = {"name": FOREIGN, "model": None, "prompt_sha256": None}
    placeless = make_citation(start_char=None, end_char=None)
    foreign = make_answer(short=None, engine=engine) | {"citations": [placeless]}
    assert span_validity(observe(make_case(), foreign)) is None
    assert span_validity(observe(make_case(), foreign | {"citations": [make_citation()]})) == 1
    wrong = make_citation(start_char=1)
    assert span_validity(observe(make_case(), foreign | {"citations": [wrong]})) == 0
    # Ours always says where: without it the quote does not stand.
    assert span_validity(observe(make_case(), make_answer() | {"citations": [placeless]})) == 0
    # Documents named without a quote are hits of the document and tell nothing of the quote.
    named = foreign | {"citations": [make_citation(quote="", start_char=None, end_char=None)]}
    assert quote_hit(observe(make_case(), named)) is None
    assert quote_hit_first(observe(make_case(), named)) is None
    assert document_hit(observe(make_case(), named)) == 1
    assert quote_hit(observe(make_case(), named | {"citations": []})) == 0


def test_quote_limits():
    def answer(*lengths):
        return {
            "citations": [make_citation(number=n, quote="x" * length) for n, length in enumerate(lengths, 1)]
        }

    assert quote_limits(observe(make_case(), answer(700, 700, 600))) == 1
    assert quote_limits(observe(make_case(), answer(701))) == 0
    assert quote_limits(observe(make_case(), answer(700, 700, 601))) == 0
    assert quote_limits(observe(make_case(), answer(*[10] * 9))) == 0
    assert quote_limits(observe(make_case(), answer())) is None
