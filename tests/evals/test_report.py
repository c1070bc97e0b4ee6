"""The files of a report: what they say, that they are safe to open, and that nothing is lost."""

import base64
import csv
import hashlib
import html.parser
import io
import json
import re

import pytest

from evals.comparison import compare_runs
from evals.errors import RunError
from evals.report import write_comparison_report, write_report
from evals.scored_runs import load_scored_run, save_baseline
from tests.evals.factories import make_answer
from tests.evals.report_runs import FORMULA, RTL, SCRIPT, STYLE, write_retrieval_run, write_run


class Page(html.parser.HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.text, self.inside = [], [], []
        self.inline = {"style": [], "script": []}
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if self.inside and self.inside[-1] in self.inline:
            self.inline[self.inside[-1]].append(data)
        else:
            self.text.append(data)

    def attributes(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="module")
def files(run, tmp_path_factory):
    return write_report(run, tmp_path_factory.mktemp("out"))


def read(path):
    return path.read_bytes().decode("utf-8-sig" if path.suffix == ".csv" else "utf-8")


def rows_of(path):
    return list(csv.DictReader(io.StringIO(read(path))))


def test_every_format_is_written_and_the_run_folder_is_the_default(run, files):
    assert {key: path.name for key, path in files.items()} == {
        "html": "report.html",
        "md": "report.md",
        "csv": "figures.csv",
        "cases": "cases.csv",
        "json": "report.json",
    }
    written = write_report(run, formats=("md",))
    assert written == {"md": run / "report.md"}
    assert not (run / "report.html").exists()


def test_the_same_run_makes_the_same_bytes(run, files, tmp_path):
    again = write_report(run, tmp_path)
    for key, path in files.items():
        assert again[key].read_bytes() == path.read_bytes()


def test_the_page_needs_nothing_else_and_forbids_it(files):
    page = Page(read(files["html"]))
    addresses = [
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "style") or name.startswith("on")
    ]
    assert {value for value in addresses if not value.startswith("#")} == {"data:,"}
    [policy] = [meta["content"] for meta in page.attributes("meta") if "http-equiv" in meta]
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        text = "".join(page.inline[kind])
        assert len(page.attributes(kind)) == 1
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert "url(" not in text
        assert "@import" not in text


def test_what_the_data_hold_is_text_and_nothing_more(files):
    source = read(files["html"])
    page = Page(source)
    text = "".join(page.text)
    for hostile in (SCRIPT, STYLE, FORMULA, RTL):
        assert hostile in text
    assert "half a pair \ufffd and a bell \ufffd" in text
    assert not page.attributes("img")
    assert not page.attributes("b") or all(not attributes for attributes in page.attributes("b"))
    assert "<b>six</b> questions in four languages" in text
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_no_path_of_the_machine_travels_with_a_report(run, files):
    for path in files.values():
        assert "/home/somebody" not in read(path)
        assert str(run) not in read(path)


def test_content_names_its_language(files):
    source = read(files["html"])
    for language, words in (("sv", "Hur många tjänstemän omfattade"), ("vi", "Khảo sát gồm bao nhiêu")):
        assert re.search(rf'class="question" lang="{language}" dir="auto">{words}', source)
    assert '<blockquote lang="sv" dir="auto">Undersökningen omfattade <mark>492 tjänstemän</mark>' in source
    assert '<p class="said" lang="vi" dir="auto">Tài liệu không nói.</p>' in source


def test_cases_stand_worst_first_with_a_verdict_in_words(files):
    cases = [(row["case_id"], row["grade"], row["verdict"]) for row in rows_of(files["cases"])]
    assert cases == [
        ("en-none", "wrong", "should have refused: the documents do not say; a quote is not verbatim"),
        ("en-error", "error", "error: there is nothing to score"),
        ("vi-1", "wrong", "refused although the documents say"),
        ("en-1", "partly", "right document cited, but not first; quote not found"),
        ("ar-1", "right", "right document first, quote found"),
        ("sv-1", "right", "right document first, quote found"),
        ("vi-none", "right", "gave no answer, and the documents have none"),
    ]
    source = read(files["html"])
    places = [source.index(f"<code>{case_id}</code>") for case_id, *_ in cases]
    assert places == sorted(places)


