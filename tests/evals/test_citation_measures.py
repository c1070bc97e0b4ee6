"""Citation recall and precision by hand, with a judge whose verdicts are a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import JudgeError, JudgeUndecided
from evals.judges.deterministic import WordJudge
from evals.measures.citations import citation_precision, citation_recall
from evals.measures.observation import Observation
from tests.evals.factories import make_answer, make_case, make_citation, unanswerable_case


class Table:
    """Entails where one of the sets of facts that the sentence names stands in the premise.

    Quotes and sentences are letters: the sentence ``"ab|c"`` needs a and b, or c.
    """

    def entails(self, premise, premise_language, hypothesis, hypothesis_language):
        given = set(premise.split())
        return any(set(needs) <= given for needs in hypothesis.split("|"))

    def describe(self):
        return {"name": "table", "version": 1, "model": None, "prompt_sha256": None}


def cite(quotes):
    return [
        make_citation(number=number, quote=quote, citation_id=f"cit_{quote}")
        for number, quote in enumerate(quotes, 1)
    ]


def say(*sentences, quotes="abcd", judge=None, **changes):
    """An observation of an answer whose sentences are (text, letters of the quotes cited)."""
    rows = [
        {"text": text, "citations": [f"cit_{letter}" for letter in cited], "verification": "supported"}
        for text, cited in sentences
    ]
    answer = make_answer() | {
        "text": " ".join(text for text, _ in sentences),
        "sentences": rows,
        "citations": cite(quotes),
    }
    return Observation(make_case(), answer | changes, 1.0, {}, judge or Table())


@pytest.mark.parametrize(
    ("sentences", "recall", "precision"),
    [
        ([("a", "a")], 1, 1),
        ([("a", "b")], 0, 0),
        ([("a", "")], 0, None),  # nothing cited, so no citation to judge
        ([("a", "a"), ("b", "")], 1 / 2, 1),
        ([("ab", "ab")], 1, 1),  # neither alone, both needed
        ([("a", "ab")], 1, 1 / 2),  # b is not needed and says nothing alone
        ([("a|b", "ab")], 1, 1),  # each is enough alone
        ([("ab", "abc")], 1, 2 / 3),
        ([("ab", "ac")], 0, 0),  # no recall: no citation of it is relevant
        ([("a", "a"), ("b", "cd")], 1 / 2, 1 / 3),  # over all citations of the answer
        ([("a", "aa")], 1, 1),  # the same citation twice is one
        ([("a", "x")], 0, None),  # a citation that the answer does not list is not counted
        ([("a", "ax"), ("b", "b")], 1 / 2, 1),
        ([("…", ""), ("a", "a")], 1, 1),  # no claim without a word
    ],
)
def test_recall_and_precision_by_hand(sentences, recall, precision):
    observation = say(*sentences)
    assert citation_recall(observation) == pytest.approx(recall)
    assert citation_precision(observation) == pytest.approx(precision)


def test_undefined_without_sentences_quotes_or_a_judge():
    refusal = make_answer((), outcome="unanswerable_not_in_documents", sentences=[], text="Not there.")
    nothing_quoted = say(("a", "a"), citations=[make_citation(quote="", citation_id="cit_a")])
    no_judge = say(("a", "a"))
    for observation in (
        Observation(unanswerable_case(), refusal, 1.0, {}, Table()),
        Observation(make_case(), make_answer(), 1.0, {}, Table()),  # no sentences at all
        nothing_quoted,
        Observation(no_judge.case, no_judge.answer, 1.0, {}),
    ):
        assert citation_recall(observation) is None
        assert citation_precision(observation) is None


def test_a_sentence_that_was_taken_out_of_the_text_is_no_claim():
    hidden = {"text": "Månen är en ost.", "citations": [], "verification": "unsupported"}
    shown = {"text": "a", "citations": ["cit_a"], "verification": "supported"}
    taken_out = say(sentences=[shown, hidden], text="a [1]")
    assert citation_recall(taken_out) == 1
    left_in = say(sentences=[shown, hidden], text="a [1] Månen  är en OST.")
    assert citation_recall(left_in) == 0.5
    unchecked = say(sentences=[shown, hidden | {"verification": "not_checked"}], text="a [1]")
    assert citation_recall(unchecked) == 0.5


class Failing:
    def __init__(self, error):
        self.error = error

    def entails(self, *_texts):
        raise self.error

    def describe(self):
        return {}


@pytest.mark.parametrize("error", [JudgeError("down"), JudgeUndecided("cannot tell")])
def test_a_judge_that_fails_gives_no_value(error):
    observation = say(("a", "a"), judge=Failing(error))
    for measure in (citation_recall, citation_precision):
        with pytest.raises(type(error)):
            measure(observation)


class Noting(Table):
    def __init__(self):
        self.languages = []

    def entails(self, premise, premise_language, hypothesis, hypothesis_language):
        self.languages.append((premise_language, hypothesis_language))
        return True


@pytest.mark.parametrize(
    ("quoted", "told"), [(["sv"], "sv"), (["sv", "vi"], "vi"), (["sv", "en"], "sv"), ([None], "und")]
)
def test_the_judge_is_told_the_languages(quoted, told):
    judge = Noting()
    citations = [
        citation | {"language": language} for citation, language in zip(cite("abc"), quoted, strict=False)
    ]
    letters = "abc"[: len(quoted)]
    citation_recall(say(("a", letters), judge=judge, citations=citations, answer_language="vi"))
    assert judge.languages == [(told, "vi")]


@pytest.mark.parametrize(
    ("language", "quote", "sentence"),
    [
        ("en", "•  The survey\ncovered 492 officials.", "The survey covered 492 officials."),
        ("sv", "•  Undersökningen\nomfattade 492 tjänstemän.", "Undersökningen omfattade 492 tjänstemän."),
        ("vi", "•  Khảo sát gồm\n492 công chức.", "Khảo sát gồm 492 công chức."),
    ],
)
def test_an_answer_in_quotes_is_borne_out_whatever_the_language_of_the_question(language, quote, sentence):
    observation = say(
        citations=[make_citation(quote=quote, language=language, citation_id="cit_a")],
        sentences=[{"text": sentence, "citations": ["cit_a"], "verification": "supported"}],
        answer_language="pl",
        judge=WordJudge(),
    )
    assert (citation_recall(observation), citation_precision(observation)) == (1, 1)


needs = st.lists(st.text("abcd", min_size=1, max_size=3), min_size=1, max_size=2).map("|".join)


@given(st.lists(st.tuples(needs, st.text("abcd", max_size=4)), min_size=1, max_size=4))
def test_the_definition_written_out_again(sentences):
    """ALCE's ``compute_autoais``, sentence by sentence, over sets."""

    def entails(given, text):
        return any(set(need) <= set(given) for need in text.split("|"))

    n_entailed = n_relevant = n_cited = 0
    for text, letters in sentences:
        cited = sorted(set(letters), key=letters.index)
        n_cited += len(cited)
        if not cited or not entails(cited, text):
            continue
        n_entailed += 1
        for letter in cited:
            others = [other for other in cited if other != letter]
            n_relevant += len(cited) == 1 or entails([letter], text) or not entails(others, text)
    observation = say(*sentences)
    assert citation_recall(observation) == pytest.approx(n_entailed / len(sentences))
    expected = n_relevant / n_cited if n_cited else None
    assert citation_precision(observation) == pytest.approx(expected)
