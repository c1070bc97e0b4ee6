"""Suites are read as the contract says, and refused with file, line and field."""

from pathlib import Path

import pytest

from evals.answer_suite import check_documents
from evals.errors import SuiteError
from evals.retrieval_documents import with_languages
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
        ({"history": [{"role": "user", "text": " "}]}, "history[0]", "role and text"),
        ({"history": ["Vad?"]}, "history[0]", "must be an object, not a string"),
        ({"history": "Vad?"}, "history", "must be a list of objects, not a string"),
        ({"history": [{"role": "assistant", "text": "Ja."}]}, "history[0]", "must follow a user's"),
        (
            {"history": [{"role": role, "text": "x"} for role in ("user", "assistant", "assistant")]},
            "history[2]",
            "must follow a user's",
        ),
        ({"history": [{"role": "user", "text": "a\x00"}]}, "history[0]", "U+0000"),
        ({"filters": {"colour": ["red"]}}, "filters.colour", "there are kind, language"),
        ({"filters": 0}, "filters", "must be an object, not a number"),
        ({"question": "Vad\x00?"}, "question", "U+0000"),
        ({"group": ""}, "group", "empty"),
        ({"tags": None} | {"tag": ["number"]}, "tag", "did you mean 'tags'"),
        ({"language": ["sv"]}, "language", "must be a string, not a list"),
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
        (['{"id": "a", "id": "b"}'], "cases.jsonl:1: field 'id': stands there twice"),
        (["", "", '{"id": "a", "tags": [{"x": 1, "x": 2}]}'], "cases.jsonl:3: field 'x'"),
        (['{"id": NaN}'], "cases.jsonl:1: not JSON \\(NaN is no JSON value\\)"),
        (['{"id": ' + "1" * 5000 + "}"], "cases.jsonl:1: not JSON"),
        (["[" * 100_000], "cases.jsonl:1: not JSON"),
        (['{"id": "a\x00b"}'], "cases.jsonl:1: not JSON"),
        (['{"language": "vi", "expected_quotes": ["\\udc00"]}'], "field 'expected_quotes': .* U\\+DC00"),
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
        ('documents = ["documents"]\n[gate]\nquote_hit = nan', "gate.minimum.quote_hit"),
        ('documents = ["documents"]\n[gate.maximum]\nece = inf', "gate.maximum.ece"),
        ('documents = ["documents"]\n[gate]\ncorrection = "bonferroni"', "gate.correction"),
        ('documents = ["documents"]\nmeasure = ["quote_hit"]', "measure"),
        ('documents = ["documents"]\n[gates]\nquote_hit = 1', "gates"),
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


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path):
    plain = load_suite(write_answer_suite(tmp_path / "plain"))
    folder = write_answer_suite(tmp_path / "windows")
    for name in ("suite.toml", "cases.jsonl"):
        data = (folder / name).read_bytes().replace(b"\n", b"\r\n\r\n")
        (folder / name).write_bytes(b"\xef\xbb\xbf" + data)
    odd = load_suite(folder)
    assert [case.to_question() for case in odd.cases] == [case.to_question() for case in plain.cases]
    assert [case.line for case in odd.cases] == [1, 3, 5, 7]
    folder = write_retrieval_suite(tmp_path / "r")
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        data = (folder / name).read_bytes().replace(b"\n", b"\r\n")
        (folder / name).write_bytes(b"\xef\xbb\xbf" + data + b"\r\n  \r\n")
    assert load_suite(folder).qrels == {"q1": {"doc-en": 1}, "q2": {"doc-sv": 1}, "q3": {"doc-vi": 1}}


def test_line_separators_within_a_text_are_text(tmp_path):
    case = CASES[0] | {"question": "Hur\u2028många\u0085tjänstemän?"}
    assert load_suite(write_answer_suite(tmp_path / "s", cases=[case])).cases[0].question == case["question"]


def test_a_group_is_kept_and_null_is_absent_where_a_list_of_things_may_be(tmp_path):
    case = CASES[0] | {"group": "s. 4", "history": None, "filters": None, "note": "a remark"}
    read = load_suite(write_answer_suite(tmp_path / "s", cases=[case])).cases[0]
    assert (read.group, read.history, read.filters) == ("s. 4", (), {})


def test_ids_and_years_may_be_numbers_and_empty_lists_null(tmp_path):
    case = CASES[0] | {"id": 7, "group": 3, "filters": {"year": 2024}, "tags": None, "expected_quotes": None}
    read = load_suite(write_answer_suite(tmp_path / "s", cases=[case])).cases[0]
    assert (read.case_id, read.group, read.filters) == ("7", "3", {"year": ("2024",)})
    assert (read.tags, read.expected_quotes) == ((), ())
    suite = load_suite(
        write_retrieval_suite(
            tmp_path / "r",
            corpus=[{"_id": 1, "title": None, "text": "Kirjastot"}, {"_id": "el/1", "text": "Βιβλιοθήκες"}],
            queries=[{"_id": 10, "text": "Πού;", "para": 0}, {"_id": "q/ř", "text": "Kde?", "para": 1}],
            qrels=["10\tel/1\t2.0", "q/ř\t1\t1", "q/ř\tel/1\t0"],
        )
    )
    assert [(row.document_id, row.title) for row in suite.corpus] == [("1", ""), ("el/1", "")]
    assert suite.qrels == {"10": {"el/1": 2}, "q/ř": {"1": 1, "el/1": 0}}
    assert [query.group for query in suite.queries] == ["0", "1"]


