import datetime as dt

import pytest

from corpus import metadata
from corpus.errors import BrokenDocument
from corpus.hints import Hints


def merged(
    *,
    sidecar=None,
    front_matter=None,
    file_metadata=None,
    titles=(),
    folder=None,
    source="a/b.en.txt",
    opening="",
):
    hints = Hints(source, sidecar=sidecar, folder=folder)
    return metadata.merge(
        hints, front_matter=front_matter, file_metadata=file_metadata, titles=titles, opening=opening
    )


def test_order_of_the_sources():
    known, _, notes = merged(
        front_matter={"title": "Från texten"},
        sidecar={"title": "Bredvid", "publisher": "Cơ quan", "kind": "report"},
        file_metadata={"title": "From the file", "publisher": "X", "date": "2024-05-01"},
        folder="good-practices",
        titles=["Heading"],
    )
    assert (known.title, known.publisher, known.date, known.kind) == (
        "Från texten",
        "Cơ quan",
        "2024-05-01",
        "report",
    )
    assert notes == ()


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("good_practices", "good_practice"),
        ("Good practices", "good_practice"),
        ("policy-briefs", "policy_brief"),
        ("library/reports", "report"),
        ("projects/2024", "project"),
        ("webinars", "webinar"),
        ("news", "news"),
        ("documents", "document"),
        ("misc", "document"),
        (None, "document"),
    ],
)
def test_kind_from_the_folder(folder, kind):
    assert merged(folder=folder)[0].kind == kind


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("kind", "brief", "policy_brief"),
        ("date", "5 May 2024", "2024-05-01"),
        ("date", "2024-13", "is not a date"),
        ("valid_from", 20240501, "is not a date"),
        ("language", "Swedish!", "language code"),
        ("themes", {"a": 1}, "list of words"),
        ("themes", [["a"]], "list of words"),
        ("title", ["a"], "one line"),
        ("url", "www.example.org", "https://"),
    ],
)
def test_wrong_values_are_refused_with_a_way_out(field, value, says):
    with pytest.raises(BrokenDocument, match=says) as caught:
        merged(sidecar={field: value})
    assert "sidecar of a/b.en.txt" in str(caught.value)
    if field not in ("title",):
        # A program's nonsense is ignored instead.
        assert merged(file_metadata={field: value})[0].title


def test_a_sidecar_that_is_no_mapping():
    with pytest.raises(BrokenDocument, match="expected fields"):
        merged(sidecar=["title"])


def test_values_are_brought_into_form():
    known, _, notes = merged(
        front_matter={
            "Title": "  Två\nrader ",
            "date": dt.date(2024, 5, 1),
            "valid-from": 2023,
            "valid_until": "2025-06",
            "language": "sv-SE",
            "tags": "AI, GovTech, AI",
            "kind": "Policy brief",
            "author": "Myndigheten",
            "license": "CC BY 4.0",
            "layout": "post",
            "region": None,
        }
    )
    assert known.title == "Två rader"
    assert (known.date, known.valid_from, known.valid_until) == ("2024-05-01", "2023", "2025-06")
    assert (known.language, known.themes, known.kind) == ("sv", ("AI", "GovTech"), "policy_brief")
    assert (known.publisher, known.licence) == ("Myndigheten", "CC BY 4.0")
    assert notes == ("front matter of a/b.en.txt: field 'layout' is not known and was ignored",)


def test_norwegian_as_yaml_reads_it():
    assert merged(front_matter={"language": False})[0].language == "nb"


@pytest.mark.parametrize(
    ("titles", "title"),
    [
        (["Giới thiệu", "Chuyển đổi số dịch vụ công"], "Chuyển đổi số dịch vụ công"),
        (["1. Introduction"], "b"),
        (["Inledning", "12", ""], "b"),
        ([], "b"),
    ],
)
def test_fallback_titles_skip_what_names_nothing(titles, title):
    assert merged(titles=titles)[0].title == title


def test_title_from_the_file_name_or_address():
    assert merged(source="x/digital_public-services.vi.txt")[0].title == "digital public services"
    assert merged(source="https://example.org/e-tj%C3%A4nster/start.html?x=1")[0].title == "start"
    assert merged(source="https://example.org/")[0].title == "https://example.org/"


@pytest.mark.parametrize(
    "junk",
    ["Microsoft Word - utkast.docx", "Untitled", "untitled 2", "rapport.indd", "PowerPoint Presentation"],
)
def test_placeholder_titles_of_programs_are_not_titles(junk):
    assert merged(file_metadata={"title": junk}, titles=["Rapport om AI"])[0].title == "Rapport om AI"


@pytest.mark.parametrize(
    ("claimed", "own", "opening", "expected"),
    [
        ("Template for reports", "Svar på remiss", "Svar på remiss\n\nRegionen tackar.", "Svar på remiss"),
        ("AI i vården", "Svar på remiss", "Svar på remiss\n\nAI i vården är bra.", "AI i vården"),
        (
            "Báo cáo năm 2023",
            "Kế hoạch chuyển đổi số",
            "Kế hoạch chuyển đổi số\n\n1.",
            "Kế hoạch chuyển đổi số",
        ),
        ("Guidelines", "1. Introduction", "1. Introduction\n\nThis is it.", "Guidelines"),
        ("Guidelines", "Answers", "", "Guidelines"),
    ],
)
def test_a_title_of_words_that_the_document_does_not_open_with(claimed, own, opening, expected):
    known = merged(file_metadata={"title": claimed}, titles=[own], opening=opening)[0]

    assert known.title == expected
