"""Exact match and token F1 against the published algorithms of SQuAD v1.1 and MLQA, written anew.

The oracles below follow the definitions of the official scripts step by step
(``evaluate-v1.1.py`` and ``mlqa_evaluation_v1.py``), on sets of letters and
lists where these use regular expressions, so that an error has to be made twice.
"""

import random
import string
import unicodedata
from collections import Counter

import pytest

from evals.measures import short_answer
from evals.measures.normalisation import answer_tokens
from evals.measures.observation import FOREIGN
from tests.evals.factories import make_answer, make_case, observe, unanswerable_case

MLQA_ARTICLES = {
    "en": ["a", "an", "the"],
    "es": ["un", "una", "unos", "unas", "el", "la", "los", "las"],
    "vi": ["của", "là", "cái", "chiếc", "những"],
    "de": ["ein", "eine", "einen", "einem", "eines", "einer", "der", "die", "das", "den", "dem", "des"],
    "hi": [],
    "zh": [],
}


def official_tokens(text, language, punctuation):
    """Lower case, marks out, articles out, white space (Chinese: every character of 4e00..9fa5) apart."""
    bare = "".join(char for char in text.lower() if not punctuation(char))
    # Articles are words between non-word characters, which without marks means symbols too.
    words, word = [], ""
    for char in [*bare, " "]:
        if char.isalnum() or char == "_":
            word += char
            continue
        words += [word if word not in MLQA_ARTICLES[language] else " ", char]
        word = ""
    text = "".join(words)
    if language == "zh":
        text = "".join(f" {char} " if "\u4e00" <= char <= "\u9fa5" else char for char in text)
    return text.split()


def mlqa_punctuation(char):
    return unicodedata.category(char)[0] == "P" or char in string.punctuation


def squad_punctuation(char):
    return char in string.punctuation


def official_exact(actual, expected, language, punctuation):
    return float(
        official_tokens(actual, language, punctuation) == official_tokens(expected, language, punctuation)
    )


def official_f1(actual, expected, language, punctuation):
    ours, theirs = (official_tokens(text, language, punctuation) for text in (actual, expected))
    same = sum(min(n, Counter(theirs)[token]) for token, n in Counter(ours).items())
    if same == 0:
        return 0.0
    precision, recall = same / len(ours), same / len(theirs)
    return 2 * precision * recall / (precision + recall)


ANSWERS = {
    "en": 'the Saxon Garden|in 1862|a third of the U.S. budget|492 officials|3.5 %|the "Iron Lady"|an|'
    "John's|rock-and-roll|€5 million|The Hague|A.D. 70",
    "de": "die Bundesregierung|der 19. Jahrhundertwende|einem Ausschuss|492 Beamte|3,5 %|das „Grundgesetz“|"
    "Straße|des Königs Ludwig II.|Österreich-Ungarn|den",
    "es": "el Ministerio de Hacienda|los años 1862–1865|una tercera parte|492 funcionarios|3,5 %|¿la ley?|"
    "«El País»|unos|San Sebastián",
    "vi": "của Bộ Tài chính|những năm 1862–1865|là một phần ba|492 công chức|3,5 %|cái “luật mới”|chiếc cầu|"
    "Thành phố Hồ Chí Minh|những",
    "zh": "财政部|1862年至1865年|三分之一|492名官员|3.5 %|《新法律》|在北京市,中国|IBM公司|U.S. 总统",
    "hi": "वित्त मंत्रालय|1862 से 1865|एक तिहाई|492 अधिकारी|3.5 %|«नया कानून»|नई दिल्ली।",
}


def pairs(language, n=120):
    """Predictions that overlap their keys in every way: equal, cut, extended, reordered, restyled, others."""
    rng = random.Random(f"pairs {language}")
    answers = ANSWERS[language].split("|")
    for _ in range(n):
        expected = rng.choice(answers)
        words = expected.split()
        actual = rng.choice(
            [
                expected,
                expected.upper(),
                " ".join(words[1:]),
                " ".join([*words, *rng.choice(answers).split()[:2]]),
                " ".join(rng.sample(words, len(words))),
                rng.choice(["“", "(", "-", " "]) + expected + rng.choice(["”", ").", "!", "。", "\u00a0"]),
                expected[: rng.randrange(1, len(expected) + 1)],
                " ".join(rng.choice(answers).split() + rng.choice(MLQA_ARTICLES[language] or ["x"]).split()),
                rng.choice(answers),
            ]
        )
        yield actual, expected


