"""Laws without headings: their provisions head what follows, and nothing else does."""

import pytest

from corpus.loading import Hints, parse

ARTICLES = """# Regulation on open data

CHAPTER I

GENERAL PROVISIONS

Article 1

Subject matter

This Regulation lays down rules on the re-use of documents that public bodies hold.

Article 2

Definitions

For the purposes of this Regulation, "document" means any content whatever its medium.

CHAPTER II

REQUESTS

Article 3

Processing of requests

Public bodies shall process requests within 20 working days of receipt.
"""
DIEU = """**Điều 1. Phạm vi điều chỉnh**

Nghị định này quy định về việc chia sẻ dữ liệu số của cơ quan nhà nước.

**Điều 2. Giải thích từ ngữ**

1. Dữ liệu mở là dữ liệu mà mọi cơ quan, tổ chức, cá nhân được tự do sử dụng.

2. Dữ liệu mặc định là dữ liệu được chia sẻ theo phương thức thông thường.

**Điều 3. Hiệu lực thi hành**

Nghị định này có hiệu lực thi hành từ ngày ký ban hành.
"""
KAPITEL = """<html><body><main><p>1 kap. Inledande bestämmelser</p>
<p>Lagen gäller när en offentlig aktör gör data tillgängliga för vidareutnyttjande.</p>
<p>2 kap. Att göra data tillgängliga</p>
<p>Data ska göras tillgängliga i befintligt format och på befintligt språk.</p>
<p>3 kap. Avgifter</p>
<p>Data ska som huvudregel göras tillgängliga utan avgift för den som begär dem.</p></main></body></html>
"""


def paths(text: str, name: str) -> list[tuple[str, ...]]:
    document = parse(text.encode(), Hints(name))
    for section in document.sections:
        assert section.start_char == section.blocks[0].start_char
        assert section.end_char == section.blocks[-1].end_char
    return list(dict.fromkeys(section.heading_path for section in document.sections))


def test_articles_stand_under_their_chapters_with_their_titles() -> None:
    found = paths(ARTICLES, "a.md")
    top = "Regulation on open data"
    assert (top, "CHAPTER I", "GENERAL PROVISIONS", "Article 1", "Subject matter") in found
    assert found[-1] == (top, "CHAPTER II", "REQUESTS", "Article 3", "Processing of requests")


def test_vietnamese_articles_are_headings_with_the_title_behind_the_number() -> None:
    found = paths(DIEU, "a.md")
    assert [path[-1] for path in found] == [
        *("Điều 1. Phạm vi điều chỉnh", "Điều 2. Giải thích từ ngữ", "Điều 3. Hiệu lực thi hành"),
    ]


def test_swedish_chapters_have_the_number_before_the_word() -> None:
    assert [path[-1] for path in paths(KAPITEL, "a.html")] == [
        *("1 kap. Inledande bestämmelser", "2 kap. Att göra data tillgängliga", "3 kap. Avgifter"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        # What a page is called stands within a sentence.
        "The committee has\n\nPage 1\n\nmet, and will\n\nPage 2\n\nmeet again if the\n\nPage 3\n\nboard is.",
        # A list of contents heads nothing.
        "Article 1 Scope\n\nArticle 2 Terms\n\nArticle 3 Fees\n\nArticle 4 Appeals\n\nThe law follows below.",
        # Sentences about articles.
        "Article 5 applies to cities.\n\nIt is new.\n\nArticle 6 applies to firms.\n\nIt is old.\n\n"
        "Article 7 applies to all.\n\nIt is both.",
        # Two are no series.
        "Step 1\n\nWrite to the office that is responsible.\n\nStep 2\n\nWait for its answer, it takes days.",
    ],
)
def test_other_numbered_lines_are_no_headings(text: str) -> None:
    assert paths(text, "a.md") == [()]


def test_no_character_changes() -> None:
    document = parse(ARTICLES.encode(), Hints("a.md"))
    plain = ARTICLES.removeprefix("# ").strip()
    assert document.text == plain
    covered = [document.text[b.start_char : b.end_char] for s in document.sections for b in s.blocks]
    assert "\n\n".join(covered) == plain
