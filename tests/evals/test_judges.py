"""The judge without a model, verdict by verdict; and what keeps verdicts."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import run_folder
from evals.errors import JudgeError, JudgeUndecided, RunError
from evals.judges import JUDGES, open_judge
from evals.judges.deterministic import WordJudge, is_negated, stands_in
from evals.judges.figures import missing_numbers, numbers
from evals.judges.protocol import judge_sha256
from evals.judges.remembering import JUDGEMENTS, RememberingJudge

ENGLISH = "The survey covered 492 officials in 12 counties. It did not cover the private sector."
SWEDISH = "Undersökningen omfattade 492 tjänstemän i 12 län. Den omfattade inte den privata sektorn."
VIETNAMESE = "Khảo sát gồm 492 công chức ở 12 tỉnh. Khảo sát không gồm khu vực tư nhân."


@pytest.mark.parametrize(
    ("premise", "hypothesis", "language", "verdict"),
    [
        # word for word, form, case and space apart
        (ENGLISH, "the survey  covered 492 OFFICIALS in 12 counties.", "en", True),
        (SWEDISH, unicodedata.normalize("NFD", "Undersökningen omfattade 492 tjänstemän"), "sv", True),
        (VIETNAMESE, unicodedata.normalize("NFD", "492 công chức ở 12 tỉnh"), "vi", True),
        # the same words in another order or form
        (ENGLISH, "In 12 counties, 492 officials were covered by the survey.", "en", True),
        (SWEDISH, "I undersökningen omfattades 492 tjänstemän i 12 län.", "sv", True),
        (VIETNAMESE, "Ở 12 tỉnh, khảo sát gồm 492 công chức.", "vi", True),
        # another number
        (ENGLISH, "The survey covered 429 officials in 12 counties.", "en", False),
        (SWEDISH, "Undersökningen omfattade 429 tjänstemän i 12 län.", "sv", False),
        (VIETNAMESE, "Khảo sát gồm 429 công chức ở 12 tỉnh.", "vi", False),
        # turned round
        (ENGLISH, "The survey did not cover the 492 officials in 12 counties.", "en", False),
        (ENGLISH, "The survey covered the whole private sector.", "en", False),
        (SWEDISH, "Undersökningen omfattade inte 492 tjänstemän i 12 län.", "sv", False),
        (SWEDISH, "Undersökningen omfattade den privata sektorn.", "sv", False),
        (VIETNAMESE, "Khảo sát gồm khu vực tư nhân.", "vi", False),
        (VIETNAMESE, "Khảo sát không gồm 492 công chức ở 12 tỉnh.", "vi", False),
        # turned round in both
        (ENGLISH, "The private sector was not covered by it.", "en", True),
        # more than the premise says
        (ENGLISH, "The survey covered 492 officials and cost the taxpayers a considerable sum.", "en", False),
        (SWEDISH, "Undersökningen kostade skattebetalarna mycket pengar.", "sv", False),
        (VIETNAMESE, "Người dân rất hài lòng với dịch vụ công trực tuyến.", "vi", False),
        # nothing said
        (ENGLISH, " … ", "en", False),
        ("", "The survey covered officials.", "en", False),
        # a language without a list of negations is judged by words and numbers
        ("Undersøkelsen gjaldt 492 ansatte.", "Undersøkelsen gjaldt ikke 492 ansatte.", "no", True),
        # scripts without spaces
        ("调查涵盖了十二个省的492名官员。", "492名官员涵盖了调查。", "zh", True),
        ("调查涵盖了十二个省的492名官员。", "政府降低了企业所得税。", "zh", False),
    ],
)
def test_verdicts_within_one_language(premise, hypothesis, language, verdict):
    assert WordJudge().entails(premise, language, hypothesis, language) is verdict


def test_an_acronym_must_stand_in_the_premise():
    judge = WordJudge()
    premise = "The rules of the EU on public procurement apply to the agencies."
    swapped = "The rules of the UN on public procurement apply to the agencies."
    assert judge.entails(premise, "en", premise.replace("apply to", "also apply to"), "en")
    assert not judge.entails(premise, "en", swapped, "en")
    # A text in capitals throughout has no acronyms to tell.
    assert judge.entails(premise, "en", "PUBLIC PROCUREMENT RULES APPLY TO AGENCIES", "en")


def test_what_the_judge_cannot_tell_stays_as_the_docstring_says():
    """Known limits: if one of these changes, the docstring and VERSION have to."""
    judge = WordJudge()
    assert judge.entails("The agency sued the company.", "en", "The company sued the agency.", "en")
    assert not judge.entails("The agency sued the company.", "en", "The authority took legal action.", "en")
    assert judge.entails("It is false that taxes rose.", "en", "Taxes rose.", "en")
    assert judge.entails("Agencies may share the data.", "en", "Agencies must share the data.", "en")


def test_two_languages_need_an_embedder():
    vectors = {ENGLISH: (1.0, 0.0), SWEDISH: (0.9, np.sqrt(1 - 0.81)), "Det regnar.": (0.0, 1.0)}

    def embed(texts):
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    with pytest.raises(JudgeUndecided, match="en and sv cannot be compared"):
        WordJudge().entails(ENGLISH, "en", "Det regnar i tolv län.", "sv")
    # Word for word, and a number that is not there, need no embedder.
    assert WordJudge().entails(ENGLISH, "en", "492 officials", "sv")
    assert not WordJudge().entails(ENGLISH, "en", "Det var 17 personer.", "sv")
    judge = WordJudge(embed, "three vectors")
    assert judge.entails(ENGLISH, "en", SWEDISH, "sv")
    assert not judge.entails(ENGLISH, "en", "Det regnar.", "sv")
    assert judge_sha256(judge) != judge_sha256(WordJudge())
    with pytest.raises(ValueError, match="name the embedder"):
        WordJudge(embed)


def test_a_language_that_is_not_known_is_compared_by_words():
    judge = WordJudge()
    assert judge.entails(SWEDISH, "und", "I 12 län omfattades 492 tjänstemän.", "sv")
    assert judge.entails(SWEDISH, "sv-FI", "I 12 län omfattades 492 tjänstemän.", "sv")


@pytest.mark.parametrize(
    ("part", "whole", "verdict"),
    [
        ("9 officials", "There were 49 officials", False),
        ("49 officials", "There were 49 officials.", True),
        ("5 percent", "It grew by 3.5 percent.", False),
        ("It grew by 3", "It grew by 3.5 percent.", False),
        ("It grew by 3", "It grew by 3.", True),
        ("port", "The report on the port", True),
        ("port", "The report", False),
        ("官员", "492名官员在场", True),
    ],
)
def test_word_for_word_ends_at_words(part, whole, verdict):
    assert stands_in(part, whole) is verdict


@given(st.text(), st.text())
def test_a_text_stands_in_itself_with_something_round_it(before, after):
    sentence = "Khảo sát gồm 492 công chức"
    assert stands_in(sentence, f"{before} — {sentence} — {after}")


@pytest.mark.parametrize(
    ("sentence", "language", "negated"),
    [
        ("It doesn’t apply.", "en", True),
        ("Not only cities but villages pay.", "en", False),
        ("It is notable.", "en", False),
        ("Det gäller inte bara städer.", "sv", False),
        ("Ingen betalar.", "sv", True),
        ("Hàng không và không gian", "vi", False),
        ("Người dân không phải trả phí.", "vi", True),
        ("Das gilt nicht.", "de", True),
        ("L'État n'a rien payé.", "fr", True),
        ("No se aplica.", "es", True),
        ("Non si applica.", "it", True),
        ("To nie dotyczy miast.", "pl", True),
        ("Ei koske.", "fi", False),
    ],
)
def test_negation(sentence, language, negated):
    assert is_negated(sentence, language) is negated


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("12 000", "12,000", True),
        ("12\u00a0000", "12.000", True),
        ("12’000", "12000", True),
        ("3,5", "3.5", True),
        ("3.50", "3,5", True),
        ("3.500", "3500", True),
        ("3.500", "3,5", True),  # which of both it is depends on the country
        ("1.234.567,8", "1,234,567.8", True),
        ("1,234,567", "1.234567", False),
        ("٤٩٢", "492", True),
        ("492", "4920", False),
        ("0.5", "5", False),
        ("2024.05.01", "2024.5.1", True),
        ("2024.05.01", "2024.05.02", False),
        ("007", "7", True),
    ],
)
def test_ways_to_write_a_number(left, right, same):
    assert (missing_numbers(left, f"it was {right} then") == 0) is same
    assert (missing_numbers(right, f"it was {left} then") == 0) is same


def test_numbers_are_found_in_their_order():
    assert numbers("no number") == []
    assert numbers("In 2024, 12 000 of 15 000.") == [
        frozenset({"2024"}),
        frozenset({"12000"}),
        frozenset({"15000"}),
    ]


class Counting:
    """A judge that counts its questions, says yes to what is in its list, and fails when told to."""

    def __init__(self, model, *, failing=False):
        self.model, self.failing, self.n_asked = model, failing, 0

    def entails(self, premise, premise_language, hypothesis, hypothesis_language):
        self.n_asked += 1
        if self.failing:
            raise JudgeError("down")
        return hypothesis in premise

    def describe(self):
        return {"name": "counting", "version": 1, "model": self.model, "prompt_sha256": None}


QUESTION = ("Đúng vậy, 492.", "vi", "492", "vi")


def test_verdicts_of_a_model_are_kept_under_its_description(tmp_path):
    first = Counting("m-1")
    judge = RememberingJudge(first, tmp_path)
    assert [judge.entails(*QUESTION) for _ in range(3)] == [True] * 3
    assert not judge.entails("x", "en", "y", "en")
    judge.close()
    assert first.n_asked == 2
    again = Counting("m-1")
    judge = RememberingJudge(again, tmp_path)
    assert judge.entails(*QUESTION)
    assert not judge.entails("x", "en", "y", "en")
    judge.close()
    assert again.n_asked == 0
    other = Counting("m-2")
    judge = RememberingJudge(other, tmp_path)
    assert judge.entails(*QUESTION)
    judge.close()
    assert other.n_asked == 1
    assert len(list(run_folder.read_lines(tmp_path / JUDGEMENTS))) == 3


def test_a_failure_is_kept_nowhere(tmp_path):
    judge = RememberingJudge(Counting("m-1", failing=True), tmp_path)
    with pytest.raises(JudgeError):
        judge.entails(*QUESTION)
    judge.close()
    judge = RememberingJudge(Counting("m-1"), tmp_path)
    assert judge.entails(*QUESTION)
    judge.close()


def test_a_judge_without_a_model_writes_no_file(tmp_path):
    counting = Counting(None)
    judge = RememberingJudge(counting, tmp_path)
    assert [judge.entails(*QUESTION) for _ in range(2)] == [True, True]
    judge.close()
    assert counting.n_asked == 1
    assert not (tmp_path / JUDGEMENTS).exists()
    assert judge.describe() == counting.describe()


def test_a_torn_file_of_verdicts_is_mended_or_refused(tmp_path):
    judge = RememberingJudge(Counting("m-1"), tmp_path)
    judge.entails(*QUESTION)
    judge.close()
    path = tmp_path / JUDGEMENTS
    path.write_bytes(path.read_bytes() + b'{"judge_sha')  # killed while writing
    again = Counting("m-1")
    judge = RememberingJudge(again, tmp_path)
    assert judge.entails(*QUESTION)
    judge.close()
    assert again.n_asked == 0
    path.write_bytes(b"{\n" + path.read_bytes())
    with pytest.raises(RunError, match=r"judgements\.jsonl:1"):
        RememberingJudge(again, tmp_path)


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("oracle", None, "no judge 'oracle'; there are deterministic, chat"),
        ("deterministic", {"model": "x"}, "takes no configuration"),
        ("chat", None, "needs the field 'model'"),
        ("chat", {"model": "openai:x", "modle": "y"}, "no field 'modle'"),
        ("chat", {"model": 4}, "'model' must be str, not int"),
        ("chat", {"model": "openai:x", "timeout_s": True}, "'timeout_s' must be int or float, not bool"),
        ("chat", {"model": "nobody:nothing"}, "'nobody:nothing' cannot be opened"),
    ],
)
def test_a_judge_that_cannot_be_opened_is_explained(name, config, message):
    with pytest.raises(JudgeError, match=message):
        open_judge(name, config)


def test_judges_by_name():
    assert JUDGES == ("deterministic", "chat")
    assert open_judge("deterministic").describe() == WordJudge().describe()
    opened = open_judge("chat", {"model": "openai:pinned-1", "api_key": "sk-secret", "timeout_s": 3})
    assert opened.describe()["model"] == "openai:pinned-1"
    assert "sk-secret" not in str(opened.describe())
