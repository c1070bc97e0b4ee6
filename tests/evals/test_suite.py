"""Suites are read as the contract says, and refused with file, line and field."""

from pathlib import Path

import pytest

from evals.answer_suite import check_documents
from evals.errors import SuiteError
from evals.retrieval_suite import as_cases
from evals.suite import AnswerSuite, RetrievalSuite, load_suite
from helpdesk_bot.answers import Turn
from tests.evals.factories import CASES, write_answer_suite, write_retrieval_suite

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "retrieval"


def test_an_answer_suite_is_read_whole(tmp_path):
    suite = load_suite(write_answer_suite(tmp_path / "s"))
    assert isinstance(suite, AnswerSuite)
    assert (suite.name, suite.documents) == ("small", (str((tmp_path / "s" / "documents").resolve()),))
    assert [(case.case_id, case.language, case.line) for case in suite.cases] == [
        ("s1", "sv", 1),
        ("v1", "vi", 2),
        ("e1", "en", 3),
        ("e2", "en", 4),
    ]
    assert suite.cases[0].expected_answers == ("492 tjänstemän",)
    assert suite.cases[2].history == (Turn("user", "Is there a survey?"), Turn("assistant", "Yes."))
    assert not suite.cases[3].answerable
    check_documents(suite)


def test_the_question_hides_the_key_and_the_language(tmp_path):
    case = load_suite(write_answer_suite(tmp_path / "s")).cases[0]
    question = case.to_question()
    assert (question.text, question.language) == ("Hur många tjänstemän?", None)


def test_the_gate_is_read(tmp_path):
    head = (
        'name = "g"\ndocuments = "documents"\nmeasures = ["quote_hit"]\n'
        '[gate]\nalpha = 0.01\ncorrection = "none"\nquote_hit = 0.8\n'
        "[gate.maximum]\nece = 0.1\n[gate.smallest_difference]\nquote_hit = 0.05\n"
    )
    gate = load_suite(write_answer_suite(tmp_path / "s", head=head)).gate
    assert (gate.alpha, gate.correction) == (0.01, "none")
    assert (gate.minimum, gate.maximum) == ({"quote_hit": 0.8}, {"ece": 0.1})
    assert gate.smallest_difference == {"quote_hit": 0.05}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"id": None}, "id", "missing"),
        ({"question": "  "}, "question", "empty"),
        ({"question": 7}, "question", "string"),
        ({"language": "svenska!"}, "language", "language code"),
        ({"answerable": "yes"}, "answerable", "true or false"),
        ({"expected_documents": "doc-sv.txt"}, "expected_documents", "list"),
        ({"expected_quotes": ["492", ""]}, "expected_quotes", "item 2"),
        ({"expected_document": ["x"]}, "expected_document", "did you mean 'expected_documents'"),
        ({"filters": {"kind": 3}}, "filters.kind", "list of strings"),
        ({"filters": ["kind"]}, "filters", "object"),
        ({"history": [{"role": "system", "text": "x"}]}, "history[0]", "user or assistant"),
        ({"history": [{"role": "user"}]}, "history[0]", "role and text"),
        ({"answerable": False}, "expected_documents", "expects nothing"),
        ({"id": "v1"}, "id", "line 2 too"),
    ],
)
def test_a_wrong_case_is_refused_with_line_and_field(tmp_path, change, field, words):
    bad = {key: value for key, value in (CASES[0] | change).items() if value is not None}
    folder = write_answer_suite(tmp_path / "s", cases=[CASES[3], CASES[1], bad])
    with pytest.raises(SuiteError, match=r"cases.jsonl:3: field") as caught:
        load_suite(folder)
    assert (caught.value.line, caught.value.field) == (3, field)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["{"], "cases.jsonl:1: not JSON"),
        (["[1]"], "must be a JSON object, not a list"),
        (['{"id": "a", "question": "q", "language": "en"}'], "an answerable case needs"),
        ([" "], "holds no case"),
    ],
)
def test_a_line_that_is_no_case_is_refused(tmp_path, lines, words):
    with pytest.raises(SuiteError, match=words):
        load_suite(write_answer_suite(tmp_path / "s", cases=lines))


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ('name = ""\ndocuments = ["documents"]', "name"),
        ('description = 3\ndocuments = ["documents"]', "description"),
        ('name = "x"', "documents"),
        ("documents = [3]", "documents"),
        ('documents = ["documents"]\nmeasures = "all"', "measures"),
        ('documents = ["documents"]\ngate = 1', "gate"),
        ('documents = ["documents"]\n[gate]\nalpha = 2', "gate.alpha"),
        ('documents = ["documents"]\n[gate]\ncorrection = "some"', "gate.correction"),
        ('documents = ["documents"]\n[gate]\nminimum = 1', "gate.minimum"),
        ('documents = ["documents"]\n[gate]\nquote_hit = "high"', "gate.minimum.quote_hit"),
    ],
)
def test_a_wrong_head_is_refused_with_its_field(tmp_path, head, field):
    with pytest.raises(SuiteError) as caught:
        load_suite(write_answer_suite(tmp_path / "s", head=head))
    assert caught.value.field == field
    assert "suite.toml" in str(caught.value)