def test_a_retrieval_suite_is_read_whole(tmp_path):
    suite = load_suite(write_retrieval_suite(tmp_path / "r"))
    assert isinstance(suite, RetrievalSuite)
    assert [row.language for row in suite.corpus] == ["en", "sv", "vi"]
    assert [query.answerable for query in suite.queries] == [True, True, True, False]
    assert suite.qrels["q2"] == {"doc-sv": 1}


def test_a_set_of_many_languages_is_told_row_by_row_and_one_of_one_language_as_a_whole(tmp_path):
    texts = {
        "fi": "Helsingin kirjastot avaavat kello 9 ja sulkevat kello 20, ja kirjastokortti on maksuton.",
        "el": "Η δημοτική βιβλιοθήκη της Θεσσαλονίκης λειτουργεί από τις 8 το πρωί έως το βράδυ.",
        "pl": "Rower miejski w Krakowie kosztuje 2 złote za pierwsze 30 minut, a stacji jest 150.",
        "ro": "Primăria Cluj colectează deșeurile în fiecare marți și vineri dimineața.",
    }
    # Sorted by language, as sets are: the first rows alone would tell one language.
    corpus = [
        {"_id": f"{code}{number}", "text": text} for code, text in texts.items() for number in range(40)
    ]
    corpus[0] |= {"language": "sv"}
    queries = [{"_id": f"q{number}", "text": texts["pl"]} for number in range(9)]
    queries.append({"_id": "q9", "text": "OK 5G?"})
    folder = write_retrieval_suite(tmp_path / "r", corpus, queries, ["q0\tpl1\t1"])
    suite = with_languages(load_suite(folder))
    assert suite.corpus[0].language == "sv"
    assert all(row.language == row.document_id[:2] for row in suite.corpus[1:])
    assert {query.language for query in suite.queries} == {"pl"}


def test_queries_become_cases(tmp_path):
    cases = as_cases(load_suite(write_retrieval_suite(tmp_path / "r")))
    assert [case.answerable for case in cases] == [True, True, True, False]
    assert cases[0].expected_documents == ("doc-en",)
    assert cases[0].expected_quotes == ("492",)
    assert cases[3].expected_documents == ()


def test_an_answer_that_stands_in_no_relevant_document_is_no_quote(tmp_path):
    queries = [
        {"_id": "q1", "text": "Hur många?", "answer": "492  TJÄNSTEMÄN"},
        {"_id": "q2", "text": "How many?", "answer": "492 officials", "para": "p1"},
        {"_id": "q3", "text": "Bao nhiêu?", "answer": "492 công chức", "para": "p2", "article": "Khảo sát"},
    ]
    qrels = ["q1\tdoc-sv\t1", "q2\tdoc-sv\t1", "q3\tdoc-vi\t1", "q3\tdoc-sv\t0"]
    cases = as_cases(load_suite(write_retrieval_suite(tmp_path / "r", queries=queries, qrels=qrels)))
    assert [case.expected_quotes for case in cases] == [("492  TJÄNSTEMÄN",), (), ("492 công chức",)]
    assert cases[2].expected_documents == ("doc-vi",)


@pytest.mark.parametrize(
    ("n_articles", "n_paragraphs", "wanted"),
    [(20, 40, "article"), (19, 40, "para"), (3, 5, "para"), (3, 0, "article"), (0, 25, "para"), (0, 0, None)],
)
def test_queries_are_grouped_by_article_where_there_are_enough_else_by_paragraph(
    tmp_path, n_articles, n_paragraphs, wanted
):
    queries = []
    for number in range(80):
        query = {"_id": f"q{number}", "text": "Bao nhiêu?"}
        query |= {"article": f"Bài {number % n_articles}"} if n_articles else {}
        query |= {"para": f"p{number % n_paragraphs}"} if n_paragraphs else {"para": None}
        queries.append(query)
    suite = load_suite(
        write_retrieval_suite(tmp_path / "r", queries=queries, qrels=["q0\tdoc-vi\t1", "q1\tdoc-vi\t1"])
    )
    assert [query.group for query in suite.queries] == [query.get(wanted) for query in queries]
    assert [case.group for case in as_cases(suite)] == [query.group for query in suite.queries]


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
        ({"qrels": ["q1\tdoc-en\t1.5"]}, "test.tsv:2: field 'score'"),
        ({"qrels": ["q1\tdoc-en\t1_0"]}, "test.tsv:2: field 'score'"),
        ({"qrels": ["q1\tdoc-en\t1", "", "q1\tdoc-en\t0"]}, "test.tsv:4: 'q1' and 'doc-en' are judged twice"),
        ({"qrels": [""]}, "test.tsv: holds no judgement"),
        ({"qrels": ["q1\tdoc-en\t1", "q4\tdoc-en\t1"]}, "queries.jsonl:4: field 'answerable': says false"),
        (
            {"queries": [{"_id": "q1", "text": "x", "answerable": True}], "qrels": ["q1\tdoc-en\t0"]},
            "says true, but qrels/test.tsv has no relevant document",
        ),
        ({"queries": [{"_id": "q", "text": "x", "language": "Swedish"}]}, "no language code such as sv"),
        ({"queries": [{"_id": "q", "text": None}]}, "field 'text': must be a string, not null"),
        ({"corpus": [{"_id": 7.5, "text": "x"}]}, "field '_id': must be a string, not a number"),
        ({"corpus": [{"_id": True, "text": "x"}]}, "field '_id': must be a string, not true/false"),
        ({"corpus": [{"_id": "a", "text": "x\x00"}]}, "field 'text': holds the character U+0000"),
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
