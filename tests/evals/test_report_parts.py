"""The parts of a report: how figures are written, what is marked, which colour a figure gets."""

import unicodedata

import pytest

from evals.measures import registry, retrieval
from evals.measures.calibration import ReliabilityBin
from evals.report import numbers, wording
from evals.report.case_verdicts import verdict_of
from evals.report.charts import interval_bar, reliability_marks, scale_of, ticks, x_of, y_of
from evals.report.evidence import mark_expected
from evals.report.figure_tables import pair_words, parse_pair, scales_of, slice_tables
from evals.report.heat_map import heat_maps
from evals.report.html import clean
from evals.report.markdown import _code, _plain
from evals.summary import Score


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("quote_hit", 0.8148, "0.815"),
        ("quote_hit", 1.0, "1.000"),
        ("quote_hit", None, "–"),
        ("answer_chars", 812.4, "812"),
        ("answer_chars", 12345.0, "12\u202f345"),
        ("n_citations", 12.34, "12.3"),
        ("latency_p50", 805.13, "805\u00a0ms"),
        ("latency_p50", 3.14, "3.1\u00a0ms"),
        ("latency_p50", 0.0, "0\u00a0ms"),
    ],
)
def test_a_figure(measure, value, expected):
    assert numbers.format_figure(measure, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.05, "+0.050"), (-0.05, "−0.050"), (0.0, "0.000"), (-0.0001, "0.000"), (None, "–")],
)
def test_a_difference_has_its_sign_unless_it_rounds_to_nothing(value, expected):
    assert numbers.format_difference("quote_hit", value) == expected


def test_intervals_and_p_values():
    assert numbers.format_interval("latency_p50", [1.5, 1234.5]) == "1.5 to 1\u202f234\u00a0ms"
    assert numbers.format_difference_interval("quote_hit", [-0.1, 0.0]) == "−0.100 to 0.000"
    assert numbers.format_interval("quote_hit", None) == "–"
    assert (numbers.format_p(0.0004), numbers.format_p(0.04)) == ("<\u00a00.001", "0.040")
    assert numbers.format_p(None) == "–"


@pytest.mark.parametrize(
    ("quote", "expected", "marked"),
    [
        ("The survey covered 492 officials.", ("492 officials",), ["492 officials"]),
        ("Undersökningen omfattade 492 TJÄNSTEMÄN.", ("492 tjänstemän",), ["492 TJÄNSTEMÄN"]),
        ("Khảo sát gồm 492\n  công chức.", ("492 Công Chức",), ["492\n  công chức"]),
        ("Die Straße ist lang", ("STRASSE",), ["Straße"]),
        ("one two three", ("one", "three"), ["one", "three"]),
        ("one two three", ("one two", "two three"), ["one two three"]),
        ("nothing of it", ("492",), []),
        ("", ("492",), []),
        ("a quote", (), []),
    ],
)
def test_the_expected_quote_is_marked_where_it_stands(quote, expected, marked):
    for text in (quote, unicodedata.normalize("NFD", quote)):
        pieces = mark_expected(text, expected)
        assert [piece for piece, is_marked in pieces if is_marked] == marked
        assert "".join(piece for piece, _ in pieces) == unicodedata.normalize("NFC", quote)


def score(outcome="answered", *, unanswerable=0.0, abstained=0.0, **measures):
    return Score(
        "c", {"outcome": (outcome,)}, measures, {"unanswerable": unanswerable, "abstained": abstained}
    )


@pytest.mark.parametrize(
    ("scored", "grade", "text"),
    [
        (score(unanswerable=1.0), "wrong", "should have refused: the documents do not say"),
        (score(unanswerable=1.0, abstained=1.0), "right", "gave no answer, and the documents have none"),
        (score("clarification", abstained=1.0), "wrong", "asked back although the documents say"),
        (score("blocked_guardrail", abstained=1.0), "wrong", "blocked although the documents say"),
        (
            score("unanswerable_not_in_documents", abstained=1.0, quote_hit=1.0),
            "wrong",
            "refused although the documents say, with the right passage shown",
        ),
        (
            score(document_hit=1.0, document_hit_any=1.0, quote_hit=0.0),
            "partly",
            "right document first, quote not found",
        ),
        (
            score(document_hit=0.0, document_hit_any=1.0, quote_hit=1.0),
            "partly",
            "quote found, but another document comes first",
        ),
        (score(document_hit=0.0, document_hit_any=0.0, quote_hit=0.0), "wrong", "wrong document"),
        (score(document_hit=1.0, document_hit_any=1.0), "right", "right document first"),
        (score(document_hit=0.0, document_hit_any=1.0), "partly", "right document cited, but not first"),
        (score(quote_hit=0.0), "wrong", "quote not found"),
        (score(quote_hit=1.0), "right", "quote found"),
        (score(exact_match=1.0, token_f1=1.0), "right", "short answer as expected"),
        (score(exact_match=0.0, token_f1=0.0), "wrong", "short answer is not an expected one"),
        (score(), "unjudged", "the key does not tell what is right"),
        (
            score(quote_hit=1.0, answer_language_accuracy=0.0),
            "partly",
            "quote found; in another language than the question",
        ),
        (score(quote_hit=1.0, span_validity=0.0), "wrong", "quote found; a quote is not verbatim"),
        (Score("c", {}, error="Timeout: slow"), "error", "error: there is nothing to score"),
    ],
)
def test_the_verdict_on_an_answer(scored, grade, text):
    verdict = verdict_of("answers", scored)
    assert (verdict.grade, verdict.text) == (grade, text)


