"""Countries in a question point to documents: of their languages, of their region."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_bot import place_names
from helpdesk_bot.phrases import languages
from helpdesk_bot.places_asked import OTHER, OWN, lean_of, own_languages, places_in
from index.chunks import DocumentInfo


def document_info(name: str, *, language: str, region: str | None = None) -> DocumentInfo:
    return DocumentInfo(name, 1, "T", "report", None, None, language, (), region, None, f"{name}.md")


QUESTIONS = [
    ("How many villages has Vietnam reached?", "en", "VN"),
    ("Hur många byar har Vietnam nått?", "sv", "VN"),
    ("Vilka krav ställer den vietnamesiska lagen?", "sv", "VN"),
    ("Which duties do Swedish municipalities have?", "en", "SE"),
    ("Luật Thụy Điển đòi hỏi điều gì?", "vi", "SE"),
    ("Các thành phố của Lít-va đã làm gì?", "vi", "LT"),
]


@pytest.mark.parametrize(("question", "language", "code"), QUESTIONS)
def test_the_country_is_read_in_any_language(question: str, language: str, code: str) -> None:
    assert set(places_in(question, language).values()) == {code}


@pytest.mark.parametrize(("question", "language", "code"), QUESTIONS)
def test_documents_in_the_countrys_language_are_favoured(question: str, language: str, code: str) -> None:
    lean = lean_of(question, language)
    assert lean is not None
    own = next(iter(own_languages(code)))
    assert lean(document_info("own", language=own)) == OWN
    assert lean(document_info("other", language="pl")) == 0
    assert lean(document_info("english", language="en")) == 0


@pytest.mark.parametrize(("region", "language"), [("Vietnam", "en"), ("Wietnam", "pl"), ("Vietnam", "sv")])
def test_documents_of_the_countrys_region_are_favoured_in_any_language(region: str, language: str) -> None:
    lean = lean_of("Việt Nam có bao nhiêu tổ công nghệ số?", "vi")
    assert lean is not None
    assert lean(document_info("about", language=language, region=region)) == OWN
    assert lean(document_info("elsewhere", language=language, region="Litauen, Lithuania, Litwa")) == OTHER
    assert lean(document_info("wider", language=language, region="Europe, Europa")) == 0


@pytest.mark.parametrize(
    ("title", "source"),
    [
        ("Digital services in Vietnam", "a.md"),
        ("Act 3", "laws/vietnam-data-act.en.md"),
        ("Act 3", "https://example.org/Vietnam_act.html?x=1"),
    ],
)
def test_documents_whose_title_or_file_names_the_country_are_favoured(title: str, source: str) -> None:
    lean = lean_of("Hur många grupper har Vietnam?", "sv")
    assert lean is not None
    assert lean(replace(document_info("about", language="en"), title=title, source=source)) == OWN
    other = replace(document_info("other", language="en"), title="Act 3 of Zambia", source="turkey.md")
    assert lean(other) == OTHER
    for name in ("act-3-english.pdf", "act_3_Svenska.pdf", "act 3 swedish.docx"):
        assert lean(replace(document_info("other", language="sv"), title="Act 3", source=name)) == 0


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How do cities buy artificial intelligence?", "en"),
        ("Hur köper kommuner artificiell intelligens?", "sv"),
        ("Các thành phố mua trí tuệ nhân tạo như thế nào?", "vi"),
    ],
)
def test_a_question_without_a_country_favours_nothing(question: str, language: str) -> None:
    assert lean_of(question, language) is None


def test_english_is_nobodys_own_language() -> None:
    assert own_languages("IE") == {"ga"}
    assert own_languages("FI") == {"fi", "sv"}
    assert own_languages("EU") == frozenset()


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is the corporate tax rate in Sweden?", "en"),
        ("Hur hög är bolagsskatten i Sverige?", "sv"),
        ("Thuế suất thuế thu nhập doanh nghiệp ở Thụy Điển là bao nhiêu?", "vi"),
    ],
)
def test_a_country_among_others_in_a_text_from_elsewhere_makes_it_no_text_of_that_country(
    question: str, language: str
) -> None:
    lean = lean_of(question, language)
    assert lean is not None
    assert not lean(document_info("survey", language="en", region="OECD"))


def test_no_catalogues_language_shows_a_country_that_two_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    known = place_names._tongues()
    # Names in Arabic all begin alike, with the article: their beginnings show nothing.
    monkeypatch.setattr(place_names, "_TELLING", tuple(code for code in languages() if code != "ar"))
    assert place_names._tongues.__wrapped__() == known
