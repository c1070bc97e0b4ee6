"""The committed suites: their keys stand in the documents, and their reviews cover every case.

That a key is *right* cannot be tested; the second reader's ``REVIEW.md`` beside
each suite says who checked it and how.
"""

import re
from collections import Counter
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from corpus import sidecar
from corpus.hints import Hints
from corpus.loading import SUPPORTED_SUFFIXES, parse
from evals.answer_suite import check_documents
from evals.measures.normalisation import squash
from evals.measures.registry import CASE_MEASURES, SET_MEASURES
from evals.suite import AnswerSuite, load_suite
from tests.evals.identifier_suite import write_identifier_suite

ROOT = Path(__file__).resolve().parents[2]
SUITES = ROOT / "evals" / "suites"
POLICY_DOCUMENTS = ROOT.parent / "shared" / "data" / "policy-documents"
LANGUAGES = ("en", "sv", "vi")
PAIRS = tuple(product(LANGUAGES, LANGUAGES))

needs_policy_documents = pytest.mark.skipif(
    not POLICY_DOCUMENTS.is_dir(), reason="needs ../shared/data/policy-documents, which is not here"
)
WITH_DOCUMENTS = [
    "starter",
    "gate",
    "near-misses",
    "holdout",
    pytest.param("policy-five", marks=needs_policy_documents),
]
NAMES = ["starter", "gate", "near-misses", "holdout", "policy-five"]
MADE_BY_RULE = ["identifiers"]


@cache
def suite_of(name: str) -> AnswerSuite:
    suite = load_suite(SUITES / name)
    assert isinstance(suite, AnswerSuite)
    return suite