@pytest.mark.parametrize(
    ("reciprocal_rank", "grade"), [(1.0, "right"), (1 / 3, "partly"), (0.0, "wrong"), (None, "unjudged")]
)
def test_the_verdict_on_a_ranking(reciprocal_rank, grade):
    assert verdict_of("retrieval", Score("q", {}, {"MRR@10": reciprocal_rank})).grade == grade


def test_a_misleading_answer_is_worse_than_a_missing_one():
    misleading = score(unanswerable=1.0)
    wrong = score(document_hit=0.0, document_hit_any=0.0, quote_hit=0.0)
    missing = score("unanswerable_not_in_documents", abstained=1.0)
    near = score(document_hit=1.0, document_hit_any=1.0, quote_hit=0.0)
    badness = [verdict_of("answers", one).badness for one in (misleading, wrong, missing, near)]
    assert badness == sorted(badness, reverse=True)
    assert len(set(badness)) == 4


def test_every_measure_is_explained_in_words():
    names = [
        *registry.CASE_MEASURES,
        *registry.SET_MEASURES,
        *registry.RETRIEVAL_SET_MEASURES,
        *retrieval.MEASURES,
    ]
    for name in names:
        assert wording.meaning(name).endswith("."), name


def test_a_measure_that_nobody_has_put_in_words_speaks_through_its_docstring(monkeypatch):
    monkeypatch.setattr(wording, "MEANINGS", {})
    assert (
        wording.meaning("abstention_precision") == "Of the cases without an answer, the share unanswerable."
    )
    assert wording.meaning("quote_hit") == "An expected quote stands inside a cited quote."
    assert wording.meaning("made_up") == ""
    assert wording.direction("made_up") == "none"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("sv", "Swedish"),
        ("vi", "Vietnamese"),
        ("en+sv", "English + Swedish"),
        ("und", "not known"),
        ("q9!", "q9!"),
    ],
)
def test_languages_have_names(code, name):
    assert wording.language_name(code) == name


@pytest.mark.parametrize(
    ("code", "attribute"), [("sv", "sv"), ("pt-BR", "pt-BR"), ("und", ""), (None, ""), ('x" onclick="', "")]
)
def test_only_a_language_tag_becomes_a_lang_attribute(code, attribute):
    assert wording.lang_attribute(code) == attribute


def test_pairs_are_read_back():
    assert parse_pair("doc_en-q_sv") == ("sv", "en")
    assert parse_pair("doc_en+vi-q_sv") == ("sv", "en+vi")
    assert parse_pair("something else") is None
    assert pair_words("doc_en-q_sv") == "Swedish asked, English read"


def figure(mean, n=6):
    return {"mean": mean, "n": n, "ci95": None if mean is None else [mean, mean], "undefined": 0}


def slices(**means):
    """Slices in which each pair of languages has one figure of each measure."""
    return {
        "pair": {
            pair: {name: figure(values[place]) for name, values in means.items()}
            for place, pair in enumerate(("doc_en-q_en", "doc_sv-q_en", "doc_en-q_vi"))
        },
        "question_language": {"en": {name: figure(values[0]) for name, values in means.items()}, "vi": {}},
    }


def test_the_heat_map_is_a_square_with_gaps():
    [shown, _] = heat_maps(slices(ece=[0.0, 0.5, 1.0], quote_hit=[1.0, 0.5, None]), ["ece", "quote_hit"])
    assert shown.measure == "quote_hit"
    assert shown.columns == ("English", "Swedish", "All questions")
    assert [(name, [cell.mean for cell in cells]) for name, cells in shown.rows] == [
        ("English", ["1.000", "0.500", "1.000"]),
        ("Vietnamese", ["–", "–", "–"]),
    ]
    assert [cell.step for cell in shown.rows[0][1]] == [8, 3, 8]