def test_documents_may_be_addresses_tables_or_missing_until_the_run(tmp_path):
    head = 'documents = ["https://example.org/a.pdf", {path = "documents"}, "gone.pdf"]\n'
    suite = load_suite(write_answer_suite(tmp_path / "s", head=head))
    assert suite.documents[0] == "https://example.org/a.pdf"
    with pytest.raises(SuiteError, match=r"gone.pdf does not exist"):
        check_documents(suite)


def test_broken_toml_and_no_suite_are_refused(tmp_path):
    with pytest.raises(SuiteError, match="not TOML"):
        load_suite(write_answer_suite(tmp_path / "a", head="name ="))
    with pytest.raises(SuiteError, match="no such folder"):
        load_suite(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SuiteError, match="is no suite"):
        load_suite(tmp_path / "empty")


def test_a_retrieval_suite_is_read_whole(tmp_path):
    suite = load_suite(write_retrieval_suite(tmp_path / "r"))
    assert isinstance(suite, RetrievalSuite)
    assert [row.language for row in suite.corpus] == ["en", "sv", "vi"]
    assert [query.answerable for query in suite.queries] == [True, True, True, False]
    assert suite.qrels["q2"] == {"doc-sv": 1}


def test_queries_become_cases(tmp_path):
    cases = as_cases(load_suite(write_retrieval_suite(tmp_path / "r")))
    assert [case.answerable for case in cases] == [True, True, True, False]
    assert cases[0].expected_documents == ("doc-en",)
    assert cases[0].expected_quotes == ("492",)
    assert cases[3].expected_documents == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"corpus": [{"_id": "a", "text": "x"}, {"_id": "a", "text": "y"}]}, "corpus.jsonl:2: field '_id'"),
        ({"corpus": [{"text": "x"}]}, "corpus.jsonl:1: field '_id': is missing"),
        ({"corpus": [{"_id": "a"}]}, "field 'text': is missing"),
        ({"corpus": [{"_id": "a", "text": "x", "metadata": 1}]}, "field 'metadata'"),
        ({"queries": [{"_id": "q", "text": ""}]}, "queries.jsonl:1: field 'text': is empty"),
        ({"queries": [{"_id": "q", "text": "x"}] * 2}, "queries.jsonl:2: field '_id'"),
        ({"queries": [{"_id": "q", "text": "x", "language": 1}]}, "field 'language'"),
        ({"qrels": ["q1\tdoc-en"]}, "test.tsv:2: needs 3 columns"),
        ({"qrels": ["q9\tdoc-en\t1"]}, "test.tsv:2: field 'query-id': no query 'q9'"),
        ({"qrels": ["q1\tdoc-xx\t1"]}, "test.tsv:2: field 'corpus-id': no document 'doc-xx'"),
        ({"qrels": ["q1\tdoc-en\tyes"]}, "test.tsv:2: field 'score'"),
    ],
)
def test_a_wrong_retrieval_suite_is_refused(tmp_path, change, words):
    with pytest.raises(SuiteError) as caught:
        load_suite(write_retrieval_suite(tmp_path / "r", **change))
    assert words in str(caught.value)


def test_qrels_without_a_header_and_bytes_that_are_not_utf8_are_refused(tmp_path):
    folder = write_retrieval_suite(tmp_path / "r")
    (folder / "qrels" / "test.tsv").write_text("q1\tdoc-en\t1\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="first line must be query-id"):
        load_suite(folder)
    (folder / "queries.jsonl").write_bytes(b'{"_id": "q", "text": "\xe5"}\n')
    with pytest.raises(SuiteError, match=r"queries.jsonl:1: is not UTF-8"):
        load_suite(folder)
    (folder / "queries.jsonl").unlink()
    with pytest.raises(SuiteError, match="the file is missing"):
        load_suite(folder)


def test_our_own_suites_are_valid():
    folders = sorted(path.parent for path in (ROOT / "evals" / "suites").glob("*/suite.toml"))
    assert folders
    for folder in folders:
        assert isinstance(load_suite(folder), AnswerSuite)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data/retrieval, which is not here")
def test_every_development_set_is_valid():
    folders = sorted(SHARED.iterdir())
    assert len(folders) == 25
    for folder in folders:
        suite = load_suite(folder)
        assert suite.corpus
        assert suite.queries