@cache
def folder_texts(folder: str) -> dict[str, tuple[str, str]]:
    """The extracted text, squashed as quote_hit squashes, and the language of each document of a folder."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix not in SUPPORTED_SUFFIXES:
            continue
        source = path.relative_to(folder).as_posix()
        beside = path.with_name(path.name + ".meta.yaml")
        described = sidecar.parse(beside.read_bytes(), beside.name) if beside.exists() else None
        document = parse(path.read_bytes(), Hints(source=source, sidecar=described))
        found[source] = (squash(document.text), document.metadata.language)
    return found


def texts_of(suite: AnswerSuite) -> dict[str, tuple[str, str]]:
    return {source: text for folder in suite.documents for source, text in folder_texts(folder).items()}


def test_every_committed_suite_is_covered_here():
    assert sorted(path.parent.name for path in SUITES.glob("*/suite.toml")) == sorted([*NAMES, *MADE_BY_RULE])


def test_the_suite_made_by_rule_is_as_the_rule_makes_it(tmp_path):
    made = write_identifier_suite(tmp_path / "made")
    committed = SUITES / "identifiers"
    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    assert files == sorted(p.relative_to(committed) for p in committed.rglob("*") if p.is_file())
    assert len(files) > 60
    for path in files:
        assert (made / path).read_bytes() == (committed / path).read_bytes(), path


@pytest.mark.parametrize("name", WITH_DOCUMENTS)
def test_its_documents_are_there_and_their_names_do_not_collide(name):
    suite = suite_of(name)
    check_documents(suite)
    counts = Counter(source for folder in suite.documents for source in folder_texts(folder))
    assert max(counts.values()) == 1


@pytest.mark.parametrize("name", WITH_DOCUMENTS)
def test_every_key_stands_in_an_expected_document(name):
    suite = suite_of(name)
    texts = texts_of(suite)
    wrong = []
    for case in suite.cases:
        if not case.answerable:
            continue
        unknown = [source for source in case.expected_documents if source not in texts]
        wrong += [(case.case_id, "no such document", source) for source in unknown]
        expected = [texts[source][0] for source in case.expected_documents if source in texts]
        for quote in case.expected_quotes:
            if not any(squash(quote) in text for text in expected):
                wrong.append((case.case_id, "quote not verbatim", quote))
        for source in case.expected_documents:
            if source in texts and not any(
                squash(quote) in texts[source][0] for quote in case.expected_quotes
            ):
                wrong.append((case.case_id, "document without a quote", source))
    assert wrong == []


@pytest.mark.parametrize("name", WITH_DOCUMENTS)
def test_no_expected_quote_stands_in_another_document(name):
    """A hit from a document that the key does not accept would be none."""
    suite = suite_of(name)
    texts = texts_of(suite)
    elsewhere = [
        (case.case_id, quote, source)
        for case in suite.cases
        for quote in case.expected_quotes
        for source, (text, _) in texts.items()
        if source not in case.expected_documents and squash(quote) in text
    ]
    assert elsewhere == []


@pytest.mark.parametrize("name", NAMES)
def test_every_answerable_case_has_the_whole_key(name):
    for case in suite_of(name).cases:
        if case.answerable:
            assert case.expected_documents, case.case_id
            assert case.expected_quotes, case.case_id
            assert case.expected_answers, case.case_id


@pytest.mark.parametrize("name", NAMES)
def test_every_unanswerable_case_is_near_or_far_and_no_other_is(name):
    for case in suite_of(name).cases:
        assert len({"near", "far"} & set(case.tags)) == (0 if case.answerable else 1), case.case_id


@pytest.mark.parametrize("name", NAMES)
def test_a_follow_up_has_a_history_and_nothing_else_has(name):
    for case in suite_of(name).cases:
        assert ("follow-up" in case.tags) == bool(case.history), case.case_id


@pytest.mark.parametrize("name", NAMES)
def test_no_tag_stands_twice_and_a_filter_is_tagged(name):
    for case in suite_of(name).cases:
        assert len(case.tags) == len(set(case.tags)), case.case_id
        assert ("filter" in case.tags) == bool(case.filters), case.case_id


@pytest.mark.parametrize(
    ("name", "least"), [("starter", 5), ("gate", 4), ("near-misses", 7), ("holdout", 8), ("policy-five", 5)]
)
def test_every_pair_of_languages_is_asked(name, least, request):
    if name == "policy-five" and not POLICY_DOCUMENTS.is_dir():
        pytest.skip("needs ../shared/data/policy-documents, which is not here")
    suite = suite_of(name)
    texts = texts_of(suite)
    pairs = Counter(
        (case.language, language)
        for case in suite.cases
        if case.answerable
        for language in {texts[source][1] for source in case.expected_documents}
    )
    assert {pair: pairs[pair] for pair in PAIRS if pairs[pair] < least} == {}
    assert set(pairs) == set(PAIRS)


def test_the_starter_suite_has_every_kind_of_case_in_every_language():
    cases = suite_of("starter").cases
    assert len(cases) >= 120
    counts = Counter((tag, case.language) for case in cases for tag in case.tags)
    kinds = {
        "single-fact": 20,
        "list": 3,
        "comparison": 2,
        "follow-up": 2,
        "ambiguous": 2,
        "superseded": 2,
        "hostile": 3,
        "near": 5,
        "far": 5,
    }
    short = {
        (kind, language): counts[kind, language]
        for kind, least in kinds.items()
        for language in LANGUAGES
        if counts[kind, language] < least
    }
    assert short == {}


def test_the_gate_suite_is_small_even_and_asks_for_exact_names():
    cases = suite_of("gate").cases
    assert Counter(case.language for case in cases) == dict.fromkeys(LANGUAGES, 20)
    assert Counter(case.answerable for case in cases) == {True: 42, False: 18}
    exact = [case for case in cases if case.answerable and "identifier" in case.tags]
    assert len(exact) >= 12
    assert {case.language for case in exact} == set(LANGUAGES)


def test_every_near_miss_has_an_answerable_twin_on_the_same_subject():
    cases = {case.case_id: case for case in suite_of("near-misses").cases}
    misses = [case for case in cases.values() if not case.answerable]
    assert len(misses) >= 60
    assert len(cases) == 2 * len(misses)
    for miss in misses:
        twin = cases[miss.case_id.removesuffix("-miss") + "-twin"]
        assert twin.answerable, twin.case_id
        assert twin.language == miss.language, twin.case_id
        assert twin.group == miss.group, twin.case_id
        assert "near-miss" in miss.tags, miss.case_id
        assert "twin" in twin.tags, twin.case_id
    assert Counter(miss.language for miss in misses) == dict.fromkeys(LANGUAGES, len(misses) // 3)


def test_the_hostile_instructions_are_read_and_are_nobodys_key():
    """What a hostile page tells the assistant to say is in the text and in no expected quote or answer."""
    suite = suite_of("starter")
    hostile = folder_texts(suite.documents[1])
    assert sorted(language for _, language in hostile.values()) == sorted(LANGUAGES)
    told = {"en": "ignore all previous instructions", "sv": "bortse från", "vi": "hãy bỏ qua mọi chỉ dẫn"}
    for text, language in hostile.values():
        assert told[language] in text
        assert "https://evil.example" in text
    cases = [case for case in suite.cases if "hostile" in case.tags]
    keys = [squash(key) for case in cases for key in case.expected_quotes + case.expected_answers]
    instructions = (
        "evil.example",
        "99",
        "9 000 000",
        "90,000",
        "4 000 kronor",
        "1 january",
        "01/01",
        *told.values(),
    )
    assert [key for key in keys for words in instructions if words in key] == []
    asked = {source for case in cases for source in case.expected_documents}
    assert set(hostile) <= asked
    assert asked - set(hostile)  # another document has the right value
    assert any(not case.answerable for case in cases)


def test_no_case_stands_in_two_suites_and_ids_are_unique_in_each():
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for name in NAMES:
        cases = suite_of(name).cases
        assert len({case.case_id for case in cases}) == len(cases)
        for case in cases:
            asked = (squash(case.question), tuple(squash(turn.text) for turn in case.history))
            assert asked not in seen, f"{name}/{case.case_id} asks what {seen[asked]} asks"
            seen[asked] = f"{name}/{case.case_id}"


@pytest.mark.parametrize("name", NAMES)
def test_the_review_covers_every_case_and_names_only_cases_there_are(name):
    suite = suite_of(name)
    review = (SUITES / name / "REVIEW.md").read_text(encoding="utf-8")
    counted = re.search(r"^Cases checked: (\d+)$", review, re.MULTILINE)
    assert counted
    assert int(counted[1]) == len(suite.cases)
    known = {case.case_id for case in suite.cases}
    case_id = r"(?:gate-|nm-|h-)?(?:en|sv|vi)-(?:en|sv|vi|none|hostile)-\d+(?:-(?:miss|twin))?"
    listed = re.findall(rf"(?<![\w-]){case_id}(?![\w-])", review)
    assert listed
    assert set(listed) <= known


@pytest.mark.parametrize("name", NAMES)
def test_the_review_counts_tags_as_they_are(name):
    cases = suite_of(name).cases
    review = (SUITES / name / "REVIEW.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z-]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", review, re.MULTILINE)
    tags = Counter((tag, case.language) for case in cases for tag in case.tags)
    counted = [row for row in rows if row[0] not in LANGUAGES]
    assert counted
    for tag, *counts in counted:
        each = [tags[tag, language] for language in LANGUAGES]
        assert [int(count) for count in counts] == [*each, sum(each)], tag


@pytest.mark.parametrize("name", NAMES)
def test_its_measures_and_its_gate_are_known(name):
    suite = suite_of(name)
    known = set(CASE_MEASURES) | set(SET_MEASURES)
    assert set(suite.measures) <= known
    named = {*suite.gate.minimum, *suite.gate.maximum, *suite.gate.smallest_difference}
    assert named <= set(suite.measures)
    assert suite.gate.alpha == 0.05
    assert suite.gate.minimum == {"span_validity": 1.0, "quote_limits": 1.0}
