"""Passages that say the same are found, and those that differ in anything that counts stay apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest

from corpus.loading import Hints, parse
from index.chunking import chunk
from index.chunks import AlsoIn, Candidate, DocumentInfo, Passage
from index.duplicates import SELF_STANDING, repeated, said
from tests.fakes import FakeEmbedder

EN = (
    "The agency supports municipalities that want to test digital services. In 2024 it paid 1.5 "
    "million euro to 37 pilots in Skåne and Västra Götaland. Applicants may not apply twice. Each "
    "pilot is evaluated by an independent team, and the results are published within six months."
)
SV = (
    "Myndigheten stöder kommuner som vill pröva digitala tjänster. År 2024 betalade den ut 15 miljoner "
    "kronor till 37 försök i Skåne och Västra Götaland. Sökande får inte söka två gånger. Varje försök "
    "utvärderas av en oberoende grupp, och resultaten publiceras inom sex månader."
)
VI = (
    "Cơ quan hỗ trợ các địa phương muốn thử nghiệm dịch vụ số. Năm 2024 cơ quan đã chi 15 tỷ đồng cho "
    "37 dự án thí điểm ở Đà Nẵng và Cần Thơ. Người nộp đơn không được nộp hai lần. Mỗi dự án được một "
    "nhóm độc lập đánh giá và kết quả được công bố trong vòng sáu tháng. Tài liệu được đăng trên trang "
    "thông tin của cơ quan."
)
TEXTS = {"en": EN, "sv": SV, "vi": VI}
SHORT = {
    "en": "The project runs for 36 months and has twelve partners.",
    "sv": "Projektet pågår i 36 månader och har tolv deltagare.",
    "vi": "Dự án kéo dài 36 tháng và có mười hai đối tác.",
}


def read(
    text: str, language: str = "en", *, title: str = "Support for pilots", source: str = "a.md", **more: str
) -> tuple[Passage, DocumentInfo]:
    """Load and chunk a small document; it makes one passage."""
    lines = [f"{name}: {value}" for name, value in {"title": title, "language": language, **more}.items()]
    data = "\n".join(["---", *lines, "---", text]).encode()
    document = parse(data, Hints(source, None, None, None))
    (passage,) = chunk(document, source, 1)
    about = document.metadata
    info = DocumentInfo(
        document_id=source,
        version=1,
        title=about.title,
        kind=about.kind,
        publisher=about.publisher,
        date=about.date,
        language=about.language,
        themes=about.themes,
        region=about.region,
        url=about.url,
        source=source,
    )
    return passage, info


def same(one: tuple[Passage, DocumentInfo], other: tuple[Passage, DocumentInfo]) -> bool:
    """Whether one is folded into the other and the other into the one."""
    there, back = (repeated(said(*a), said(*b)) is not None for a, b in ((one, other), (other, one)))
    assert there == back
    return there


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text, id="as it is"),
        pytest.param(str.upper, id="capitals"),
        pytest.param(lambda text: text.replace(". ", ".\n\n"), id="paragraphs"),
        pytest.param(lambda text: "\n".join(f"- {line}." for line in text.split(". ")), id="bullets"),
        pytest.param(lambda text: text.replace(" ", "  ").replace(",", " ,"), id="spaces"),
        pytest.param(lambda text: unicodedata.normalize("NFD", text), id="decomposed"),
        pytest.param(lambda text: text.replace("2024", "“2024”").replace("37", "(37)"), id="quotes"),
    ],
)
def test_the_form_makes_no_difference(language: str, change: Callable[[str], str]) -> None:
    assert same(read(TEXTS[language], language), read(change(TEXTS[language]), language, source="b.md"))


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "evaluated", "evalu-\nated"),
        ("sv", "utvärderas", "utvär-\nderas"),
        ("en", "the results", "results"),
        ("en", "Each pilot", "Also, each pilot"),
        ("sv", "Varje försök", "Dessutom varje försök"),
        ("vi", "các địa phương", "địa phương"),
    ],
)
def test_a_broken_word_and_words_that_say_nothing_make_no_difference(
    language: str, old: str, new: str
) -> None:
    text = TEXTS[language]
    assert old in text
    passage, info = read(text, language)
    changed = text.replace(old, new)
    # A loader joins lines; what another extractor left is given as it is.
    other = replace(passage, passage_id="b", text=changed, sentences=((0, len(changed)),))
    assert same((passage, info), (other, replace(info, document_id="b.md")))


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "2024", "2023"),
        ("en", "1.5 million", "15 million"),
        ("en", "1.5 million", "-1.5 million"),
        ("en", "million euro", "million dollars"),
        ("en", "37", "38"),
        ("en", "six months", "five months"),
        ("en", "Skåne", "Blekinge"),
        ("en", "may not apply", "may apply"),
        ("en", "may not apply", "must not apply"),
        ("en", "independent", "dependent"),
        ("en", "by an", "to an"),
        ("en", "within six", "after six"),
        ("en", "Each pilot", "Each large pilot"),
        ("sv", "får inte söka", "får söka"),
        ("sv", "37 försök", "39 försök"),
        ("sv", "2024", "2025"),
        ("sv", "oberoende", "beroende"),
        ("sv", "Skåne", "Halland"),
        ("sv", "sex månader", "sju månader"),
        ("vi", "không được nộp", "được nộp"),
        ("vi", "37 dự án", "73 dự án"),
        ("vi", "Đà Nẵng", "Hải Phòng"),
        ("vi", "sáu tháng", "sáu tuần"),
        ("vi", "tỷ", "ty"),  # an accent is a letter of its own
        ("vi", "tỷ đồng", "triệu đồng"),
    ],
)
def test_a_number_a_name_or_a_negation_keeps_them_apart(language: str, old: str, new: str) -> None:
    text = TEXTS[language]
    assert old in text
    assert not same(read(text, language), read(text.replace(old, new), language, source="b.md"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It costs 5 €.", "It costs 5 $."),
        ("It grew by 10 % a year.", "It grew by 10 a year."),
        ("More than < 5 of them.", "More than > 5 of them."),
        ("An area of 10² units.", "An area of 102 units."),
        ("Open source: ✓", "Open source: ✗"),
        ("Between 5 and 10–12.", "Between 5 and 1012."),
        ("Article 5 applies.", "Article 5a applies."),
        ("AI4Citizens met.", "AI5Citizens met."),
    ],
)
def test_signs_count(one: str, other: str) -> None:
    assert not same(read(one), read(other, source="b.md"))


def test_another_language_or_none_keeps_them_apart() -> None:
    passage, info = read(EN)
    assert not same((passage, info), (replace(passage, language="sv"), replace(info, document_id="b.md")))
    # Where the language has no list of words without meaning, none may differ.
    one, other = read(EN), read(EN.replace("the results", "results"), source="b.md")
    assert same(one, other)
    unknown = [(replace(passage, language="und"), info) for passage, info in (one, other)]
    assert not same(*unknown)
    assert same(unknown[0], unknown[0])


@pytest.mark.parametrize("language", SHORT)
@pytest.mark.parametrize(
    ("one", "other", "folded"),
    [
        ({}, {}, True),
        ({"title": "AI in schools"}, {"title": "AI in schools (PDF)"}, True),
        ({"title": "AI in schools"}, {"title": "A plan for AI in schools"}, True),
        ({"title": "MOSAICO"}, {"title": "AI4Citizens"}, False),
        ({"title": "Annual report 2022"}, {"title": "Annual report 2023"}, False),
        ({"title": "Annual report"}, {"title": "Annual report 2023"}, False),
        ({"title": "Country report Sweden"}, {"title": "Country report Norway"}, False),
        ({"title": "Stockholm plan"}, {"title": "Hanoi plan"}, False),
        ({"region": "Skåne"}, {"region": "Blekinge"}, False),
        ({"region": "Skåne"}, {"region": "SKÅNE"}, True),
        ({"region": "Skåne"}, {}, True),
        ({"date": "2023-04-01"}, {"date": "2024-04-01"}, False),
        ({"date": "2024-04-01"}, {"date": "2024"}, True),
        ({"date": "2024-04-01"}, {}, True),
    ],
)
def test_few_words_mean_the_same_only_where_the_same_is_spoken_of(
    language: str, one: dict[str, str], other: dict[str, str], folded: bool
) -> None:
    text = SHORT[language]
    assert same(read(text, language, **one), read(text, language, source="b.md", **other)) == folded


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    ("one", "other", "folded"),
    [
        ({"title": "Pilots"}, {"title": "News from the ministry"}, True),
        ({"date": "2023-04-01"}, {"date": "2024-04-01"}, True),
        ({"title": "Annual report 2022"}, {"title": "Annual report 2023"}, False),
        ({"title": "Country report Sweden"}, {"title": "Country report Norway"}, False),
        ({"region": "Skåne"}, {"region": "Blekinge"}, False),
    ],
)
def test_enough_words_mean_the_same_under_another_title(
    language: str, one: dict[str, str], other: dict[str, str], folded: bool
) -> None:
    text = TEXTS[language]
    assert sum(map(str.isalpha, text)) >= SELF_STANDING
    assert same(read(text, language, **one), read(text, language, source="b.md", **other)) == folded


def test_headings_count_where_both_have_them() -> None:
    def under(heading: str, source: str = "a.md") -> tuple[Passage, DocumentInfo]:
        passage, info = read(SHORT["en"], source=source)
        return replace(passage, heading_path=(heading,) if heading else ()), info

    assert same(under("3.2 Results"), under("4 Results", "b.md"))
    assert same(under("Results"), under("", "b.md"))
    assert not same(under("Sweden"), under("Norway", "b.md"))
    assert not same(under("Results 2022"), under("Results 2023", "b.md"))


def test_what_stands_within_a_longer_passage_is_folded_into_it_and_not_the_other_way() -> None:
    first, second, third = "Alpha tests begin in the spring.", EN, "Omega tests end in the autumn."
    whole = read(f"{first} {second} {third}")
    inner = read(second, source="b.md")
    assert repeated(said(*inner), said(*whole)) == (1, 4)
    assert repeated(said(*whole), said(*inner)) is None
    # Half a sentence, another order, or too small a part is not the same.
    assert repeated(said(*read(second.replace("The agency supports m", "M"))), said(*whole)) is None
    assert repeated(said(*read(f"{third} {first}")), said(*whole)) is None
    assert repeated(said(*read(first, source="b.md")), said(*whole)) is None


def test_a_passage_without_a_word_says_nothing() -> None:
    passage, info = read(EN)
    empty = replace(passage, text="— … —", sentences=((passage.start_char, passage.start_char + 5),))
    assert not same((empty, info), (empty, replace(info, document_id="b.md")))


def test_the_documents_that_say_a_quote_too() -> None:
    passage, info = read(EN)
    infos = [replace(info, document_id=name, source=name) for name in ("b", "c")]
    candidate = Candidate(
        passage=passage,
        document=info,
        rank=1,
        score=1.0,
        dense=1.0,
        lexical=None,
        sentence_vectors=FakeEmbedder().embed_queries([EN]),
        also_in=(
            AlsoIn(infos[1], "c1", None, 0.9, 0, 1),
            AlsoIn(infos[0], "b1", None, 0.9, 0, 3),
            AlsoIn(infos[0], "b2", None, 0.9, 0, 3),
        ),
    )
    assert [each.document_id for each in candidate.documents_saying(0, 1)] == ["c", "b"]
    assert [each.document_id for each in candidate.documents_saying(1, 2)] == ["b"]
    assert candidate.documents_saying(2, 4) == ()