def test_errors_are_counted_and_never_zeros(files):
    document = json.loads(read(files["json"]))
    assert document["summary"]["errors"] == 1
    assert document["summary"]["measures"]["document_hit"]["n"] == 4
    assert "1 of 7 cases ended in an error" in "".join(Page(read(files["html"])).text)


def test_figures_csv_has_a_line_for_each_measure_and_slice(files):
    rows = rows_of(files["csv"])
    [overall] = [row for row in rows if (row["dimension"], row["measure"]) == ("all", "quote_hit")]
    # Swedish and Arabic found it; Vietnamese and English did not.
    assert (float(overall["mean"]), overall["n"], overall["undefined"]) == (0.5, "4", "2")
    assert 0 < float(overall["low95"]) < 0.5 < float(overall["high95"]) < 1
    swedish = [r for r in rows if (r["dimension"], r["value"]) == ("pair", "doc_sv-q_sv")]
    assert {row["measure"]: row["mean"] for row in swedish}["quote_hit"] == "1.0"
    assert {row["direction"] for row in rows if row["measure"] == "ece"} == {"lower"}


def test_a_spreadsheet_sees_no_formula(files):
    text = read(files["cases"])
    assert files["cases"].read_bytes().startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert f"'{FORMULA}" in cells
    for cell in cells:
        assert not cell.startswith(("=", "+", "@", "\t"))
        assert not cell.startswith("-") or float(cell) <= 0


def test_json_holds_the_points_of_both_plots(files):
    document = json.loads(read(files["json"]))
    bins = document["reliability"]
    assert len(bins) == 10
    assert sum(item["n"] for item in bins) == 6
    assert document["risk_coverage"][-1]["coverage"] == 1
    assert document["config"]["options"]["prompt_sha256"] == "abc123"


def test_plots_have_words_and_a_table(files):
    page = Page(read(files["html"]))
    drawings = [svg for svg in page.attributes("svg") if svg.get("role") == "img"]
    assert len(drawings) == 2
    identifiers = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for drawing in drawings:
        assert set(drawing["aria-labelledby"].split()) <= identifiers
    hidden = [svg for svg in page.attributes("svg") if svg.get("role") != "img"]
    assert all(svg["aria-hidden"] == "true" for svg in hidden)
    text = "".join(page.text)
    assert "Reliability diagram of 6 cases" in text
    assert text.count("The same as a table") == 2


def test_ids_are_unique(files):
    page = Page(read(files["html"]))
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_markdown_is_short_and_calls_nobody(files):
    text = read(files["md"])
    assert len(text) < 6000
    assert "| `quote_hit` | 0.500 |" in text
    assert "**7 cases:** 3 right, 1 partly right, 1 error, 2 wrong" in text
    assert text.index("`en-none`") < text.index("`vi-1`")
    assert "&lt;i&gt;model&lt;/i&gt;" in text
    # The hostile question stands in a code span, and nowhere else.
    assert text.count("<script>") == text.count("`" + SCRIPT + "`") == 1


def test_a_long_run_is_cut_and_says_so(tmp_path, monkeypatch):
    from evals.report import files as report_files
    from evals.report import run_report

    for module in (run_report, report_files):
        monkeypatch.setattr(module, "MAX_CASES", 5)
    written = write_report(write_run(tmp_path / "run", n_copies=3), tmp_path / "out")
    page = Page(read(written["html"]))
    assert sum(attributes.get("class") == "case" for attributes in page.attributes("li")) == 5
    assert "The 5 worst of 21 cases" in "".join(page.text)
    rows = rows_of(written["cases"])
    assert len(rows) == 21
    assert {row["answer"] for row in rows if row["question_language"] == "sv"} == {
        "Det var 492 tjänstemän. [1]"
    }


def test_a_baseline_without_answers_has_a_report_too(run, tmp_path):
    save_baseline(run, tmp_path / "baseline")
    written = write_report(tmp_path / "baseline", tmp_path / "out")
    text = "".join(Page(read(written["html"])).text)
    assert "This folder holds figures only, no answers." in text
    assert rows_of(written["cases"])[0]["case_id"] == "en-none"


