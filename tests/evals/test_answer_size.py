"""Length, repetition and cost of an answer, by hand."""

import unicodedata

import pytest

from evals.measures.length import answer_chars, n_citations, quoted_chars
from evals.measures.model_tokens import model_tokens
from evals.measures.observation import FOREIGN
from evals.measures.redundancy import redundancy
from index import tokens
from tests.evals.factories import make_answer, make_case, make_citation, observe, unanswerable_case


def answer_of(*quotes, **changes):
    citations = [make_citation(number=number, quote=quote) for number, quote in enumerate(quotes, 1)]
    return observe(make_case(), make_answer() | {"citations": citations} | changes)


@pytest.mark.parametrize(
    ("quotes", "value"),
    [
        (["one two three four", "five six seven eight"], 0),
        (["one two three four", "One two, THREE four."], 1 / 2),
        (["a b c d e", "b c d e f"], 1 / 4),  # 4 grams: abcd bcde bcde cdef
        (["a b c d", "a b c d", "a b c d"], 2 / 3),
        (["a b c d a b c d", "x"], 1 / 5),  # within one quote: abcd bcda cdab dabc abcd
        (["một hai ba bốn", unicodedata.normalize("NFD", "Một hai ba bốn")], 1 / 2),
        (["调查涵盖官员", "调查涵盖"], 1 / 4),  # every character a word
        (["one two three", "one two three"], None),  # no quote has four words
        (["one two three four"], None),
        (["one two three four", ""], None),
        ([], None),
    ],
)
def test_redundancy(quotes, value):
    assert redundancy(answer_of(*quotes)) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize("text", ["It was 492. [1]", "Det var 492. [1]", "Đúng là 492. [1]"])
def test_lengths_of_an_answer(text):
    decomposed = answer_of("abc", "de", text=unicodedata.normalize("NFD", text))
    assert answer_chars(decomposed) == len(text)
    assert quoted_chars(decomposed) == 5
    assert n_citations(decomposed) == 2


def test_lengths_are_undefined_where_nothing_is_answered_or_quoted():
    refusal = observe(unanswerable_case(), make_answer(outcome="clarification", text="What do you mean?"))
    assert [measure(refusal) for measure in (answer_chars, quoted_chars, n_citations)] == [None] * 3
    named = answer_of("abc", "", text="Yes.")
    assert (answer_chars(named), quoted_chars(named), n_citations(named)) == (4, None, 2)
    assert quoted_chars(answer_of(text="Yes.")) == 0
    assert answer_chars(answer_of("abc")) is None  # no text in it


def test_tokens_as_the_endpoint_counted_them():
    generative = {"name": "generative", "model": "openai:x", "prompt_sha256": "0"}
    counted = answer_of(engine=generative, trace={"usage": {"input_tokens": 900, "output_tokens": 40}})
    assert model_tokens(counted) == 940
    foreign = {"name": FOREIGN, "model": None, "prompt_sha256": None}
    usage = {"prompt_tokens": 7, "completion_tokens": None}
    assert model_tokens(answer_of(engine=foreign, trace={"usage": usage})) == 7
    assert model_tokens(answer_of(engine=foreign, trace={"usage": dict.fromkeys(usage)})) is None


def test_tokens_counted_here_where_a_model_wrote():
    generative = {"name": "generative", "model": "openai:x", "prompt_sha256": "0"}
    texts = ["Hur många tjänstemän?", "Det var 492 tjänstemän. [1]", "Khảo sát gồm 492 công chức."]
    answer = answer_of(texts[2], engine=generative, question=texts[0], text=texts[1])
    assert model_tokens(answer) == sum(tokens.count(text) for text in texts)
    assert model_tokens(answer_of("abc", engine={"name": "extractive", "model": None})) is None
    assert model_tokens(answer_of("abc")) is None