def test_the_strongest_colour_is_the_best_also_where_lower_is_better():
    [ece] = heat_maps(slices(ece=[0.0, 0.5, 1.0]), ["ece"])
    assert [ece.rows[0][1][0].step, ece.rows[0][1][1].step, ece.rows[1][1][0].step] == [8, 3, 0]
    [times] = heat_maps(slices(latency_p50=[100.0, 550.0, 1000.0]), ["latency_p50"])
    assert [times.rows[0][1][0].step, times.rows[0][1][1].step, times.rows[1][1][0].step] == [8, 4, 0]


def test_no_pair_no_heat_map():
    assert heat_maps({"pair": {}}, ["quote_hit"]) == []
    assert heat_maps(slices(quote_hit=[None, None, None]), ["quote_hit"]) == []


def test_an_interval_is_drawn_to_scale():
    bar = interval_bar(0.5, (0.25, 0.75), 0, 1)
    assert (bar.mean, bar.left, bar.width, bar.zero) == (80.0, 42.0, 76.0, None)
    difference = interval_bar(-0.1, (-0.2, 0.0), -0.2, 0.2, 0.05)
    assert (difference.mean, difference.left, difference.zero) == (42.0, 4.0, 80.0)
    assert (difference.band_left, difference.band_width) == (61.0, 38.0)
    assert interval_bar(None, None, 0, 1) is None


def test_bars_of_times_share_a_scale():
    scales = scales_of({"latency_p50": figure(800), "latency_p95": figure(1000), "quote_hit": figure(0.2)})
    assert scales == {"latency_p50": (0, 1000), "latency_p95": (0, 1000), "quote_hit": (0, 1)}


def test_the_reliability_diagram_leaves_empty_bins_out():
    bins = [
        ReliabilityBin(0.0, 0.1, 0, None, None, None),
        ReliabilityBin(0.4, 0.5, 4, 0.45, 0.5, (0.15, 0.85)),
        ReliabilityBin(0.9, 1.0, 8, 0.95, 1.0, (0.68, 1.0)),
    ]
    low, high = reliability_marks(bins)
    assert (low.x, low.y, low.top, low.bottom) == (x_of(0.45), y_of(0.5), y_of(0.85), y_of(0.15))
    assert (low.n, high.n) == (4, 8)
    assert high.count_height == 2 * low.count_height


@pytest.mark.parametrize(
    ("most", "top", "labels"),
    [
        (0.0, 0.05, ["0", "0.05"]),
        (0.12, 0.15, ["0", "0.05", "0.1", "0.15"]),
        (0.5, 0.5, ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (1.0, 1.0, ["0", "0.25", "0.5", "0.75", "1"]),
    ],
)
def test_an_axis_ends_where_the_values_do(most, top, labels):
    end, step = scale_of(most)
    assert end == pytest.approx(top)
    assert [tick.label for tick in ticks(y_of, end, step)] == labels


def test_no_file_holds_half_a_character():
    assert clean("a\ud800b\x00c\x1bd\ne\tf") == "a\ufffdb\ufffdc\ufffdd\ne\tf"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", "a|b"),
        ("<b> & *x* _y_", "&lt;b&gt; &amp; \\*x\\* \\_y\\_"),
        ("see @team and #12", "see @&#8203;team and #&#8203;12"),
        ("two\nlines", "two lines"),
    ],
)
def test_plain_markdown(text, expected):
    assert _plain(text) == expected


def test_a_code_span_holds_any_question():
    assert _code("a `tick` ``two``") == "``` a `tick` ``two`` ```"
    assert _code("Câu hỏi?") == "`Câu hỏi?`"
    assert _code("@team\n<script>") == "`@team <script>`"
    assert len(_code("x" * 500)) == 163


def test_abstention_is_left_out_where_every_case_is_answerable():
    found = slices(abstention_precision=[0.0, 0.0, 0.0], quote_hit=[1.0, 1.0, 1.0])
    assert [shown.measure for shown in heat_maps(found, ["abstention_precision", "quote_hit"])] == [
        "quote_hit"
    ]
    overall = {"abstention_precision": figure(0.5), "quote_hit": figure(1.0)}
    [by_question, by_document] = slice_tables(
        {"question_language": {"en": overall}, "document_language": {"en": overall}}, overall
    )
    assert by_question.measures == ("abstention_precision", "quote_hit")
    assert by_document.measures == ("quote_hit",)
    assert [name for name, _ in by_document.rows] == ["English", "All cases"]