def test_a_retrieval_run(tmp_path):
    written = write_report(write_retrieval_run(tmp_path / "run"), tmp_path / "out")
    source = read(written["html"])
    text = "".join(Page(source).text)
    assert [(row["case_id"], row["grade"]) for row in rows_of(written["cases"])] == [
        ("q-vi", "wrong"),
        ("q-bad", "error"),
        ("q-sv", "partly"),
        ("q-far", "unjudged"),
        ("q-en", "right"),
    ]
    assert "Hur många tjänstemän?" in text
    assert SCRIPT in text
    assert re.search(r"doc-sv</bdi> <span class=\"muted\">at rank 3", source)
    assert re.search(r"doc-vi</bdi> <span class=\"muted\">not retrieved", source)
    # The query that failed keeps its relevant document; the unanswerable one has none.
    assert len(re.findall(r"doc-sv</bdi> <span class=\"muted\">not retrieved", source)) == 1
    assert text.count("None is known.") == 1
    assert "Reliability" not in text


@pytest.mark.parametrize("missing", ["scores.jsonl", "summary.json", "config.json"])
def test_what_is_no_scored_run_is_refused(run, tmp_path, missing):
    save_baseline(run, tmp_path / "torn")
    (tmp_path / "torn" / missing).unlink()
    with pytest.raises(RunError, match=missing.split(".")[0]):
        write_report(tmp_path / "torn", tmp_path / "out")


def test_an_unknown_format_is_refused_before_anything_is_written(run, tmp_path):
    with pytest.raises(RunError, match="no format 'pdf'; there are html, md, csv, json"):
        write_report(run, tmp_path / "out", formats=("md", "pdf"))
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Run B cites nothing in Swedish any more, and answers in Vietnamese where A refused."""
    folder = tmp_path_factory.mktemp("compared")
    worse = make_answer(
        (), outcome="unanswerable_not_in_documents", confidence=0.2, language="sv", text="Nej."
    )
    better = make_answer(("doc-vi",), short=None, language="vi", text="492 công chức.")
    a = write_run(folder / "a", n_copies=30)
    b = write_run(folder / "b", n_copies=30, answers={"sv-1": worse, "vi-1": better})
    comparison = compare_runs(load_scored_run(a), load_scored_run(b), measures=["quote_hit", "document_hit"])
    return comparison, a, b, write_comparison_report(comparison, a, b, folder / "out")


def test_a_comparison_says_what_changed(compared):
    comparison, a, _, files = compared
    assert {key: path.name for key, path in files.items()} == {
        "html": "comparison.html",
        "md": "comparison.md",
        "csv": "comparison.csv",
        "changes": "changes.csv",
        "json": "comparison.json",
    }
    assert comparison["slices"]["question_language"]["sv"]["quote_hit"]["verdict"] == "worse"
    page = Page(read(files["html"]))
    text = "".join(page.text)
    assert text.index("Worse (") < text.index("Better (")
    assert "Run A: right document first, quote found" in text
    assert "Run B: refused although the documents say" in text
    assert not page.attributes("img")
    changes = rows_of(files["changes"])
    assert [row["change"] for row in changes] == sorted(row["change"] for row in changes)
    assert {(row["change"], row["case_id"].split("-")[0]) for row in changes} == {
        ("loss", "sv"),
        ("win", "vi"),
    }
    assert {row["a"] for row in changes if row["change"] == "loss"} == {"1.0"}
    assert str(a) not in read(files["json"])


def test_a_comparison_for_a_pull_request(compared):
    _, _, _, files = compared
    text = read(files["md"])
    assert "**Changed cases:** 30 lost, 30 won" in text
    assert "| Question language: Swedish, `quote_hit` | 1.000 | 0.000 | −1.000 |" in text
    assert "▼ worse |" in text
    assert len(text) < 8000


def test_a_comparison_as_a_table(compared):
    _, _, _, files = compared
    rows = rows_of(files["csv"])
    [row] = [
        r
        for r in rows
        if (r["dimension"], r["value"], r["measure"]) == ("question_language", "vi", "quote_hit")
    ]
    assert (float(row["a"]), float(row["b"]), float(row["difference"])) == (0, 1, 1)
    assert row["verdict"] == "better"


def test_runs_that_do_the_same_have_nothing_to_show(run, tmp_path):
    scored = load_scored_run(run)
    comparison = compare_runs(scored, scored, measures=["quote_hit"])
    files = write_comparison_report(comparison, run, run, tmp_path)
    text = "".join(Page(read(files["html"])).text)
    assert "No case went from right to wrong or back." in text
    assert "No measure is shown to be better or worse over all cases." in text