@pytest.mark.parametrize("language", sorted(ANSWERS))
def test_equals_the_official_mlqa_figures(language):
    compared = list(pairs(language))
    for actual, expected in compared:
        if actual.strip():  # a blank prediction is none
            assert short_answer.exact(actual, expected, language) == official_exact(
                actual, expected, language, mlqa_punctuation
            ), (actual, expected)
        assert short_answer.f1(actual, expected, language) == pytest.approx(
            official_f1(actual, expected, language, mlqa_punctuation)
        ), (actual, expected)
    values = {short_answer.f1(actual, expected, language) for actual, expected in compared}
    assert {0.0, 1.0} < values  # whole, partial and no overlap are all among them


def test_equals_the_official_squad_figures_where_marks_are_ascii():
    """SQuAD's script knows ASCII marks only; on these, ours is the same for English."""
    for actual, expected in pairs("en", 300):
        if not actual.strip() or not all(char.isascii() or char.isalnum() for char in actual + expected):
            continue
        assert short_answer.exact(actual, expected, "en") == official_exact(
            actual, expected, "en", squad_punctuation
        )
        assert short_answer.f1(actual, expected, "en") == pytest.approx(
            official_f1(actual, expected, "en", squad_punctuation)
        )


@pytest.mark.parametrize(
    ("text", "language", "tokens"),
    [
        # what the official MLQA script gives for its own languages
        ("The “U.S.” — a state", "en", ["us", "state"]),
        ("state-of-the-art", "en", ["stateoftheart"]),
        ("财政部 IBM公司", "zh", ["财", "政", "部", "ibm", "公", "司"]),
        ("ein Haus, das", "de", ["haus"]),
        ("الكتاب", "ar", ["كتاب"]),
        # ours, after the same pattern
        ("財務省のIT課", "ja", ["財", "務", "省", "の", "it", "課"]),
        ("กรม IT", "th", ["ก", "ร", "ม", "it"]),
        ("zh-Hant 财", "zh-Hant", ["zhhant", "财"]),
        ("de 492 tjänstemännen", "sv", ["492", "tjänstemännen"]),
        ("l’État", "fr", ["état"]),
    ],
)
def test_tokens_by_hand(text, language, tokens):
    assert answer_tokens(text, language) == tokens


def test_where_ours_differs_on_purpose():
    # SQuAD keeps a mark that is not ASCII: official exact match 0, ours (and MLQA's) 1.
    assert official_exact("“Iron Lady”", "Iron Lady", "en", squad_punctuation) == 0
    assert short_answer.exact("“Iron Lady”", "Iron Lady", "en") == 1
    # Both scripts tell a composed letter from a decomposed one.
    decomposed = unicodedata.normalize("NFD", "công chức")
    assert official_exact(decomposed, "công chức", "vi", mlqa_punctuation) == 0
    assert short_answer.exact(decomposed, "công chức", "vi") == 1
    # A blank prediction equals a key of articles only; ours counts it as none.
    assert official_exact("", "the", "en", squad_punctuation) == 1
    assert short_answer.exact("", "the", "en") == 0


def test_a_foreign_system_without_a_short_answer_is_not_marked_down():
    engine = {"name": FOREIGN, "model": None, "prompt_sha256": None}
    silent = make_answer(short=None, engine=engine)
    assert short_answer.exact_match(observe(make_case(), silent)) is None
    assert short_answer.token_f1(observe(make_case(), silent)) is None
    assert short_answer.exact_match(observe(make_case(), make_answer(engine=engine))) == 1
    assert short_answer.exact_match(observe(make_case(), make_answer(short=None))) == 0
    assert short_answer.exact_match(observe(unanswerable_case(), silent)) is None
